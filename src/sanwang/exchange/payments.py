"""Payments: what is asked of an institution and what it answers. Money is posted only when the rail confirms.

The balance of a party or deal is a mirror: Sanwang holds no money.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.funding import fund
from sanwang.exchange.ledger import rules
from sanwang.exchange.ledger.accounts import Account
from sanwang.exchange.ledger.effects import entry_of, make
from sanwang.exchange.ledger.transfers import reverse
from sanwang.exchange.people import fictional
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.conversions import conversions
from sanwang.exchange.tables.deals import deals
from sanwang.exchange.tables.money import payments, transfers
from sanwang.exchange.tables.people import parties
from sanwang.exchange.who import EXCHANGE

SIMULATED, MANUAL = "simulated", "manual"
"""The made-up institution of a demonstration, and a person at the bank's counter."""


def reference_of(payment: str) -> str:
    """Our end-to-end reference of a payment: at most 35 signs, unique after any shortening to the first 16.

    Made from the digest of the payment's identifier: identifiers that begin alike do not.
    """
    return f"SW{hashlib.sha256(payment.encode()).hexdigest()[:30].upper()}"


def rail_of(tx: Tx, named: str | None = None) -> str:
    """The rail of a payment: the one that is named, else by hand; in a demonstration, simulated.

    Raises Refused for the simulated one among real parties: it would confirm what nobody paid.
    """
    demonstration = fictional(tx)
    if named == SIMULATED and not demonstration:
        raise Refused("rail", "the simulated rail is for demonstrations", "模拟通道只用于演示")
    return named or (SIMULATED if demonstration else MANUAL)


@opener("payment")
def open_payment(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a new payment: an instruction of ours, or money that came in."""
    data, way = step.data, "out" if step.take == "instruct" else "in"
    if step.take == "settle":
        return exchanged(tx, data) | {"rail": data["rail"], "deal": "", "at": tx.now, "confirmed_at": tx.now}
    if way == "in":
        columns = {"reference": data["reference"], "party": data.get("party"), "confirmed_at": tx.now}
    else:
        columns = {
            "reference": reference_of(step.subject),
            "party": data["party"],
            "account_at": data["account_at"],
            "instructed_by": step.who.user,
            "crossing": data.get("crossing"),
        }
    return columns | {
        "way": way,
        "amount": data["amount"],
        "currency": data.get("currency") or "CNY",
        "rail": rail_of(tx, data.get("rail")),
        "deal": data.get("deal") or "",
        "at": tx.now,
    }


def exchanged(tx: Tx, data: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a line by which the bank booked one side of an exchange; rate, source and day stand beside it."""
    row = tx.the(conversions, data["conversion"])
    said = {"conversion": row["id"]} | {n: row[n] for n in ("rate", "source", "on_day")}
    given = data["currency"] == row["currency"]
    return {"way": "out" if given else "in", "data": said} | {
        n: data[n] for n in ("reference", "amount", "currency")
    }


@guard("account_verified")
def account_verified(tx: Tx, step: Step) -> dict[str, object] | None:
    """A payout goes from a verified party to an account that is named."""
    party = tx.value(sa.select(parties.c.state).where(parties.c.id == step.row["party"]))
    named = bool((step.data.get("account_at") or "").strip())
    return None if party == "verified" and named and step.row["amount"] > 0 else {}


@guard("other_person")
def other_person(tx: Tx, step: Step) -> dict[str, object] | None:
    """The person who releases a payment is not the one who instructed it."""
    return None if step.row["instructed_by"] != step.who.user else {}


@effect("P1")
def release(tx: Tx, step: Step) -> None:
    """The second person released it: the money is held until the rail answers."""
    row = step.row
    [hold] = make(
        tx,
        step,
        "P1",
        rules.released(row["rail"], rules.wallet(row["party"], row["currency"]), row["amount"]),
    )
    step.changes |= {"hold": hold, "released_by": step.who.user}


@effect("P2")
def confirm(tx: Tx, step: Step) -> None:
    """The rail confirmed it."""
    make(tx, step, "P2", rules.confirmed(step.row["hold"]))
    step.changes |= {"confirmed_at": tx.now, "bank_reference": step.data.get("reference")}


@effect("P3")
def reject(tx: Tx, step: Step) -> None:
    """The rail refused it: the money is free again."""
    make(tx, step, "P3", rules.rejected(step.row["hold"]))
    step.changes["why"] = _why(step)


@effect("P4")
def come_back(tx: Tx, step: Step) -> None:
    """A confirmed payout came back: the mirror of its confirmation."""
    asked = sa.select(transfers.c.entry).where(
        transfers.c.hold == step.row["hold"], transfers.c.step == "post"
    )
    made = tx.value(asked)
    if made is None:
        raise Refused("way", "only a payment that went out can come back", "只有已付出的款项才能退回")
    reverse(tx, entry_of(step, "P4"), made, step.event, "P4")
    step.changes["why"] = _why(step)


@effect("P5")
def receive(tx: Tx, step: Step) -> None:
    """Money came in with a reference of ours."""
    into = destination(tx, step.row)
    make(tx, step, "P5", rules.received(step.row["rail"], into, step.row["amount"]))
    to_declare(tx, step, into)
    if step.row["deal"]:
        fund(tx, step.row["deal"])


@effect("P6")
def find(tx: Tx, step: Step) -> None:
    """Money came in without."""
    row = step.row
    make(tx, step, "P6", rules.unclaimed(row["rail"], row["amount"], row["currency"]))


@effect("P7")
def match(tx: Tx, step: Step) -> None:
    """Unclaimed money found its owner: a deal or a party, one of them."""
    given = {"deal": step.data.get("deal") or "", "party": step.data.get("party")}
    if bool(given["deal"]) == bool(given["party"]):
        raise Refused("owner", "say whose it is: a deal or a party", "请指明归属：交易或主体（二选一）")
    into = destination(tx, {**step.row, **given})
    make(tx, step, "P7", rules.claimed(step.row["rail"], into, step.row["amount"]))
    step.changes |= given
    to_declare(tx, step, into)
    if given["deal"]:
        fund(tx, str(given["deal"]))


@effect("P8")
def send_back(tx: Tx, step: Step) -> None:
    """Unclaimed money went back."""
    row = step.row
    make(tx, step, "P8", rules.sent_back(row["rail"], row["amount"], row["currency"]))
    step.changes["why"] = step.data.get("why")


def _why(step: Step) -> str:
    """The reason's code, and the rail's own words where it gave some."""
    return " ".join(filter(None, (step.data.get("why"), step.data.get("words"))))


def destination(tx: Tx, row: Row | dict[str, Any]) -> Account:
    """Where money that came in belongs: a deal's escrow, a party's wallet, or apart where it is to be declared first.

    Raises NotFound, Refused (currency).
    """
    if row["deal"]:
        currency = tx.value(sa.select(deals.c.currency).where(deals.c.id == row["deal"]))
        if currency is None:
            raise NotFound
        if currency != row["currency"]:
            raise Refused(
                "currency",
                f"the deal is in {currency}, not in {row['currency']}",
                f"交易以 {currency} 结算，不是 {row['currency']}",
            )
        return rules.escrow(row["deal"], row["currency"])
    if tx.value(sa.select(parties.c.id).where(parties.c.id == row["party"])) is None:
        raise NotFound
    if row["currency"] != "CNY":
        return rules.undeclared(str(row["party"]), row["currency"])
    return rules.wallet(str(row["party"]), row["currency"])


def to_declare(tx: Tx, step: Step, into: Account) -> None:
    """A receipt that stands apart waits for its declaration."""
    from sanwang.exchange.taking import take

    if into.code == "undeclared":
        take(tx, EXCHANGE, "inflow", None, "open", {"party": into.party, "payment": step.subject})


def payment_by_reference(tx: Tx, rail: str, reference: str) -> Row | None:
    """The payment of a reference on a rail."""
    return tx.one(sa.select(payments).where(payments.c.rail == rail, payments.c.reference == reference))
