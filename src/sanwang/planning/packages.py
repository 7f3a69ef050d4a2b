"""Finance as packages: loans, funds and leases alone, and each loan with each guarantee; who is eligible for which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.verdicts import verdicts
from sanwang.planning.arrays import Ints
from sanwang.planning.borders import Borders
from sanwang.planning.eligibility import let_in
from sanwang.region import Region

POINTS = "创新积分"
"""The indicator of the points table that holds a firm's total."""

Package = tuple[int, int, Mapping[str, Any], Mapping[str, Any] | None]


def packages(
    region: Region,
    homes: Mapping[str | None, str | None],
    walls: Borders,
    needs: pl.DataFrame,
    achievements: pl.DataFrame,
    trl: Ints,
    when: dt.date,
) -> dict[str, Any]:
    """Loans, funds and leases alone, and each loan with each guarantee; who is eligible for which."""
    rows = region["products"].sort("id").to_dicts()
    lenders = [
        (i, r) for i, r in enumerate(rows) if r["kind"] in ("loan", "fund", "lease") and r["budget"] != 0
    ]
    backers = [(i, r) for i, r in enumerate(rows) if r["kind"] == "guarantee" and r["budget"] != 0]
    found: list[Package] = [(i, -1, r, None) for i, r in lenders]
    # A guarantee stands in for the points a lender asks for; where none are asked for it would only cost.
    found += [
        (i, j, r, g)
        for i, r in lenders
        if r["kind"] == "loan" and r["points_min"] is not None
        for j, g in backers
    ]
    points = _points(region)
    actors = needs["actor"].to_list()
    lines = [set(walls.lineage.get(homes.get(x) or "", ())) for x in actors]
    score = np.array([points.get(x, -np.inf) for x in actors])
    open_to = let_in(region, actors, (r["conditions"] for r in rows), when)
    sectors, need_sector, achievement_sector = _sectors(needs, achievements)
    need_ok = np.ones((needs.height, len(found)), np.bool_)
    achievement_ok = np.ones((achievements.height, len(found)), np.bool_)
    sector_ok = np.ones((len(found), len(sectors)), np.bool_)
    for k, (_, _, lender, backer) in enumerate(found):
        for r in (lender, backer):
            if r is None:
                continue
            if r["points_min"] is not None and not (r is lender and backer):
                need_ok[:, k] &= score >= r["points_min"]
            if r["places"]:
                need_ok[:, k] &= np.array([bool(line & set(r["places"])) for line in lines], np.bool_)
            if r["conditions"] in open_to:
                need_ok[:, k] &= open_to[r["conditions"]]
            if r["trl_min"] is not None:
                achievement_ok[:, k] &= trl >= r["trl_min"]
            if r["industries"]:
                sector_ok[k] &= [any(c.startswith(w) for c in s for w in r["industries"]) for s in sectors]
    # The larger of the least and the smaller of the greatest of lender and guarantor; budgets cap a ticket too.
    low = [max(x["ticket_min"] or 0 for x in (r, g) if x) for _, _, r, g in found]
    high = [
        min(v for x in (r, g) if x for v in (x["ticket_max"], x["budget"], np.inf) if v is not None)
        for _, _, r, g in found
    ]
    months = [12 if r["months"] is None else r["months"] for _, _, r, _ in found]
    term = [m / 12 for m in months]
    share = [
        sum(x["rate"] or 0.0 for x in (r, g) if x) * t for (_, _, r, g), t in zip(found, term, strict=True)
    ]
    place = [walls.index.get(homes.get(r["actor"]), 0) for _, _, r, _ in found]
    return {
        "package_product": np.array([i for i, _, _, _ in found], np.int64),
        "package_guarantee": np.array([j for _, j, _, _ in found], np.int64),
        "package_lease": np.array([r["kind"] == "lease" for _, _, r, _ in found], np.bool_),
        "package_low": np.array(low, np.float64),
        "package_high": np.array(high, np.float64),
        "package_interest": np.array(share, np.float64),
        "product_revolves": np.array([r["revolves"] == "yes" for r in rows], np.bool_),
        "package_months": np.array(months, np.int64),
        "package_place": np.array(place, np.int64),
        "need_package": need_ok,
        "achievement_package": achievement_ok,
        "either_package": sector_ok,
        "need_sector": need_sector,
        "achievement_sector": achievement_sector,
    }


def _sectors(needs: pl.DataFrame, achievements: pl.DataFrame) -> tuple[list[tuple[str, ...]], Ints, Ints]:
    numbers: dict[tuple[str, ...], int] = {}
    found = [
        np.array(
            [numbers.setdefault(tuple(sorted(c or [])), len(numbers)) for c in frame["industries"].to_list()],
            np.int64,
        )
        for frame in (needs, achievements)
    ]
    return list(numbers), found[0], found[1]


def _points(region: Region) -> dict[str | None, float]:
    """Each firm's latest total of innovation points."""
    frame = region["points"].filter(pl.col("indicator") == POINTS).sort("year")
    return dict(frame.group_by("actor", maintain_order=True).agg(pl.col("value").last()).iter_rows())


def terms_of(region: Region) -> dict[str, tuple[bool, int]]:
    """By product whether its budget revolves (only where it says so), and its months."""
    rows = region["products"].select("id", "revolves", "months").iter_rows()
    return {i: (r == "yes", 12 if m is None else m) for i, r, m in rows}


def obey(packages: Mapping[str, Any], region: Region, needs: Sequence[str], results: Sequence[str]) -> None:
    """Close the packages whose product a person rejected, as a whole or for a need or a result."""
    said = verdicts(region)
    if not said.words:
        return
    products = region["products"].sort("id")["id"].to_list()
    for side, rows in (("need_package", needs), ("achievement_package", results)):
        for package, product in enumerate(packages["package_product"].tolist()):
            shut = [said.rejected(row, products[product]) for row in rows]
            packages[side][np.array(shut, np.bool_), package] = False
