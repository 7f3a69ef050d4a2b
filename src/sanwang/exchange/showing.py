"""Rows as their readers see them: one subject, one's own, a text under agreement, the steps taken."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from sanwang.exchange import access, search, shares, standing, taking, vouchers
from sanwang.exchange.errors import NotFound
from sanwang.exchange.oversight import seeing
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.market import listings, ndas
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.who import EXCHANGE, Who

_OPEN = (
    "id",
    "kind",
    "row",
    "state",
    "tier",
    "place",
    "published_at",
    "expires_at",
    "deadline_at",
    "version",
)
"""What of a listing's row stands beside its fields."""


def shown(tx: Tx, who: Who, process: str, subject: str) -> Row:
    """A subject's row, cut to the asker; of a listing, what the asker may read."""
    row = access.seen(tx, who, process, subject)
    if process != "listing":
        return {**access.cut(tx, who, process, row), **vouchers.beside(tx, process, row),
                **shares.beside(tx, process, access.cut(tx, who, process, row))}  # fmt: skip
    level = access.reading_level(tx, who, row)
    fields = search.read(
        tx, who, row, row["pending"] if level >= 2 and row["pending"] else row["published"] or None
    )
    return {k: row[k] for k in _OPEN} | {"fields": fields, "own": level == 3}


def mine(tx: Tx, who: Who, process: str, before: str | None, most: int) -> list[Row]:
    """Subjects of a process that are the person's own, newest first, from an id on."""
    table = access.table_of(process)
    asked = sa.select(table).where(access.mine(who, process)).order_by(table.c.id.desc())
    if before is not None:
        asked = asked.where(table.c.id < before)
    rows = tx.all(asked.limit(most))
    return [access.cut(tx, who, process, r) for r in rows] if process == "case" else rows


def reveal(tx: Tx, who: Who, nda: str) -> dict[str, Any]:
    """The whole text of a listing under an agreement; the step that keeps who read it comes first."""
    taking.take(tx, who, "nda", nda, "reveal")
    row = tx.one(sa.select(ndas.c.listing).where(ndas.c.id == nda))
    listing = tx.one(sa.select(listings).where(listings.c.id == row["listing"])) if row else None
    if listing is None:
        raise NotFound
    return search.read(tx, EXCHANGE, listing, listing["published"])


def events(tx: Tx, who: Who, process: str, subject: str) -> list[Row]:
    """The steps taken on a subject, for who has a role in it; an auditor sees every one."""
    found = frozenset({"auditor"})
    if not who.has("auditor"):
        row = access.seen(tx, who, process, subject)
        found = standing.roles(tx, who, process, row)
        if not found:
            raise NotFound
    asked = sa.select(record).where(record.c.process == process, record.c.subject == subject)
    if process == "case" and not found & {"auditor", *seeing.WATCHERS}:
        asked = asked.where(record.c.take.in_(seeing.TOLD))
        return [
            dict(r) | {"user": r["user"] if r["party"] else None}
            for r in tx.all(asked.order_by(record.c.seq))
        ]
    return tx.all(asked.order_by(record.c.seq))
