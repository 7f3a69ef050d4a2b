"""Regions side by side, cell by cell: what may be compared is ranked, what may not be is shown and says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from sanwang.errors import DataError, OptionError
from sanwang.observatory.facts import (
    Indicator,
    bad_addresses,
    contradictions,
    indicator,
    indicators,
)
from sanwang.region.groups import Place, place

CELLS = {
    "indicator": pl.String, "region": pl.String, "year": pl.Int64, "value": pl.Float64, "unit": pl.String,
    "definition": pl.String, "how": pl.String, "marks": pl.List(pl.String), "comparable": pl.Boolean,
    "sources": pl.List(pl.String), "parts": pl.String,
}  # fmt: skip
"""A cell. ``how``: published, summed (over its parts), derived (ratio of its parts) or stand_in. ``marks`` say why it
is not comparable, or what was assumed; ``sources`` are those of every figure used."""

MARKS = {
    "year": ("年份不同", "another year"),
    "unit": ("单位不同", "another unit"),
    "definition": ("口径不同", "another definition"),
    "own_base": ("指数各有基期", "an index with its own base"),
    "stand_in": ("以{parts}代替，范围不同", "{parts} stands in: not the same place"),
    "summed": ("由各地相加", "parts added up"),
    "derived": ("由各地推算", "derived from its parts"),
    "contradicted": ("来源不一，另有其他数值", "sources disagree"),
}
"""Mark → its words; the first five keep a cell from being ranked."""

_BARRED = ("year", "unit", "definition", "own_base", "stand_in")


@dataclass(frozen=True)
class Comparison:
    """``cells`` (columns CELLS), ``trends`` (indicator, region, year, value, unit, how), ``words``: strengths and gaps
    in Chinese and English, from comparable cells only; ``missing``: indicator and region without any figure;
    ``notices``: contradictions and addresses that are none."""

    regions: tuple[str, ...]
    cells: pl.DataFrame
    trends: pl.DataFrame
    words: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str], ...]
    notices: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Figure:
    year: int
    value: float
    unit: str
    definition: str
    how: str
    sources: tuple[str, ...]
    parts: str


def compare(
    facts: pl.DataFrame, names: Sequence[str], asked: Iterable[str] = (), year: int | None = None
) -> Comparison:
    """The comparison of regions (names, or places joined by +), of all indicators of the figures or those asked.

    For each indicator the year is the latest that most regions have, or ``year``; a region without it shows its latest
    and is marked. Raises OptionError for fewer than two regions or regions that overlap, DataError where none of them
    has a figure.
    """
    places = [place(n) for n in names]
    if len({p.name for p in places}) < 2:
        raise OptionError("two regions or more are compared / 至少要有两个不同的区域")
    _apart(places)
    wanted = [indicator(w) for w in asked] or _present(facts)
    series = {(i.id, p.name): _series(facts, i, p) for i in wanted for p in places}
    if not any(series.values()):
        raise DataError("没有一个区域有数据 / none of the regions has a figure")
    unclear = {(r["region"], r["indicator"], r["year"]) for r in contradictions(facts).to_dicts()}
    cells: list[dict[str, object]] = []
    for one in wanted:
        cells += _row(one, places, series, unclear, year)
    table = pl.DataFrame(cells, schema=CELLS)
    trends = [
        {"indicator": i, "region": r, "year": f.year, "value": f.value, "unit": f.unit, "how": f.how}
        for (i, r), figures in series.items()
        for f in figures
        if f.how != "stand_in"
    ]
    schema = {"indicator": pl.String, "region": pl.String, "year": pl.Int64, "value": pl.Float64, "unit": pl.String,
              "how": pl.String}  # fmt: skip
    trend_table = pl.DataFrame(trends, schema=schema).sort("indicator", "region", "year")
    missing = tuple((one.id, p.name) for one in wanted for p in places if not series[one.id, p.name])
    return Comparison(
        tuple(p.name for p in places),
        table,
        trend_table,
        tuple(_words(table, places)),
        missing,
        tuple(_notices(facts, places)),
    )


def _apart(places: Sequence[Place]) -> None:
    for n, one in enumerate(places):
        for other in places[n + 1 :]:
            if both := sorted(set(one.parts) & set(other.parts)):
                shared = "、".join(both)
                raise OptionError(
                    f"{one.name} 与 {other.name} 有重叠：{shared} / the regions overlap in {shared}"
                )


def _present(facts: pl.DataFrame) -> list[Indicator]:
    known = [i for i in indicators().values() if i.id in set(facts["indicator"])]
    other = sorted(set(facts["indicator"]) - set(indicators()))
    return [*known, *(indicator(o) for o in other)]


def _series(facts: pl.DataFrame, one: Indicator, where: Place) -> list[_Figure]:
    """The region's figures by year: its own, else of its parts, else of its stand-in."""
    own = _own(facts, one.id, where.name)
    found = {f.year: f for f in own}
    if where.parts != (where.name,):
        for figure in _of_parts(facts, one, where):
            found.setdefault(figure.year, figure)
    if where.stand_in is not None:
        for figure in _own(facts, one.id, where.stand_in):
            if figure.year not in found:
                found[figure.year] = _Figure(
                    figure.year,
                    figure.value,
                    figure.unit,
                    figure.definition,
                    "stand_in",
                    figure.sources,
                    where.stand_in,
                )
    return [found[y] for y in sorted(found)]


def _own(facts: pl.DataFrame, one: str, name: str) -> list[_Figure]:
    rows = facts.filter((pl.col("region") == name) & (pl.col("indicator") == one)).drop_nulls("year")
    found: dict[int, _Figure] = {}
    for row in rows.to_dicts():
        said = _Figure(
            row["year"],
            row["value"],
            row["unit"] or "",
            row["definition"] or "",
            "published",
            (_source(row),),
            name,
        )
        found.setdefault(row["year"], said)
    return list(found.values())


def _source(row: dict[str, object]) -> str:
    return "，".join(str(row[k]) for k in ("source", "url", "origin") if row[k])


def _of_parts(facts: pl.DataFrame, one: Indicator, where: Place) -> list[_Figure]:
    """Sums, or ratios of sums, for the years in which every part has a figure of one unit and one definition."""
    if not one.additive and one.derived is None:
        return []
    parts = [{f.year: f for f in _own(facts, one.id, p)} for p in where.parts]
    bases = [{f.year: f for f in _own(facts, one.derived, p)} for p in where.parts] if one.derived else []
    found: list[_Figure] = []
    for year in sorted(set.intersection(*(set(p) for p in [*parts, *bases]))):
        figures = [p[year] for p in parts]
        if len({(f.unit, f.definition) for f in figures}) > 1:
            continue
        sources = tuple(dict.fromkeys(s for f in figures for s in f.sources))
        if one.additive:
            value, how = sum(f.value for f in figures), "summed"
        else:
            above = [b[year] for b in bases]
            sources = tuple(dict.fromkeys((*sources, *(s for f in above for s in f.sources))))
            if any(f.value <= 0 for f in figures):
                continue
            value = sum(a.value for a in above) / sum(
                a.value / f.value for a, f in zip(above, figures, strict=True)
            )
            how = "derived"
        found.append(
            _Figure(year, value, figures[0].unit, figures[0].definition, how, sources, "、".join(where.parts))
        )
    return found


def _row(
    one: Indicator,
    places: Sequence[Place],
    series: dict[tuple[str, str], list[_Figure]],
    unclear: set[tuple[str, str, int]],
    year: int | None,
) -> list[dict[str, object]]:
    """The cells of an indicator: what differs from the reference cell is marked."""
    held = {p.name: {f.year: f for f in series[one.id, p.name]} for p in places}
    years = [y for h in held.values() for y, f in h.items() if f.how != "stand_in"] or [
        y for h in held.values() for y in h
    ]
    if not years:
        return []
    common = year if year is not None else max(years, key=lambda y: (sum(y in h for h in held.values()), y))
    chosen = {n: h.get(common) or (h[max(h)] if h else None) for n, h in held.items()}
    ranked = [f for f in chosen.values() if f is not None and f.year == common and f.how != "stand_in"]
    terms = [(f.unit, f.definition) for f in ranked] or [
        (f.unit, f.definition) for f in chosen.values() if f is not None
    ]
    unit, definition = max(terms, key=lambda t: (terms.count(t), t))
    rows: list[dict[str, object]] = []
    for where in places:
        figure = chosen[where.name]
        if figure is None:
            continue
        clash = any((p, one.id, figure.year) in unclear for p in (where.name, *where.parts))
        said = {
            "year": figure.year != common,
            "unit": figure.unit != unit,
            "definition": figure.definition != definition,
            "own_base": one.own_base,
            "stand_in": figure.how == "stand_in",
            "summed": figure.how == "summed",
            "derived": figure.how == "derived",
            "contradicted": clash,
        }
        marks = [mark for mark, true in said.items() if true]
        rows.append(
            {
                "indicator": one.id, "region": where.name, "year": figure.year, "value": figure.value,
                "unit": figure.unit, "definition": figure.definition, "how": figure.how, "marks": marks,
                "comparable": not any(m in _BARRED for m in marks), "sources": list(figure.sources),
                "parts": figure.parts,
            }
        )  # fmt: skip
    return rows


def _words(cells: pl.DataFrame, places: Sequence[Place]) -> list[tuple[str, str]]:
    """For each indicator with two comparable cells or more: where the first region stands, in Chinese and English."""
    first = places[0]
    english = {p.name: p.en for p in places}
    said: list[tuple[str, str]] = []
    for key, part in cells.filter("comparable").group_by("indicator", maintain_order=True):
        rows = {r["region"]: r for r in part.to_dicts()}
        if first.name not in rows or len(rows) < 2:
            continue
        one, own = indicator(str(key[0])), rows[first.name]
        for name, other in rows.items():
            if name == first.name or not other["value"]:
                continue
            change = own["value"] / other["value"] - 1
            zh = "持平于" if abs(change) < 0.005 else "高于" if change > 0 else "低于"
            en = "level with" if abs(change) < 0.005 else "above" if change > 0 else "below"
            unit = own["unit"]
            gap = f"{abs(change):.0%}"
            said.append(
                (
                    f"{one.zh}（{own['year']}年）：{first.name} {_number(own['value'])}{unit}，{zh}{name} "
                    f"{_number(other['value'])}{unit}，相差 {gap}。",
                    f"{one.en} ({own['year']}): {first.en} {_number(own['value'])} {unit}, {en} {english[name]} "
                    f"{_number(other['value'])} {unit}, by {gap}.",
                )
            )
    return said


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}".rstrip("0").rstrip(".")


def _notices(facts: pl.DataFrame, places: Sequence[Place]) -> list[tuple[str, str]]:
    names = {n for p in places for n in (p.name, *p.parts)}
    told: list[tuple[str, str]] = []
    rows = contradictions(facts).filter(pl.col("region").is_in(list(names)))
    for key, part in rows.group_by("region", "indicator", "year", maintain_order=True):
        values = "；".join(
            f"{_number(r['value'])}{r['unit'] or ''}（{r['source']}）" for r in part.to_dicts()
        )
        name = indicator(str(key[1]))
        told.append(
            (
                f"{key[0]} {name.zh} {key[2]} 年来源不一：{values}",
                f"{key[0]} {name.en} {key[2]}: sources disagree: {values}",
            )
        )
    for row in bad_addresses(facts).to_dicts():
        told.append(
            (
                f"{row['region']} {row['indicator']} {row['year']}：网址不像网址：{row['url']}",
                f"not an address: {row['url']}",
            )
        )
    return told


def growth(trends: pl.DataFrame) -> pl.DataFrame:
    """Mean yearly growth between the first and last year that all regions of an indicator have: indicator, region,
    first, last, growth.

    Only years with one unit, and of each region only figures that came about in one way (published, summed, derived): a
    step between two ways is no growth. Indicators without two common years are left out.
    """
    rows: list[dict[str, object]] = []
    ways = trends.group_by("indicator", "region", "how").len()
    ways = ways.with_columns((pl.col("how") == "published").alias("plain"))
    ways = ways.sort("len", "plain", "how", descending=True).unique(["indicator", "region"], keep="first")
    keys = ["indicator", "region", "how"]
    kept = trends.join(ways.select(keys), on=keys, how="semi", maintain_order="left")
    for (name,), part in kept.group_by("indicator", maintain_order=True):
        regions = part["region"].unique(maintain_order=True).to_list()
        years = part.group_by("year").agg(
            pl.col("region").n_unique().alias("n"), pl.col("unit").n_unique().alias("u")
        )
        common = years.filter((pl.col("n") == len(regions)) & (pl.col("u") == 1))["year"].sort().to_list()
        if len(common) < 2:
            continue
        for region in regions:
            held = dict(part.filter(pl.col("region") == region).select("year", "value").iter_rows())
            start, end = held[common[0]], held[common[-1]]
            if start > 0 and end > 0:
                rate = (end / start) ** (1 / (common[-1] - common[0])) - 1
                rows.append(
                    {
                        "indicator": name,
                        "region": region,
                        "first": common[0],
                        "last": common[-1],
                        "growth": rate,
                    }
                )
    schema = {
        "indicator": pl.String,
        "region": pl.String,
        "first": pl.Int64,
        "last": pl.Int64,
        "growth": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema)
