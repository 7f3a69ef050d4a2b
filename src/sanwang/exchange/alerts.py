"""Saved searches that tell what is new: at once, daily or weekly; each listing once a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.errors import OptionError
from sanwang.exchange import clock, events, given, identity, notices, search
from sanwang.exchange.errors import NotFound
from sanwang.exchange.store import Row, Store, Tx
from sanwang.exchange.tables.market import searches
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.tables.record import notices as told
from sanwang.exchange.who import Who

CADENCES: Mapping[str, int] = {"at_once": 0, "daily": clock.DAY, "weekly": 7 * clock.DAY}
AT_ONCE = 5000
"""Publications that one round looks at."""

QUERY = ("text", "kind", "place", "industry")


def save(
    tx: Tx, who: Who, name: str, query: Mapping[str, str], cadence: str = "daily", most: int = 10
) -> str:
    """Keep a search; what is published from now on is told. Returns its id. Raises OptionError for a wrong query."""
    if strange := sorted(set(query) - set(QUERY)):
        raise OptionError(
            f"a search has {', '.join(QUERY)}, not {', '.join(strange)}", f"搜索条件没有 {'、'.join(strange)}"
        )
    if cadence not in CADENCES:
        raise OptionError(f"cadence is one of {', '.join(CADENCES)}", f"频率应为 {'、'.join(CADENCES)} 之一")
    if who.user is None:
        raise NotFound
    made = tx.id()
    tx.insert(
        searches, id=made, user=who.user, name=name[:100], query=dict(query), cadence=cadence,
        most=max(1, min(most, 50)), follows=events.last(tx)[0], due_at=tx.now,
    )  # fmt: skip
    return made


def stop(tx: Tx, who: Who, key: str) -> None:
    """Tell nothing of a search any more. Raises NotFound for another person's."""
    mine = searches.update().where(searches.c.id == key, searches.c.user == who.user)
    if not tx.execute(mine, {"paused_at": tx.now}).rowcount:
        raise NotFound


def run(store: Store) -> int:
    """Tell of every search that is due what is new; returns how many notices were made."""
    with store.read() as tx:
        due = tx.all(
            sa.select(searches.c.id).where(searches.c.due_at <= tx.now, searches.c.paused_at.is_(None))
        )
    return sum(store.run(lambda tx, key=row["id"]: _tell(tx, key)) for row in due)


def _tell(tx: Tx, key: str) -> int:
    row = tx.one(sa.select(searches).where(searches.c.id == key).with_for_update())
    if row is None or row["paused_at"] or row["due_at"] > tx.now:
        return 0
    who = identity.person(tx, row["user"])
    fresh, link = _published_since(tx, row["follows"])
    text = row["query"].get("text", "")
    found = search.find(tx, who, text, **_narrow(row), among=fresh, most=search.MOST) if fresh else []
    made = sum(_one(tx, row, hit) for hit in found[: row["most"]])
    if (rest := len(found) - row["most"]) > 0:
        words = {"key": "more", "count": rest, "search": row["name"]}
        made += notices.tell(tx, [row["user"]], "search", "search", key, given.digest([key, tx.now]), words)
    moved = {"follows": link, "due_at": tx.now + CADENCES[row["cadence"]]}
    tx.execute(searches.update().where(searches.c.id == key), moved)
    return made


def _published_since(tx: Tx, link: int) -> tuple[list[str], int]:
    """Listings published in sealed events after a link, and the link of the last: none that commits late is missed."""
    asked = sa.select(record.c.subject, record.c.link).where(
        record.c.link > link, record.c.process == "listing", record.c.take == "publish"
    )
    rows = tx.all(asked.order_by(record.c.link).limit(AT_ONCE))
    return [str(r["subject"]) for r in rows], rows[-1]["link"] if rows else link


def _narrow(row: Row) -> dict[str, Any]:
    return {k: row["query"].get(k) for k in ("kind", "place", "industry")}


def _one(tx: Tx, row: Row, hit: search.Hit) -> int:
    words = {"key": "found", "title": hit.title, "search": row["name"], "text": row["query"].get("text", "")}
    return notices.tell(tx, [row["user"]], "search", "listing", hit.listing, "published", words)


def inbox(tx: Tx, who: Who, most: int = 50) -> list[Row]:
    """What a person was told, newest first."""
    asked = sa.select(told).where(told.c.user == who.user).order_by(told.c.at.desc(), told.c.id.desc())
    return tx.all(asked.limit(most))
