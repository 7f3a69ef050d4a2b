"""The stages of a route as months, from its start and the months each stage takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sanwang.study.words import say

Row = Mapping[str, Any]
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_words(month: int, lang: str) -> str:
    """A month counted from January of year 0, as people write it: 2026年3月, Mar 2026."""
    year, place = divmod(month, 12)
    return f"{year}年{place + 1}月" if lang == "zh" else f"{_MONTHS[place]} {year}"


def stages(
    route: Row, need: Row, result: Row, base: Row, maker: Row, given: Mapping[str, float]
) -> list[Row]:
    """Each stage of a route: ``key`` (develop, pilot, make, wait), first month, months; those of no month left out.

    A route begins in its month ``begins`` (as 2026-03), else in January of its year.

    ``given`` are the plan's assumptions by name. What the months of the stages leave over of the route's is the wait
    at borders and for money.
    """
    wanted, met = need.get("trl_required"), result.get("trl")
    gap = max(0, wanted - met) if wanted is not None and met is not None else 0
    usual = int(given.get("default_months", 0))
    months = {
        "develop": gap * int(given.get("months_per_level", 0)),
        "pilot": _months(base, usual) if route["base"] is not None else 0,
        "make": _months(maker, usual),
    }
    months["wait"] = max(0, route["months"] - sum(months.values()))
    year, _, month = str(route.get("begins") or f"{route['start']}-01").partition("-")
    at = int(year) * 12 + int(month) - 1
    found: list[Row] = []
    for key, length in months.items():
        if length:
            found.append({"key": key, "first": at, "months": length})
        at += length
    return found


def _months(row: Row, usual: int) -> int:
    told = row.get("months")
    return usual if told is None else int(told)


def _line(stage: Row, lang: str) -> str:
    first, length = stage["first"], stage["months"]
    said = {"stage": say(f"months_{stage['key']}", lang), "first": month_words(first, lang)}
    if length == 1:
        return say("stage_month", lang, **said)
    return say("stage_months", lang, **said, last=month_words(first + length - 1, lang), months=length)


def timeline(found: list[Row], lang: str) -> tuple[str, ...]:
    """A line a stage with its months, and the month it is all done."""
    lines = [_line(s, lang) for s in found]
    if found:
        last = found[-1]["first"] + found[-1]["months"] - 1
        lines.append(say("months_done", lang, last=month_words(last, lang)))
    return tuple(lines)
