"""Flows between places: matrices by factor and year, who keeps what inside, how concentrated and mutual they are.

Theil's index is split between and within regions as in Shorrocks (1984, Econometrica 52:1369). A pair that the table
does not name is not known: it is left out of ratios, or taken as nothing where ``missing`` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import xlogy

from sanwang.errors import DataError, OptionError
from sanwang.region import Region
from sanwang.region.geography import gazetteer

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Matrix:
    """Flows of a factor in a year from row to column, in the unit of ``measure`` (fen or number); NaN: not known."""

    factor: str
    year: int
    measure: str
    places: tuple[str, ...]
    values: Floats


@dataclass(frozen=True)
class Measures:
    """Figures of one matrix. ``places``: place, out, into, balance, internal (its own share of what it sends),
    openness (in and out over all, own left out), largest_partner and its share of what arrives. Shares 0…1."""

    factor: str
    year: int
    total: float
    internal_share: float
    reciprocity: float
    gini: float
    theil: float
    theil_between: float
    theil_within: float
    unknown: int
    places: pl.DataFrame


def matrices(
    region: Region, measure: Literal["value", "count"] = "value", by: Literal["city", "province"] = "city"
) -> list[Matrix]:
    """One matrix for each factor and year of the Region's flows, places added up to cities or provinces.

    Raises DataError without flows.
    """
    rows = (
        region["flows"]
        .drop_nulls(["origin", "destination", "factor", "year"])
        .filter(pl.col(measure).is_not_null())
    )
    if rows.is_empty():
        raise DataError("no row in flows 要素流动表 / 没有流动数据")
    where = gazetteer(region)
    names = dict(where.select("place", pl.coalesce(f"{by}_name", "name", "place")).iter_rows())
    rows = rows.with_columns(pl.col("origin").replace(names), pl.col("destination").replace(names))
    found: list[Matrix] = []
    for (factor, year), part in rows.group_by("factor", "year", maintain_order=True):
        places = tuple(sorted(set(part["origin"]) | set(part["destination"])))
        at = {p: n for n, p in enumerate(places)}
        values = np.full((len(places), len(places)), np.nan)
        added = part.group_by("origin", "destination").agg(pl.col(measure).sum())
        for origin, destination, value in added.iter_rows():
            values[at[origin], at[destination]] = float(value)
        found.append(Matrix(str(factor), int(str(year)), measure, places, values))
    return sorted(found, key=lambda m: (m.factor, m.year))


def measures(
    matrix: Matrix, groups: Mapping[str, str] | None = None, missing: Literal["unknown", "zero"] = "unknown"
) -> Measures:
    """The figures of a matrix. ``groups`` puts places into regions for the split of Theil's index (all in one if not
    given). With ``missing`` unknown, pairs that are not known count nowhere; with zero they count as nothing.

    Raises OptionError for a negative flow, DataError where nothing flows.
    """
    unknown = int(np.isnan(matrix.values).sum())
    flows = np.nan_to_num(matrix.values)
    if (flows < 0).any():
        raise OptionError("a flow is negative / 流量不能为负")
    total = float(flows.sum())
    if total == 0:
        raise DataError(f"{matrix.factor} {matrix.year}: 全部为零，没有可度量的流动 / nothing flows")
    out, into, own = flows.sum(axis=1), flows.sum(axis=0), np.diag(flows)
    known = flows[~np.isnan(matrix.values)] if missing == "unknown" else flows.ravel()
    across = flows - np.diag(own)
    mutual = float(np.minimum(across, across.T).sum() / across.sum()) if across.sum() > 0 else 0.0
    theil, between, within = theil_split(out + into, [(groups or {}).get(p, "") for p in matrix.places])
    partner = np.where(across.any(axis=0), across.argmax(axis=0), -1)
    rows = [
        {
            "place": p, "out": float(out[n]), "into": float(into[n]), "balance": float(out[n] - into[n]),
            "internal": float(own[n] / out[n]) if out[n] > 0 else None,
            "openness": float((out[n] + into[n] - 2 * own[n]) / (out[n] + into[n])) if out[n] + into[n] > 0 else None,
            "largest_partner": matrix.places[partner[n]] if partner[n] >= 0 else None,
            "partner_share": float(across[partner[n], n] / into[n]) if partner[n] >= 0 and into[n] > 0 else None,
        }
        for n, p in enumerate(matrix.places)
    ]  # fmt: skip
    return Measures(
        matrix.factor, matrix.year, total, float(own.sum() / total), mutual, gini(known), theil, between, within,
        unknown, pl.DataFrame(rows, infer_schema_length=None),
    )  # fmt: skip


def gini(values: Floats) -> float:
    """Gini's coefficient of values that are not negative: 0 equal, towards 1 all in one."""
    held = np.sort(values)
    if held.size == 0 or held.sum() == 0:
        return 0.0
    weight = 2 * np.arange(1, held.size + 1) - held.size - 1
    return max(0.0, float(weight @ held / (held.size * held.sum())))


def theil_split(values: Floats, groups: list[str]) -> tuple[float, float, float]:
    """Theil's T, and its parts between and within groups; the two add up to it. Zeros contribute nothing."""
    total, count = float(values.sum()), values.size
    if total <= 0:
        return 0.0, 0.0, 0.0

    def index(part: Floats) -> float:
        mean = part.mean()
        return float(xlogy(part / mean, part / mean).sum() / part.size) if mean > 0 else 0.0

    marks = np.asarray(groups)
    between = within = 0.0
    for mark in np.unique(marks):
        part = values[marks == mark]
        share = part.sum() / total
        if share > 0:
            between += share * np.log(share / (part.size / count))
            within += share * index(part)
    return index(values), float(between), float(within)


def changes(found: list[Measures]) -> pl.DataFrame:
    """The figures by factor and year, with the growth of the total since the year before (null for the first)."""
    rows = [
        {"factor": m.factor, "year": m.year, "total": m.total, "internal_share": m.internal_share,
         "reciprocity": m.reciprocity, "gini": m.gini, "theil": m.theil, "unknown": m.unknown}
        for m in found
    ]  # fmt: skip
    frame = pl.DataFrame(rows).sort("factor", "year")
    return frame.with_columns((pl.col("total") / pl.col("total").shift(1).over("factor") - 1).alias("growth"))
