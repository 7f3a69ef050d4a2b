"""What is known of a firm when a product's conditions are read, from the workspace's tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Set
from typing import Any

import polars as pl

from sanwang.errors import OptionError
from sanwang.finance.conditions import Fact
from sanwang.region import Region
from sanwang.region.geography import lineage

POINTS = "创新积分"
REGION = {"11", "12", "13"}
"""Province codes of 京津冀."""

_INDICATORS = {
    "revenue": "营业收入",
    "revenue_growth": "营业收入增长率",
    "rd_share": "研发费用占营业收入比例",
    "rd_staff_share": "研发人员占比",
    "patents": "有效发明专利数",
    "contract_share": "技术合同成交额占比",
    "debt_ratio": "资产负债率",
    "return_on_assets": "净资产利润率",
    "equity_raised": "获得股权投资额",
}


def firm_facts(region: Region, firm: str, start: dt.date) -> dict[str, Fact | None]:
    """Fields for conditions: place, places (itself and all around), region, age_years, size, industries, points, and
    indicators of the points table by English names. None where the workspace does not say.

    Raises OptionError where the workspace has no such actor.
    """
    found = facts_of(region, {firm}, start)
    if not found:
        raise OptionError(f"no actor {firm} in the workspace / 工作区没有机构 {firm}")
    return found[firm]


def facts_of(region: Region, firms: Set[str], start: dt.date) -> dict[str, dict[str, Fact | None]]:
    """The same fields for many firms, by id; those that are no actors of the workspace are left out."""
    latest: dict[str, dict[str, float | None]] = {}
    points = region["points"].filter(pl.col("actor").is_in(list(firms))).sort("year", maintain_order=True)
    for actor, indicator, value in points.select("actor", "indicator", "value").iter_rows():
        latest.setdefault(actor, {})[indicator] = value
    rows = region["actors"].filter(pl.col("id").is_in(list(firms))).to_dicts()
    lines = {place: list(lineage(region, place)) for place in {r["place"] for r in rows} if place}
    return {r["id"]: _facts(r, lines.get(r["place"], []), latest.get(r["id"], {}), start) for r in rows}


def _facts(
    row: Mapping[str, Any], line: list[str], latest: Mapping[str, float | None], start: dt.date
) -> dict[str, Fact | None]:
    facts: dict[str, Fact | None] = {
        "place": row["place"],
        "places": line or None,
        "region": None if not line else "京津冀" if line[-1][:2] in REGION else "其他",
        "age_years": start.year - row["founded"] if row["founded"] else None,
        "size": row["size"],
        "kind": row["kind"],
        "industries": row["industries"] or None,
        "points": latest.get(POINTS),
    }
    return facts | {name: latest.get(word) for name, word in _INDICATORS.items()}
