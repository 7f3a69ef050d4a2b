"""The record as frames: every movement and every step up to the end of a month.

A movement that was corrected later (C1) counts as if it had never been made, and its correction neither: so a month
that was reported before it was corrected is told otherwise afterwards, and says by which event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from sanwang.exchange import events
from sanwang.exchange.ledger.statements import MOVES
from sanwang.exchange.reports.month import Month
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.deals import contracts, deals, registrations
from sanwang.exchange.tables.loans import loans
from sanwang.exchange.tables.money import accounts, transfers
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.tables.vouchers import bids, vouchers
from sanwang.standards.places import city_of

CORRECTION = "C1"

NOWHERE, NOBODY = "-", "*"
"""The city of a party that gave no place; of an account that is no party's (a bank's, a fund's, the exchange's own)."""


@dataclass(frozen=True)
class Record:
    """What a report is computed from, up to a month's end: ``moves`` and ``steps``, and rows that do not change later.

    ``link`` and ``digest`` are the end of the sealed chain; steps not sealed yet are left out.
    """

    month: Month
    link: int
    digest: str
    moves: pl.DataFrame
    held: pl.DataFrame
    steps: pl.DataFrame
    parties: pl.DataFrame
    vouchers: pl.DataFrame
    loans: pl.DataFrame
    bids: pl.DataFrame
    contracts: pl.DataFrame
    registrations: pl.DataFrame

    @property
    def month_moves(self) -> pl.DataFrame:
        """Movements of the month alone."""
        return self.moves.filter(pl.col("at") > self.month.begin)

    @property
    def month_steps(self) -> pl.DataFrame:
        """Steps of the month alone."""
        return self.steps.filter(pl.col("at") > self.month.begin)


def read(tx: Tx, month: Month) -> Record:
    """The record up to a month's end."""
    link, digest = events.last(tx)
    named = _frame(tx, sa.select(parties.c.id, parties.c.name, parties.c.place), _PARTY)
    places = named["place"].to_list()
    cities = named.with_columns(pl.Series("city", [_city(p) for p in places], pl.String))
    asked = {
        "vouchers": (sa.select(*(vouchers.c[n] for n in _VOUCHER)), _VOUCHER),
        "loans": (sa.select(*(loans.c[n] for n in _LOAN)), _LOAN),
        "bids": (sa.select(*(bids.c[n] for n in _BID)), _BID),
        "contracts": (_signed(), _CONTRACT),
        "registrations": (sa.select(*(registrations.c[n] for n in _REGISTRATION)), _REGISTRATION),
    }
    rows = {name: _frame(tx, select, types) for name, (select, types) in asked.items()}
    moved, held = _moves(tx, month, cities), _held(tx, month)
    return Record(month, link, digest, moved, held, _steps(tx, month), cities, **rows)


_PARTY = {"id": pl.String, "name": pl.String, "place": pl.String}
_VOUCHER = {"id": pl.String, "debtor": pl.String, "face": pl.Int64, "issued_on": pl.String, "due_on": pl.String,
            "currency": pl.String}  # fmt: skip
_LOAN = {
    "id": pl.String,
    "borrower": pl.String,
    "lender": pl.String,
    "lending": pl.String,
    "currency": pl.String,
}
_BID = {"id": pl.String, "financier": pl.String, "fees": pl.Int64, "currency": pl.String}
_CONTRACT = {"deal": pl.String, "buyer": pl.String, "seller": pl.String, "type": pl.String, "total": pl.Int64,
             "technology": pl.Int64, "currency": pl.String}  # fmt: skip
_REGISTRATION = {"id": pl.String, "deal": pl.String, "technology": pl.Int64}
_MOVE = {"at": pl.Int64, "code": pl.String, "event": pl.String, "amount": pl.Int64, "kind": pl.String,
         "currency": pl.String, "debit": pl.String, "payer": pl.String, "from_deal": pl.String, "credit": pl.String,
         "payee": pl.String, "into_deal": pl.String}  # fmt: skip
_HELD = {"party": pl.String, "deal": pl.String, "currency": pl.String, "amount": pl.Int64, "event": pl.String}
_STEP = {"seq": pl.Int64, "id": pl.String, "at": pl.Int64, "process": pl.String, "subject": pl.String,
         "take": pl.String, "from_state": pl.String, "to_state": pl.String, "why": pl.String}  # fmt: skip


def _frame(tx: Tx, asked: sa.Executable, types: dict[str, Any]) -> pl.DataFrame:
    rows = [tuple(r) for r in tx.execute(asked)]
    return pl.DataFrame(rows, schema=types, orient="row")


def _signed() -> sa.Executable:
    joined = sa.join(contracts, deals, contracts.c.deal == deals.c.id)
    asked = (contracts.c.deal, deals.c.buyer, deals.c.seller, contracts.c.type, contracts.c.total,
             contracts.c.technology, deals.c.currency)  # fmt: skip
    return sa.select(*asked).select_from(joined)


def _city(place: str | None) -> str:
    return (city_of(place) or NOWHERE) if place else NOWHERE


def _moves(tx: Tx, month: Month, named: pl.DataFrame) -> pl.DataFrame:
    """Movements of money and paper with both accounts; an escrow stands for its deal's buyer."""
    one, other, correction = accounts.alias("d"), accounts.alias("c"), transfers.alias("x")
    corrected = sa.exists().where(correction.c.reverses == transfers.c.id, correction.c.code == CORRECTION)
    sealed = sa.or_(transfers.c.event.is_(None), record.c.link.is_not(None))
    unit, kind = sa.func.substr(transfers.c.book, 1, 3), sa.func.substr(transfers.c.book, 5)
    asked = (
        sa.select(transfers.c.at, transfers.c.code, transfers.c.event, transfers.c.amount, kind, unit,
                  one.c.code, one.c.party, one.c.deal, other.c.code, other.c.party, other.c.deal)
        .join(one, transfers.c.debit == one.c.id)
        .join(other, transfers.c.credit == other.c.id)
        .outerjoin(record, transfers.c.event == record.c.id)
        .where(transfers.c.step.in_(MOVES), transfers.c.at <= month.end, transfers.c.code != CORRECTION)
        .where(~corrected, sealed)
        .order_by(transfers.c.seq)
    )  # fmt: skip
    found = _frame(tx, asked, _MOVE)
    buyers = _frame(tx, sa.select(deals.c.id, deals.c.buyer), {"id": pl.String, "buyer": pl.String})
    for party, code, deal in (("payer", "debit", "from_deal"), ("payee", "credit", "into_deal")):
        of_deal = pl.when(pl.col(code) == "escrow").then(pl.col("buyer")).otherwise(pl.col(party))
        found = found.join(buyers, left_on=deal, right_on="id", how="left", maintain_order="left")
        found = found.with_columns(of_deal.fill_null("").alias(party)).drop("buyer")
        found = found.join(named.select(pl.col("id"), pl.col("city").alias(f"{party}_city")), left_on=party,
                           right_on="id", how="left", maintain_order="left")  # fmt: skip
    return found.with_columns(
        pl.when(pl.col(party) == "")
        .then(pl.lit(NOBODY))
        .otherwise(pl.col(f"{party}_city").fill_null(NOWHERE))
        .alias(f"{party}_city")
        for party in ("payer", "payee")
    )


def _held(tx: Tx, month: Month) -> pl.DataFrame:
    """Prepaid money held at the month's end: holds that nothing had ended by then."""
    ending, own = transfers.alias("e"), accounts.alias("a")
    ended = sa.exists().where(ending.c.hold == transfers.c.id, ending.c.at <= month.end)
    unit = sa.func.substr(transfers.c.book, 1, 3)
    asked = (
        sa.select(own.c.party, own.c.deal, unit, transfers.c.amount, transfers.c.event)
        .join(own, transfers.c.debit == own.c.id)
        .where(transfers.c.step == "hold", transfers.c.code == "D1", transfers.c.at <= month.end, ~ended)
        .order_by(transfers.c.seq)
    )
    return _frame(tx, asked, _HELD)


def _steps(tx: Tx, month: Month) -> pl.DataFrame:
    asked = sa.select(
        record.c.seq, record.c.id, record.c.at, record.c.process, record.c.subject, record.c.take,
        record.c.from_state, record.c.to_state, record.c.data,
    ).where(record.c.at <= month.end, record.c.link.is_not(None)).order_by(record.c.seq)  # fmt: skip
    rows = [(*r[:-1], str((r[-1] or {}).get("why") or "") or None) for r in map(tuple, tx.execute(asked))]
    return pl.DataFrame(rows, schema=_STEP, orient="row")
