"""Uses that a buyer disputes: out of the bill at once, until it is taken back, waived by the holder, or ruled on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange.data import bills
from sanwang.exchange.data.assets import numbered
from sanwang.exchange.events import Fault
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.data import data_accesses, data_bills, data_disputes, data_uses


@opener("data_dispute")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a dispute; the access is held first, then the bill, as everywhere."""
    access = tx.locked(data_accesses, step.data["access"]) or tx.the(data_accesses, step.data["access"])
    use = _use(tx, access["id"], step.data["use_no"])
    return {"access": access["id"], "use": use["id"] if use else None, "holder": access["holder"],
            "buyer": access["buyer"], "words": step.data["words"], "number": ""}  # fmt: skip


def _use(tx: Tx, access: str, no: int) -> Row | None:
    return tx.one(sa.select(data_uses).where(data_uses.c.access == access, data_uses.c.no == no))


@guard("use_in_open_bill")
def use_in_open_bill(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The use stands in a bill that is not paid yet."""
    use = tx.the(data_uses, step.row["use"]) if step.row["use"] else None
    bill = tx.locked(data_bills, use["bill"]) if use is not None and use["bill"] else None
    return None if bill is not None and bill["state"] == "open" else {}


@effect("take_use_out")
def take_use_out(tx: Tx, step: Step) -> None:
    """It is owed by nobody until it is decided."""
    numbered(tx, step, "DQ")
    use = tx.the(data_uses, step.row["use"])
    bills.take_out(tx, use["bill"], use["id"])


def _stands(tx: Tx, step: Step, standing: str) -> None:
    tx.execute(data_uses.update().where(data_uses.c.id == step.row["use"]), {"standing": standing})


@effect("bill_again")
def bill_again(tx: Tx, step: Step) -> None:
    """The buyer takes it back: it stands in the next bill."""
    _stands(tx, step, "metered")


@effect("waive_use")
def waive_use(tx: Tx, step: Step) -> None:
    """The holder waives it: it is never billed."""
    _stands(tx, step, "waived")


@effect("rule_use")
def rule_use(tx: Tx, step: Step) -> None:
    """Two operators rule whether it is billed."""
    _stands(tx, step, "metered" if step.data["billed"] else "waived")
    step.changes["ruling"] = step.data["words"]


def verify(tx: Tx) -> list[Fault]:
    """What is disputed has an open dispute, and the other way round."""
    open_ = {r["use"] for r in tx.all(sa.select(data_disputes.c.use).where(data_disputes.c.state == "open"))}
    held = {r["id"] for r in tx.all(sa.select(data_uses.c.id).where(data_uses.c.standing == "disputed"))}
    return [Fault(f"data use {u}", "is disputed without a dispute, or not", "争议与使用记录不符")
            for u in sorted(open_ ^ held)]  # fmt: skip


CHECKS.append(verify)
