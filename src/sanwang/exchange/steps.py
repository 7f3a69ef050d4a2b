"""The functions behind the names in the processes' tables: guards say why not, effects do what a step brings.

``@guard("name")`` and ``@effect("E1")`` register a plain function. A name in a table without a function stops the
program at start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sanwang.exchange.errors import StoreError
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.who import VISITOR, Who


@dataclass
class Step:
    """One transition while it is taken.

    ``row`` is the subject's row as locked (for a first step, as it was made), ``data`` what was given with the step,
    ``party`` for whom ``who`` acts, ``event`` the id of the event that tells it. Effects put columns to change into
    ``changes``.
    """

    process: str
    subject: str
    take: str
    row: Row
    data: Mapping[str, Any]
    event: str
    party: str | None = None
    who: Who = VISITOR
    changes: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def now_row(self) -> dict[str, Any]:
        """The row with the changes made so far."""
        return dict(self.row) | self.changes


Guard = Callable[[Tx, Step], Mapping[str, object] | None]
"""None where the step may be taken; else the terms of the sentence that says why not (``guards.csv``)."""

Effect = Callable[[Tx, Step], None]
"""Does what the step brings, in its transaction; raises a SanwangError to stop the whole step."""

Opener = Callable[[Tx, Step], dict[str, Any]]
"""The columns of the row that a first step makes, from the step's data; state, id and deadline are put in later."""

GUARDS: dict[str, Guard] = {}
EFFECTS: dict[str, Effect] = {}
OPENERS: dict[str, Opener] = {}


def _once(table: dict[str, Any], name: str, function: Any) -> None:  # noqa: ANN401 - guards, effects
    """Keep a function under its name. Raises StoreError where another has it: one of the two would never run."""
    if table.setdefault(name, function) is not function:
        raise StoreError(f"two functions are called {name!r}", f"{name!r} 有两个函数")


def guard(name: str) -> Callable[[Guard], Guard]:
    """Register a guard under its name."""

    def keep(function: Guard) -> Guard:
        _once(GUARDS, name, function)
        return function

    return keep


def effect(name: str) -> Callable[[Effect], Effect]:
    """Register an effect under its name."""

    def keep(function: Effect) -> Effect:
        _once(EFFECTS, name, function)
        return function

    return keep


def opener(process: str) -> Callable[[Opener], Opener]:
    """Register what begins a subject of a process."""

    def keep(function: Opener) -> Opener:
        OPENERS[process] = function
        return function

    return keep
