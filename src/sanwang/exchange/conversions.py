"""Currencies exchanged at an institution's rate: two linked transfers in two books, with rate, source and day.

What is got is rounded down to the smallest part of its currency: what rounding leaves stays with the institution.
Between the acceptance and the bank's own two lines the institution has a position; it ends as the bank books them.
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
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.conversions import conversions
from sanwang.exchange.tables.money import accounts, payments
from sanwang.exchange.tables.people import grants, parties
from sanwang.standards.currencies import both, is_currency, scale

RATE = re.compile(r"\d{1,9}(\.\d{1,10})?")
"""A rate as it is written."""


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
    written = RATE.fullmatch(data["rate"]) is not None and bool(data["source"].strip())
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


_SIDES = {"out": ("given_payment", "currency", "amount"), "in": ("got_payment", "wanted", "got")}
"""Way of a bank's line → where its booking, its currency and its amount stand."""


def waiting(tx: Tx, way: str, number: str, amount: int, currency: str) -> Row | None:
    """The exchange of a number that the bank has yet to book one side of, held; None where there is none."""
    booking, unit, sum_ = _SIDES[way]
    its = (conversions.c.number == number, conversions.c.state == "done", conversions.c[booking].is_(None))
    asked = sa.select(conversions).where(*its, conversions.c[unit] == currency, conversions.c[sum_] == amount)
    return tx.one(asked.with_for_update())


def unbooked(tx: Tx) -> list[Row]:
    """Exchanges that the bank has yet to book on one side or both, oldest first."""
    open_ = sa.or_(conversions.c.given_payment.is_(None), conversions.c.got_payment.is_(None))
    return tx.all(
        sa.select(conversions).where(conversions.c.state == "done", open_).order_by(conversions.c.id)
    )


@guard("exchange_open")
def exchange_open(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The line is one side of an exchange that the bank has yet to book."""
    row, number = step.row, tx.the(conversions, step.data["conversion"])["number"]
    return {} if waiting(tx, row["way"], number, row["amount"], row["currency"]) is None else None


@effect("X2")
def book(tx: Tx, step: Step) -> None:
    """The bank's mirror in that currency moves, and the institution's position ends as far."""
    row = step.row
    exchanged, legs = tx.the(conversions, step.data["conversion"]), rules.booked_out
    if row["way"] == "in":
        legs = rules.booked_in
    make(tx, step, "X2", legs(exchanged["institution"], row["rail"], row["amount"], row["currency"]))
    tx.change(conversions, exchanged, **{_SIDES[row["way"]][0]: step.subject})


def verify(tx: Tx) -> list[Fault]:
    """What was got follows from the rate; each institution's position is the sum of what the bank has yet to book."""
    faults: list[Fault] = []
    kept: dict[str, int] = {}
    for row in tx.all(sa.select(conversions).where(conversions.c.state == "done")):
        if row["got"] != got(row["amount"], row["currency"], row["wanted"], row["rate"]):
            faults.append(
                Fault(f"conversion {row['number']}", "what was got is not the rate's", "换入金额与汇率不符")
            )
        for way, sign in (("out", 1), ("in", -1)):
            booking, unit, amount = (row[n] for n in _SIDES[way])
            if booking is not None:
                if not _is_booked(tx, booking, (way, amount, unit)):
                    faults.append(
                        Fault(f"conversion {row['number']}", "differs from the bank's line", "与银行流水不符")
                    )
                continue
            key = Account("fx", deal=row["institution"], unit=unit).id
            kept[key] = kept.get(key, 0) + sign * amount
    for row in tx.all(sa.select(accounts).where(accounts.c.code == "fx")):
        if row["cr"] - row["dr"] != kept.get(row["id"], 0):
            faults.append(
                Fault(f"account fx {row['deal']}", "is not the sum of its exchanges", "头寸与兑换不符")
            )
    return faults


def _is_booked(tx: Tx, payment: str, said: tuple[str, int, str]) -> bool:
    row = tx.one(sa.select(payments).where(payments.c.id == payment))
    return row is not None and (row["way"], row["amount"], row["currency"]) == said


CHECKS.append(verify)
