"""Settlements and contagion as pages and workbooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from sanwang.report.contagion import contagion
from sanwang.report.labels import language, money_words, percent_words, say, word
from sanwang.report.markup import Markup, tag
from sanwang.report.page import tables_page
from sanwang.report.table import Column, Style, Table
from sanwang.report.workbook import write_tables
from sanwang.sources.atomic import atomic_path

if TYPE_CHECKING:
    from sanwang.finance.setoff import Settlement
    from sanwang.finance.stress import Stress

_ROWS = 2_000
"""Invoices the page and workbook hold; all of them are in invoices.csv."""


def _table(name: str, heading: str, frame: pl.DataFrame, lang: str, /, **styles: Style) -> Table:
    wan = word("columns", "wan", lang)
    columns = [
        Column(k, word("finance_columns", k, lang) + (wan if s == "money" else ""), s)
        for k, s in styles.items()
    ]
    return Table(name, heading, frame, tuple(columns))


def _section(heading: str, drawing: Markup, name: str) -> Markup:
    return tag("section", tag("h2", heading), tag("div", drawing, class_="wide-drawing"), id=name)


def _write(
    out: Path,
    name: str,
    title: str,
    lead: list[str],
    pictures: list[Markup],
    tables: Sequence[Table],
    fictional: bool,
    lang: str,
) -> list[Path]:
    language(lang)
    text = tables_page(title, lead, pictures, list(tables), fictional, lang)
    with atomic_path(out / f"{name}.html") as path:
        path.write_text(text, encoding="utf-8", newline="\n")
    with atomic_path(out / f"{name}.xlsx") as path:
        write_tables(path, title, lead, list(tables), fictional, lang)
    return [out / f"{name}.html", out / f"{name}.xlsx"]


def write_settlement_report(
    settled: Settlement, names: Mapping[str, str], fictional: bool, out: Path, lang: str = "zh"
) -> list[Path]:
    """Write ``settle.html`` and ``settle.xlsx``: what was set off, by firm, by pair and by invoice."""
    share = settled.cleared / settled.total if settled.total else 0.0
    upper = settled.steps["amount_on_cycles"]
    lead = [
        say("settle_lead", lang, total=money_words(settled.total, lang), cleared=money_words(settled.cleared, lang),
            share=percent_words(share, 2), remaining=money_words(settled.remaining, lang)),
        say("settle_bound", lang, upper=money_words(upper, lang)),
    ]  # fmt: skip
    firms = settled.firms.with_columns(pl.col("firm").replace(names).alias("name")).sort(
        "cleared", descending=True
    )
    pairs = (
        settled.pairs.filter(pl.col("cleared") > 0)
        .sort("cleared", descending=True)
        .with_columns(
            pl.col("debtor").replace(names).alias("debtor_name"),
            pl.col("creditor").replace(names).alias("creditor_name"),
        )
    )
    lines = settled.invoices.filter(pl.col("cleared") > 0).sort("cleared", descending=True).head(_ROWS)
    lines = lines.with_columns(pl.col("due").cast(pl.String))
    steps = pl.DataFrame(
        {"step": [word("steps", k, lang) for k in settled.steps], "count": list(settled.steps.values())}
    )
    amounts = {
        word("steps", k, lang)
        for k in settled.steps
        if k.startswith("amount") or k.endswith(("amount", "alone"))
    }
    steps = steps.with_columns(
        pl.when(pl.col("step").is_in(list(amounts))).then(pl.lit("分")).otherwise(pl.lit("")).alias("unit")
    )
    tables = [
        _table("firms", say("settle_firms", lang), firms, lang, firm="id", name="text", currency="text",
               payable="money", payable_after="money", receivable="money", receivable_after="money",
               cleared="money", net="money"),
        _table("pairs", say("settle_pairs", lang), pairs, lang, debtor_name="text", creditor_name="text",
               currency="text", before="money", cleared="money", after="money"),
        _table("invoices", say("settle_invoices", lang, rows=_ROWS), lines, lang, id="id", debtor="id", creditor="id",
               due="text", amount="money", cleared="money", after="money"),
        _table("steps", say("settle_steps", lang), steps, lang, step="text", count="int", unit="text"),
    ]  # fmt: skip
    return _write(out, "settle", say("settle_title", lang), lead, [], tables, fictional, lang)


def write_stress(
    before: Stress,
    after: Stress,
    debts: pl.DataFrame,
    names: Mapping[str, str],
    assumed: str,
    fictional: bool,
    out: Path,
    lang: str = "zh",
) -> list[Path]:
    """Write ``stress.html`` with the contagion drawn, and ``stress.xlsx``."""
    lead = [
        say("stress_lead", lang, before=before.defaults, unpaid=money_words(round(before.unpaid), lang),
            after=after.defaults, left=money_words(round(after.unpaid), lang)),
        assumed,
    ]  # fmt: skip
    frame = (
        before.firms.filter(pl.col("round") > 0)
        .join(after.firms.select("firm", pl.col("shortfall").alias("after_set_off")), on="firm", how="left")
        .with_columns(
            pl.col("firm").replace(names).alias("name"),
            *(pl.col(c).round().cast(pl.Int64) for c in ("owed", "cash", "paid", "shortfall")),
            pl.col("after_set_off").fill_null(0).round().cast(pl.Int64),
        )
        .sort("round", "shortfall", descending=[False, True])
    )
    table = _table("hit", say("stress_hit", lang), frame, lang, firm="id", name="text", round="int", owed="money",
                   cash="money", paid="money", shortfall="money", after_set_off="money")  # fmt: skip
    drawn = contagion(before.firms, debts, names, fictional, lang)
    pictures = [_section(say("contagion_title", lang), drawn, "contagion")] if frame.height else []
    return _write(
        out, "stress", say("stress_title", lang), [s for s in lead if s], pictures, [table], fictional, lang
    )
