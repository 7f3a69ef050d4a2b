"""Debts lodged for a clearing round: the creditor says them, the debtor confirms; parts of vouchers are confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange.given import digest
from sanwang.exchange.ledger import rules
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.rounds import lodgings, rounds
from sanwang.exchange.tables.vouchers import holdings
from sanwang.exchange.taking import take
from sanwang.exchange.who import EXCHANGE


@opener("lodging")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a lodged debt: one that the creditor states, or a part of a voucher that it holds."""
    data = step.data
    round_ = tx.the(rounds, data["round"])
    common = {"round": round_["id"], "currency": round_["currency"], "cleared": 0}
    if step.take == "lodge":
        said = {n: data[n] for n in ("debtor", "creditor", "amount", "due_on", "invoice")}
        source = digest(["debt", data["creditor"], data["debtor"], "".join(data["invoice"].split()).upper()])
        return common | said | {"source_digest": source}
    part = tx.the(holdings, data["holding"])
    return common | {
        "debtor": part["debtor"], "creditor": part["holder"], "amount": part["owed"], "due_on": part["due_on"],
        "holding": part["id"], "source_digest": digest(["holding", part["id"]]),
    }  # fmt: skip


@guard("round_open")
def round_open(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Its round still takes debts."""
    return None if tx.the(rounds, step.row["round"])["state"] == "lodging" else {}


@guard("lodging_sound")
def lodging_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Two verified parties, an amount above zero."""
    row = step.row
    known = [
        tx.value(sa.select(parties.c.state).where(parties.c.id == row[n])) for n in ("debtor", "creditor")
    ]
    return (
        None if known == ["verified"] * 2 and row["debtor"] != row["creditor"] and row["amount"] > 0 else {}
    )


@guard("lodging_once")
def lodging_once(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The same debt stands in no round."""
    same = lodgings.c.source_digest == step.row["source_digest"], lodgings.c.state.in_(("waiting", "in"))
    return None if tx.value(sa.select(lodgings.c.id).where(*same)) is None else {}


@guard("part_lodges")
def part_lodges(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The part is held, in the round's currency, and falls due after the set-off takes effect."""
    part, round_ = tx.the(holdings, step.row["holding"]), tx.the(rounds, step.row["round"])
    fits = part["currency"] == round_["currency"] and part["due_on"] > round_["effect_on"]
    return None if part["state"] == "live" and fits else {}


@effect("lodge_holding")
def lodge_holding(tx: Tx, step: Step) -> None:
    """The part waits for the round and cannot change hands meanwhile."""
    take(tx, EXCHANGE, "holding", step.row["holding"], "lodge")


@effect("N1")
def confirm(tx: Tx, step: Step) -> None:
    """The debtor confirmed it: it stands in the memo book."""
    row = step.row
    make(
        tx,
        step,
        "N1",
        rules.lodged(row["id"], row["debtor"], row["creditor"], row["amount"], row["currency"]),
    )


@effect("N3")
def leave(tx: Tx, step: Step) -> None:
    """It leaves the round as it was."""
    row = step.row
    if row["state"] == "in" and not row["holding"]:
        make(
            tx,
            step,
            "N3",
            rules.unlodged(row["id"], row["debtor"], row["creditor"], row["amount"], row["currency"]),
        )
    step.changes["cleared"] = 0


@effect("unlodge")
def unlodge(tx: Tx, step: Step) -> None:
    """A part of a voucher is its holder's to use again."""
    if step.row["holding"]:
        take(tx, EXCHANGE, "holding", step.row["holding"], "unlodge")
