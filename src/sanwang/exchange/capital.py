"""A fund's capital calls and distributions: divided to the fen, nobody beyond what they promised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock, notices
from sanwang.exchange.errors import Refused
from sanwang.exchange.funds import add, cash, held, pool_of, reach, reinvestable
from sanwang.exchange.ledger import pooled
from sanwang.exchange.ledger.accounts import at_hand
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.ledger.rules import divided, wallet
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.funds import capital_calls, commitments, funds
from sanwang.exchange.taking import take
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.currencies import both


@opener("capital_call")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of an investor's part of a call."""
    return dict(step.data["item"])


@guard("call_within")
def call_within(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """No more is called than is promised and not called."""
    row, data = step.row, step.data
    most = row["committed"] - row["called"]
    fits = 0 < data["amount"] <= most and data["due_on"] > clock.day_of(tx.now).isoformat()
    return None if fits else {"most": both(most, row["currency"])}


def _in_force(tx: Tx, fund: str) -> list[Row]:
    asked = sa.select(commitments).where(commitments.c.fund == fund, commitments.c.state == "in_force")
    return tx.all(asked.order_by(commitments.c.id))


@effect("send_calls")
def send_calls(tx: Tx, step: Step) -> None:
    """Each investor is called for its part, in proportion to what of its promise is not called, to the fen."""
    row, amount = step.row, step.data["amount"]
    rows = {r["id"]: r for r in _in_force(tx, step.subject) if r["amount"] > r["called"]}
    parts = divided(amount, {key: r["amount"] - r["called"] for key, r in rows.items()})
    last = sa.select(sa.func.max(capital_calls.c.no)).where(capital_calls.c.fund == step.subject)
    number = int(tx.value(last) or 0) + 1
    step.changes["called"] = row["called"] + amount
    for key, part in sorted(parts.items()):
        if part:
            item = {
                "fund": step.subject, "commitment": key, "investor": rows[key]["investor"], "manager": row["manager"],
                "no": number, "amount": part, "currency": row["currency"], "purpose": step.data["purpose"],
                "due_on": step.data["due_on"],
            }  # fmt: skip
            take(tx, EXCHANGE, "capital_call", None, "send", {"item": item})


@effect("F2h")
def call(tx: Tx, step: Step) -> None:
    """A part of the promise is set aside for it."""
    row = step.row
    pool = pool_of(tx.the(funds, row["fund"]))
    [step.changes["hold"]] = make(tx, step, "F2h", pooled.called(pool, row["investor"], row["amount"]))
    add(tx, commitments, row["commitment"], called=row["amount"])


@effect("tell_called")
def tell_called(tx: Tx, step: Step) -> None:
    """Tell the investor that it is called."""
    words = {"key": "turn", "event": step.take, "state": "sent"}
    users = notices.inside(tx, [step.row["investor"]])
    notices.tell(tx, users, "turn", "capital_call", step.subject, step.event, words)


@guard("call_money")
def call_money(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The investor's free money covers it."""
    row = step.row
    there = at_hand(tx, wallet(row["investor"], row["currency"]))
    return None if there >= row["amount"] else {"wanted": both(row["amount"], row["currency"])}


@effect("F2")
def pay(tx: Tx, step: Step) -> None:
    """The call is paid into the fund."""
    row = step.row
    fund = held(tx, row["fund"])
    make(tx, step, "F2", pooled.paid_in(pool_of(fund), row["hold"], row["investor"], row["amount"]))
    add(tx, funds, fund["id"], paid_in=row["amount"])
    add(tx, commitments, row["commitment"], paid=row["amount"])


@effect("F2x")
def take_back(tx: Tx, step: Step) -> None:
    """The call is taken back: the investor may be called for it again. What was promised must still come in."""
    row = step.row
    fund = held(tx, row["fund"])
    make(tx, step, "F2x", pooled.uncalled(row["hold"]))
    add(tx, funds, fund["id"], called=-row["amount"])
    add(tx, commitments, row["commitment"], called=-row["amount"])
    step.changes["why"] = step.data["why"]


def distributable_now(tx: Tx, fund: Row) -> int:
    """What a fund may distribute: its cash, less what promised tranches need of it."""
    kept = cash(fund) - reinvestable(fund)  # came back and may not be invested again: free to go
    return min(cash(fund), kept + max(0, min(reinvestable(fund), reach(tx, fund))))


@guard("distributable")
def distributable(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """What promised tranches need stays."""
    most = distributable_now(tx, step.row)
    return None if 0 < step.data["amount"] <= most else {"most": both(most, step.row["currency"])}


@effect("F4")
def distribute(tx: Tx, step: Step) -> None:
    """Investors get their parts by what the term sheet says: what they promised, or what they paid."""
    row, amount = step.row, step.data["amount"]
    by = {"commitment": "amount", "paid_in": "paid"}[row["terms"]["share_by"]]
    rows = {r["id"]: r for r in _in_force(tx, step.subject) if r[by]}
    if not rows:
        raise Refused("split", "nobody has paid in", "尚无实缴")
    parts = divided(amount, {key: r[by] for key, r in rows.items()})
    make(tx, step, "F4", pooled.distributed(pool_of(row), {rows[k]["investor"]: a for k, a in parts.items()}))
    for key, part in sorted(parts.items()):
        add(tx, commitments, key, distributed=part)
    step.changes["distributed"] = row["distributed"] + amount
