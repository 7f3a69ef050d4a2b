"""The record: every step is an event in its own transaction, sealed afterwards into a chain that anyone can recompute.

Positions of an auto-increment commit out of order, so readers follow ``link``: the sealer gives committed events their
place, and a late commit simply gets a later place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.base import canonical
from sanwang.exchange.tables.record import cursors, events, heads

BEGINNING = "0" * 64
"""The digest before the first event."""

SEALED = (
    "seq", "id", "at", "user", "party", "agent", "process", "subject", "take", "from_state", "to_state", "data",
    "request",
)  # fmt: skip
"""What a digest covers, besides the one before it."""


@dataclass(frozen=True)
class Fault:
    """Something that does not hold: where, and in words."""

    where: str
    en: str
    zh: str


def append(
    tx: Tx,
    *,
    process: str,
    subject: str,
    take: str,
    to_state: str,
    from_state: str | None = None,
    user: str | None = None,
    party: str | None = None,
    agent: str = "person",
    data: object = None,
    request: str | None = None,
    id: str | None = None,
) -> str:
    """Write one event in the running transaction; returns its id. ``data`` must hold no confidential words."""
    made = id or tx.id()
    tx.insert(
        events, id=made, at=tx.now, user=user, party=party, agent=agent, process=process, subject=subject, take=take,
        from_state=from_state, to_state=to_state, data=data, request=request,
    )  # fmt: skip
    return made


def digest(before: str, row: Row) -> str:
    """SHA-256 of the digest before and the event's canonical text."""
    return hashlib.sha256(f"{before}\n{canonical([row[c] for c in SEALED])}".encode()).hexdigest()


def seal(tx: Tx, most: int = 10_000) -> int:
    """Give committed events their place in the chain; returns how many. One sealer works at a time."""
    tx.value(sa.select(heads.c.link).where(heads.c.link == 0).with_for_update())
    link, before = last(tx)
    waiting = sa.select(events).where(events.c.link.is_(None)).order_by(events.c.seq).limit(most)
    placed: list[dict[str, object]] = []
    for number, row in enumerate(tx.all(waiting), link + 1):
        before = digest(before, row)
        placed.append({"its_seq": row["seq"], "its_link": number, "its_digest": before})
    if placed:
        put = events.update().where(events.c.seq == sa.bindparam("its_seq"))
        tx.execute(put.values(link=sa.bindparam("its_link"), digest=sa.bindparam("its_digest")), placed)
    return len(placed)


def last(tx: Tx) -> tuple[int, str]:
    """Link and digest of the chain's end; 0 and the beginning's digest where nothing is sealed."""
    found = tx.one(
        sa.select(events.c.link, events.c.digest)
        .where(events.c.link.is_not(None))
        .order_by(events.c.link.desc())
        .limit(1)
    )
    return (found["link"], found["digest"]) if found else (0, BEGINNING)


def publish(tx: Tx, shown_to: str) -> tuple[int, str]:
    """Keep the chain's present end as a head shown to somebody; returns link and digest. Once a link."""
    link, end = last(tx)
    if tx.value(sa.select(heads.c.digest).where(heads.c.link == link)) is None:
        tx.insert(heads, link=link, digest=end, at=tx.now, shown_to=shown_to)
    return link, end


def verify(tx: Tx) -> list[Fault]:
    """Recompute the chain; the first event that differs, and every published head that does not stand in it."""
    known = {row["link"]: row["digest"] for row in tx.all(sa.select(heads))}
    if known.get(0) != BEGINNING:
        return [Fault("heads", "the beginning of the chain is missing", "缺少链的起点")]
    before, number = BEGINNING, 0
    for row in _sealed(tx):
        number += 1
        if row["link"] != number:
            return [Fault(f"event {number}", f"link {number} is missing", f"缺少第 {number} 个事件")]
        before = digest(before, row)
        if row["digest"] != before:
            return [Fault(f"event {number}", f"event {number} was changed", f"第 {number} 个事件被改动")]
        if known.get(number, before) != before:
            return [Fault(f"head {number}", f"head {number} differs", f"第 {number} 个链首不符")]
    lost = [link for link in known if link > number]
    return [
        Fault(f"head {n}", f"head {n} was published and is gone", f"已公布的链首 {n} 不存在") for n in lost
    ]


def _sealed(tx: Tx) -> Iterator[Row]:
    """Sealed events by link, read in portions."""
    link = 0
    while rows := tx.all(sa.select(events).where(events.c.link > link).order_by(events.c.link).limit(10_000)):
        yield from rows
        link = rows[-1]["link"]


def follow(tx: Tx, reader: str, deal_with: Callable[[Tx, Row], Any], most: int = 500) -> int:
    """Hand a reader the sealed events it has not seen, in order; its place moves in the same transaction.

    Returns how many it was handed.
    """
    place = tx.value(sa.select(cursors.c.link).where(cursors.c.reader == reader).with_for_update())
    if place is None:
        tx.insert(cursors, reader=reader, link=0, at=tx.now)
        place = 0
    rows = tx.all(sa.select(events).where(events.c.link > place).order_by(events.c.link).limit(most))
    for row in rows:
        deal_with(tx, row)
    if rows:
        moved = {"link": rows[-1]["link"], "at": tx.now}
        tx.execute(cursors.update().where(cursors.c.reader == reader), moved)
    return len(rows)
