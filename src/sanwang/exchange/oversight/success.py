"""Measures of success: fixed before a test starts, compared with those drawn for comparison, with an interval.

A share is compared by Newcombe's score interval (Statistics in Medicine 17, 1998, method 10), a mean by Welch's; both
at 95 %. What was not observed is not made up: how many of those who took part were observed is said beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Literal

from scipy import stats

from sanwang.study.proportions import wilson

KINDS = ("share", "mean")
BETTER = ("higher", "lower")

Verdict = Literal["reached", "not_reached", "open"]


@dataclass(frozen=True)
class Measure:
    """A measure: its name, whether a share or a mean, which way is better, the least difference wanted, its unit.

    The difference of a share is in percentage points.
    """

    name: str
    kind: str
    better: str
    least: float
    unit: str


@dataclass(frozen=True)
class Outcome:
    """A measure as it came out: numbers and levels of both groups, the difference with its 95 % interval, the verdict.

    Levels and differences are in the measure's unit, of a share in per cent and percentage points; None where a group
    has too few observations to say anything.
    """

    measure: Measure
    observed: tuple[int, int]
    enrolled: tuple[int, int]
    levels: tuple[float | None, float | None]
    difference: tuple[float, float, float] | None
    verdict: Verdict


def read(line: str) -> Measure:
    """A measure from its line ``name | share | higher | 5 | %``. Raises ValueError in words, Chinese and English."""
    parts = [p.strip() for p in line.replace("｜", "|").split("|")]
    if len(parts) not in (4, 5) or not parts[0]:
        raise ValueError(f"{line}：须为“名称 | share 或 mean | higher 或 lower | 最小差距 | 单位”",
                         f"{line}: write name | share or mean | higher or lower | least difference | unit")  # fmt: skip
    name, kind, better, least = parts[:4]
    if kind not in KINDS or better not in BETTER:
        raise ValueError(
            f"{name}：须为 share 或 mean、higher 或 lower", f"{name}: share or mean, higher or lower"
        )
    try:
        wanted = float(least)
    except ValueError:
        wanted = -1.0
    if not (isfinite(wanted) and wanted >= 0):
        raise ValueError(
            f"{name}：最小差距须为不小于零的数", f"{name}: the least difference is a number from 0"
        )
    unit = parts[4] if len(parts) == 5 else ""
    if kind == "mean" and not unit:
        raise ValueError(f"{name}：须写明单位", f"{name}: say the unit")
    return Measure(name, kind, better, wanted, "%" if kind == "share" else unit)


def outcome(
    measure: Measure, values: Mapping[str, Sequence[int]], enrolled: Mapping[str, int] | None = None
) -> Outcome:
    """How a measure came out. ``values`` and ``enrolled``: of ``test`` and of ``comparison``."""
    test, comparison = values.get("test", ()), values.get("comparison", ())
    found = (_share if measure.kind == "share" else _mean)(test, comparison)
    numbers = enrolled or {}
    return Outcome(
        measure=measure,
        observed=(len(test), len(comparison)),
        enrolled=(numbers.get("test", len(test)), numbers.get("comparison", len(comparison))),
        levels=(_level(measure, test), _level(measure, comparison)),
        difference=found,
        verdict=_verdict(measure, found),
    )


def _level(measure: Measure, values: Sequence[int]) -> float | None:
    scale = 100.0 if measure.kind == "share" else 1.0
    return scale * sum(values) / len(values) if values else None


def _share(test: Sequence[int], comparison: Sequence[int]) -> tuple[float, float, float] | None:
    if not test or not comparison:
        return None
    p1, l1, u1 = wilson(sum(test), len(test))
    p2, l2, u2 = wilson(sum(comparison), len(comparison))
    d = p1 - p2
    low, high = d - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2), d + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    return 100 * d, 100 * low, 100 * high


def _mean(test: Sequence[int], comparison: Sequence[int]) -> tuple[float, float, float] | None:
    if min(len(test), len(comparison)) < 2:
        return None
    d = sum(test) / len(test) - sum(comparison) / len(comparison)
    if len(set(test)) == len(set(comparison)) == 1:  # no spread: no interval can be had from it
        return None
    found = stats.ttest_ind(list(test), list(comparison), equal_var=False).confidence_interval(0.95)
    return d, float(found.low), float(found.high)


def _verdict(measure: Measure, found: tuple[float, float, float] | None) -> Verdict:
    if found is None:
        return "open"
    _, low, high = found if measure.better == "higher" else (-found[0], -found[2], -found[1])
    return (
        "reached" if low >= measure.least and low > 0 else "not_reached" if high < measure.least else "open"
    )
