"""Who sees a case, and how much of it: analysts of the places without an interest, and the party concerned."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange.store import Row
from sanwang.exchange.who import Who, stem

WATCHERS = frozenset({"overseer", "analyst"})

ASKED = ("id", "number", "state", "asked_party", "question", "asked_at", "answer", "answered_at", "deadline_at",
         "version")  # fmt: skip
HELD = ("case_measure", "article", "measure_words", "held_party", "appeal", "appealed_at", "appeal_words")
"""What the party that was asked sees of a case, and besides the one that a measure concerns: never which rule spoke."""

TOLD = ("ask", "answer", "silent", "act", "appeal", "stand", "uphold", "overturn")
"""Steps of a case that the party concerned is shown."""


def watching(who: Who, case: Row) -> set[str]:
    """The offices in which a person sees a case: none where it names a party of theirs."""
    if who.parties & set(case.get("parties") or ()):
        return set()
    return {r for r in WATCHERS if any(who.at(r, place) for place in case.get("places") or [None])}


def part(case: Row, roles: frozenset[str]) -> Row:
    """What a party sees of a case."""
    return {k: case[k] for k in (*ASKED, *(HELD if "party_held" in roles else ()))}


def mine(who: Who, table: sa.Table, own: list[str]) -> sa.ColumnElement[bool]:
    """A party's are those in which it was asked or that a measure of concerns; an analyst's those of the places that
    name no party of theirs."""
    told = sa.or_(table.c.asked_party.in_(own), table.c.held_party.in_(own))
    given = [g for g in who.grants if g.role in WATCHERS]
    near = [
        table.c.places.cast(sa.Text).like(f'%"{stem(g.scope)}%') for g in given if g.scope_kind == "place"
    ]
    seen = sa.true() if any(g.scope_kind == "platform" for g in given) else sa.or_(sa.false(), *near)
    theirs = [table.c.parties.cast(sa.Text).like(f'%"{p}"%') for p in own]
    return sa.or_(told, sa.and_(seen, sa.not_(sa.or_(sa.false(), *theirs))))
