"""What analysts look at: the queue of cases; of one the alerts, the facts on a time line, the parties around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import access, standing
from sanwang.exchange.errors import NotFound
from sanwang.exchange.oversight.facts import PROCESSES, Event, Found, read
from sanwang.exchange.oversight.seeing import WATCHERS
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.casework import ENDED, SEVERITIES, cases, watch_alerts
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.who import Who

MOST = 3_000
"""Events gathered around a case; what lies beyond is in the record."""

TAKEN = ("seq", "id", "at", "user", "party", "agent", "process", "subject", "take", "from_state", "to_state", "data",
         "request", "link", "digest")  # fmt: skip


@dataclass(frozen=True)
class Tie:
    """What the facts of a case say between two parties: kinds of fact, how many, and the sum in fen."""

    one: str
    two: str
    kinds: tuple[str, ...]
    count: int
    amount: int


@dataclass(frozen=True)
class File:
    """A case as its analysts see it: alerts oldest first, facts by time, ties between parties, names of the parties."""

    case: Row
    alerts: tuple[Row, ...]
    facts: tuple[Found, ...]
    ties: tuple[Tie, ...]
    names: Mapping[str, str]


def queue(tx: Tx, who: Who, ended: bool = False) -> list[Row]:
    """Cases that wait, the most severe first and of these the oldest. Raises NotFound for who is no analyst."""
    _office(who)
    state = cases.c.state.in_(ENDED) if ended else cases.c.state.not_in(ENDED)
    rows = tx.all(sa.select(cases).where(access.mine(who, "case"), state))
    seen = [r for r in rows if standing.roles(tx, who, "case", r) & WATCHERS]
    return sorted(seen, key=lambda r: (SEVERITIES.index(r["severity"]), r["opened_at"], r["number"]))


def _office(who: Who) -> None:
    if not any(g.role in WATCHERS for g in who.grants):
        raise NotFound


def alerts(tx: Tx, who: Who, code: str | None = None, most: int = 200) -> list[Row]:
    """Stored alerts, newest first, those left out that name a party of one's own. Raises NotFound for who is no analyst
    of the whole exchange."""
    if not any(who.has(r) for r in WATCHERS):
        raise NotFound
    asked = sa.select(watch_alerts).order_by(watch_alerts.c.link.desc(), watch_alerts.c.id.desc())
    asked = asked.where(watch_alerts.c.code == code) if code else asked
    if not who.parties:
        return tx.all(asked.limit(most))
    rows = (r for r in tx.all(asked) if not who.parties & set(r["parties"]))
    return list(islice(rows, most))


def file(tx: Tx, who: Who, case: str) -> File:
    """Everything around a case. Raises NotFound for who is not its analyst."""
    row = access.seen(tx, who, "case", case)
    if not standing.roles(tx, who, "case", row) & WATCHERS:
        raise NotFound
    its = alerts_of(tx, case)
    wanted = {a["event"] for a in its} | {e for a in its for found in a["behind"].values() for e in found}
    shown = [f for f in read(gathered(tx, wanted)) if f["event"] in wanted and f["kind"] != "acted"]
    return File(row, tuple(its), tuple(shown), tuple(_ties(shown)), names(tx, shown, row["parties"]))


def alerts_of(tx: Tx, case: str) -> list[Row]:
    """The alerts of a case, oldest first."""
    asked = sa.select(watch_alerts).where(watch_alerts.c.case == case)
    return tx.all(asked.order_by(watch_alerts.c.link, watch_alerts.c.id))


def gathered(tx: Tx, wanted: Iterable[str], links: Iterable[int] = ()) -> list[Event]:
    """Events with those that they point to, as far as rules read them, by link: enough to say the facts again."""
    named = sorted(wanted)
    found = _events(tx, sa.or_(record.c.id.in_(named), record.c.link.in_(sorted(links))))
    asked: set[str] = set()
    while fresh := {s for e in found.values() for s in _points(e)} - asked:
        asked |= fresh
        found |= _events(tx, record.c.subject.in_(sorted(fresh)[:MOST]))
        if len(found) > MOST:
            break
    return sorted(found.values(), key=lambda e: e["link"])


def _events(tx: Tx, where: sa.ColumnElement[bool]) -> dict[str, Event]:
    asked = sa.select(*(record.c[n] for n in TAKEN)).where(
        where, record.c.link.is_not(None), record.c.process.in_(PROCESSES)
    )
    return {r["id"]: dict(r) for r in tx.all(asked.limit(MOST))}


def _points(event: Event) -> set[str]:
    """Subjects that an event is about or names."""
    said = (event["data"] or {}).values()
    return {event["subject"], *(x for x in said if isinstance(x, str) and len(x) == 36 and x.count("-") == 4)}


def _ties(facts: Iterable[Found]) -> list[Tie]:
    held: dict[tuple[str, str], list[Found]] = defaultdict(list)
    first: dict[str, str] = {}
    for fact in facts:
        one, two = fact.get("party") or "", fact.get("other") or ""
        if fact["kind"] == "listed":  # a text listed again ties who lists it to who did first
            two = first.setdefault(fact.get("key") or "", one)
        if one and two and one != two:
            held[one, two].append(fact)
    return [
        Tie(one, two, tuple(dict.fromkeys(f["kind"] for f in its)), len(its),
            sum(f.get("amount") or 0 for f in its if f["kind"] in SUMS))
        for (one, two), its in held.items()
    ]  # fmt: skip


SUMS = ("flow", "refund", "registered", "invoice", "voucher", "pass")
"""Kinds of fact whose amount is money between two parties; a contract's stands in its flow."""


def names(tx: Tx, facts: Iterable[Found], more: Iterable[str]) -> dict[str, str]:
    """Names of the parties in facts, by id."""
    ids = {f.get(n) for f in facts for n in ("party", "other")} | set(more)
    asked = sa.select(parties.c.id, parties.c.name).where(parties.c.id.in_(sorted(i for i in ids if i)))
    return {str(r["id"]): str(r["name"]) for r in tx.all(asked)}


def plain(fact: Found) -> dict[str, Any]:
    """A fact without what it does not say."""
    return {n: x for n, x in fact.items() if x not in (None, "", 0)}
