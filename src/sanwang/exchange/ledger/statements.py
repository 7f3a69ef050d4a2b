"""An account's statement that proves itself: opening, every line with its event, closing, recomputed as it is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from sanwang.exchange.clock import DAY, day_of, end_of
from sanwang.exchange.errors import NotFound
from sanwang.exchange.events import Fault, last
from sanwang.exchange.ledger.accounts import codes
from sanwang.exchange.ledger.rules_table import rules
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.money import accounts, transfers

MOVES = ("single", "post")

COLUMNS = {
    "on": pl.Date, "entry": pl.String, "rule": pl.String, "words": pl.String, "other": pl.String, "money_in": pl.Int64,
    "money_out": pl.Int64, "balance": pl.Int64, "event": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """What moved on an account between two days (both included), amounts in the unit's smallest part (fen).

    ``lines``: day, entry, rule's code and words, the other account's kind, in, out, balance after it, event.
    ``held`` is what of the closing balance is set aside, ``chain`` the place and digest of the record's end when the
    statement was made.
    """

    account: str
    code: str
    party: str
    deal: str
    unit: str
    from_on: dt.date
    until_on: dt.date
    opening: int
    lines: pl.DataFrame
    closing: int
    held: int
    chain: tuple[int, str]

    def faults(self) -> list[Fault]:
        """What does not add up in it; empty where opening and lines give every balance and the closing."""
        at = self.opening
        for row in self.lines.iter_rows(named=True):
            at += row["money_in"] - row["money_out"]
            if at != row["balance"]:
                return [Fault(row["entry"], "a balance does not follow", "余额不连续")]
        return (
            [] if at == self.closing else [Fault(self.account, "the closing does not follow", "期末余额不符")]
        )


def statement(tx: Tx, account: str, from_on: dt.date, until_on: dt.date, lang: str = "zh") -> Statement:
    """The statement of an account by its id. Raises NotFound; who may read it is asked before."""
    row = tx.one(sa.select(accounts).where(accounts.c.id == account))
    if row is None:
        raise NotFound
    begin, end = end_of(from_on) - DAY, end_of(until_on)
    opening = _sum(tx, row, transfers.c.at <= begin)
    lines = pl.DataFrame(list(_lines(tx, row, begin, end, opening, lang)), schema=COLUMNS, orient="row")
    closing = lines["balance"].to_list()[-1] if lines.height else opening
    held = row["dr_held"] if row["side"] == "C" else row["cr_held"]
    return Statement(
        account, row["code"], row["party"], row["deal"], row["book"].split(":")[0], from_on, until_on, opening, lines,
        closing, held, last(tx),
    )  # fmt: skip


def _lines(
    tx: Tx, account: Row, begin: int, end: int, opening: int, lang: str
) -> Iterator[tuple[object, ...]]:
    other = accounts.alias()
    own = account["id"]
    asked = (
        sa.select(transfers, other.c.code.label("other"))
        .join(
            other,
            other.c.id == sa.case((transfers.c.debit == own, transfers.c.credit), else_=transfers.c.debit),
        )
        .where(sa.or_(transfers.c.debit == own, transfers.c.credit == own))
        .where(transfers.c.step.in_(MOVES), transfers.c.at > begin, transfers.c.at <= end)
        .order_by(transfers.c.seq)
    )
    at = opening
    for row in tx.all(asked):
        plus = (row["credit"] == own) == (account["side"] == "C")
        at += row["amount"] if plus else -row["amount"]
        named = codes()[row["other"]]
        yield (
            day_of(row["at"]), row["entry"], row["code"], rules()[row["code"]][lang], getattr(named, lang),
            row["amount"] if plus else 0, 0 if plus else row["amount"], at, row["event"],
        )  # fmt: skip


def _sum(tx: Tx, account: Row, when: sa.ColumnElement[bool]) -> int:
    def total(side: sa.Column[str]) -> int:
        asked = sa.select(sa.func.coalesce(sa.func.sum(transfers.c.amount), 0))
        return int(tx.value(asked.where(side == account["id"], transfers.c.step.in_(MOVES), when)))

    grown = total(transfers.c.credit) - total(transfers.c.debit)
    return grown if account["side"] == "C" else -grown
