"""A calendar month at home, as moments of the record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from sanwang.errors import OptionError
from sanwang.exchange.clock import day_of, end_of


@dataclass(frozen=True, order=True)
class Month:
    """A month: what happened in it lies after ``begin`` and up to ``end`` (microseconds UTC)."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def begin(self) -> int:
        """The last moment before it."""
        return end_of(self.first - timedelta(days=1))

    @property
    def end(self) -> int:
        """Its last moment."""
        return end_of(self.last)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def month(text: str) -> Month:
    """The month of a text such as ``2026-05``. Raises OptionError for anything else."""
    read = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text.strip())
    if read is None or not int(read[1]):
        raise OptionError(f"{text!r} is no month such as 2026-05", f"{text!r} 不是 2026-05 这样的月份")
    return Month(int(read[1]), int(read[2]))


def month_before(at: int) -> Month:
    """The last month that was over at a moment."""
    ended = day_of(at).replace(day=1) - timedelta(days=1)
    return Month(ended.year, ended.month)
