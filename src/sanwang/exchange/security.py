"""What stands behind a loan: guarantees that bear a share of it, and collateral that the lender registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock, notices
from sanwang.exchange.ledger import lending
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.loans import lending_of
from sanwang.exchange.repayment import at_borrower, due_now, parts_of, pay_towards
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.loans import collaterals, guarantees, loans
from sanwang.exchange.taking import take
from sanwang.exchange.vouchers import paid_into
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.currencies import both


@opener("guarantee")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a guarantee that is asked for."""
    return dict(step.data["item"]) | {"claimed": 0, "paid": 0, "recovered": 0}


@opener("collateral")
def begin_collateral(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of something pledged."""
    loan = tx.the(loans, step.data["loan"])
    return {
        "loan": loan["id"], "borrower": loan["borrower"], "lender": loan["lender"], "words": step.data["words"],
        "worth": step.data["worth"], "proceeds": 0, "currency": loan["currency"],
    }  # fmt: skip


@guard("loan_open")
def loan_open(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The loan has not ended."""
    open_ = ("applied", "offered", "agreed", "performing", "arrears")
    return None if tx.the(loans, step.row["loan"])["state"] in open_ else {}


@guard("loan_late")
def loan_late(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The loan is in arrears."""
    return None if tx.the(loans, step.row["loan"])["state"] == "arrears" else {}


@guard("claims_settled")
def claims_settled(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """No guarantee waits to be claimed or paid: what is written off is what nobody bears."""
    asked = sa.select(guarantees.c.id).where(
        guarantees.c.loan == step.subject, guarantees.c.state.in_(("in_force", "claimed"))
    )
    return None if tx.value(asked.limit(1)) is None else {}


@guard("claimable")
def claimable(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The loan is in arrears and something of it is owed to the lender."""
    loan = tx.the(loans, step.row["loan"])
    return None if loan["state"] == "arrears" and share_of(tx, step.row, loan) else {}


def share_of(tx: Tx, row: Row, loan: Row) -> int:
    """What a guarantee bears of what is owed to the lender now: its share, down to the fen."""
    return parts_of(tx, loan).get(loan["lender"], 0) * row["share_bp"] // 10_000


@guard("amount_at_borrower")
def amount_at_borrower(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The proceeds stand in the borrower's free money, and are no more than is due."""
    loan = tx.the(loans, step.row["loan"])
    most = min(due_now(tx, loan, clock.day_of(tx.now)), at_borrower(tx, loan))
    return None if 0 < step.data["amount"] <= most else {"most": both(most, loan["currency"])}


@effect("claim_share")
def claim_share(tx: Tx, step: Step) -> None:
    """The lender asks for the share of what it is owed."""
    step.changes["claimed"] = share_of(tx, step.row, tx.the(loans, step.row["loan"]))


@effect("L5")
def pay(tx: Tx, step: Step) -> None:
    """The guarantor pays what was claimed, at most its share of what is owed now, and stands in the lender's place."""
    row, loan = step.row, tx.the(loans, step.row["loan"])
    amount = min(row["claimed"], share_of(tx, row, loan))
    if amount:
        make(tx, step, "L5", lending.stood_in(lending_of(loan), row["guarantor"], amount))
        paid_into(tx, loan, amount)
    step.changes["paid"] = amount


@effect("keep_denial")
def keep_denial(tx: Tx, step: Step) -> None:
    """Why it is not paid."""
    step.changes |= {"why": step.data["why"], "words": step.data["words"]}


@effect("keep_number")
def keep_number(tx: Tx, step: Step) -> None:
    """The number in the registry."""
    step.changes["registry_no"] = step.data["registry_no"]


@effect("keep_proceeds")
def keep_proceeds(tx: Tx, step: Step) -> None:
    """What it brought goes to what is due."""
    loan = tx.the(loans, step.row["loan"])
    step.changes["proceeds"] = step.data["amount"]
    pay_towards(tx, step, loan, step.data["amount"], clock.day_of(tx.now))


@effect("release_security")
def release_security(tx: Tx, step: Step) -> None:
    """The loan ended: guarantees and collateral end with it."""
    for table, process, states in (
        (guarantees, "guarantee", ("asked", "promised", "in_force", "claimed")),
        (collaterals, "collateral", ("offered", "registered")),
    ):
        asked = sa.select(table.c.id).where(table.c.loan == step.subject, table.c.state.in_(states))
        for row in tx.all(asked.order_by(table.c.id)):
            take(tx, EXCHANGE, process, row["id"], "release")
    paid = sa.select(guarantees.c.id).where(guarantees.c.loan == step.subject, guarantees.c.state == "paid")
    for row in tx.all(paid.order_by(guarantees.c.id)):
        take(tx, EXCHANGE, "guarantee", row["id"], "close")


@effect("tell_guarantor")
def tell_guarantor(tx: Tx, step: Step) -> None:
    """Tell the guarantor that something waits for it."""
    words = {"key": "turn", "event": step.take, "state": step.now_row.get("state") or "asked"}
    users = notices.inside(tx, [step.row["guarantor"]])
    notices.tell(tx, users, "turn", "guarantee", step.subject, step.event, words)
