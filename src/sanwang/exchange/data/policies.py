"""The port to whatever judges usage policies: the exchange keeps terms, asks, and writes down the answer.

The evaluator is registered from outside, because the exchange knows no factor. Where none is, nothing may be used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sanwang.exchange.errors import Refused

Reason = tuple[str, str]
"""A sentence in Chinese and in English."""


@dataclass(frozen=True)
class Clause:
    """A clause of terms: its number (P1 a permission, F1 a prohibition) and what it says."""

    number: str
    kind: str
    zh: str
    en: str


@dataclass(frozen=True)
class Asked:
    """A use that is asked for: who (numbers of the party), the ODRL action, what for, where (codes, from the nearest
    outwards), the day, duties done, and how often each action was exercised before."""

    who: tuple[str, ...]
    action: str
    purpose: str | None
    place: tuple[str, ...]
    day: date
    duties: frozenset[str]
    done: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Decided:
    """Whether a use is allowed, by which clauses, and why."""

    allowed: bool
    clauses: tuple[str, ...]
    reasons: tuple[Reason, ...]


class Evaluator(Protocol):
    """Judges terms. What it does not understand it answers with no."""

    def faults(self, terms: Mapping[str, Any]) -> Sequence[Reason]:
        """What of the terms is not understood; nothing where all is. Raises OptionError where they are no terms."""
        ...

    def clauses(self, terms: Mapping[str, Any]) -> Sequence[Clause]:
        """The clauses in words."""
        ...

    def decide(self, terms: Mapping[str, Any], asked: Asked) -> Decided:
        """The decision on a use, with the clauses that made it."""
        ...


_registered: list[Evaluator] = []


def register(evaluator: Evaluator | None) -> None:
    """Judge policies by this evaluator from now on; by none, with None."""
    _registered[:] = [] if evaluator is None else [evaluator]


def evaluator() -> Evaluator:
    """The evaluator. Raises Refused where none is registered: then no policy is understood."""
    if not _registered:
        raise Refused(
            "no_evaluator",
            "nothing here judges usage policies: no data may be offered or used",
            "未装载使用政策的判定程序：不能提供或使用数据",
        )
    return _registered[0]
