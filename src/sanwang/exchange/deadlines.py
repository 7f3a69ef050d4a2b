"""Deadlines act by themselves: what is due is taken by the clock, and people are reminded before.

Each subject is dealt with in a transaction of its own, so that one that fails stops no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from sanwang.exchange import access, clock, given, notices
from sanwang.exchange.errors import Refused
from sanwang.exchange.process import Process, Transition, processes
from sanwang.exchange.rules.reading import figure, in_force
from sanwang.exchange.steps import Step
from sanwang.exchange.store import Row, Store, Tx
from sanwang.exchange.tables.record import holidays
from sanwang.exchange.who import CLOCK

BATCH = 200
"""Subjects looked up at once."""


def calendar(tx: Tx) -> Mapping[str, bool]:
    """Days that count otherwise than their weekday says."""
    if "calendar" not in tx.memory:
        tx.memory["calendar"] = {str(r["on"]): bool(r["works"]) for r in tx.all(sa.select(holidays))}
    return tx.memory["calendar"]


def deadline_of(tx: Tx, t: Transition, step: Step) -> int | None:
    """The moment by which the state that a transition leads to must be left, or None.

    ``5wd`` and ``60d`` count from now; ``@field`` is the end of the day in a field given or of the row.
    """
    if not t.deadline:
        return None
    if not t.deadline.startswith("@"):
        return clock.after(tx.now, t.deadline, calendar(tx))
    name = t.deadline[1:]
    row = step.now_row
    if name == "review":
        return clock.after(tx.now, f"{row['review_days']}d", calendar(tx))
    if name == "retention":
        return clock.after(tx.now, f"{row['retention_days']}d", calendar(tx))
    if name == "filing":
        large = (row.get("technology") or 0) >= figure("large_contract")
        return clock.after(
            tx.now, f"{figure('filing_days_large' if large else 'filing_days')}wd", calendar(tx)
        )
    if name == "declaration":
        days = in_force("border.declare_within", clock.day_of(tx.now)).value
        return clock.after(tx.now, f"{days}wd", calendar(tx))
    value = step.data.get(name) or row.get(name)
    return value if isinstance(value, int) else clock.end_of(date.fromisoformat(value)) if value else None


def run_due(store: Store) -> int:
    """Take every step that is due; returns how many were taken."""
    taken = 0
    for process in processes().values():
        taken += sum(_dealt_with(store, process, key) for key in _due(store, process))
    return taken


def _due(store: Store, process: Process) -> list[str]:
    table = access.table_of(process.name)
    states = sorted({s for t in process.transitions if "clock" in t.by for s in t.sources})
    found: list[str] = []
    with store.read() as tx:
        while True:
            where = sa.and_(table.c.state.in_(states), table.c.deadline_at <= tx.now)
            asked = sa.select(table.c.id).where(where).order_by(table.c.id).limit(BATCH)
            fresh = tx.all(asked.where(table.c.id > found[-1]) if found else asked)
            found += [str(r["id"]) for r in fresh]
            if len(fresh) < BATCH:
                return found


def _dealt_with(store: Store, process: Process, subject: str) -> bool:
    return store.run(lambda tx: act(tx, process, subject))


def act(tx: Tx, process: Process, subject: str) -> bool:
    """Take the first step of the clock whose guards let it, if the subject is still due."""
    from sanwang.exchange.taking import take

    row = tx.locked(access.table_of(process.name), subject)
    if row is None or row["deadline_at"] is None or row["deadline_at"] > tx.now:
        return False
    for t in process.leaving(row["state"]):
        if "clock" in t.by:
            try:
                with tx.connection.begin_nested():  # what a refused step had written goes with it
                    take(tx, CLOCK, process.name, subject, t.event)
            except Refused:
                continue
            return True
    return False


def remind(store: Store) -> int:
    """Tell people what will happen by itself; returns how many were told. Each span before a deadline tells once."""
    told = 0
    for process in processes().values():
        for t in process.transitions:
            for span in t.remind:
                told += store.run(lambda tx, p=process, t=t, span=span: _remind(tx, p, t, span))
    return told


def _remind(tx: Tx, process: Process, t: Transition, span: str) -> int:
    table = access.table_of(process.name)
    reach = clock.after(tx.now, span, calendar(tx))
    soon = sa.select(table).where(
        table.c.state.in_(t.sources), table.c.deadline_at > tx.now, table.c.deadline_at <= reach
    )
    return sum(_tell(tx, process, row, t, span) for row in tx.all(soon))


def _tell(tx: Tx, process: Process, row: Row, t: Transition, span: str) -> int:
    words = {"key": "deadline", "event": t.event, "state": row["state"], "on": row["deadline_at"]}
    cause = given.digest([t.event, row["deadline_at"], span])
    return notices.tell(
        tx, notices.people_of(tx, process.name, row), "deadline", process.name, row["id"], cause, words
    )
