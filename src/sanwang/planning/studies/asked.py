"""Options that several planning studies share."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from sanwang.errors import OptionError
from sanwang.planning.policies import checked
from sanwang.region.scenario import Scenario, read_scenario
from sanwang.study.option import DAY, MONTH, YEARS, Option, OptionType, Unreadable

YEARS_AHEAD = range(2026, 2031)
"""The horizon where neither years, a start nor a day is given."""

Start = Annotated[
    str | None, Option("起始月（缺省：下个月）", "month in which it starts (next month unless given)", MONTH)
]
Years = Annotated[range | None, Option("规划年份（缺省：五年）", "years planned (five unless given)", YEARS)]
Today = Annotated[dt.date | None, Option("今天", "the day of today", DAY)]


def horizon(years: range | None, start: str | None, today: dt.date | None) -> tuple[range, int]:
    """The years planned, and the month (0: January) of the first in which the earliest route may start.

    A start asked for holds; else it is the month after ``today``; without a day it is the January of the first year.
    Raises OptionError where the start lies outside the years.
    """
    first = years or YEARS_AHEAD
    if start is not None:
        year, month = int(start[:4]), int(start[5:7]) - 1
    elif today is not None:
        year, month = divmod(today.year * 12 + today.month, 12)
    else:
        return first, 0
    if years is None:
        return range(year, year + 5), month
    if year > years[-1] or (start is not None and year < years[0]):
        raise OptionError(
            f"the start {year}-{month + 1:02d} lies outside {years[0]} to {years[-1]}",
            f"起始月 {year}-{month + 1:02d} 不在 {years[0]} 至 {years[-1]} 之内",
        )
    return (years, 0) if year < years[0] else (range(year, years[-1] + 1), month)


def _assumed(given: object) -> dict[str, float]:
    """Assumptions by name, from a mapping or from ``name=value,name=value``."""
    parts: Any = given if isinstance(given, Mapping) else _pairs(str(given))
    try:
        return {str(name): float(value) for name, value in parts.items()}
    except (TypeError, ValueError) as error:
        raise Unreadable(
            "names with numbers, as discount_rate=0.05, are wanted", "应为 名称=数值，如 discount_rate=0.05"
        ) from error


def _pairs(text: str) -> dict[str, str]:
    split = [p.partition("=") for p in text.replace("，", ",").split(",") if p.strip()]
    return {name.strip(): value.strip() for name, _, value in split}


def _policies(given: object) -> tuple[dict[str, Any], ...]:
    """Policies from a sequence of mappings, or from the ``[[policy]]`` entries of a TOML file."""
    listed: Any = given
    if isinstance(given, str | Path):
        try:
            listed = tomllib.loads(Path(given).read_text(encoding="utf-8")).get("policy", [])
        except (OSError, ValueError) as error:
            raise Unreadable(
                f"not a TOML file of policies ({error})", f"不是政策约束的 TOML 文件（{error}）"
            ) from error
    if not isinstance(listed, list | tuple) or not all(isinstance(x, Mapping) for x in listed):
        raise Unreadable("a list of policies is wanted", "应为政策约束的列表")
    try:
        return checked(listed)
    except OptionError as error:
        raise Unreadable(error.said("en"), error.said("zh")) from error


def _scenario(given: object) -> Scenario:
    """A scenario, or the path of a scenario file."""
    if isinstance(given, Scenario):
        return given
    if isinstance(given, str | Path):
        return read_scenario(given)
    if isinstance(given, Mapping):
        return Scenario(**given)  # pyright: ignore[reportUnknownArgumentType]  # as a saved result tells it
    raise Unreadable("a Scenario or the path of a scenario file is wanted", "应为 Scenario 或情景文件的路径")


SCENARIO = OptionType("scenario", "SCENARIO", _scenario)
ASSUMED = OptionType("assumptions", "NAME=X,…", _assumed)
POLICIES = OptionType("policies", "FILE", _policies)
