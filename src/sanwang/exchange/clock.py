"""Time comes in from outside: a clock is a function that gives the moment, in microseconds UTC."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sanwang.errors import OptionError

Clock = Callable[[], int]

HOME = ZoneInfo("Asia/Shanghai")
"""Whose days and working days count."""

SECOND = 1_000_000
DAY = 86_400 * SECOND


def system_clock() -> int:
    """The machine's time."""
    return time.time_ns() // 1000


@dataclass
class SetClock:
    """A clock that stands where it is put: for tests, demonstrations and runs over the past."""

    at: int

    def __call__(self) -> int:
        """The moment it stands at."""
        return self.at

    def move(self, *, days: float = 0, seconds: float = 0) -> None:
        """Put it forward, or back."""
        self.at += round(days * DAY + seconds * SECOND)


def moment(text: str) -> int:
    """The moment of an ISO date (its beginning at home) or date and time. Raises OptionError for anything else."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise OptionError(f"{text!r} is no date or time", f"{text!r} 不是日期或时间") from error
    return round((read if read.tzinfo else read.replace(tzinfo=HOME)).timestamp() * SECOND)


def iso_day(text: object) -> date | None:
    """The day of an ISO date, None where it is none."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def at_home(at: int) -> datetime:
    """A moment as date and time at home."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).astimezone(HOME)


def day_of(at: int) -> date:
    """The day at home that a moment falls on."""
    return at_home(at).date()


def end_of(on: date) -> int:
    """The last moment of a day at home."""
    following = datetime(on.year, on.month, on.day, tzinfo=HOME) + timedelta(days=1)
    return round(following.timestamp() * SECOND) - 1


def works(on: date, holidays: Mapping[str, bool]) -> bool:
    """Whether a day is worked: Monday to Friday, unless the calendar of holidays says otherwise."""
    return holidays.get(on.isoformat(), on.weekday() < 5)


def after(at: int, span: str, holidays: Mapping[str, bool]) -> int:
    """The last moment of the day that lies a span (``5wd`` working days, ``60d`` days) after a moment.

    Raises OptionError for any other text.
    """
    read = re.fullmatch(r"(\d+)(wd|d)", span)
    if read is None:
        raise OptionError(f"{span!r} is no span such as 5wd or 60d", f"{span!r} 不是 5wd 或 60d 这样的期限")
    count, on = int(read[1]), day_of(at)
    if read[2] == "d":
        return end_of(on + timedelta(days=count))
    while count:
        on += timedelta(days=1)
        count -= works(on, holidays)
    return end_of(on)
