"""What a result shows a person in one language: title, sentences, tables, drawings and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sanwang.study.drawing import Drawing
from sanwang.study.sheet import Sheet
from sanwang.study.table import Table


@dataclass(frozen=True)
class Shown:
    """A result in words. ``figures`` are the key figures as (label, value in words, remark); ``real`` says that the
    main tables are published facts even where the workspace is fictional; ``status`` is the command's exit status.
    ``sheets`` are what the page opens on: one for each row a committee decides on."""

    title: str
    headline: Sequence[str]
    tables: Sequence[Table]
    drawings: Sequence[Drawing] = ()
    notes: Sequence[str] = ()
    figures: Sequence[tuple[str, str, str]] = ()
    real: bool = False
    status: int = 0
    sheets: Sequence[Sheet] = ()

    def table(self, name: str) -> Table | None:
        """The table of that name, if there is one."""
        return next((t for t in self.tables if t.name == name), None)
