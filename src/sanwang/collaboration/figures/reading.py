"""The figures of a text: amounts with property, object, bounds, unit and role, each with the words that say it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sanwang.collaboration.figures.amounts import Amount, amounts
from sanwang.collaboration.figures.context import Context, context, genre, headings
from sanwang.collaboration.figures.grammar import settled
from sanwang.collaboration.figures.names import Named, named
from sanwang.collaboration.figures.roles import ROLES, chances, features

Record = Literal["need", "result"]

SURE = 0.45
"""Chance from which an amount is called a wish: chosen by cross-validation, where wishes read were right in 88 %."""

_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,80}>|&(?:[a-z]{2,8}|#\d{1,6});")
_NEGATED = re.compile(r"(?:不会?|无法|没有|未|不能|难以)[^，,。；;]{0,6}$")


@dataclass(frozen=True)
class Figure:
    """An amount and what it is said for. Bounds are in ``unit`` as written (None is open).

    ``start`` and ``end`` are character positions: ``text[start:end] == quote``; ``clause`` is the whole clause.
    ``side`` is "up" or "down" where the words say which way is wanted or reached; ``change`` as in ``Amount``.
    """

    property: str
    object: str
    low: float | None
    high: float | None
    unit: str
    role: str
    quote: str
    start: int
    end: int
    clause: str
    side: str = ""
    change: str = ""
    negated: bool = False


@lru_cache(maxsize=20_000)
def figures(text: str, record: Record = "need", promised: int | None = None) -> tuple[Figure, ...]:
    """The figures of a need's or a result's text in order. What measures nothing of the matter is left out.

    From position ``promised`` on the text is a need's acceptance criteria: bounds there are wishes.
    """
    text = unmarked(text)
    found = amounts(text)
    if not found:
        return ()
    parts = headings(text)
    kind = _kind(text, record)
    where = [context(text, one, parts) for one in found]
    marks = [features(a, c, kind, a.at / len(text)) for a, c in zip(found, where, strict=True)]
    roles = _roles(marks, kind)
    if promised is not None:
        roles = [_promise(a, r) if a.start >= promised else r for a, r in zip(found, roles, strict=True)]
    made: list[Figure] = []
    for one, place, role in zip(found, where, roles, strict=True):
        if role != "none":
            made.append(_figure(text, one, place, role, made))
    return tuple(made)


def unmarked(text: str) -> str:
    """The text with tags and entities of HTML made line ends, character for character: they are nobody's words."""
    return _MARKUP.sub(lambda m: "\n" * len(m[0]), text)


def _kind(text: str, record: Record) -> str:
    """What kind of text it is; a need copied from a patent reads as one."""
    told = genre(text)
    if record == "need":
        return told
    return "patent" if told == "patent" else "paper"


def _roles(marks: Sequence[Sequence[str]], kind: str) -> list[str]:
    found: list[str] = []
    for given, odds in zip(marks, chances(marks), strict=True):
        ranked = sorted(zip(odds, ROLES, strict=True), reverse=True)
        wish = odds[0] > SURE
        other = next(role for _, role in ranked if role != "wish")
        found.append(settled(given, kind) or ("wish" if wish else other))
    return found


def _promise(one: Amount, role: str) -> str:
    """The role in acceptance criteria: a bound is wished for."""
    return "wish" if one.marked or one.side else role


def _figure(text: str, one: Amount, where: Context, role: str, made: Sequence[Figure]) -> Figure:
    words = named(text, one, where)
    last = made[-1] if made else None
    if not words.property and last and last.unit == one.unit and last.end >= where.sentence_start:
        words = Named(last.property, last.object, one.start, one.end)
    start, end = min(words.start, one.start), max(words.end, one.end)
    clause = text[where.clause_start : where.clause_end].strip()
    negated = bool(_NEGATED.search(where.before))
    return Figure(
        words.property,
        words.object,
        one.low,
        one.high,
        one.unit,
        role,
        text[start:end].strip(),
        start + len(text[start:end]) - len(text[start:end].lstrip()),
        end - len(text[start:end]) + len(text[start:end].rstrip()),
        clause,
        one.side,
        one.change,
        negated,
    )
