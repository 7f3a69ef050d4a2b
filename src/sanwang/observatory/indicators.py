"""Indicators from a workspace's own tables: functions from a Region to one number for each region asked.

They say what the workspace knows of a region, not how large it is: another workspace covers something else, so these
numbers stand beside published figures and are never ranked against them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import polars as pl

from sanwang.region import Region
from sanwang.region.geography import gazetteer

Measure = Callable[[Region, Collection[str], Collection[str]], float | None]
"""Of a Region, the places inside and the actors there: a number, or None where nothing is known."""


def _rows_of(kind: str, column: str) -> Measure:
    def count(region: Region, places: Collection[str], actors: Collection[str]) -> float:
        return float(region[kind].filter(pl.col(column).is_in(list(actors))).height)

    return count


def _firms(region: Region, places: Collection[str], actors: Collection[str]) -> float:
    return float(
        region["actors"].filter(pl.col("id").is_in(list(actors)) & (pl.col("kind") == "firm")).height
    )


def _ties(region: Region, places: Collection[str], actors: Collection[str]) -> float | None:
    """Of the ties of the region's actors, the share between two of them."""
    rows = region["ties"].with_columns(pl.col("count").fill_null(1))
    a, b = pl.col("a").is_in(list(actors)), pl.col("b").is_in(list(actors))
    whole = float(rows.filter(a | b)["count"].sum())
    return float(rows.filter(a & b)["count"].sum()) / whole if whole else None


def _kept(factor: str) -> Measure:
    """Of what left the region's places in the last year, the share that stayed in it."""

    def share(region: Region, places: Collection[str], actors: Collection[str]) -> float | None:
        rows = region["flows"].filter(pl.col("factor") == factor).drop_nulls("value")
        rows = rows.filter((pl.col("year") == pl.col("year").max()) & pl.col("origin").is_in(list(places)))
        whole = float(rows["value"].sum())
        return (
            float(rows.filter(pl.col("destination").is_in(list(places)))["value"].sum()) / whole
            if whole
            else None
        )

    return share


def _signed(region: Region, places: Collection[str], actors: Collection[str]) -> float:
    """Achievements of the region's owners that were signed."""
    owned = region["achievements"].filter(pl.col("owner").is_in(list(actors)))["id"].to_list()
    rows = region["progress"].filter(
        pl.col("achievement").is_in(owned) & pl.col("step").is_in(["contracted", "paid", "production"])
    )
    return float(rows["achievement"].n_unique())


INDICATORS: Mapping[str, Measure] = {
    "own_achievements": _rows_of("achievements", "owner"),
    "own_needs": _rows_of("needs", "actor"),
    "own_bases": _rows_of("bases", "actor"),
    "own_makers": _rows_of("makers", "actor"),
    "own_firms": _firms,
    "own_signed": _signed,
    "share_ties": _ties,
    "share_technology": _kept("technology"),
    "share_talent": _kept("talent"),
    "share_capital": _kept("capital"),
}
"""By name; those that begin with ``share`` are 0…1, the others counts."""


def workspace_indicators(region: Region, groups: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Each indicator of each group of provinces or cities (by name): indicator, region, value (null: not known)."""
    where = gazetteer(region)
    actors = region["actors"].select("id", "place")
    rows: list[dict[str, object]] = []
    for group, names in groups.items():
        held = list(names)
        inside = where.filter(pl.col("province_name").is_in(held) | pl.col("city_name").is_in(held))[
            "place"
        ].to_list()
        ids = actors.filter(pl.col("place").is_in(inside))["id"].to_list()
        for name, measure in INDICATORS.items():
            rows.append({"indicator": name, "region": group, "value": measure(region, inside, ids)})
    return pl.DataFrame(rows, schema={"indicator": pl.String, "region": pl.String, "value": pl.Float64})
