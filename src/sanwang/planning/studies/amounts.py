"""Amounts of a route as 万元 with one decimal that add up as shown."""

from __future__ import annotations

from collections.abc import Sequence

from sanwang.study.table import written
from sanwang.study.words import FEN_PER_WAN

STEP = FEN_PER_WAN // 10
"""Fen of the last digit shown."""


def apportioned(parts: Sequence[int], total: int) -> list[int]:
    """Parts (fen, none negative) in whole steps that add up to ``total`` (whole steps): largest remainders first.

    Each differs from its own rounding by one step at most where the parts add up to about the total.
    """
    floors = [p // STEP for p in parts]
    order = sorted(range(len(parts)), key=lambda i: (-(parts[i] % STEP), i))
    over = total // STEP - sum(floors)
    for i in order[: max(0, over)]:
        floors[i] += 1
    for i in reversed(order[over:] if over < 0 else []):
        floors[i] -= 1
    return [f * STEP for f in floors]


def sums(value: int, costs: Sequence[int], worth: int) -> list[str]:
    """Value, each cost with a minus sign, and worth in 万元, so that what is shown adds up."""
    shown_value, shown_worth = (round(x / STEP) * STEP for x in (value, worth))
    parts = apportioned(costs, shown_value - shown_worth)
    minus = ["0.0" if p == 0 else f"−{written(p, 'money')}" for p in parts]
    return [written(shown_value, "money"), *minus, written(shown_worth, "money")]
