"""The supervisor's month on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from sanwang.cli.terminal import output
from sanwang.errors import OptionError

if TYPE_CHECKING:
    from sanwang.exchange import Exchange
    from sanwang.exchange.reports.report import Report
    from sanwang.exchange.who import Who


def month_made(x: Exchange, who: Who, month: str, no: int | None, give_out: bool, why: str | None) -> Report:
    """The report asked for; given out first where that is wanted."""
    if give_out and no is not None:
        raise OptionError(
            "--give-out makes the next version: leave --no out", "--give-out 生成下一版：请去掉 --no"
        )
    return x.give_out_report(who, month, why) if give_out else x.report(who, month, no)


def as_json(made: Report) -> dict[str, Any]:
    """A report for programs: every figure with its events, and what it was made from."""
    return {
        "month": str(made.month), "version": made.no, "over": made.over, "link": made.link,
        "record_digest": made.record_digest, "digest": made.digest, "why": made.why,
        "figures": made.figures.to_dicts(),
    }  # fmt: skip


def show(x: Exchange, made: Report, out: Path | None, said: str, fictional: bool) -> None:
    """The report on the terminal, or as a page or a workbook."""
    from sanwang.exchange.reports import shown
    from sanwang.study.words import say

    tables, lines = shown.tables(made, said), shown.headline(made, said)
    if out is None:
        from sanwang.cli.show import print_table

        for line in ([say("fictional", said)] if fictional else []) + [_title(made, said), *lines]:
            output.print(escape(line), soft_wrap=True)
        for table in tables:
            print_table(table)
        return
    _write(x, made, out, said, fictional)
    output.print(escape(str(out)))


def _title(made: Report, said: str) -> str:
    from sanwang.study.words import say

    return say("report_title", said, month=made.month)


def _write(x: Exchange, made: Report, out: Path, said: str, fictional: bool) -> None:
    from sanwang.exchange.reports import shown
    from sanwang.report.page import tables_page
    from sanwang.report.workbook import write_tables
    from sanwang.sources.atomic import atomic_path
    from sanwang.study.words import say

    title, tables = _title(made, said), shown.tables(made, said)
    notes = [say("report_unit", said)]
    notice = say("fictional", said) if fictional else ""
    if out.suffix.lower() not in (".html", ".xlsx"):
        raise OptionError(f"{out}: .html or .xlsx", f"{out}：应为 .html 或 .xlsx")
    with atomic_path(out) as temporary:
        if out.suffix.lower() == ".html":
            page = tables_page(title, shown.headline(made, said), tables, notes, said, fictional)
            temporary.write_text(page, encoding="utf-8", newline="\n")
            return
        with x.store.read() as tx:
            behind = shown.events_table(tx, made, said)
        write_tables([*tables, behind], temporary, title, notice)
