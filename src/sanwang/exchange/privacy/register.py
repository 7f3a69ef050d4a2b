"""What is kept about persons: by table and column, for what purpose, how long, and what erasing does to it.

``personal.csv`` and ``retention.csv`` are the register; a test holds every table that knows a person against them.
Names of inventors in income shares and of payees are of the institution's books: they are no user's, are kept as long
as the books, and are named here so that nobody is told that they are not.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import sqlalchemy as sa

from sanwang.exchange.clock import DAY
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables import metadata

BOOKS = (
    ("share_lines", "name", "科研人员收益分配中的姓名", "names in inventors' shares"),
    ("payments", "account_at", "收款账号", "accounts of payees"),
    ("crossings", "payee", "境外收款人", "payees abroad"),
    ("crossings", "account_at", "境外收款账号", "accounts of payees abroad"),
    ("relations", "shown_by", "关联关系的依据", "what shows a relation between parties"),
    ("inflows", "payer_name", "境外付款人", "payers abroad"),
    ("counterparties", "name", "交易的境外一方", "sides of deals from abroad"),
    ("mandates", "account_at", "直接借记的收款账号", "accounts that are collected for"),
    ("complaints", "words", "投诉内容", "words of complaints"),
    ("data_disputes", "words", "数据使用异议的内容", "words about disputed uses of data"),
    ("parties", "name", "自然人主体的姓名", "names of parties that are persons"),
)
"""Columns that may tell of persons who are no users, kept as long as the books they belong to."""


@dataclass(frozen=True)
class Kept:
    """A column about a user: which column says whose, what erasing does, what it is, for what purpose.

    ``erased``: ``mark`` (a mark in its place), ``void`` (a value that fits nothing), ``empty``, ``row`` (the row goes).
    """

    table: str
    column: str
    whose: str
    erased: str
    zh: str
    en: str
    purpose_zh: str
    purpose_en: str


@dataclass(frozen=True)
class Span:
    """Rows of a table that go by themselves so many days after a moment in them."""

    table: str
    since: str
    days: int
    zh: str
    en: str


@cache
def personal() -> tuple[Kept, ...]:
    """Every column about a user."""
    return tuple(Kept(**row) for row in _rows("personal.csv"))


@cache
def spans() -> tuple[Span, ...]:
    """What goes by itself, and when."""
    return tuple(
        Span(r["table"], r["since"], int(r["days"]), r["zh"], r["en"]) for r in _rows("retention.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("sanwang.exchange.privacy") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def expire(tx: Tx) -> int:
    """Delete what is kept no longer; returns how many rows."""
    gone = 0
    for span in spans():
        table = metadata.tables[span.table]
        gone += tx.execute(table.delete().where(table.c[span.since] < tx.now - span.days * DAY)).rowcount
    return gone


@dataclass(frozen=True)
class Held:
    """One value kept about a person: where, the value as text, and days after which it goes by itself (None: stays)."""

    kept: Kept
    value: str
    days: int | None


def held(tx: Tx, user: str) -> list[Held]:
    """Everything kept about a user, column by column; a password's hash is said to be there and not shown."""
    days = {s.table: s.days for s in spans()}
    found: list[Held] = []
    for kept in personal():
        for row in _of(tx, kept, user):
            if row[kept.column] not in (None, ""):
                shown = "●●●" if kept.erased == "void" else str(row[kept.column])
                found.append(Held(kept, shown, days.get(kept.table)))
    return found


def _of(tx: Tx, kept: Kept, user: str) -> list[Row]:
    table = metadata.tables[kept.table]
    return tx.all(sa.select(table.c[kept.column]).where(table.c[kept.whose] == user))
