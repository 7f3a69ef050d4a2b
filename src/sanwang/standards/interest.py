"""Interest by the day-count that a contract names, and schedules to the smallest part of the currency.

Day-counts after the ISDA 2006 definitions, section 4.16: actual/360, actual/365 (fixed), 30E/360. All arithmetic is in
whole numbers and fractions; an amount is rounded half up once a period, and what rounding leaves is in the last period.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

DAY_COUNTS = ("act/360", "act/365", "30e/360")
REPAYMENTS = ("annuity", "equal_principal", "bullet")


@dataclass(frozen=True)
class Instalment:
    """One payment of a schedule: when, what of it is principal, what interest, in the currency's smallest part."""

    no: int
    due_on: dt.date
    principal: int
    interest: int

    @property
    def total(self) -> int:
        """What is to be paid."""
        return self.principal + self.interest


def days(start: dt.date, end: dt.date, count: str) -> tuple[int, int]:
    """Days between two dates and days of the year under a day-count. Raises ValueError for an unknown one."""
    if count == "30e/360":
        first, last = min(start.day, 30), min(end.day, 30)
        return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first, 360
    if count not in DAY_COUNTS:
        raise ValueError(f"{count!r} is no day-count")
    return (end - start).days, 360 if count == "act/360" else 365


def half_up(amount: Fraction) -> int:
    """The nearest whole number, halves upwards; for amounts not below zero."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def interest(balance: int, rate_bp: int, start: dt.date, end: dt.date, count: str) -> int:
    """Simple interest on a balance between two dates at a yearly rate in basis points, rounded half up."""
    number, year = days(start, end, count)
    return half_up(Fraction(balance * rate_bp * number, 10_000 * year))


def month_after(start: dt.date, months: int) -> dt.date:
    """The same day some months later; the month's last day where it has no such day."""
    whole = start.year * 12 + start.month - 1 + months
    year, month = divmod(whole, 12)
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def schedule(
    principal: int,
    rate_bp: int,
    start: dt.date,
    periods: int,
    months: int = 1,
    *,
    count: str = "act/360",
    repay: str = "annuity",
    residual: int = 0,
) -> list[Instalment]:
    """Payments in arrears every ``months`` months, ``periods`` of them; their principal is all but the ``residual``.

    Interest of a period is on what is still owed, by the day-count. ``annuity``: every payment but the last is the
    level amount at the nominal rate of a period (rate · months / 12) that leaves ``residual``, rounded half up; where
    a long period's interest is above it, only interest is paid. ``equal_principal``: the same principal each time,
    the rest in the last. ``bullet``: interest alone, all principal in the last. Raises ValueError for no contract.
    """
    if (
        not (0 <= residual < principal and rate_bp >= 0 and periods > 0 and months > 0)
        or repay not in REPAYMENTS
    ):
        raise ValueError("no contract can be made of that")
    level = _level(principal, Fraction(rate_bp * months, 120_000), periods, residual)
    left, before = principal, start
    made: list[Instalment] = []
    for no in range(1, periods + 1):
        due = month_after(start, no * months)
        due_interest = interest(left, rate_bp, before, due, count)
        part = _part(repay, level, due_interest, principal - residual, periods)
        if no == periods:
            part = left - residual
        part = max(0, min(part, left - residual))
        made.append(Instalment(no, due, part, due_interest))
        left, before = left - part, due
    return made


def _part(repay: str, level: int, due_interest: int, whole: int, periods: int) -> int:
    """The principal of a period that is not the last."""
    if repay == "annuity":
        return level - due_interest
    return whole // periods if repay == "equal_principal" else 0


def _level(principal: int, rate: Fraction, periods: int, residual: int) -> int:
    """The level payment that brings a principal to a residual in so many periods, rounded half up."""
    if not rate:
        return half_up(Fraction(principal - residual, periods))
    discount = 1 / (1 + rate) ** periods
    return half_up((principal - residual * discount) * rate / (1 - discount))
