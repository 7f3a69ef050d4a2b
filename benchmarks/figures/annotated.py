"""Annotated figures, and which figure read belongs to which annotated one.

The folder holds ``figures.jsonl``: id, text, and figures with quote, property, low, high, unit, role. It is named by
SANWANG_FIGURES, since the texts are not ours to ship.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

SCALES = (1, 1e3, 1e-3, 1e4, 1e-4, 60, 1 / 60, 24, 1 / 24, 1e8)
"""Units may be written otherwise in the annotation: 万, kilo, minutes, days."""


class Read(Protocol):
    """What was read: bounds and the position of the words."""

    low: float | None
    high: float | None
    start: int
    end: int


def rows() -> list[dict[str, Any]]:
    folder = Path(os.environ.get("SANWANG_FIGURES", "figures"))
    lines = (folder / "figures.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def spans(text: str, given: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """Where each annotated quote stands; the same quote twice stands at two places."""
    used: dict[str, int] = {}
    found: list[tuple[int, int]] = []
    for one in given:
        at = text.find(one["quote"], used.get(one["quote"], 0))
        at = at if at >= 0 else text.find(one["quote"])
        used[one["quote"]] = at + 1
        found.append((at, at + len(one["quote"])))
    return found


def _values(low: float | None, high: float | None) -> set[float]:
    return {abs(v) for v in (low, high) if v is not None}


def same(one: Mapping[str, Any], read: Read) -> bool:
    """Whether a bound of both is one value, units apart."""
    left, right = _values(one["low"], one["high"]), _values(read.low, read.high)
    if not left and not right:
        return True
    return any(abs(a * s - b) <= 1e-6 * max(b, 1e-12) for a in left for b in right for s in SCALES)


def paired(text: str, given: Sequence[Mapping[str, Any]], read: Sequence[Read]) -> dict[int, int]:
    """Number of each figure read → number of the annotated one it is, each used once, the nearest end first."""
    places, used, pairs = spans(text, given), set[int](), dict[int, int]()
    for j, one in enumerate(read):
        fits = [
            (abs(end - one.end), i)
            for i, (start, end) in enumerate(places)
            if i not in used and start - 2 <= one.end and one.start <= end + 4 and same(given[i], one)
        ]
        if fits:
            pairs[j] = min(fits)[1]
            used.add(pairs[j])
    return pairs
