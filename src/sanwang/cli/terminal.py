"""What a person sees: progress and notes on standard error, tables that fit the screen."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

Report = Callable[[int, int, str], None]

console = Console(stderr=True, highlight=False)
"""Everything but results goes to standard error, so that ``--json`` leaves one object on standard output."""

output = Console(highlight=False)


def yuan(fen: int | None) -> str:
    """An amount in 万元 for people; an en dash where it is unknown."""
    return "–" if fen is None else f"{fen / 1_000_000:,.1f} 万元"


def table(title: str, headings: list[str], rows: list[list[str]], *, to: Console | None = None) -> None:
    """Print a table; text from data is never read as markup."""
    shown = Table(title=title, title_justify="left", header_style="bold", expand=False)
    for heading in headings:
        shown.add_column(heading, overflow="fold")
    widest = max(24, (console.width - 40) // 2)
    for row in rows:
        shown.add_row(*(escape(_cut(cell, widest)) for cell in row))
    (to or output).print(shown)


def _cut(cell: str, most: int) -> str:
    """A cell that takes at most so many columns of the screen; a file has the whole of it."""
    return cell if cell_len(cell) <= most else f"{set_cell_size(cell, most - 1).rstrip()}…"


@contextmanager
def progress() -> Generator[Report, None, None]:
    """A function ``report(done, total, label)`` that draws bars on a terminal and nothing elsewhere."""
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    tasks: dict[str, TaskID] = {}
    with bars:

        def report(done: int, total: int, label: str) -> None:
            if label not in tasks:
                tasks[label] = bars.add_task(label, total=total)
            bars.update(tasks[label], completed=done, total=total)

        yield report
