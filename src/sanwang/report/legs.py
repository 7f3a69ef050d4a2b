"""Routes cut into legs between cities: achievement to pilot base, to maker, to need."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import polars as pl

Stage = Literal["pilot", "make", "apply"]
STAGES: tuple[Stage, ...] = ("pilot", "make", "apply")
"""The leg that arrives at a pilot base, at a maker, at a need."""

_ARRIVES: dict[str, Stage] = {"base": "pilot", "maker": "make", "need": "apply"}
STOPS = ("origin", "base", "maker", "need")
"""Where a route stops; its frame has ``{stop}_place`` for each."""

_HELD_BY = {"origin": "achievement", "base": "base", "maker": "maker", "need": "need"}
_SCHEMA = {"stage": pl.String, "start": pl.String, "end": pl.String, "routes": pl.Int64, "worth": pl.Int64}


@dataclass(frozen=True)
class Stop:
    """A city that routes touch: its code, name, province and how many routes touch it."""

    spot: str
    name: str
    province: str
    routes: int


def _walk(row: dict[str, str | int | None]) -> list[tuple[str, str | None]]:
    return [(stop, _text(row[f"{stop}_spot"])) for stop, key in _HELD_BY.items() if row[key] is not None]


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)


def legs(named: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Legs between known cities, most first: stage, start, end, routes, worth (fen); and how many lack a city.

    ``named`` are routes with the city of each stop. A leg within one city is kept (start equals end).
    """
    known: list[tuple[str, str, str, int]] = []
    missing = 0
    for row in named.iter_rows(named=True):
        for (_, start), (stop, end) in pairwise(_walk(row)):
            if start is None or end is None:
                missing += 1
            else:
                known.append((_ARRIVES[stop], start, end, int(row["worth"])))
    found = pl.DataFrame(known, schema=["stage", "start", "end", "worth"], orient="row") if known else None
    if found is None:
        return pl.DataFrame(schema=_SCHEMA), missing
    counted = found.group_by("stage", "start", "end").agg(pl.len().alias("routes"), pl.col("worth").sum())
    order = counted.sort(["routes", "stage", "start", "end"], descending=[True, False, False, False])
    return order.select(pl.col(c).cast(t) for c, t in _SCHEMA.items()), missing


def stops(named: pl.DataFrame) -> list[Stop]:
    """Every city that a route touches, most routes first; a route counts once in a city."""
    parts = [
        named.filter(pl.col(key).is_not_null()).select(
            "route",
            pl.col(f"{stop}_spot").alias("spot"),
            pl.col(f"{stop}_city").alias("name"),
            pl.col(f"{stop}_province").alias("province"),
        )
        for stop, key in _HELD_BY.items()
    ]
    whole = pl.concat(parts).drop_nulls("spot").unique(["route", "spot"])
    counted = whole.group_by("spot", "name", "province").agg(pl.len().alias("routes"))
    return [Stop(**row) for row in counted.sort(["routes", "spot"], descending=[True, False]).to_dicts()]
