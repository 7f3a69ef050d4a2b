"""A funnel: centred bars that show what is left at each step."""

from __future__ import annotations

from sanwang.report.bars import bars
from sanwang.report.markup import Markup
from sanwang.study.words import percent_words

Steps = list[tuple[str, int]]


def funnel(steps: Steps) -> Markup:
    """Centred bars, each with its number and its share of the step before."""
    before = [None, *(count for _, count in steps[:-1])]
    lines = [
        (label, float(count), _words(count, prior))
        for (label, count), prior in zip(steps, before, strict=True)
    ]
    return bars(lines, "bars funnel")


def _words(count: int, prior: int | None) -> str:
    return f"{count:,}" if not prior else f"{count:,} ({percent_words(count / prior, 0)})"
