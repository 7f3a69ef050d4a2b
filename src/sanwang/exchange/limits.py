"""Limits that a lender set itself, per debtor, group, sector and for all: checked in the command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.process import spoken
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.loans import credit_limits, loans
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.vouchers import holdings
from sanwang.exchange.taking import take
from sanwang.exchange.vouchers import HELD
from sanwang.exchange.who import EXCHANGE, Who
from sanwang.standards.currencies import both

OPEN = ("performing", "arrears", "residual")
PROMISED = ("offered", "agreed")
"""States of a loan in which its principal counts: outstanding, and promised."""


@opener("credit_limit")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a limit."""
    data = step.data
    return {
        "lender": data["lender"], "counted": data["counted"], "name": data["name"],
        "members": data.get("members") or [], "amount": data["amount"], "currency": data.get("currency") or "CNY",
    }  # fmt: skip


@guard("limit_sound")
def limit_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """One debtor, several of a group or sector, or all."""
    row, members = step.row, step.row["members"]
    known = tx.value(sa.select(sa.func.count()).select_from(parties).where(parties.c.id.in_(members)))
    counts = {
        "debtor": len(members) == 1,
        "group": bool(members),
        "sector": bool(members),
        "bank": not members,
    }
    return None if counts.get(row["counted"]) and known == len(set(members)) else {}


@effect("replace_limit")
def replace_limit(tx: Tx, step: Step) -> None:
    """It takes the place of the one of its name."""
    row = step.row
    same = sa.select(credit_limits.c.id).where(
        credit_limits.c.lender == row["lender"], credit_limits.c.counted == row["counted"],
        credit_limits.c.name == row["name"], credit_limits.c.state == "in_force", credit_limits.c.id != row["id"],
    )  # fmt: skip
    for old in tx.all(same):
        take(tx, EXCHANGE, "credit_limit", old["id"], "replace")


@dataclass(frozen=True)
class Use:
    """A limit with what of it is used: outstanding, promised, and vouchers held of its debtors (fen)."""

    limit: str
    counted: str
    name: str
    amount: int
    used: int
    currency: str


def uses(tx: Tx, lender: str, borrower: str | None = None, but: str = "") -> list[Use]:
    """A lender's limits, or those that count a borrower, each with its use; one loan may be left out of it."""
    asked = sa.select(credit_limits).where(
        credit_limits.c.lender == lender, credit_limits.c.state == "in_force"
    )
    rows = tx.all(asked.order_by(credit_limits.c.counted, credit_limits.c.name, credit_limits.c.id))
    own = [r for r in rows if borrower is None or r["counted"] == "bank" or borrower in r["members"]]
    return [Use(r["id"], r["counted"], r["name"], r["amount"], _used(tx, r, but), r["currency"]) for r in own]


def _used(tx: Tx, limit: Row, but: str) -> int:
    lent = sa.select(loans).where(
        loans.c.lender == limit["lender"],
        loans.c.state.in_((*OPEN, *PROMISED)),
        loans.c.currency == limit["currency"],
    )
    held = sa.select(sa.func.coalesce(sa.func.sum(holdings.c.owed), 0)).where(
        holdings.c.holder == limit["lender"],
        holdings.c.state.in_(HELD),
        holdings.c.currency == limit["currency"],
    )
    if limit["counted"] != "bank":
        lent = lent.where(loans.c.borrower.in_(limit["members"]))
        held = held.where(holdings.c.debtor.in_(limit["members"]))
    return int(tx.value(held)) + sum(exposure(r) for r in tx.all(lent) if r["id"] != but)


def exposure(row: Row) -> int:
    """What a loan puts at risk: what is outstanding, or what is promised."""
    if row["state"] in PROMISED:
        return int(row["terms"]["principal"])
    return int(row["drawn"] - row["repaid"] - row["written_off"] - row["returned"])


@guard("within_limits")
def within_limits(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """With this loan none of the lender's limits is exceeded."""
    row = step.row
    terms = step.data.get("loan_terms") or row["terms"] or {}
    amount = terms.get("principal")
    if not isinstance(amount, int):
        return None  # what is no terms is refused as such
    for use in uses(tx, row["lender"], row["borrower"], row["id"]):
        if use.currency == row["currency"] and use.used + amount > use.amount:
            left = both(max(0, use.amount - use.used), use.currency)
            return {"limit": use.name, "left": left}
    return None


@effect("hold_limits")
def hold_limits(tx: Tx, step: Step) -> None:
    """The limits are held until the step is done, so that two at once do not both pass; looked at again."""
    own = sa.select(credit_limits.c.id).where(
        credit_limits.c.lender == step.row["lender"], credit_limits.c.state == "in_force"
    )
    tx.all(own.order_by(credit_limits.c.id).with_for_update())
    terms = within_limits(tx, step)
    if terms is not None:
        name = "within_limits"
        raise Refused(name, spoken("guards", name, "en", **terms), spoken("guards", name, "zh", **terms))


@dataclass(frozen=True)
class Portfolio:
    """A lender's book: per currency the outstanding principal, what is in arrears, how concentrated it is.

    ``largest`` is the share of the largest borrower in basis points, ``guaranteed`` what guarantees in force would
    bear; ``uncovered`` = outstanding less guaranteed is what is lost at most if nobody paid anything and every
    guarantor did (collateral counted as nothing).
    """

    currency: str
    loans: int
    outstanding: int
    arrears: int
    guaranteed: int
    uncovered: int
    largest: int
    limits: tuple[Use, ...]
    queue: int


def portfolio(tx: Tx, who: Who, lender: str) -> list[Portfolio]:
    """The book of a lender by currency, for its own people. Raises NotFound for others."""
    if lender not in who.parties:
        raise NotFound
    rows = tx.all(sa.select(loans).where(loans.c.lender == lender))
    return [
        _book(tx, lender, c, [r for r in rows if r["currency"] == c])
        for c in sorted({r["currency"] for r in rows})
    ]


def _book(tx: Tx, lender: str, currency: str, rows: list[Row]) -> Portfolio:
    from sanwang.exchange.tables.loans import guarantees

    live = [r for r in rows if r["state"] in OPEN]
    by: dict[str, int] = {}
    for row in live:
        by[row["borrower"]] = by.get(row["borrower"], 0) + exposure(row)
    whole = sum(by.values())
    shares = {
        r["loan"]: int(r["share_bp"])
        for r in tx.all(
            sa.select(guarantees).where(guarantees.c.lender == lender, guarantees.c.state == "in_force")
        )
    }
    guaranteed = sum(exposure(r) * shares.get(r["id"], 0) // 10_000 for r in live)
    return Portfolio(
        currency, len(live), whole, sum(exposure(r) for r in live if r["state"] == "arrears"), guaranteed,
        whole - guaranteed, max(by.values(), default=0) * 10_000 // whole if whole else 0, tuple(uses(tx, lender)),
        sum(r["state"] == "applied" for r in rows),
    )  # fmt: skip
