"""A problem in the data: where it stands, what was met, what was expected."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal

from sanwang.schema.kind import KINDS

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One finding. ``code`` names the message in ``messages.toml``; ``terms`` fill its blanks."""

    severity: Severity
    code: str
    kind: str = ""
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    terms: tuple[tuple[str, str], ...] = field(default=())

    def message(self, lang: str = "zh") -> str:
        """What was expected, as a sentence in Chinese or English."""
        template = _messages()[self.code]["zh" if lang == "zh" else "en"]
        return template.format_map(dict(self.terms) | {"value": self.value})

    def column_label(self, lang: str = "zh") -> str:
        """The column's heading where the column is a field of the kind, else its name in the file."""
        kind = KINDS.get(self.kind)
        known = kind.fields.get(self.column) if kind else None
        return known.label(lang) if known else self.column

    def as_dict(self, lang: str = "zh") -> dict[str, object]:
        """The problem for programs: severity, code, kind, file, sheet, row, column, value, expected."""
        return {
            "severity": self.severity,
            "code": self.code,
            "kind": self.kind,
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "expected": self.message(lang),
        }


@cache
def _messages() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("sanwang.schema") / "messages.toml").read_text(encoding="utf-8"))
