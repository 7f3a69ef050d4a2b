"""The region's chains in one table of the plan's report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from sanwang.collaboration.chains.chain import chains_of
from sanwang.collaboration.chains.diagnosis import diagnose
from sanwang.collaboration.chains.placing import place
from sanwang.region.geography import actor_places
from sanwang.study.table import Column, Style, Table
from sanwang.study.words import say, word

if TYPE_CHECKING:
    from sanwang.region import Region


def summary_table(region: Region, lang: str) -> Table | None:
    """A row a chain for the plan's report: verdicts, demand met, the firm it can least lose; None without members."""
    if region["links"].is_empty() or region["members"].is_empty():
        return None
    if actor_places(region)["province"].drop_nulls().is_empty():
        return None
    chains = chains_of(region)
    placing = place(region, chains)
    rows: list[dict[str, Any]] = []
    for one in (diagnose(region, chain, placing) for chain in chains):
        worst = one.failures.singles["firm"][:1]
        rows.append(
            {
                "chain": one.chain.name,
                "met": one.failures.delivered / one.failures.demand if one.failures.demand else None,
                "worst": worst[0].names[0] if worst else None, "unmet_share": worst[0].unmet_share if worst else None,
            }
            | {v: sum(d.verdict == v for d in one.links) for v in ("strong", "weak", "missing", "unknown")}
        )  # fmt: skip
    styles: dict[str, Style] = {
        "chain": "text", **dict.fromkeys(("strong", "weak", "missing", "unknown"), "int"),
        "met": "percent", "worst": "text", "unmet_share": "percent",
    }  # fmt: skip
    columns = tuple(Column(k, word("chain_columns", k, lang), s) for k, s in styles.items())
    return Table("chains", say("chains_in_plan", lang), pl.DataFrame(rows, infer_schema_length=None), columns)
