"""What the exchange itself says on record so that rules can be checked from the events alone: numbers and digests.

The terms of a contract that came into force, the digest of a text that was published, whose a part of a voucher is.
These events belong to no process: they are read by auditors and by oversight, never by the other side or an operator.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import events, given
from sanwang.exchange.rows import TEXT
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.market import listings

PROCESS = "statement"


def _state(tx: Tx, take: str, subject: str, **data: object) -> None:
    events.append(
        tx, process=PROCESS, subject=subject, take=take, to_state="stated", agent="exchange", data=data
    )


def terms(tx: Tx, deal: Row, contract: Row) -> None:
    """A contract came into force: its sides, price and technology amount, and by what it can be compared."""
    about = sa.or_(listings.c.id == deal["result"], listings.c.id == deal["need"])
    rows = tx.all(sa.select(listings.c.industries).where(about).order_by(listings.c.kind))
    fields = [one for row in rows for one in row["industries"] or ()]
    _state(
        tx, "terms", deal["id"], buyer=deal["buyer"], seller=deal["seller"], price=contract["total"],
        technology=contract["technology"], currency=deal["currency"], type=contract["type"],
        field=fields[0] if fields else "", term=_length(contract["from_on"], contract["until_on"]),
    )  # fmt: skip


def _length(start: str, end: str) -> str:
    """How long a contract runs: up to half a year, up to a year and a half, or longer."""
    days = (date.fromisoformat(end) - date.fromisoformat(start)).days
    return "short" if days <= 183 else "middle" if days <= 548 else "long"


def text(tx: Tx, listing: Row, row: Mapping[str, Any]) -> None:
    """A listing was published: the digest of its long text without spaces and signs, of its title where it has none."""
    said = str(row.get(TEXT.get(listing["kind"], "")) or row.get("title") or row.get("name") or "")
    bare = re.sub(r"[\W_]+", "", said.casefold())
    _state(tx, "text", listing["id"], party=listing["party"], kind=listing["kind"], text=given.digest(bare))


def part(tx: Tx, subject: str, item: Mapping[str, Any]) -> None:
    """A part of a voucher was made: of which voucher, whose, how much, and out of which part."""
    _state(
        tx, "part", subject, voucher=item["voucher"], holder=item["holder"], owed=item["owed"],
        part_of=item.get("part_of"),
    )  # fmt: skip
