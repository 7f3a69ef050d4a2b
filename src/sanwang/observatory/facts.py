"""Published figures with their provenance: those that ship, and those a workspace adds by one row each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import polars as pl

from sanwang.region import Region

FACTS = {
    "region": pl.String, "indicator": pl.String, "year": pl.Int64, "value": pl.Float64, "unit": pl.String,
    "definition": pl.String, "source": pl.String, "url": pl.String, "note": pl.String, "origin": pl.String,
}  # fmt: skip
"""A published figure; ``origin`` is 随附 (shipped) or the workspace's file and row."""

_ADDRESS = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?$")


@dataclass(frozen=True)
class Indicator:
    """What an indicator is called and what may be done with it (see ``indicators.toml``)."""

    id: str
    zh: str
    en: str
    group: str
    additive: bool = False
    derived: str | None = None
    own_base: bool = False
    lower_is_better: bool = False


def _data(name: str) -> str:
    return (files("sanwang.observatory") / "data" / name).read_text(encoding="utf-8-sig")


@cache
def indicators() -> Mapping[str, Indicator]:
    """The catalogue by id, in order."""
    return {k: Indicator(k, **v) for k, v in tomllib.loads(_data("indicators.toml")).items()}


def indicator(word: str) -> Indicator:
    """An indicator by id or name; one that is not in the catalogue stands for itself and is never added up."""
    known = indicators()
    for one in known.values():
        if word in (one.id, one.zh, one.en):
            return one
    return Indicator(word, word, word, "其他")


def shipped() -> pl.DataFrame:
    """The figures that ship (columns FACTS)."""
    raw = pl.read_csv(_data("facts.csv").encode(), infer_schema=False)
    return _typed(raw.with_columns(pl.lit("随附").alias("origin")))


def facts_of(region: Region | None = None) -> pl.DataFrame:
    """The figures that ship and those of a workspace's ``facts`` table (columns FACTS); the same row twice is one."""
    every = [shipped()]
    if region is not None and region["facts"].height:
        rows = region["facts"]
        where = pl.format("{} 第{}行", pl.col("_file").fill_null("facts"), pl.col("_row").fill_null(0))
        names = {r: indicator(r).id for r in rows["indicator"].drop_nulls().unique().to_list()}
        every.append(_typed(rows.with_columns(where.alias("origin"), pl.col("indicator").replace(names))))
    key = ["region", "indicator", "year", "value", "unit", "definition", "source"]
    return pl.concat(every).unique(key, keep="first", maintain_order=True)


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    numbers = {"year": pl.Int64, "value": pl.Float64}
    columns = [pl.col(c).cast(numbers.get(c, pl.String), strict=False) for c in FACTS]
    return frame.select(columns).drop_nulls(["region", "indicator", "value"])


def contradictions(facts: pl.DataFrame) -> pl.DataFrame:
    """Figures that disagree: one region, indicator, year, unit and definition with two values or more; all are kept."""
    key = ["region", "indicator", "year", "unit", "definition"]
    several = facts.group_by(key).agg(pl.col("value").n_unique().alias("values")).filter(pl.col("values") > 1)
    return facts.join(several.drop("values"), on=key, how="semi", nulls_equal=True).sort(key, nulls_last=True)


def bad_addresses(facts: pl.DataFrame) -> pl.DataFrame:
    """Figures whose address is not one; they are kept and told."""
    wrong = [
        u is not None and u.strip() != "" and not _ADDRESS.match(u.strip()) for u in facts["url"].to_list()
    ]
    return facts.filter(pl.Series(wrong, dtype=pl.Boolean))


def published_flows() -> pl.DataFrame:
    """Published cells between places: origin, destination (may be a sum of places), factor, year, count, value (亿元),
    source, url, note."""
    raw = pl.read_csv(_data("flows.csv").encode(), infer_schema=False)
    return raw.with_columns(
        pl.col("year").cast(pl.Int64),
        pl.col("count").cast(pl.Int64, strict=False),
        pl.col("value_yi").cast(pl.Float64),
    ).rename({"value_yi": "value"})


def chain_lists() -> pl.DataFrame:
    """The six chains and five clusters as published, both readings of the five: list, name, source, url, note."""
    return pl.read_csv(_data("chain_lists.csv").encode(), infer_schema=False)
