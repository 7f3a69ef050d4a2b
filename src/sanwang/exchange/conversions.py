"""Currencies exchanged at an institution's rate: two linked transfers in two books, with rate, source and day.

What is got is rounded down to the smallest part of its currency: what rounding leaves stays with the institution.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock, notices
from sanwang.exchange.deals import count_on
from sanwang.exchange.events import Fault
from sanwang.exchange.ledger import rules
from sanwang.exchange.ledger.accounts import Account, at_hand
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.ledger.rules import wallet
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.conversions import conversions
from sanwang.exchange.tables.money import accounts
from sanwang.exchange.tables.people import grants, parties
from sanwang.standards.currencies import both, is_currency, scale

_RATE = re.compile(r"\d{1,9}(\.\d{1,10})?")


@opener("conversion")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of an enquiry."""
    named = ("party", "institution", "amount", "currency", "wanted")
    return {n: step.data[n] for n in named} | {"number": ""}


@guard("conversion_sound")
def conversion_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A verified party and a verified financier, two currencies, an amount."""
    row = step.row
    known = [
        tx.value(sa.select(parties.c.state).where(parties.c.id == row[n])) for n in ("party", "institution")
    ]
    lends = sa.select(grants.c.user).where(
        grants.c.role == "financier", grants.c.scope_kind == "party", grants.c.scope == row["institution"]
    )
    sound = (
        known == ["verified"] * 2
        and tx.value(lends.limit(1)) is not None
        and row["party"] != row["institution"]
    )
    units = is_currency(row["currency"]) and is_currency(row["wanted"]) and row["currency"] != row["wanted"]
    return None if sound and units and row["amount"] > 0 else {}


def got(amount: int, currency: str, wanted: str, rate: str) -> int:
    """What an amount gives at a rate, both in the smallest part of their currencies, rounded down."""
    return int(Fraction(amount, 10 ** scale(currency)) * Fraction(rate) * 10 ** scale(wanted))


@guard("quote_sound")
def quote_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A rate above zero with its source, of a day until today; something is got."""
    row, data, today = step.row, step.data, clock.day_of(tx.now).isoformat()
    written = _RATE.fullmatch(data["rate"]) is not None and bool(data["source"].strip())
    fits = written and data["on_day"] <= today <= data["valid_until_on"]
    return (
        None if fits and 0 < got(row["amount"], row["currency"], row["wanted"], data["rate"]) < 2**53 else {}
    )


@guard("rate_as_read")
def rate_as_read(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """What is accepted is the rate that stands, not one that was read before."""
    return None if step.data["rate"] == step.row["rate"] else {"rate": step.row["rate"]}


@guard("conversion_money")
def conversion_money(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """What is given is there."""
    row = step.row
    there = at_hand(tx, wallet(row["party"], row["currency"]))
    return None if there >= row["amount"] else {"wanted": both(row["amount"], row["currency"])}


@effect("number_conversion")
def number_conversion(tx: Tx, step: Step) -> None:
    """Its number."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"X-{year}-{count_on(tx, f'conversions:{year}'):05d}"


@effect("tell_institution")
def tell_institution(tx: Tx, step: Step) -> None:
    """Tell the institution that a quote is asked for."""
    words = {"key": "turn", "event": step.take, "state": "asked"}
    users = notices.inside(tx, [step.row["institution"]])
    notices.tell(tx, users, "turn", "conversion", step.subject, step.event, words)


@effect("keep_quote")
def keep_quote(tx: Tx, step: Step) -> None:
    """The rate, its source and day, and what is got by it."""
    row, data = step.row, step.data
    step.changes |= {n: data[n] for n in ("rate", "source", "on_day", "valid_until_on")}
    step.changes["got"] = got(row["amount"], row["currency"], row["wanted"], data["rate"])


@effect("X1")
def exchange(tx: Tx, step: Step) -> None:
    """Given in one book, got in the other: both or neither."""
    row = step.row
    source, into = wallet(row["party"], row["currency"]), wallet(row["party"], row["wanted"])
    make(tx, step, "X1", rules.exchanged(row["institution"], source, row["amount"], into, row["got"]))


def verify(tx: Tx) -> list[Fault]:
    """What was got follows from the rate; each institution's position is the sum of its exchanges."""
    faults: list[Fault] = []
    kept: dict[str, int] = {}
    for row in tx.all(sa.select(conversions).where(conversions.c.state == "done")):
        if row["got"] != got(row["amount"], row["currency"], row["wanted"], row["rate"]):
            faults.append(
                Fault(f"conversion {row['number']}", "what was got is not the rate's", "换入金额与汇率不符")
            )
        for unit, amount in ((row["currency"], row["amount"]), (row["wanted"], -row["got"])):
            key = Account("fx", deal=row["institution"], unit=unit).id
            kept[key] = kept.get(key, 0) + amount
    for row in tx.all(sa.select(accounts).where(accounts.c.code == "fx")):
        if row["cr"] - row["dr"] != kept.get(row["id"], 0):
            faults.append(
                Fault(f"account fx {row['deal']}", "is not the sum of its exchanges", "头寸与兑换不符")
            )
    return faults


CHECKS.append(verify)
