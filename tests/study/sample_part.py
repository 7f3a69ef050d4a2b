"""A part of the fictional sample, small enough to ask every study about, and what some studies must be told."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from sanwang.region import Region
from sanwang.region.sample import sample_region

PART = "H2-"
"""The hydrogen chain's rows."""

ASKED: Mapping[str, Mapping[str, Any]] = {
    "compare": {"what": "markets", "k": 5},
    "sweep": {"factors": "0.5,1", "k": 5},
    "robust": {"draws": 3, "k": 5},
    "plan": {"k": 5},
    "consortium": {"target": "H2-L08", "words_only": True, "alternatives": 1},
    "chain": {"words_only": True, "chain": "H2"},
    "products": {"firm": "H2-A07", "amount": "300万"},
    "points": {"draws": 100},
    "catalogue": {"date": "2026-03-01"},
    "observe": {"regions": ["京津冀", "长三角"]},
}
"""Options that keep a study quick, or that it must have."""


def files(folder: Path) -> dict[str, dict[str, str]]:
    """Options that name files, for the studies that read some of their own; the files are made in a folder."""
    graph, sold, bought, failed = (folder / n for n in ("graph.csv", "sold.csv", "bought.csv", "failed.csv"))
    rows = [("膜", "电堆"), ("电堆", "整车"), ("铝", "整车"), ("膜", "膜"), ("整车", "铝"), ("铝", "电堆")]
    lines = [f"{a},上游于,{b},2024-01-0{n + 1}" for n, (a, b) in enumerate(rows)]
    graph.write_text("\n".join(["head,relation,tail,date", *lines]), encoding="utf-8")
    heads = "firm,date,party,amount,state"
    months = [(f"E{n:02d}", month) for n in range(24) for month in range(1, 13)]
    for path, share in ((sold, 7), (bought, 5)):
        body = [
            f"{e},2024-{m:02d}-05,P{(int(e[1:]) + m) % 4},{100 * share + 13 * int(e[1:]) + m},有效发票"
            for e, m in months
        ]
        path.write_text("\n".join([heads, *body]), encoding="utf-8")
    flags = [f"E{n:02d},{'是' if n % 3 == 0 else '否'}" for n in range(24)]
    failed.write_text("\n".join(["firm,default", *flags]), encoding="utf-8")
    invoices = {"sold": str(sold), "bought": str(bought), "outcomes": str(failed)}
    return {"linkages": {"file": str(graph)}, "invoices": invoices}


@cache
def part() -> Region:
    """The sample with the needs and results of one chain."""
    whole = sample_region()
    kept = {
        k: whole[k].filter(pl.col("id").str.starts_with(PART))
        for k in ("needs", "achievements", "bases", "makers")
    }
    progress = whole["progress"].filter(pl.col("achievement").str.starts_with(PART))
    members = (
        whole["members"].filter(pl.col("actor").str.starts_with(PART))
        if whole.has("members")
        else whole["members"]
    )
    return whole.with_tables(**kept, progress=progress, members=members)
