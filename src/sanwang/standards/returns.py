"""Yearly rates of return of dated flows: every one that fits, for there may be none or several.

A rate r makes the flows worth nothing: the sum of flow / (1 + r) ** (days / 365) is zero. With x = 1 / (1 + r) that is
a generalised polynomial: it has at most as many positive roots as its coefficients have changes of sign (Descartes),
and the roots of its derivative, which has a term less, part it into pieces with one root each at most.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from scipy.optimize import brentq

Terms = Sequence[tuple[float, float]]
"""Powers in rising order, each with its coefficient, none of which is zero."""

_BOUND = math.log(1e9)
"""Roots are looked for between 1e-9 and 1e9: rates from −99.9999999 % to far above any that a person would read."""


def rates(flows: Sequence[tuple[dt.date, int]]) -> tuple[float, ...]:
    """Effective annual rates above −100 % at which dated flows (received positive) are worth nothing, lowest first.

    On actual days and a year of 365. Empty where no rate fits: flows of one sign only, or none at all.
    """
    by_day: dict[dt.date, int] = {}
    for day, flow in flows:
        by_day[day] = by_day.get(day, 0) + flow
    whole = [(day, flow) for day, flow in sorted(by_day.items()) if flow]
    if not whole:
        return ()
    first, most = whole[0][0], max(abs(f) for _, f in whole)
    terms = [((day - first).days / 365, flow / most) for day, flow in whole]
    return tuple(sorted(math.expm1(-u) for u in _roots(terms)))


def said(found: Sequence[float], lang: str) -> str:
    """A rate in words: the one, or that there is none or more than one, and what that means."""
    if len(found) == 1:
        return f"{found[0] * 100:.2f} %"
    if not found:
        return (
            "没有使现值为零的年化收益率（收支只有一个方向）"
            if lang == "zh"
            else "no rate fits: money went one way only"
        )
    listed = ", ".join(f"{r * 100:.2f} %" for r in found)
    return (
        f"有 {len(found)} 个年化收益率都使现值为零（{listed}），不宜据以比较，请看倍数"
        if lang == "zh"
        else f"{len(found)} rates fit ({listed}): none of them ranks anything; look at the multiples"
    )


def _value(terms: Terms, u: float) -> float:
    """The value at x = exp(u), divided by the largest power there: its sign is what counts, and nothing overflows."""
    most = max(t * u for t, _ in terms)
    return sum(a * math.exp(t * u - most) for t, a in terms)


def _roots(terms: Terms) -> list[float]:
    """The logarithms of the roots between the bounds, in order."""
    if sum(a * b < 0 for (_, a), (_, b) in pairwise(terms)) == 0:
        return []
    base = terms[0][0]
    terms = [(t - base, a) for t, a in terms]
    turns = _roots([(t, a * t) for t, a in terms[1:]])
    found: list[float] = []
    for low, high in pairwise([-_BOUND, *turns, _BOUND]):
        root = _between(terms, low, high)
        if root is not None and (not found or root > found[-1] + 1e-9):
            found.append(root)
    return found


def _between(terms: Terms, low: float, high: float) -> float | None:
    """The root of a piece on which the value only rises or only falls; one that touches zero at its end counts."""
    ends = [_value(terms, u) for u in (low, high)]
    plain = [(t, abs(a)) for t, a in terms]
    for u, value in zip((low, high), ends, strict=True):
        if abs(value) <= 1e-12 * _value(plain, u):
            return u
    if ends[0] * ends[1] > 0:
        return None
    found: Any = brentq(partial(_value, terms), low, high, xtol=1e-14)
    return float(found)
