"""Flows as a panel for gravity: one row for each ordered pair of places and year, with what lies between them.

A pair that the table does not name is not known: it is left out, or taken as nothing where ``missing`` says so.
A place's distance to itself is a quarter of that to its nearest neighbour (Wei 1996, NBER working paper 5531).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.errors import DataError
from sanwang.region import Region
from sanwang.region.geography import EARTH_KM, gazetteer

Floats = npt.NDArray[np.float64]
PANEL = {
    "origin": pl.String, "destination": pl.String, "year": pl.Int64, "flow": pl.Float64, "log_distance": pl.Float64,
    "same_place": pl.Float64, "border": pl.String, "ties": pl.Float64, "similarity": pl.Float64,
}  # fmt: skip
"""``flow`` in the table's unit; ``log_distance`` of km; ``border``: the two jurisdictions joined by |, empty where
there is none; ``ties``: log(1 + cooperations before the year); ``similarity``: cosine of the places' industries."""


@dataclass(frozen=True)
class Panel:
    """``frame`` (columns PANEL). ``unknown`` pairs and years the table does not name; ``assumed`` says in Chinese and
    English what became of them; ``unplaced``: places without coordinates, left out."""

    frame: pl.DataFrame
    unknown: int
    assumed: tuple[str, str]
    unplaced: tuple[str, ...]


def panel(
    region: Region,
    factor: str = "technology",
    measure: Literal["value", "count"] = "value",
    by: Literal["city", "province"] = "city",
    missing: Literal["unknown", "zero"] = "unknown",
) -> Panel:
    """The flows of a factor in a Region. Borders are those between provinces (jurisdictions).

    Raises DataError where there is none, or only one place.
    """
    named = region["flows"].filter(pl.col("factor") == factor)
    rows = named.drop_nulls(["origin", "destination", "year", measure])
    if rows.is_empty():
        raise DataError(*_nothing(factor, measure, named.height))
    if rows.filter((pl.col("origin") != pl.col("destination")) & (pl.col(measure) > 0)).is_empty():
        raise DataError(
            f"no {factor} flows from one place to another", f"要素流动表里没有地点之间的 {factor} 流动"
        )
    where = gazetteer(region)
    unit = dict(where.select("place", pl.coalesce(by, "place")).iter_rows())
    rows = rows.with_columns(
        pl.col("origin").replace(unit).alias("origin"),
        pl.col("destination").replace(unit).alias("destination"),
    )
    added = rows.group_by("origin", "destination", "year").agg(
        pl.col(measure).sum().cast(pl.Float64).alias("flow")
    )
    spots = _spots(where, by)
    used = sorted(set(added["origin"]) | set(added["destination"]))
    places = [p for p in used if p in spots]
    if len(places) < 2:
        raise DataError("有坐标的地点不足两个 / fewer than two places with coordinates")
    years = added["year"].unique().sort().to_list()
    km = distances(np.asarray([spots[p][:2] for p in places]))
    jurisdiction = {p: spots[p][2] for p in places}
    every = _every(places, years, km, jurisdiction)
    frame = every.join(added, on=["origin", "destination", "year"], how="left")
    unknown = frame["flow"].null_count()
    frame = (
        frame.with_columns(pl.col("flow").fill_null(0.0)) if missing == "zero" else frame.drop_nulls("flow")
    )
    frame = frame.join(_ties(region, unit), on=["origin", "destination", "year"], how="left")
    alike = _similarity(region, unit, places)
    frame = frame.join(alike, on=["origin", "destination"], how="left")
    frame = frame.with_columns(pl.col("ties").fill_null(0.0).log1p(), pl.col("similarity").fill_null(0.0))
    told = (
        (f"{unknown} 个未列出的地点对按零计", f"{unknown} pairs not listed are taken as nothing")
        if missing == "zero"
        else (
            f"{unknown} 个未列出的地点对视为未知，不参与估计",
            f"{unknown} pairs not listed are not known and left out",
        )
    )
    names = {p: spots[p][3] for p in places}
    frame = frame.with_columns(pl.col("origin").replace(names), pl.col("destination").replace(names)).select(
        pl.col(c).cast(t) for c, t in PANEL.items()
    )
    return Panel(
        frame.sort("year", "origin", "destination"), unknown, told, tuple(p for p in used if p not in spots)
    )


def _nothing(factor: str, measure: str, rows: int) -> tuple[str, str]:
    if rows:
        zh = {"value": "金额", "count": "项数"}[measure]
        return (
            f"{rows} flows of {factor}, none with a {measure}; try the other measure",
            f"{factor} 的 {rows} 行流动都没有{zh}，请改用另一口径",
        )
    return f"no flow of {factor} in flows", f"要素流动表里没有 {factor} 的数据"


def distances(spots: Floats) -> Floats:
    """Great-circle distances in km between points (latitude, longitude in degrees), own ones as the module says."""
    lat, lon = np.radians(spots[:, 0]), np.radians(spots[:, 1])
    part = np.sin((lat[:, None] - lat) / 2) ** 2
    part = part + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    km = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(part, 0, 1)))
    np.fill_diagonal(km, np.inf)
    nearest = km.min(axis=1)
    np.fill_diagonal(km, nearest / 4)
    return np.maximum(km, 1.0)


def _spots(where: pl.DataFrame, by: str) -> dict[str, tuple[float, float, str, str]]:
    """Unit → latitude and longitude (mean of its places that have them), jurisdiction and name."""
    frame = where.with_columns(pl.coalesce(by, "place").alias("unit")).drop_nulls(["lat", "lon"])
    frame = frame.with_columns(
        pl.coalesce("province_name", "province", "unit").alias("side"),
        pl.coalesce(f"{by}_name", "name", "place").alias("called"),
    )
    rows = frame.group_by("unit", maintain_order=True).agg(
        pl.col("lat").mean(), pl.col("lon").mean(), pl.col("side").first(), pl.col("called").first()
    )
    return {u: (float(la), float(lo), str(s), str(n)) for u, la, lo, s, n in rows.iter_rows()}


def _every(places: list[str], years: list[int], km: Floats, side: Mapping[str, str]) -> pl.DataFrame:
    count = len(places)
    a, b = (x.ravel() for x in np.meshgrid(np.arange(count), np.arange(count), indexing="ij"))
    crossing = ["" if x == y else "|".join(sorted((x, y))) for x, y in
                ((side[places[i]], side[places[j]]) for i, j in zip(a, b, strict=True))]  # fmt: skip
    pairs = pl.DataFrame(
        {
            "origin": [places[i] for i in a], "destination": [places[j] for j in b],
            "log_distance": np.log(km[a, b]), "same_place": (a == b).astype(float), "border": crossing,
        }
    )  # fmt: skip
    return pairs.join(pl.DataFrame({"year": years}, schema={"year": pl.Int64}), how="cross")


def _ties(region: Region, unit: Mapping[str, str]) -> pl.DataFrame:
    """Cooperations between places in years before each year of the flows, both ways."""
    at = dict(region["actors"].select("id", "place").drop_nulls().iter_rows())
    rows = region["ties"].drop_nulls(["a", "b", "year"])
    home = {k: unit.get(v, v) for k, v in at.items()}
    rows = rows.with_columns(
        pl.col("a").replace_strict(home, default=None, return_dtype=pl.String).alias("origin"),
        pl.col("b").replace_strict(home, default=None, return_dtype=pl.String).alias("destination"),
        pl.col("count").fill_null(1).alias("n"),
    ).drop_nulls(["origin", "destination"])
    both = pl.concat(
        [
            rows.select("origin", "destination", "year", "n"),
            rows.filter(pl.col("origin") != pl.col("destination")).select(
                pl.col("destination").alias("origin"), pl.col("origin").alias("destination"), "year", "n"
            ),
        ]
    )
    each = both.group_by("origin", "destination", pl.col("year").cast(pl.Int64)).agg(pl.col("n").sum())
    years = region["flows"]["year"].drop_nulls().cast(pl.Int64).unique()
    grown = each.join(pl.DataFrame({"now": years}), how="cross").filter(pl.col("year") < pl.col("now"))
    return grown.group_by("origin", "destination", pl.col("now").alias("year")).agg(
        pl.col("n").sum().cast(pl.Float64).alias("ties")
    )


def _similarity(region: Region, unit: Mapping[str, str], places: list[str]) -> pl.DataFrame:
    """Cosine of the places' counts of actors by two-digit industry."""
    rows = region["actors"].select("place", "industries").drop_nulls().explode("industries").drop_nulls()
    rows = rows.with_columns(
        pl.col("place").cast(pl.String).replace(unit), pl.col("industries").cast(pl.String).str.slice(0, 3)
    )
    kinds = {k: n for n, k in enumerate(sorted(rows["industries"].unique()))}
    at = {p: n for n, p in enumerate(places)}
    table = np.zeros((len(places), max(1, len(kinds))))
    for place, kind in rows.iter_rows():
        if place in at:
            table[at[place], kinds[kind]] += 1
    length = np.linalg.norm(table, axis=1, keepdims=True)
    table = np.divide(table, length, out=np.zeros_like(table), where=length > 0)
    alike = table @ table.T
    a, b = (x.ravel() for x in np.meshgrid(np.arange(len(places)), np.arange(len(places)), indexing="ij"))
    return pl.DataFrame(
        {"origin": [places[i] for i in a], "destination": [places[j] for j in b], "similarity": alike[a, b]}
    )
