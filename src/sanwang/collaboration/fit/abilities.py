"""What the text of a base or a maker says that it can do, and what it says that it cannot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SENTENCE = re.compile(r"[。；;\n]")
_CLAUSE = re.compile(r"[，,]")
_CANNOT = re.compile(
    r"不接|不做|没有|不收|不产|不开|做不了|不出|不承|不能|不会|不担|不含|不可|未建|未批|尚无|停了|停产|不再"
    r"|外协|外购|委外|外包|外贴|另找|另送|送外|来料|(?:^|[，,、])无(?!损|机|线|菌|人|溶剂|纺|铅|氧|水|缝|尘)"
)


@dataclass(frozen=True)
class Station:
    """A base or maker as texts: its name, what it can do, what it cannot, its codes (may be none)."""

    id: str
    name: str
    able: tuple[str, ...]
    unable: tuple[str, ...]
    codes: tuple[str, ...]
    services: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Name and abilities as one text."""
        return "\n".join((self.name, "，".join(self.able)))


def station(row: Mapping[str, Any]) -> Station:
    """A row of ``bases`` or ``makers`` read as a station; capabilities, process and equipment are one text."""
    said = "。".join(str(row[c]) for c in ("capabilities", "process", "equipment") if row.get(c))
    able: list[str] = []
    unable: list[str] = []
    for sentence in _SENTENCE.split(said):
        good, bad = _split(sentence)
        able += good
        unable += bad
    codes = tuple(str(c).replace(" ", "") for c in row.get("fields") or ())
    services = tuple(str(s) for s in row.get("services") or ())
    return Station(str(row["id"]), str(row.get("name") or ""), tuple(able), tuple(unable), codes, services)


def _split(sentence: str) -> tuple[list[str], list[str]]:
    """Clauses of a sentence that are abilities and those that are not."""
    able: list[str] = []
    unable: list[str] = []
    for clause in filter(None, map(str.strip, _CLAUSE.split(sentence))):
        (unable if _CANNOT.search(clause) else able).append(clause)
    return able, unable
