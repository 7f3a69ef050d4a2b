"""Any result on a terminal: what was found, tables that fit the screen, notes, and what was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.markup import escape

from sanwang.cli.terminal import output, table
from sanwang.study.result import Result
from sanwang.study.table import Table, written
from sanwang.study.words import say

TABLES, ROWS = 4, 12
"""Tables shown and rows of each; ``-o`` and ``--json`` have everything."""


def show(result: Result[Any], files: list[Path]) -> None:
    """Print a result: sentences, tables, notes and the files written."""
    lang, shown = result.lang, result.shown
    output.print(f"[bold]{escape(result.title)}[/]")
    if result.region.fictional and not shown.real:
        output.print(f"[bold]{escape(say('fictional', lang))}[/]")
    for sentence in result.headline:
        output.print(escape(sentence), soft_wrap=True)
    full = [t for t in shown.tables if t.frame.height]
    for one in full[:TABLES]:
        print_table(one)
    if rest := full[TABLES:]:
        names = ("；" if lang == "zh" else "; ").join(f"{t.title} {t.frame.height:,}" for t in rest)
        head = "另有（-o 写出）：" if lang == "zh" else "also (-o writes them): "
        output.print(escape(head + names), soft_wrap=True)
    for note in result.notes:
        output.print(escape(("注：" if lang == "zh" else "note: ") + note), soft_wrap=True)
    for file in files:
        output.print(escape(str(file)), soft_wrap=True)


def print_table(one: Table) -> None:
    """Print a table's first rows."""
    rows = one.frame.head(ROWS).iter_rows(named=True)
    cells = [[written(r[c.key], c.style) or "–" for c in one.short] for r in rows]
    table(one.title, [c.label for c in one.short], cells)
    if (rest := one.frame.height - ROWS) > 0:
        output.print(f"… +{rest:,}")
