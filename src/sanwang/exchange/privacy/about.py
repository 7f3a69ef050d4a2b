"""What a person may read about themselves: everything kept, what they did, and who looked at the list of persons."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sanwang.exchange import events
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.privacy.register import Held, held
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.people import users
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.who import Who

READING = "reading"
"""The process under whose name readings of the list of persons stand in the record."""


@dataclass(frozen=True)
class About:
    """What is kept about a person, how many steps of theirs the record holds, and readings: when, by whom."""

    held: tuple[Held, ...]
    steps: int
    readings: tuple[tuple[int, str], ...]


def about(tx: Tx, who: Who, most: int = 100) -> About:
    """What a person reads about themselves. Raises NotFound for a visitor."""
    if who.user is None:
        raise NotFound
    steps = tx.value(sa.select(sa.func.count()).select_from(record).where(record.c.user == who.user))
    since = tx.value(
        sa.select(sa.func.min(record.c.at)).where(record.c.process == "user", record.c.subject == who.user)
    )
    joined = sa.join(record, users, record.c.user == users.c.id)
    asked = sa.select(record.c.at, users.c.name).select_from(joined).where(
        record.c.process == READING, record.c.take == "people", record.c.at >= (since or 0)
    )  # fmt: skip
    seen = tx.all(asked.order_by(record.c.at.desc()).limit(most))
    return About(tuple(held(tx, who.user)), int(steps), tuple((int(r["at"]), str(r["name"])) for r in seen))


def keep_reading(tx: Tx, who: Who) -> None:
    """Keep that an operator looked at the list of persons. Raises Refused for anybody else."""
    if not who.has("operator"):
        raise Refused("role", "only the operator may do that", "须由运营方办理")
    events.append(tx, process=READING, subject=str(who.user), take="people", to_state="read", user=who.user)
