"""Several financiers bid for a part of a voucher; one is taken, and the price moves against the part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import access, clock
from sanwang.exchange.ledger import paper
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.rules.reading import figure
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.vouchers import asks, bids, holdings
from sanwang.exchange.taking import take
from sanwang.exchange.vouchers import paper_of
from sanwang.exchange.who import EXCHANGE, Who
from sanwang.standards.currencies import both


@opener("bid")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a bid for the whole of a part."""
    data = step.data
    part = tx.the(holdings, data["holding"])
    fee = part["owed"] * figure("voucher.platform_fee", clock.day_of(tx.now)) // 10_000
    return {
        "holding": part["id"], "financier": data["financier"], "asker": part["holder"], "amount": part["owed"],
        "price": data["price"], "fees": data.get("fees") or 0, "platform_fee": fee, "currency": part["currency"],
        "recourse": int(data["recourse"]), "words": data.get("words"), "valid_until_on": data["valid_until_on"],
        "due_on": part["due_on"],
    }  # fmt: skip


def part_of(tx: Tx, row: Row) -> Row:
    """The part that a bid is for."""
    return tx.the(holdings, row["holding"])


@guard("asked_to_bid")
def asked_to_bid(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The holder asks for bids now, and asked this one."""
    row = step.row
    asked = sa.select(asks.c.id).where(asks.c.holding == row["holding"], asks.c.financier == row["financier"])
    return None if part_of(tx, row)["state"] == "asking" and tx.value(asked) is not None else {}


@guard("price_within")
def price_within(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The price leaves the holder something and is not above what is owed."""
    row = step.row
    within = 0 <= row["fees"] < row["price"] <= row["amount"]
    return None if within else {"most": both(row["amount"], row["currency"])}


@guard("recourse_said")
def recourse_said(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Without a sentence that says so there is no recourse."""
    return {} if step.row["recourse"] and not (step.row["words"] or "").strip() else None


@guard("registered")
def registered(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The part stands in the central registry before money moves."""
    return None if part_of(tx, step.row)["registry_no"] else {}


@guard("recourse_agreed")
def recourse_agreed(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Who sells with recourse has agreed to the sentence."""
    return (
        {"words": step.row["words"]} if step.row["recourse"] and step.data.get("agreed") is not True else None
    )


@effect("V3h")
def set_aside(tx: Tx, step: Step) -> None:
    """The part waits for the price."""
    row, part = step.row, part_of(tx, step.row)
    [hold] = make(tx, step, "V3h", paper.sold(paper_of(part), part["holder"], row["financier"], part["owed"]))
    step.changes["hold"] = hold


@effect("sell")
def sell(tx: Tx, step: Step) -> None:
    """One bid is taken, the others end."""
    take(tx, EXCHANGE, "holding", step.row["holding"], "sell")
    other = sa.select(bids.c.id).where(
        bids.c.holding == step.row["holding"], bids.c.state == "open", bids.c.id != step.subject
    )
    for row in tx.all(other.order_by(bids.c.id)):
        take(tx, EXCHANGE, "bid", row["id"], "end")


@effect("unsell")
def unsell(tx: Tx, step: Step) -> None:
    """The price was not paid: the part is the holder's again."""
    make(tx, step, "V3x", paper.unsold(step.row["hold"]))
    take(tx, EXCHANGE, "holding", step.row["holding"], "free")


@effect("V3")
def pay(tx: Tx, step: Step) -> None:
    """Price against part."""
    row = step.row
    legs = paper.financed(
        row["hold"], row["financier"], row["asker"], received(row), row["platform_fee"], row["currency"]
    )
    make(tx, step, "V3", legs)


@effect("deliver")
def deliver(tx: Tx, step: Step) -> None:
    """The part is the financier's, with or without recourse as was agreed."""
    row, part = step.row, part_of(tx, step.row)
    item: dict[str, object] = {"holder": row["financier"], "registry_no": part["registry_no"]}
    if row["recourse"]:
        item |= {"recourse_to": row["asker"], "recourse_words": row["words"]}
    take(tx, EXCHANGE, "holding", part["id"], "deliver", {"item": item})


def received(row: Row) -> int:
    """What the holder gets: the price less the financier's fees."""
    return int(row["price"] - row["fees"])


@dataclass(frozen=True)
class Offer:
    """A bid as its reader sees it: what comes in, in how many days what is owed, and the yearly cost with all fees.

    ``yearly``: the effective annual rate that makes what is received grow to what is given up, actual days over 365,
    in hundredths of a percent, rounded to the nearest; None on the due date itself.
    """

    bid: str
    financier: str
    state: str
    amount: int
    received: int
    fees: int
    currency: str
    days: int
    yearly: int | None
    recourse: str
    valid_until_on: str


def yearly(received: int, owed: int, days: int) -> int | None:
    """The effective annual cost in hundredths of a percent: (owed / received) ^ (365 / days) − 1; None without days."""
    if days <= 0 or received <= 0:
        return None
    grown = (Decimal(owed) / Decimal(received)) ** (Decimal(365) / Decimal(days))
    return int(((grown - 1) * 10_000).to_integral_value())


def offers(tx: Tx, who: Who, holding: str) -> list[Offer]:
    """Bids for a part, cheapest first: all of them for its holder, a financier's own for that one. Raises NotFound."""
    part = access.seen(tx, who, "holding", holding)
    mine = sorted(who.parties)
    asked = sa.select(bids).where(bids.c.holding == holding, bids.c.state.in_(("open", "accepted", "paid")))
    if part["holder"] not in mine:
        asked = asked.where(bids.c.financier.in_(mine))
    today = clock.day_of(tx.now)
    found = [_offer(row, today) for row in tx.all(asked)]
    return sorted(found, key=lambda o: (-o.received, bool(o.recourse), o.bid))


def _offer(row: Row, on: date) -> Offer:
    days = (date.fromisoformat(row["due_on"]) - on).days
    return Offer(
        row["id"], row["financier"], row["state"], row["amount"], received(row), row["fees"], row["currency"], days,
        yearly(received(row), row["amount"], days), row["words"] if row["recourse"] else "", row["valid_until_on"],
    )  # fmt: skip
