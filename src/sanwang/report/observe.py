"""The observatory's page and workbook: regions side by side with marks and sources, trends, flows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from sanwang.collaboration.chains.specialisation import Specialisation
from sanwang.observatory.comparison import MARKS, Comparison, growth
from sanwang.observatory.contracts import Against, Contracts
from sanwang.observatory.facts import indicator, place
from sanwang.observatory.flows import Matrix, Measures, changes
from sanwang.region import Region
from sanwang.report.chains import special_table
from sanwang.report.contracts import (
    against_table,
    against_words,
    contract_rows,
    contracts_table,
    shares_table,
)
from sanwang.report.files import write_rows
from sanwang.report.flowmap import flow_map, matrix_drawing, region_flow_map
from sanwang.report.grid import grid
from sanwang.report.heat import heat
from sanwang.report.labels import language, say, word
from sanwang.report.markup import Markup, tag
from sanwang.report.page import tables_page
from sanwang.report.ribbons import ribbons
from sanwang.report.table import Column, Style, Table
from sanwang.report.trend import trend
from sanwang.report.workbook import write_tables
from sanwang.sources.atomic import atomic_path


def write_observation(
    found: Comparison,
    flows: Sequence[tuple[Matrix, Measures]],
    name: str,
    fictional: bool,
    out: str | Path,
    lang: str = "zh",
    estimated: Contracts | None = None,
    against: Sequence[Against] = (),
    own: pl.DataFrame | None = None,
    region: Region | None = None,
    special: Specialisation | None = None,
    chains: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write ``observe.html``, ``observe.xlsx``, ``observe.json`` and the data of each figure as csv; returns them.

    The published figures are real; flows are the workspace's own and are marked fictional where it is.
    """
    language(lang)
    folder = Path(out)
    lead = [w[0 if lang == "zh" else 1] for w in found.words] or [say("observe_none", lang)]
    lead.append(say("observe_rule", lang))
    lead += against_words(against, lang)
    notices = [n[0 if lang == "zh" else 1] for n in found.notices]
    if fictional and flows:
        lead.append(say("observe_fictional", lang))
    pictures = [_trends(found, lang)]
    tables = [
        comparison_table(found, lang),
        cells_table(found, lang),
        growth_table(found, lang),
        missing_table(found, lang),
    ]
    if estimated is not None:
        pictures += _contract_pictures(estimated, lang)
        tables += [
            against_table(against, lang),
            shares_table(estimated, {r: place(r).parts for r in found.regions}, lang),
            contracts_table(estimated, lang),
        ]
    latest = {m.factor: (m, s) for m, s in flows}
    for factor, (matrix, _) in latest.items():
        heading = say("grid_title", lang, factor=word("factors", factor, lang), year=matrix.year)
        pictures.append(
            tag(
                "section",
                tag("h2", heading),
                tag("div", grid(matrix, heading, fictional, lang), class_="wide-drawing"),
            )
        )
    if region is not None:
        for factor, (matrix, _) in latest.items():
            heading = say("region_map_title", lang, factor=word("factors", factor, lang), year=matrix.year)
            told = say("fictional", lang) if fictional else ""
            box = tag(
                "div", ribbons(matrix.places, matrix.values, heading, told, lang), class_="wide-drawing"
            )
            pictures.append(tag("section", tag("h2", heading), box))
            if (drawn := region_flow_map(region, matrix, heading, fictional, lang)) is not None:
                box = tag("div", drawn, class_="wide-drawing")
                pictures.append(tag("section", tag("h2", heading), box))
    if special is not None and chains is not None:
        drawn = tag("div", heat(special.cells, chains, fictional, lang), class_="wide-drawing")
        pictures.append(tag("section", tag("h2", say("heat_title", lang)), drawn, id="specialisation"))
        tables.append(special_table(special, dict(chains), lang))
    if own is not None:
        tables.append(own_table(own, lang))
    if flows:
        tables += [
            flows_table([s for _, s in flows], lang),
            places_table([s for _, s in latest.values()], lang),
        ]
    title = f"{say('observe_title', lang)} · {name}" if name else say("observe_title", lang)
    text = tables_page(title, [*lead, *notices], pictures, tables, False, lang)
    with atomic_path(folder / "observe.html") as path:
        path.write_text(text, encoding="utf-8", newline="\n")
    with atomic_path(folder / "observe.xlsx") as path:
        write_tables(path, title, [*lead, *notices], tables, False, lang)
    with atomic_path(folder / "observe.json") as path:
        path.write_text(
            json.dumps(observation_json(found, flows, fictional, estimated), ensure_ascii=False, indent=1)
            + "\n",
            encoding="utf-8",
        )
    figures = {"comparison": _flat(found.cells), "trends": found.trends}
    if estimated is not None:
        figures["contracts"] = contract_rows(estimated)
    for factor, (matrix, _) in latest.items():
        figures[f"flows-{factor}-{matrix.year}"] = matrix_rows(matrix)
    for stem, frame in figures.items():
        with atomic_path(folder / f"{stem}.csv") as path:
            write_rows(frame, fictional and stem.startswith("flows-"), path)
    names = ("observe.html", "observe.xlsx", "observe.json", *(f"{s}.csv" for s in figures))
    return [folder / n for n in names]


def matrix_rows(matrix: Matrix) -> pl.DataFrame:
    """A matrix as rows: origin, destination, value in the table's unit; empty where nobody knows."""
    return pl.DataFrame(
        [
            {"origin": a, "destination": b, matrix.measure: None if np.isnan(v) else float(v)}
            for a, line in zip(matrix.places, matrix.values, strict=True)
            for b, v in zip(matrix.places, line, strict=True)
        ],
        schema={"origin": pl.String, "destination": pl.String, matrix.measure: pl.Float64},
    )


def _contract_pictures(estimated: Contracts, lang: str) -> list[Markup]:
    heading = say("ribbons_title", lang, year=estimated.year)
    flows = ribbons(estimated.places, estimated.middle, heading, say("ribbons_note", lang), lang)
    box = tag("div", flows, class_="wide-drawing")
    drawn: list[Markup] = [tag("section", tag("h2", heading), box)]
    for key, picture in (("flow_map_title", flow_map), ("contracts_title", matrix_drawing)):
        heading = say(key, lang, year=estimated.year)
        box = tag("div", picture(estimated, heading, lang), class_="wide-drawing")
        drawn.append(tag("section", tag("h2", heading), box))
    return drawn


def _flat(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.with_columns(pl.col("marks").list.join("；"), pl.col("sources").list.join("；"))


def _trends(found: Comparison, lang: str) -> Markup:
    """One drawing an indicator that two regions or more have over two years or more."""
    drawn: list[Markup] = []
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
            drawn.append(trend(one.zh if lang == "zh" else one.en, part["unit"][0], lines))
    if not drawn:
        return tag(
            "section", tag("h2", say("trends_title", lang)), tag("p", say("no_rows", lang), class_="about")
        )
    return tag(
        "section", tag("h2", say("trends_title", lang)), tag("div", *drawn, class_="cards"), id="trends"
    )


def marks_words(marks: Sequence[str], parts: str, lang: str) -> str:
    """Marks in words."""
    between = "；" if lang == "zh" else "; "
    return between.join(MARKS[m][0 if lang == "zh" else 1].format(parts=parts) for m in marks)


def _table(name: str, heading: str, frame: pl.DataFrame, lang: str, /, **styles: Style) -> Table:
    return Table(
        name, heading, frame, tuple(Column(k, word("observe_columns", k, lang), s) for k, s in styles.items())
    )


def comparison_table(found: Comparison, lang: str) -> Table:
    """One row an indicator, a column a region: value, and in brackets the year and marks where they differ."""
    rows: list[dict[str, object]] = []
    for (name,), part in found.cells.group_by("indicator", maintain_order=True):
        one = indicator(str(name))
        by = {r["region"]: r for r in part.to_dicts()}
        row: dict[str, object] = {"indicator": one.zh if lang == "zh" else one.en, "group": one.group}
        for region in found.regions:
            cell = by.get(region)
            row[region] = "–" if cell is None else _cell(cell, lang)
        row["unit"] = next(iter(by.values()))["unit"]
        rows.append(row)
    names = [Column(r, r if lang == "zh" else place(r).en, "text") for r in found.regions]
    head = [Column(k, word("observe_columns", k, lang), "text") for k in ("group", "indicator")]
    columns = (*head, *names, Column("unit", word("observe_columns", "unit", lang), "text"))
    return Table(
        "comparison", say("comparison_title", lang), pl.DataFrame(rows), columns, say("comparison_note", lang)
    )


def _cell(cell: dict[str, object], lang: str) -> str:
    value = float(str(cell["value"]))
    shown = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}".rstrip("0").rstrip(".")
    marks = [str(m) for m in cell["marks"] if isinstance(cell["marks"], list)]  # pyright: ignore
    words = marks_words(marks, str(cell["parts"]), lang)
    sign = "" if cell["comparable"] else "※ "
    return f"{sign}{shown}（{cell['year']}{'，' + words if words else ''}）"


def own_table(rows: pl.DataFrame, lang: str) -> Table:
    """What the workspace's own tables say of each region; not to be compared with published figures."""
    wide = rows.with_columns(
        pl.Series("name", [word("own_indicators", i, lang) for i in rows["indicator"]], pl.String),
        pl.Series(
            "shown", [_own_cell(i, v) for i, v in rows.select("indicator", "value").iter_rows()], pl.String
        ),
    ).pivot(on="region", index="name", values="shown", maintain_order=True)
    regions = rows["region"].unique(maintain_order=True).to_list()
    head = Column("name", word("observe_columns", "name", lang), "text")
    columns = [Column(r, r if lang == "zh" else place(r).en, "text") for r in regions]
    return Table("own", say("own_title", lang), wide, (head, *columns), say("own_note", lang))


def _own_cell(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" if name.startswith("share") else f"{value:,.0f}"


def cells_table(found: Comparison, lang: str) -> Table:
    """Every cell with its definition, marks and sources."""
    frame = found.cells.with_columns(
        pl.Series(
            "name", [indicator(i).zh if lang == "zh" else indicator(i).en for i in found.cells["indicator"]]
        ),
        pl.Series(
            "said", [marks_words(m, p, lang) for m, p in found.cells.select("marks", "parts").iter_rows()]
        ),
        pl.when("comparable")
        .then(pl.lit(say("can_compare", lang)))
        .otherwise(pl.lit(say("cannot_compare", lang)))
        .alias("able"),
        pl.col("sources").list.unique(maintain_order=True).list.head(8).list.join("\n"),
    )
    return _table("cells", say("cells_title", lang), frame, lang, name="text", region="text", year="year", value="real",
                  unit="text", able="text", said="long", definition="long", sources="long")  # fmt: skip


def growth_table(found: Comparison, lang: str) -> Table:
    """Mean yearly growth over common years."""
    frame = growth(found.trends)
    frame = frame.with_columns(
        pl.Series(
            "name",
            [indicator(i).zh if lang == "zh" else indicator(i).en for i in frame["indicator"]],
            dtype=pl.String,
        )
    )
    return _table("growth", say("growth_title", lang), frame, lang, name="text", region="text", first="year",
                  last="year", growth="percent")  # fmt: skip


def missing_table(found: Comparison, lang: str) -> Table:
    """What is missing to say more: add one row each to the facts table."""
    rows = [
        {"name": indicator(i).zh if lang == "zh" else indicator(i).en, "region": r} for i, r in found.missing
    ]
    frame = pl.DataFrame(rows, schema={"name": pl.String, "region": pl.String})
    return _table("missing", say("missing_title", lang), frame, lang, name="text", region="text")


def flows_table(found: Sequence[Measures], lang: str) -> Table:
    """Figures of the flows by factor and year."""
    frame = changes(list(found)).with_columns(
        pl.col("factor").replace({m.factor: word("factors", m.factor, lang) for m in found})
    )
    return _table("flows", say("flows_title", lang), frame, lang, factor="text", year="year", internal_share="percent",
                  reciprocity="percent", gini="real", theil="real", growth="percent", unknown="int")  # fmt: skip


def places_table(found: Sequence[Measures], lang: str) -> Table:
    """Balance and dependence of each place in the last year."""
    rows = [
        m.places.with_columns(
            pl.lit(word("factors", m.factor, lang)).alias("factor"),
            pl.lit(m.year).alias("year"),
            *((pl.col(c) / m.total).alias(f"{c}_share") for c in ("out", "into", "balance")),
        )
        for m in found
    ]
    frame = pl.concat(rows)
    return _table("places", say("places_title", lang), frame, lang, factor="text", year="year", place="text",
                  out_share="percent", into_share="percent", balance_share="percent", internal="percent",
                  openness="percent", largest_partner="text", partner_share="percent")  # fmt: skip


def observation_json(
    found: Comparison,
    flows: Sequence[tuple[Matrix, Measures]],
    fictional: bool,
    estimated: Contracts | None = None,
) -> dict[str, object]:
    """Cells, words, what is missing and the flows' figures, ready for JSON."""
    return {
        "regions": list(found.regions), "cells": found.cells.to_dicts(), "words": [w[0] for w in found.words],
        "words_en": [w[1] for w in found.words], "missing": [list(m) for m in found.missing],
        "notices": [n[0] for n in found.notices], "growth": growth(found.trends).to_dicts(),
        "flows_fictional": fictional, "flows": changes([m for _, m in flows]).to_dicts() if flows else [],
        "contracts": contract_rows(estimated).to_dicts() if estimated is not None else [],
    }  # fmt: skip
