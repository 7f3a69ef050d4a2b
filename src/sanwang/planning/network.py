"""The tables as the layers a route passes: achievements, bases, makers, needs, products, factor offers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sanwang.planning.borders import Borders, borders
from sanwang.region import Region

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Network:
    """Rows by id, where each stands, what serves what, and the cheapest offer of each factor class."""

    achievements: Mapping[str, Row]
    needs: Mapping[str, Row]
    bases: Sequence[Row]
    makers: Sequence[Row]
    products: Sequence[Row]
    offers: Mapping[tuple[str, str], Row]
    requirements: Sequence[Row]
    place: Mapping[str, str | None]
    borders: Borders


def network(region: Region) -> Network:
    """The network of a Region. Products that lend or invest count; guarantees and insurance finance nothing alone."""
    homes: dict[str, str | None] = dict(region["actors"].select("id", "place").iter_rows())
    place = dict(homes)
    for kind in ("bases", "makers"):
        for r in region[kind].to_dicts():
            place[r["id"]] = r["place"] or homes.get(r["actor"])
    products = [r for r in region["products"].sort("id").to_dicts() if r["kind"] in ("loan", "fund", "lease")]
    return Network(
        {r["id"]: r for r in region["achievements"].to_dicts()},
        {r["id"]: r for r in region["needs"].to_dicts()},
        region["bases"].sort("id").to_dicts(),
        region["makers"].sort("id").to_dicts(),
        products,
        _cheapest(region),
        region["requirements"].to_dicts(),
        place,
        borders(region),
    )


def _cheapest(region: Region) -> dict[tuple[str, str], Row]:
    """The cheapest offer of each factor and class; ties by id."""
    offers: dict[tuple[str, str], Row] = {}
    for r in region["factors"].sort("price", "id", nulls_last=True).to_dicts():
        offers.setdefault((r["factor"], r["class"]), r)
    return offers


def serves(fields: Sequence[str] | None, achievement: Row, need: Row) -> bool:
    """Whether a field is the achievement's chain, or begins one of its IPC symbols or industry codes.

    What is made is the achievement; the need's chain and industries count only where the achievement names nothing.
    """
    marks = _marks(achievement) or _marks(need)
    return any(m == f or m.startswith(f.replace(" ", "")) for f in fields or [] for m in marks)


def _marks(row: Row) -> list[str]:
    codes: list[str] = row["industries"] or []
    symbols: list[str] = row.get("ipc") or []
    chain = [row["chain"]] if row["chain"] else []
    return [*chain, *(s.replace(" ", "") for s in symbols), *codes, *(c[1:] for c in codes)]


def factor_use(net: Network, achievement: Row, need: Row, stage: str) -> list[tuple[Row, float]]:
    """Offers and units a stage takes, by the industries of achievement and need; classes nobody offers are left out."""
    codes = {*(achievement["industries"] or []), *(need["industries"] or [])}
    used: dict[tuple[str, str], float] = {}
    for r in net.requirements:
        if r["stage"] == stage and (r["industry"] == "*" or any(c.startswith(r["industry"]) for c in codes)):
            key = (r["factor"], r["class"])
            used[key] = max(used.get(key, 0.0), r["units"] or 0.0)
    return [
        (net.offers[key], units) for key, units in sorted(used.items()) if key in net.offers and units > 0
    ]


def months_left(need: Row, first_year: int, last_year: int) -> int:
    """Months from the start of the first year to the need's deadline or the end of the horizon."""
    horizon = (last_year - first_year + 1) * 12
    deadline: dt.date | None = need["deadline"]
    if deadline is None:
        return horizon
    return min(horizon, (deadline.year - first_year) * 12 + deadline.month)
