"""Regions side by side in tables: cells with their marks and sources, growth, what is missing, flows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from sanwang.observatory.comparison import MARKS, Comparison, growth
from sanwang.observatory.facts import indicator
from sanwang.observatory.flows import Matrix, Measures, changes
from sanwang.region.groups import place
from sanwang.study.table import Column, Style, Table
from sanwang.study.words import say, word


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


def marks_words(marks: Sequence[str], parts: str, lang: str) -> str:
    """Marks in words."""
    between = "；" if lang == "zh" else "; "
    return between.join(MARKS[m][0 if lang == "zh" else 1].format(parts=parts) for m in marks)


def _table(name: str, heading: str, frame: pl.DataFrame, lang: str, /, **styles: Style) -> Table:
    return Table(name, heading, frame, observe_columns(lang, **styles))


def observe_columns(lang: str, /, **styles: Style) -> tuple[Column, ...]:
    """Columns with the headings of the observatory."""
    return tuple(Column(k, word("observe_columns", k, lang), s) for k, s in styles.items())


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
    frame = pl.DataFrame(rows, schema={c.key: pl.String for c in columns})
    flat = found.cells.with_columns(pl.col("marks").list.join("；"), pl.col("sources").list.join("；"))
    title, note = say("comparison_title", lang), say("comparison_note", lang)
    return Table("comparison", title, frame, columns, note, data=flat, real=True)


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
