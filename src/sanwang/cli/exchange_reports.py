"""The supervisor's month on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from sanwang.cli.exchange_open import As, Db, open_exchange, signed_in
from sanwang.cli.terminal import output
from sanwang.cli.workspace import JsonOption, LangOption, print_json, spoken
from sanwang.errors import OptionError

if TYPE_CHECKING:
    from sanwang.exchange import Exchange
    from sanwang.exchange.reports.public import Public
    from sanwang.exchange.reports.report import Report
    from sanwang.exchange.who import Who
    from sanwang.study.table import Table


def report(
    db: Db,
    month: Annotated[str, typer.Option(help="月份，如 2026-05 / a month such as 2026-05")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="写入 .html 或 .xlsx / a .html or .xlsx file")
    ] = None,
    no: Annotated[int | None, typer.Option(min=1, help="已发布的第几版 / a version given out")] = None,
    give_out: Annotated[
        bool, typer.Option("--give-out", help="发布为下一版，不再更改 / keep it as the next version")
    ] = False,
    why: Annotated[str | None, typer.Option(help="重述的原因 / why it is restated")] = None,
    as_: As = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """监管月报：每个数字都有所依据的事件 / The supervisor's month, each number with the events behind it"""
    from sanwang.exchange.people import fictional

    x, said = open_exchange(db), spoken(lang)
    made = _made(x, signed_in(x, as_), month, no, give_out, why)
    with x.store.read() as tx:
        sample = fictional(tx)
    if json_:
        print_json(_json(made, sample))
    else:
        _show(x, made, out, said, sample)


def public(
    db: Db,
    year: Annotated[int, typer.Option(help="已结束的年份 / a year that is over")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="写入 .html 或 .xlsx / a .html or .xlsx file")
    ] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """公开统计：少于五家的格子不公布，也无法推算 / Public figures: no cell shows what fewer than five did"""
    from sanwang.exchange.people import fictional

    x, said = open_exchange(db), spoken(lang)
    found = x.public_year(year)
    with x.store.read() as tx:
        sample = fictional(tx)
    if json_:
        print_json(_public_json(year, found, sample))
    else:
        _show_public(year, found, out, said, sample)


def _made(x: Exchange, who: Who, month: str, no: int | None, give_out: bool, why: str | None) -> Report:
    """The report asked for; given out first where that is wanted."""
    if give_out and no is not None:
        raise OptionError(
            "--give-out makes the next version: leave --no out", "--give-out 生成下一版：请去掉 --no"
        )
    return x.give_out_report(who, month, why) if give_out else x.report(who, month, no)


def _json(made: Report, fictional: bool) -> dict[str, Any]:
    """A report for programs: every figure with its events, and what it was made from."""
    return {
        "month": str(made.month), "version": made.no, "over": made.over, "link": made.link,
        "record_digest": made.record_digest, "digest": made.digest, "why": made.why,
        "figures": made.figures.to_dicts(), **noticed(fictional),
    }  # fmt: skip


def _public_json(year: int, found: list[Public], fictional: bool) -> dict[str, Any]:
    """A year's public tables for programs: fen; null is left out."""
    names = ("from", "to", "count", "amount")
    tables = {p.name: [dict(zip(names, row, strict=True)) for row in p.told()] for p in found}
    return {"year": year, "tables": tables, **noticed(fictional)}


def noticed(fictional: bool) -> dict[str, str]:
    """The notice that goes with fictional data; nothing else."""
    from sanwang.study.saving import NOTICE

    return {"notice": NOTICE} if fictional else {}


def _show(x: Exchange, made: Report, out: Path | None, said: str, fictional: bool) -> None:
    """The report on the terminal, or as a page or a workbook with the events behind each row."""
    from sanwang.exchange.reports import shown
    from sanwang.study.words import say

    title, lines = say("report_title", said, month=made.month), shown.headline(made, said)
    tables = shown.tables(made, said)
    with x.store.read() as tx:
        behind = [shown.events_table(tx, made, said)] if out is not None else []
    out_tables(title, lines, [*tables, *behind], [say("report_unit", said)], out, said, fictional)


def _show_public(year: int, found: list[Public], out: Path | None, said: str, fictional: bool) -> None:
    """A year's public tables on the terminal, or as a page or a workbook."""
    from sanwang.exchange.reports import shown
    from sanwang.study.words import say

    title, about = say("public_title", said, year=year), say("public_about", said)
    out_tables(title, [about], shown.public_tables(found, said), [], out, said, fictional)


def out_tables(
    title: str,
    lines: list[str],
    tables: list[Table],
    notes: list[str],
    out: Path | None,
    said: str,
    fictional: bool,
) -> None:
    """Tables with their lines on the terminal, or as a page or a workbook."""
    from sanwang.cli.show import print_table
    from sanwang.study.words import say

    if out is not None:
        _write(title, lines, tables, notes, out, said, fictional)
        output.print(escape(str(out)))
        return
    for line in ([say("fictional", said)] if fictional else []) + [title, *lines]:
        output.print(escape(line), soft_wrap=True)
    for table in tables:
        print_table(table)
        if table.note:
            output.print(escape(table.note), soft_wrap=True)


def _write(
    title: str, lines: list[str], tables: list[Table], notes: list[str], out: Path, said: str, fictional: bool
) -> None:
    from sanwang.report.page import tables_page
    from sanwang.report.workbook import write_tables
    from sanwang.sources.atomic import atomic_path
    from sanwang.study.words import say

    kind = out.suffix.lower()
    if kind not in (".html", ".xlsx"):
        raise OptionError(f"{out}: .html or .xlsx", f"{out}：应为 .html 或 .xlsx")
    with atomic_path(out) as temporary:
        if kind == ".html":
            page = tables_page(title, lines, tables, notes, said, fictional)
            temporary.write_text(page, encoding="utf-8", newline="\n")
        else:
            write_tables(tables, temporary, title, say("fictional", said) if fictional else "")
