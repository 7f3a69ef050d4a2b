"""Headings: which row they stand in and which field each names, in Chinese, English or a workspace's own words."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sanwang.schema import KINDS, Kind
from sanwang.sources.raw import Cell, Row

LOOK_IN = 20
"""Rows searched for the heading: official forms put titles and notes above it."""

NOTE = "※"
"""A row whose first cell begins with this explains the columns and holds no data."""

_UNITS = {"元": 1, "千元": 10**3, "万元": 10**4, "万": 10**4, "百万元": 10**6, "亿元": 10**8}
_SUFFIX = re.compile(r"[(\[【]([^)\]】]*)[)\]】]$")


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its place, its heading, the field it names (None if unknown), its money unit in yuan."""

    index: int
    heading: str
    field: str | None
    scale: int = 1


def fold(text: str) -> str:
    """A heading without case, width, spaces, marks of obligation (*) and punctuation at its ends."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_*:：\-]+", "", text)


@cache
def _names(kind: str) -> Mapping[str, str]:
    """Folded heading → field; labels and names win over aliases."""
    fields = KINDS[kind].fields.values()
    aliases = {fold(h): f.name for f in fields for h in f.headers}
    return aliases | {fold(w): f.name for f in fields for w in (f.en, f.zh, f.name)}


def match_heading(kind: Kind, heading: str, own: Mapping[str, str]) -> tuple[str | None, int]:
    """The field a heading names (None if none) and the money unit it carries, in yuan."""
    if heading.strip() in own:
        return own[heading.strip()], 1
    names = _names(kind.name)
    folded = fold(heading)
    suffix = _SUFFIX.search(folded)
    scale = _UNITS.get(suffix[1].removeprefix("单位").removeprefix("人民币"), 1) if suffix else 1
    bare = folded[: suffix.start()] if suffix else folded
    return names.get(folded) or names.get(bare), scale


def closest(kind: Kind, heading: str) -> str:
    """The label a mistyped heading most likely means, or an empty text."""
    names = _names(kind.name)
    near = difflib.get_close_matches(fold(heading), names, n=1, cutoff=0.6)
    return kind.fields[names[near[0]]].zh if near else ""


def find_heading(kind: Kind, rows: Sequence[Row], own: Mapping[str, str]) -> int | None:
    """The index of the heading's row among the first rows: the first that names most fields, two if it can."""
    scores = [_named(kind, cells, own) for _, cells in rows[:LOOK_IN]]
    best = max(scores, default=0)
    return scores.index(best) if best >= min(2, len(kind.fields)) else None


def _named(kind: Kind, cells: Sequence[Cell], own: Mapping[str, str]) -> int:
    texts = [c for c in cells if isinstance(c, str) and c.strip()]
    return len({f for t in texts if (f := match_heading(kind, t, own)[0])})


def columns_of(kind: Kind, cells: Sequence[Cell], own: Mapping[str, str]) -> list[Column]:
    """The columns of a heading row; blank headings have an empty text and no field."""
    columns: list[Column] = []
    for index, cell in enumerate(cells):
        heading = "" if cell is None else str(cell).strip()
        field, scale = match_heading(kind, heading, own) if heading else (None, 1)
        columns.append(Column(index, heading, field, scale))
    return columns
