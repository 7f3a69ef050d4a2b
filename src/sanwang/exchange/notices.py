"""What people are told: each once for one cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import sqlalchemy as sa

from sanwang.exchange import standing
from sanwang.exchange.process import processes
from sanwang.exchange.steps import Step, effect
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.people import grants
from sanwang.exchange.tables.record import notices
from sanwang.exchange.who import INSIDE, within

Kind = Literal["turn", "deadline", "overdue", "feedback", "search", "complaint", "limit", "data"]
"""What a notice is for; pages have words for each."""


def tell(
    tx: Tx,
    users: Iterable[str],
    kind: Kind,
    process: str,
    subject: str,
    cause: str,
    words: Mapping[str, object],
) -> int:
    """Tell users something about a subject; returns how many had not been told of this cause."""
    wanted = sorted(set(users))
    its = (notices.c.user.in_(wanted), notices.c.subject == subject, notices.c.cause == cause)
    known = {r["user"] for r in tx.all(sa.select(notices.c.user).where(*its))}
    fresh = [u for u in wanted if u not in known]
    for user in fresh:
        tx.insert(
            notices, id=tx.id(), user=user, kind=kind, process=process, subject=subject, cause=cause,
            words=dict(words), at=tx.now,
        )  # fmt: skip
    return len(fresh)


def people_of(tx: Tx, process: str, row: Row) -> list[str]:
    """Users of the parties concerned: the owner of a listing, both sides of a deal or an agreement, a payer."""
    found = row if process not in standing.OF_DEAL else standing.deal_of(tx, row)
    columns = processes()[process].sides.values() or ("party", "buyer", "seller", "discloser", "recipient")
    sides = dict.fromkeys(found.get(side) for side in columns)
    return inside(tx, [str(s) for s in sides if s])


def inside(tx: Tx, parties: Iterable[str]) -> list[str]:
    """Users who belong to parties."""
    asked = sa.select(grants.c.user).where(
        grants.c.scope_kind == "party", grants.c.scope.in_(sorted(parties)), grants.c.role.in_(INSIDE)
    )
    return [str(r["user"]) for r in tx.all(asked.distinct())]


def operators(tx: Tx) -> list[str]:
    """Users who operate the exchange."""
    asked = sa.select(grants.c.user).where(grants.c.role == "operator", grants.c.scope_kind == "platform")
    return [str(r["user"]) for r in tx.all(asked.distinct())]


def overseers(tx: Tx, place: str | None) -> list[str]:
    """Users who oversee a place, or everything."""
    asked = sa.select(grants.c.user, grants.c.scope_kind, grants.c.scope).where(grants.c.role == "overseer")
    told = [
        r for r in tx.all(asked) if r["scope_kind"] == "platform" or (place and within(place, r["scope"]))
    ]
    return sorted({str(r["user"]) for r in told})


@effect("tell_both")
def tell_both(tx: Tx, step: Step) -> None:
    """Tell the people concerned that the clock did something."""
    words = {"key": "turn", "event": step.take, "state": step.row["state"]}
    tell(tx, people_of(tx, step.process, step.row), "overdue", step.process, step.subject, step.event, words)


@effect("tell_operator")
def tell_operator(tx: Tx, step: Step) -> None:
    """Tell the operators that something waits too long."""
    words = {"key": "overdue", "event": step.take, "state": step.row["state"]}
    tell(tx, operators(tx), "overdue", step.process, step.subject, step.event, words)
