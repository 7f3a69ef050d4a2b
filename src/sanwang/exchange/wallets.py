"""Prepaid money on digital wallets: hold, post and void become orders to an operator, and count when it confirms.

The operator keeps a template contract: ``deploy`` locks every part, ``settle`` ends one part, in part to the provider
and the rest back to the funder. That is a template, no operator's own interface: who connects one writes the adapter.
The same reference is done once, so an order without an answer is asked about and never sent under another reference;
only after a refusal is there a new attempt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange.errors import Refused
from sanwang.exchange.events import Fault
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.ledger.transfers import Leg, hold_of
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.prepaid import prepaid_parts, prepaids
from sanwang.exchange.tables.wallets import wallet_orders
from sanwang.exchange.taking import take
from sanwang.exchange.who import EXCHANGE

WALLET = "wallet"
"""The rail's name on prepaid money that an operator of wallets keeps."""


@opener("wallet_order")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of an order."""
    item = dict(step.data["item"])
    seed = f"{item['prepaid']}:{item['part']}:{item['attempt']}:{step.subject}"
    return item | {"reference": f"SWC{hashlib.sha256(seed.encode()).hexdigest()[:29].upper()}"}


@guard("on_wallet")
def on_wallet(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The money is to be kept by an operator of wallets."""
    return None if step.row["rail"] == WALLET else {}


@guard("on_books")
def on_books(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The money is kept on the account at the institution."""
    return None if not step.row["rail"] else {}


@effect("order_deploy")
def order_deploy(tx: Tx, step: Step) -> None:
    """The operator is told to lock every part."""
    before = sa.select(sa.func.count()).where(
        wallet_orders.c.prepaid == step.subject, wallet_orders.c.what == "deploy"
    )
    _order(
        tx,
        step.row,
        what="deploy",
        part=0,
        amount=step.row["amount"],
        to_provider=0,
        attempt=tx.value(before) + 1,
    )


def order_settle(tx: Tx, row: Row, part: Row, got: int, attempt: int = 1) -> None:
    """The operator is told to end a part."""
    _order(tx, row, what="settle", part=part["no"], amount=part["amount"], to_provider=got, attempt=attempt)


def _order(tx: Tx, row: Row, **more: Any) -> None:  # noqa: ANN401 - columns
    item = (
        {"prepaid": row["id"]} | {n: row[n] for n in ("funder", "provider", "currency", "text_digest")} | more
    )
    take(tx, EXCHANGE, "wallet_order", None, "instruct", {"item": item})


@effect("keep_sent")
def keep_sent(tx: Tx, step: Step) -> None:
    """When it was first sent."""
    step.changes["sent_at"] = tx.now


@effect("wallet_done")
def wallet_done(tx: Tx, step: Step) -> None:
    """The operator did it: the contract is live, or the part has moved."""
    row = step.row
    if row["what"] == "deploy":
        take(tx, EXCHANGE, "prepaid", row["prepaid"], "locked")
        return
    got = row["to_provider"]
    hold = _part(tx, row)["hold"]
    make(tx, step, "D2", [Leg("D2", got, step="post" if got else "void", hold=hold)])


def _part(tx: Tx, order: Row) -> Row:
    its = sa.and_(prepaid_parts.c.prepaid == order["prepaid"], prepaid_parts.c.no == order["part"])
    found = tx.one(sa.select(prepaid_parts).where(its))
    if found is None:
        raise Refused("part", "the part is gone", "没有该部分")
    return found


@effect("wallet_refused")
def wallet_refused(tx: Tx, step: Step) -> None:
    """The operator did not: a contract that was not deployed is signed as before; a part is asked for again later."""
    step.changes["why"] = step.data.get("words")
    if step.row["what"] == "deploy":
        take(tx, EXCHANGE, "prepaid", step.row["prepaid"], "unlocked")
        take(tx, EXCHANGE, "wallet_order", step.subject, "over")


@effect("wallet_again")
def wallet_again(tx: Tx, step: Step) -> None:
    """Another attempt at the same part, to the same outcome."""
    row = step.row
    order_settle(tx, tx.the(prepaids, row["prepaid"]), _part(tx, row), row["to_provider"], row["attempt"] + 1)


@effect("D1x")
def unlock(tx: Tx, step: Step) -> None:
    """The operator locked nothing: what was held is the funder's free money again."""
    parts = tx.all(sa.select(prepaid_parts).where(prepaid_parts.c.prepaid == step.subject))
    make(tx, step, "D1x", [Leg("D1x", 0, step="void", hold=p["hold"]) for p in parts])
    tx.execute(prepaid_parts.delete().where(prepaid_parts.c.prepaid == step.subject))


def verify(tx: Tx) -> list[Fault]:
    """A part that an operator ended has moved, by what its outcome says; one it was not asked to end is still held."""
    faults: list[Fault] = []
    rows = tx.all(sa.select(wallet_orders).where(wallet_orders.c.what == "settle"))
    done = {(r["prepaid"], r["part"]): r for r in rows if r["state"] == "confirmed"}
    asked = {(r["prepaid"], r["part"]) for r in rows}
    on = {r["id"] for r in tx.all(sa.select(prepaids.c.id).where(prepaids.c.rail == WALLET))}
    for part in tx.all(sa.select(prepaid_parts).where(prepaid_parts.c.prepaid.in_(on))) if on else []:
        key = part["prepaid"], part["no"]
        is_open, order = hold_of(tx, part["hold"]) is not None, done.get(key)
        wrong = is_open == (order is not None) or (part["outcome"] is None) == (key in asked)
        if wrong or (order is not None and order["to_provider"] != part["to_provider"]):
            faults.append(
                Fault(f"prepaid part {key}", "books and operator's orders differ", "账簿与钱包指令不符")
            )
    return faults


CHECKS.append(verify)
