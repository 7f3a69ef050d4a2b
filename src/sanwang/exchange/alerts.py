"""Saved searches that tell what is new: at once, daily or weekly; each listing once a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.errors import OptionError
from sanwang.exchange import clock, given, identity, notices, search
from sanwang.exchange.errors import NotFound
from sanwang.exchange.store import Row, Store, Tx
from sanwang.exchange.tables.market import searches
from sanwang.exchange.tables.record import notices as told
from sanwang.exchange.who import Who

CADENCES: Mapping[str, int] = {"at_once": 0, "daily": clock.DAY, "weekly": 7 * clock.DAY}
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
        most=max(1, min(most, 50)), follows=tx.now, due_at=tx.now,
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
    found = search.find(
        tx, who, row["query"].get("text", ""), **_narrow(row), after=row["follows"], most=search.MOST
    )
    made = sum(_one(tx, row, hit) for hit in found[: row["most"]])
    if (rest := len(found) - row["most"]) > 0:
        words = {"key": "more", "count": rest, "search": row["name"]}
        made += notices.tell(tx, [row["user"]], "search", "search", key, given.digest([key, tx.now]), words)
    moved = {"follows": max([row["follows"], *(h.published_at or 0 for h in found)]),
             "due_at": tx.now + CADENCES[row["cadence"]]}  # fmt: skip
    tx.execute(searches.update().where(searches.c.id == key), moved)
    return made


def _narrow(row: Row) -> dict[str, Any]:
    return {k: row["query"].get(k) for k in ("kind", "place", "industry")}


def _one(tx: Tx, row: Row, hit: search.Hit) -> int:
    words = {"key": "found", "title": hit.title, "search": row["name"], "text": row["query"].get("text", "")}
    return notices.tell(
        tx, [row["user"]], "search", "listing", hit.listing, f"published {hit.published_at}", words
    )


def inbox(tx: Tx, who: Who, most: int = 50) -> list[Row]:
    """What a person was told, newest first."""
    asked = sa.select(told).where(told.c.user == who.user).order_by(told.c.at.desc(), told.c.id.desc())
    return tx.all(asked.limit(most))
