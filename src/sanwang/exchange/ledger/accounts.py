"""Books and accounts: what is mirrored, on which side it grows, and whether it may fall below zero."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sanwang.exchange.errors import Refused
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.money import accounts, books
from sanwang.standards.currencies import is_currency, scale

_SPACE = uuid.UUID("5e1b8c1e-6c5e-5d0a-9a51-0d2f9b7c4e10")


_LOCKED = (
    sa.select(accounts)
    .where(accounts.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(accounts.c.id)
    .with_for_update()
)


@dataclass(frozen=True, order=True)
class Account:
    """Where money stands: a kind of account in a unit, of a party, for a deal.

    ``deal`` also names a rail (bank), a rail's line (suspense), an institution (fx) or a share (inventor).
    """

    code: str
    party: str = ""
    deal: str = ""
    unit: str = "CNY"

    def __post_init__(self) -> None:
        code = codes().get(self.code)
        if code is None:
            raise ValueError(f"{self.code!r} is no kind of account")
        for name, value in (("party", self.party), ("deal", self.deal)):
            if (name in code.owner.split()) != bool(value):
                raise ValueError(
                    f"an account {self.code!r} wants {code.owner or 'no owner'}, not {name}={value!r}"
                )
        if not is_currency(self.unit):
            raise Refused("currency", f"{self.unit!r} is no currency", f"{self.unit!r} 不是币种代码")

    @property
    def book(self) -> str:
        """The book it stands in."""
        return f"{self.unit}:{codes()[self.code].kind}"

    @property
    def id(self) -> str:
        """The identifier that everybody computes alike."""
        return account_id(self.book, self.code, self.party, self.deal)


@dataclass(frozen=True)
class Code:
    """A kind of account: side (D grows by debit), whether bounded by zero, kind of book, and its names."""

    side: str
    bounded: bool
    owner: str
    kind: str
    zh: str
    en: str


@cache
def codes() -> Mapping[str, Code]:
    """Every kind of account, from ``accounts.csv``."""
    text = (files("sanwang.exchange.ledger") / "accounts.csv").read_text("utf-8")
    return {
        r["code"]: Code(r["side"], r["bounded"] == "1", r["owner"], r["kind"], r["zh"], r["en"])
        for r in csv.DictReader(text.splitlines())
    }


def account_id(book: str, code: str, party: str, deal: str) -> str:
    """UUIDv5 of an account's place: it exists once whoever makes it."""
    return str(uuid.uuid5(_SPACE, "\x1f".join((book, code, party, deal))))


def locked(tx: Tx, wanted: Iterable[Account], others: Iterable[str] = ()) -> dict[str, Row]:
    """Accounts' rows by id, held until the transaction ends; in the order of their ids, so nobody waits in a circle.

    ``wanted`` are made where they are not there yet; ``others`` are ids of accounts that are.
    """
    named = {a.id: a for a in wanted}
    ids = sorted({*named, *others})
    rows = tx.all(_LOCKED, {"ids": ids})
    if len(rows) < len(ids):
        opened(tx, named.values())
        rows = tx.all(_LOCKED, {"ids": ids})
    return {row["id"]: row for row in rows}


def opened(tx: Tx, wanted: Iterable[Account]) -> None:
    """Make the accounts that are not there yet, and their books."""
    rows = {a.id: a for a in wanted}
    there = set(tx.connection.scalars(sa.select(accounts.c.id).where(accounts.c.id.in_(list(rows)))))
    fresh = [rows[i] for i in sorted(set(rows) - there)]
    if not fresh:
        return
    _add(tx, books, [_book(b, u) for b, u in sorted({(a.book, a.unit) for a in fresh})])
    _add(tx, accounts, [_row(a) for a in fresh])


def balance(row: Row) -> int:
    """What an account holds, in the smallest unit: on the side it grows by."""
    return row["cr"] - row["dr"] if row["side"] == "C" else row["dr"] - row["cr"]


def free(row: Row) -> int:
    """What of it is not held for something."""
    return balance(row) - (row["dr_held"] if row["side"] == "C" else row["cr_held"])


NOTHING_LEAVES = 2**61
"""The amount of a freeze of everything: above any balance."""


def usable(row: Row) -> int:
    """What is free and not kept in place by a stop."""
    return max(0, free(row) - row["frozen"])


def found(tx: Tx, account: Account) -> Row | None:
    """An account's row as it is now, or None where nothing ever moved on it."""
    return tx.one(sa.select(accounts).where(accounts.c.id == account.id))


def at_hand(tx: Tx, account: Account) -> int:
    """What may leave an account now; nothing where nothing ever moved on it."""
    row = found(tx, account)
    return usable(row) if row else 0


def _book(book: str, unit: str) -> dict[str, object]:
    return {"id": book, "unit": unit, "kind": book.split(":")[1], "scale": scale(unit)}


def _row(account: Account) -> dict[str, object]:
    code = codes()[account.code]
    return {
        "id": account.id, "book": account.book, "code": account.code, "party": account.party, "deal": account.deal,
        "side": code.side, "bounded": int(code.bounded),
    }  # fmt: skip


def _add(tx: Tx, table: sa.Table, rows: list[dict[str, object]]) -> None:
    """Insert rows that nobody else made meanwhile."""
    insert = sqlite.insert(table) if tx.sqlite else postgresql.insert(table)
    tx.execute(insert.on_conflict_do_nothing(), rows)
