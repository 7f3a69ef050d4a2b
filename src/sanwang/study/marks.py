"""Signs in a sentence that must not be missed: a conflict, something to check, something that falls short.

A mark is a sign and a word in the text itself, so that it is seen in a csv, on a terminal and without colour; page,
workbook and Word colour it besides.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

Mark = Literal["conflict", "unsure", "short", ""]

SIGNS: dict[Mark, tuple[str, str]] = {
    "conflict": ("✗ 冲突：", "✗ conflict: "),
    "unsure": ("？待核对：", "? to be checked: "),
    "short": ("△ 不足：", "△ short: "),
}
"""What stands in front of a marked sentence, in Chinese and English."""

COLOURS: dict[Mark, str] = {"conflict": "B3261E", "unsure": "8A4B00", "short": "8A4B00"}
"""Colours of marked text, as RRGGBB; dark enough to be read on white."""

_BETWEEN = re.compile(r"；|; |\n")
_QUOTED = re.compile(r"“[^”]*”")


def marked(mark: Mark, said: str, lang: str) -> str:
    """The sentence behind its sign and word; as it is where there is no mark."""
    return SIGNS[mark][0 if lang == "zh" else 1] + said if mark and said else said


def mark_of(said: str) -> Mark:
    """The mark a sentence begins with."""
    for mark, signs in SIGNS.items():
        if said.startswith(signs):
            return mark
    return ""


def pieces(text: str) -> list[tuple[Mark, str]]:
    """The sentences of a text with their marks, the semicolons between them kept; quotations are not cut."""
    veiled = _QUOTED.sub(lambda m: "“" + "·" * (len(m[0]) - 2) + "”", text)
    cuts = [0, *(m.end() for m in _BETWEEN.finditer(veiled)), len(text)]
    parts = [text[a:b] for a, b in pairwise(cuts) if b > a]
    return [(mark_of(p), p) for p in parts]


def marks_in(text: str) -> list[str]:
    """The marked sentences of a text, without the semicolons between them."""
    return [p.rstrip("；; ") for m, p in pieces(text) if m]
