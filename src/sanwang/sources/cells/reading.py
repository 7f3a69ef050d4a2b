"""What reading one cell gives: a value, what else is known of it, and by which rule it was read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sanwang.schema import Severity

Value = str | int | float | dt.date | None


@dataclass(frozen=True)
class Fault:
    """Why a cell is not what its field wants, or what was done with it; ``code`` is an entry of ``messages.toml``."""

    code: str
    terms: tuple[tuple[str, str], ...] = ()
    severity: Severity = "error"


Parsed = tuple[Value, Fault | None]
PlaceParser = Callable[[str], Parsed]


@dataclass(frozen=True)
class Reading:
    """One cell as read: the value used, the ends where a range was written, the rule if it was interpreted.

    ``asks`` names what a person should be asked before the column is relied on.
    """

    value: Value = None
    low: Value = None
    high: Value = None
    rule: str = ""
    fault: Fault | None = None
    asks: str = ""


NOTHING = Reading()
"""An empty cell."""


def of(parsed: Parsed) -> Reading:
    """A reading without a rule."""
    return Reading(parsed[0], fault=parsed[1])


def unread(code: str, *terms: tuple[str, str], asks: str = "") -> Reading:
    """A cell that could not be read: unknown, and told."""
    return Reading(fault=Fault(code, terms), asks=asks)


def unknown(rule: str, code: str = "cell_open") -> Reading:
    """A cell that says that the value is not known (面议, 待定, —)."""
    return Reading(rule=rule, fault=Fault(code, severity="warning"))
