"""Regions compared, declared as a study: published figures side by side, trends, flows, who buys from whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import polars as pl

from sanwang.engine.port import Engine
from sanwang.errors import DataError
from sanwang.observatory.comparison import Comparison, compare, growth
from sanwang.observatory.contracts import (
    NATION,
    SOLD,
    Against,
    Contracts,
    against_size_and_distance,
    contracts,
    provinces,
)
from sanwang.observatory.facts import facts_of, indicator
from sanwang.observatory.flows import Matrix, Measures, changes, matrices, measures
from sanwang.observatory.indicators import workspace_indicators
from sanwang.observatory.studies import contract_tables as bought
from sanwang.observatory.studies import observe_tables as tables
from sanwang.region import Region
from sanwang.region.groups import place, regions
from sanwang.study.declare import Ask, study
from sanwang.study.drawing import Drawing
from sanwang.study.option import TEXT, Option, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Style, Table
from sanwang.study.words import say, word


@dataclass(frozen=True)
class Observation:
    """The comparison, the flows of the workspace with their measures, the estimated matrix of contracts (None where
    margins are missing), published cells beside size and distance, the workspace's own indicators, its specialisation
    by city, and what could not be done, in Chinese and English."""

    comparison: Comparison
    flows: tuple[tuple[Matrix, Measures], ...]
    estimated: Contracts | None
    against: tuple[Against, ...]
    own: pl.DataFrame | None
    special: Any
    chains: Mapping[str, str]
    notices: tuple[tuple[str, str], ...]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the comparison's own
        if name.startswith("__") or name == "comparison":
            raise AttributeError(name)
        return getattr(self.comparison, name)


def shown(found: Observation, region: Region, lang: str) -> Shown:
    """Sentences on what is comparable, tables with every source, and drawings."""
    spot, one = 0 if lang == "zh" else 1, found.comparison
    lead = [w[spot] for w in one.words] or [say("observe_none", lang)]
    lead += [say("observe_rule", lang), *bought.against_words(found.against, lang)]
    notes = [n[spot] for n in (*one.notices, *found.notices)]
    if region.fictional and (found.flows or found.own is not None):
        lead.append(say("observe_fictional", lang))
    return Shown(
        say("observe_title", lang),
        lead,
        _tables(found, lang),
        _drawings(found, region, lang),
        notes,
        real=True,
    )


def _tables(found: Observation, lang: str) -> list[Table]:
    one = found.comparison
    made = [
        tables.comparison_table(one, lang), tables.cells_table(one, lang), tables.growth_table(one, lang),
        tables.missing_table(one, lang),
    ]  # fmt: skip
    if found.estimated is not None:
        made += [
            bought.against_table(found.against, lang),
            bought.shares_table(found.estimated, {r: place(r).parts for r in one.regions}, lang),
            replace(
                bought.contracts_table(found.estimated, lang), data=bought.contract_rows(found.estimated)
            ),
        ]
    made = [replace(t, real=True) for t in (*made, _series(one, lang))]
    if found.special is not None:
        made.append(_special(found, lang))
    if found.own is not None:
        made.append(tables.own_table(found.own, lang))
    if found.flows:
        latest = {m.factor: (m, s) for m, s in found.flows}
        made += [
            tables.flows_table([s for _, s in found.flows], lang),
            tables.places_table([s for _, s in latest.values()], lang),
        ]
        made += [_matrix(m, lang) for m, _ in latest.values()]
    return made


def _series(found: Comparison, lang: str) -> Table:
    """Every year of every region that the trends are drawn from."""
    names = [indicator(i).zh if lang == "zh" else indicator(i).en for i in found.trends["indicator"]]
    frame = found.trends.with_columns(pl.Series("name", names, dtype=pl.String))
    columns = tables.observe_columns(lang, name="text", region="text", year="year", value="real", unit="text")
    return Table("trends", say("trends_title", lang), frame, columns, data=found.trends)


def _matrix(matrix: Matrix, lang: str) -> Table:
    factor = word("factors", matrix.factor, lang)
    title = say("grid_title", lang, factor=factor, year=matrix.year)
    frame = tables.matrix_rows(matrix)
    styles: dict[str, Style] = {"origin": "text", "destination": "text", matrix.measure: "real"}
    columns = tables.observe_columns(lang, **styles)
    return Table(f"flows-{matrix.factor}-{matrix.year}", title, frame, columns)


def _special(found: Observation, lang: str) -> Table:
    frame = (
        found.special.cells.join(found.special.places.select("place", "eci"), on="place", how="left")
        .filter(pl.col("count") > 0)
        .with_columns(pl.col("activity").replace(dict(found.chains)))
        .sort("place", "lq", descending=[False, True])
    )
    columns = tables.observe_columns(
        lang, place="text", activity="text", count="real", lq="real", low="real", high="real"
    )
    return Table("special", say("special_title", lang), frame, columns)


def _drawings(found: Observation, region: Region, lang: str) -> list[Drawing]:
    drawn = _trends(found.comparison, lang)
    if (one := found.estimated) is not None:
        heading = say("ribbons_title", lang, year=one.year)
        drawn.append(Drawing("contracts-ribbons", heading, "sanwang.report.ribbons:ribbons", {
            "places": one.places, "values": one.middle, "heading": heading,
            "note": say("ribbons_note", lang), "lang": lang,
        }))  # fmt: skip
        where = {"provinces": provinces()}
        for name, key, draws, more in (
            ("contracts-map", "flow_map_title", "sanwang.report.flowmap:flow_map", where),
            ("contracts-matrix", "contracts_title", "sanwang.report.flowmap:matrix_drawing", {}),
        ):
            heading = say(key, lang, year=one.year)
            given = {"found": one, "heading": heading, "lang": lang, **more}
            drawn.append(Drawing(name, heading, draws, given))
    for factor, matrix in {m.factor: m for m, _ in found.flows}.items():
        drawn += _flows(factor, matrix, region, lang)
    if found.special is not None:
        given = {
            "cells": found.special.cells,
            "names": dict(found.chains),
            "fictional": region.fictional,
            "lang": lang,
        }
        drawn.append(Drawing("specialisation", say("heat_title", lang), "sanwang.report.heat:heat", given))
    return drawn


def _flows(factor: str, matrix: Matrix, region: Region, lang: str) -> list[Drawing]:
    """A matrix as a grid, as ribbons and on the map."""
    name, fictional = word("factors", factor, lang), region.fictional
    grid = say("grid_title", lang, factor=name, year=matrix.year)
    mapped = say("region_map_title", lang, factor=name, year=matrix.year)
    note = say("fictional", lang) if fictional else ""
    return [
        Drawing(f"grid-{factor}", grid, "sanwang.report.grid:grid",
                {"matrix": matrix, "heading": grid, "fictional": fictional, "lang": lang}),
        Drawing(f"ribbons-{factor}", mapped, "sanwang.report.ribbons:ribbons",
                {"places": matrix.places, "values": matrix.values, "heading": mapped, "note": note, "lang": lang}),
        Drawing(f"map-{factor}", mapped, "sanwang.report.flowmap:region_flow_map",
                {"region": region, "matrix": matrix, "heading": mapped, "fictional": fictional, "lang": lang}),
    ]  # fmt: skip


def _trends(found: Comparison, lang: str) -> list[Drawing]:
    """One drawing an indicator that two regions or more have over two years or more."""
    drawn: list[Drawing] = []
    for (name,), part in found.trends.group_by("indicator", maintain_order=True):
        one = indicator(str(name))
        if one.own_base or part["unit"].n_unique() > 1:
            continue
        lines = {
            r: [(y, v) for y, v in part.filter(pl.col("region") == r).select("year", "value").iter_rows()]
            for r in found.regions
            if part.filter(pl.col("region") == r).height > 1
        }
        if len(lines) > 1:
            title = one.zh if lang == "zh" else one.en
            kinds = {r: part.filter(pl.col("region") == r)["how"].to_list() for r in lines}
            derived = any(k == "derived" for held in kinds.values() for k in held)
            given = {"heading": title, "unit": part["unit"][0], "lines": lines, "kinds": kinds,
                     "note": say("trend_derived", lang) if derived else ""}  # fmt: skip
            drawn.append(Drawing(f"trend-{name}", title, "sanwang.report.trend:trend", given, wide=False))
    return drawn


def data(found: Observation, region: Region) -> dict[str, object]:
    """Cells, sentences, what is missing, growth, and the flows' figures."""
    one = found.comparison
    return {
        "regions": list(one.regions), "cells": one.cells, "words": [w[0] for w in one.words],
        "words_en": [w[1] for w in one.words], "missing": [list(m) for m in one.missing],
        "notices": [n[0] for n in one.notices], "growth": growth(one.trends), "trends": one.trends,
        "flows_fictional": region.fictional,
        "flows": changes([m for _, m in found.flows]) if found.flows else [],
        "contracts": bought.contract_rows(found.estimated) if found.estimated is not None else [],
    }  # fmt: skip


@study("observe", show=shown, data=data, source=True)
def observe(
    region: Region,
    *,
    regions: Annotated[
        tuple[str, ...],
        Option(
            "区域，或以 + 连接的地点",
            "regions, or places joined by +",
            TEXT,
            True,
            ("--regions",),
            argument=True,
        ),
    ] = (),
    indicators: Annotated[
        tuple[str, ...],
        Option("只看这些指标", "only these indicators", TEXT, many=True, names=("--indicator",)),
    ] = (),
    year: Annotated[
        int | None,
        Option(
            "比较的年份，缺省取最多区域都有的最近一年",
            "the year compared; else the latest that most have",
            whole(1900, 2200),
        ),
    ] = None,
    engine: Engine | None = None,
    ask: Ask,
) -> Observation:
    """Regions side by side on published figures that ship with their sources, and on the workspace's own.

    Only cells of one year, unit and definition are ranked; others are shown and say why. Raises OptionError for a
    region or indicator nobody knows.
    """
    facts = facts_of(region)
    names = [n.strip() for word_ in regions for n in word_.replace("，", ",").split(",") if n.strip()]
    found = compare(facts, names or list(_shipped()), indicators, year)
    notices: list[tuple[str, str]] = []
    estimated, against = _contracts(facts, notices, engine)
    parts = {name: place(name).parts for name in found.regions}
    special, chains = _specialisation(region, ask)
    return Observation(
        found, tuple(_measured(region, notices)), estimated, tuple(against),
        workspace_indicators(region, parts) if region.has("actors") else None, special, chains, tuple(notices),
    )  # fmt: skip


def _shipped() -> Sequence[str]:
    return list(regions())


def _measured(region: Region, notices: list[tuple[str, str]]) -> list[tuple[Matrix, Measures]]:
    made: list[tuple[Matrix, Measures]] = []
    if not region.has("flows"):
        return made
    for matrix in matrices(region):
        try:
            made.append((matrix, measures(matrix)))
        except DataError as error:
            notices.append((error.said("zh"), error.said("en")))
    return made


def _contracts(
    facts: pl.DataFrame, notices: list[tuple[str, str]], engine: Engine | None
) -> tuple[Contracts | None, list[Against]]:
    """The estimated matrix of the latest year that has margins, and the published cells beside size and distance."""
    rows = facts.filter((pl.col("region") == NATION) & (pl.col("indicator") == SOLD))
    years = rows["year"].drop_nulls().sort().to_list()
    if not years:
        return None, []
    try:
        return contracts(facts, years[-1], engine=engine), list(
            against_size_and_distance(facts, range(years[0], years[-1] + 1), engine=engine)
        )
    except DataError as error:
        notices.append((error.said("zh"), error.said("en")))
        return None, []


def _specialisation(region: Region, ask: Ask) -> tuple[Any, Mapping[str, str]]:
    """Which city is good at which chain, where the workspace has enough to say; chains' names by id."""
    if not (region.has("achievements") and region.has("links")):
        return None, {}
    chains = ask("chain", region, words_only=True)
    return chains.special, chains.names
