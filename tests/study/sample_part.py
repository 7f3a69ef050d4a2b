"""A part of the fictional sample, small enough to ask every study about, and what some studies must be told."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
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
