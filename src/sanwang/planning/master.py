"""The 0/1 program over candidate routes: its rows, each named for what it holds, and what it used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from sanwang.planning.network import Network
from sanwang.planning.routes import Route

RowKey = tuple[str, str, int | None]
"""What a row holds: kind (need, achievement, base, maker, product, factor), id, year or None."""

_USAGE = {
    "kind": pl.String,
    "id": pl.String,
    "year": pl.Int64,
    "used": pl.Float64,
    "capacity": pl.Float64,
    "unit": pl.String,
}
_UNITS = {"achievement": "licence", "base": "job", "maker": "job", "product": "fen", "factor": "unit"}


@dataclass(frozen=True)
class Master:
    """Rows by key with their capacity, and the matrix rows × routes."""

    keys: tuple[RowKey, ...]
    capacity: npt.NDArray[np.float64]
    matrix: sp.csc_matrix
    worth: npt.NDArray[np.float64]


def limits(net: Network) -> dict[tuple[str, str], float | None]:
    """Capacity by kind and id, per year for bases, makers and offers; None is unlimited."""
    found: dict[tuple[str, str], float | None] = {("need", n): 1.0 for n in net.needs}
    found |= {("achievement", a): r["licences"] for a, r in net.achievements.items()}
    found |= {("base", r["id"]): r["capacity"] for r in net.bases}
    found |= {("maker", r["id"]): r["capacity"] for r in net.makers}
    found |= {("product", r["id"]): r["budget"] for r in net.products}
    return found | {("factor", r["id"]): r["capacity"] for r in net.offers.values()}


def takes(route: Route) -> dict[RowKey, float]:
    """What a route takes of each row."""
    used: dict[RowKey, float] = defaultdict(float)
    used["need", route.need, None] = 1.0
    used["achievement", route.achievement, None] = 1.0
    if route.base is not None:
        used["base", route.base, route.base_year] = 1.0
    if route.maker is not None:
        used["maker", route.maker, route.maker_year] = 1.0
    if route.product is not None:
        used["product", route.product, None] = float(route.principal)
    for offer, units, year in route.offers:
        used["factor", offer, year] += units
    return used


def build(net: Network, routes: Sequence[Route]) -> Master:
    """The program. Money rows are scaled by their budget, so that the solver sees numbers near one."""
    capacity = limits(net)
    index: dict[RowKey, int] = {}
    rows, columns, values = list[int](), list[int](), list[float]()
    for column, route in enumerate(routes):
        for key, units in takes(route).items():
            limit = capacity.get(key[:2])
            if limit is not None:
                rows.append(index.setdefault(key, len(index)))
                columns.append(column)
                values.append(units / limit if key[0] == "product" else units)
    bound = [1.0 if k[0] == "product" else float(capacity[k[:2]] or 0.0) for k in index]
    matrix = sp.csc_matrix((values, (rows, columns)), shape=(len(index), len(routes)))
    worth = np.asarray([r.worth for r in routes], dtype=np.float64)
    return Master(tuple(index), np.asarray(bound), matrix, worth)


def usage(net: Network, routes: Sequence[Route]) -> pl.DataFrame:
    """Use against capacity of everything a chosen route takes: kind, id, year, used, capacity, unit."""
    capacity = limits(net)
    used: dict[RowKey, float] = defaultdict(float)
    for route in routes:
        for key, units in takes(route).items():
            used[key] += units
    rows = [
        {
            "kind": kind,
            "id": name,
            "year": year,
            "used": units,
            "capacity": capacity.get((kind, name)),
            "unit": _UNITS[kind],
        }
        for (kind, name, year), units in used.items()
        if kind != "need"
    ]
    frame = pl.DataFrame(rows, schema=_USAGE)
    return frame.sort("kind", "id", "year")


def full(net: Network, routes: Sequence[Route]) -> set[RowKey]:
    """Rows of bases, makers, products and offers in which nothing is left for another route."""
    capacity: Mapping[tuple[str, str], float | None] = limits(net)
    used: dict[RowKey, float] = defaultdict(float)
    for route in routes:
        for key, units in takes(route).items():
            used[key] += units
    return {k for k, u in used.items() if (c := capacity.get(k[:2])) is not None and u >= c - 1e-9}
