"""Bills for the use of data: what was metered up to a day and stands in no other bill, paid through the books once.

A use stands in one bill at most, because its row names it. What is owed in all is the price of the undisputed uses in
bills, up to the cap of the access; a bill is what of that no earlier bill was paid for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.data.assets import numbered
from sanwang.exchange.deadlines import calendar
from sanwang.exchange.events import Fault
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.ledger.rules import used_data
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.data import data_accesses, data_bills, data_products, data_uses
from sanwang.exchange.tables.money import transfers
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.who import EXCHANGE

PAYABLE = "10wd"
"""Time to pay a bill."""


@opener("data_bill")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a bill; the access is held, so that no use comes in between."""
    access = tx.locked(data_accesses, step.data["access"]) or tx.the(data_accesses, step.data["access"])
    product = tx.the(data_products, access["product"])
    due = clock.day_of(clock.after(tx.now, PAYABLE, calendar(tx))).isoformat()
    return {
        "access": access["id"], "holder": access["holder"], "buyer": access["buyer"], "currency": product["currency"],
        "until_on": step.data["until_on"], "amount": 0, "due_on": due, "number": "",
    }  # fmt: skip


@guard("bill_sound")
def bill_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Something is to be billed, and no other bill of the access is open."""
    row = step.row
    open_ = sa.select(data_bills.c.number).where(
        data_bills.c.access == row["access"], data_bills.c.state == "open"
    )
    if number := tx.value(open_):
        return {"wanted": (f"账单 {number} 尚未了结", f"bill {number} is still open")}
    if row["until_on"] > clock.day_of(tx.now).isoformat():
        return {"wanted": ("截止日未到", "that day is still to come")}
    uses = tx.all(sa.select(data_uses.c.id, data_uses.c.charge).where(_fresh(row)))
    product = _product(tx, row["access"])
    if _owed(tx, row["access"], product, sum(u["charge"] for u in uses)) <= 0:
        return {"wanted": ("没有可计费的使用", "there is nothing to bill")}
    return None


def _fresh(row: Row) -> sa.ColumnElement[bool]:
    """Metered uses up to the bill's day that stand in no bill."""
    until = clock.end_of(date.fromisoformat(row["until_on"]))
    return sa.and_(
        data_uses.c.access == row["access"], data_uses.c.bill.is_(None), data_uses.c.standing == "metered",
        data_uses.c.at < until,
    )  # fmt: skip


def _product(tx: Tx, access: str) -> Row:
    return tx.the(data_products, tx.the(data_accesses, access)["product"])


def _owed(tx: Tx, access: str, product: Row, more: int = 0) -> int:
    """What the open bill of an access comes to (fen), with ``more`` added to what stands in bills."""
    billed = sa.select(sa.func.coalesce(sa.func.sum(data_uses.c.charge), 0)).where(
        data_uses.c.access == access, data_uses.c.bill.is_not(None)
    )
    paid = sa.select(sa.func.coalesce(sa.func.sum(data_bills.c.amount), 0)).where(
        data_bills.c.access == access, data_bills.c.state == "paid"
    )
    whole = int(tx.value(billed)) + more
    return (whole if product["cap"] is None else min(product["cap"], whole)) - int(tx.value(paid))


@effect("draw_bill")
def draw_bill(tx: Tx, step: Step) -> None:
    """Every fresh use stands in it from now on."""
    numbered(tx, step, "DB")
    tx.execute(data_uses.update().where(_fresh(step.row)), {"bill": step.subject})
    step.changes["amount"] = _owed(tx, step.row["access"], _product(tx, step.row["access"]))


def take_out(tx: Tx, bill: str, use: str) -> None:
    """A use is disputed: out of its open bill, which falls; a bill of nothing ends."""
    from sanwang.exchange.taking import take

    row = tx.the(data_bills, bill)
    tx.execute(data_uses.update().where(data_uses.c.id == use), {"bill": None, "standing": "disputed"})
    amount = max(0, _owed(tx, row["access"], _product(tx, row["access"])))
    tx.execute(data_bills.update().where(data_bills.c.id == bill), {"amount": amount})
    if not amount:
        take(tx, EXCHANGE, "data_bill", bill, "empty")


@effect("release_uses")
def release_uses(tx: Tx, step: Step) -> None:
    """The bill is void: its uses stand in none again."""
    tx.execute(data_uses.update().where(data_uses.c.bill == step.subject), {"bill": None})
    step.changes["amount"] = 0


@effect("G1")
def pay_bill(tx: Tx, step: Step) -> None:
    """The bill is paid out of the buyer's free money; what is frozen does not leave."""
    row = step.row
    make(tx, step, "G1", used_data(row["buyer"], row["holder"], row["amount"], row["currency"]))


def verify(tx: Tx) -> list[Fault]:
    """Bills come to what their uses cost up to the cap; a paid one moved exactly that, any other nothing."""
    faults: list[Fault] = []
    for access in tx.all(sa.select(data_accesses)):
        bills = tx.all(sa.select(data_bills).where(data_bills.c.access == access["id"]))
        owed = _owed(tx, access["id"], tx.the(data_products, access["product"]))
        if sum(b["amount"] for b in bills if b["state"] == "open") != max(0, owed):
            faults.append(
                Fault(f"data access {access['number']}", "bills are not what was used", "账单与使用不符")
            )
        faults += [
            Fault(f"data bill {b['number']}", "was paid otherwise than billed", "付款与账单不符")
            for b in bills
            if _moved(tx, b) != (b["amount"] if b["state"] == "paid" else 0)
        ]
    return faults


def _moved(tx: Tx, bill: Row) -> int:
    paying = sa.select(record.c.id).where(
        record.c.process == "data_bill", record.c.subject == bill["id"], record.c.take == "pay"
    )
    moved = sa.select(sa.func.coalesce(sa.func.sum(transfers.c.amount), 0))
    return int(tx.value(moved.where(transfers.c.event.in_(paying), transfers.c.code == "G1")))


CHECKS.append(verify)
