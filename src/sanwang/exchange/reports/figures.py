"""What a report says: each figure's definition, and the frame that all of them are rows of."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import polars as pl

SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "figure": pl.String, "one": pl.String, "two": pl.String, "three": pl.String, "currency": pl.String,
    "value": pl.Int64, "part": pl.Int64, "count": pl.Int64, "events": pl.List(pl.String),
}  # fmt: skip
"""A row: which figure, up to three dimensions, currency, value (fen, or null for a count alone), part (the technology
amount of contracts), how many movements, steps or contracts, and the events behind it."""

KEY = ("figure", "one", "two", "three", "currency")


@dataclass(frozen=True)
class Definition:
    """A figure: unit (money or count), what its dimensions are, its name and how it is come by."""

    figure: str
    unit: str
    dimensions: tuple[str, ...]
    zh: str
    en: str
    zh_what: str
    en_what: str


@cache
def definitions() -> Mapping[str, Definition]:
    """Every figure, from ``figures.csv``, in the order of the report."""
    found = (
        Definition(r["figure"], r["unit"], tuple(r[n] for n in ("one", "two", "three") if r[n]), r["zh"], r["en"],
                   r["zh_what"], r["en_what"])
        for r in rows_of("figures.csv")
    )  # fmt: skip
    return {d.figure: d for d in found}


@cache
def movements() -> Mapping[str, Mapping[str, str]]:
    """Kinds of movement, from ``movements.csv``: rules' codes, kind of book, accounts (``*``: any), names."""
    return {r["movement"]: r for r in rows_of("movements.csv")}


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a table beside this module."""
    text = (files("sanwang.exchange.reports") / name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def summed(figure: str, rows: pl.DataFrame, by: Iterable[str], value: str | None = None, part: str | None = None,
           ) -> pl.DataFrame:  # fmt: skip
    """Rows of a figure: ``rows`` grouped by columns, summed; each row is counted once, ``event`` gives the events."""
    names = list(by)
    groups = [*names, "currency"]
    sums = [pl.col(value).sum().alias("value") if value else pl.lit(None, pl.Int64).alias("value"),
            pl.col(part).sum().alias("part") if part else pl.lit(None, pl.Int64).alias("part")]  # fmt: skip
    made = rows.group_by(groups, maintain_order=True).agg(
        *sums,
        pl.len().cast(pl.Int64).alias("count"),
        pl.col("event").drop_nulls().unique(maintain_order=True).alias("events"),
    )
    dims = dict(zip(names, ("one", "two", "three"), strict=False))
    empty = [pl.lit(None, pl.String).alias(d) for d in ("one", "two", "three") if d not in dims.values()]
    shaped = made.rename(dims).with_columns(pl.lit(figure).alias("figure"), *empty)
    return shaped.select(pl.col(n).cast(t) for n, t in SCHEMA.items()).sort(KEY, nulls_last=False)
