"""Loans and leases from application to drawdown: asked, refused with what would mend it, offered, agreed, paid out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock, notices
from sanwang.exchange.deals import count_on
from sanwang.exchange.given import digest
from sanwang.exchange.ledger import lending
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.ledger.lending import Lending
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.loans import collaterals, guarantees, instalments
from sanwang.exchange.tables.people import parties
from sanwang.exchange.taking import take
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.interest import DAY_COUNTS, REPAYMENTS, schedule

PARTS = ("principal", "rate_bp", "periods", "months", "day_count", "repay", "late_bp", "fee", "residual", "collateral",
         "guarantor", "guarantee_bp", "guarantee_fee")  # fmt: skip
"""What terms may say; those left out are nothing (no fee, no residual, no security)."""

Words = tuple[str, str]


@opener("loan")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of an application."""
    data = step.data
    return {
        "number": "", "borrower": data["borrower"], "lender": data["lender"], "lending": data["lending"],
        "amount": data["amount"], "currency": data.get("currency") or "CNY", "purpose": data["purpose"],
        "route": data.get("route"),
    }  # fmt: skip


def lending_of(row: Row) -> Lending:
    """A loan as the books know it."""
    return Lending(row["id"], row["borrower"], row["lender"], row["currency"])


@guard("lender_sound")
def lender_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Two verified parties, an amount, a loan or a lease."""
    row = step.row
    known = [
        tx.value(sa.select(parties.c.state).where(parties.c.id == row[n])) for n in ("borrower", "lender")
    ]
    sound = known == ["verified"] * 2 and row["borrower"] != row["lender"]
    return None if sound and row["amount"] > 0 and row["lending"] in ("loan", "lease") else {}


@guard("loan_terms")
def loan_terms(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The terms are ones that a schedule can be made of."""
    wrong = faults(tx, step.data["loan_terms"], step.row)
    return {"wanted": wrong} if wrong else None


def faults(tx: Tx, terms: Mapping[str, Any], row: Row) -> Words | None:
    """The first thing wrong with terms, in Chinese and English; None where they are sound."""
    if unknown := [n for n in terms if n not in PARTS]:
        return f"没有条款 {unknown[0]}", f"no term is called {unknown[0]}"
    whole = (
        "principal",
        "rate_bp",
        "periods",
        "months",
        "late_bp",
        "fee",
        "residual",
        "guarantee_bp",
        "guarantee_fee",
    )
    if bad := [n for n in whole if not _count(terms.get(n, 0))]:
        return f"{bad[0]} 须为非负整数", f"{bad[0]} must be a whole number, not negative"
    for name, known in (("day_count", DAY_COUNTS), ("repay", REPAYMENTS), ("months", (1, 3, 6, 12))):
        if terms.get(name) not in known:
            said = ", ".join(str(k) for k in known)
            return f"{name} 须为 {said} 之一", f"{name} must be one of {said}"
    residual, principal, periods = (
        terms.get("residual", 0),
        terms.get("principal", 0),
        terms.get("periods", 0),
    )
    if not (0 < principal <= row["amount"] and 0 < periods <= 360):
        return (
            "本金须大于零且不超过申请额，期数 1 至 360",
            "a principal of at most what was asked, 1 to 360 periods",
        )
    if not residual < principal or (residual and row["lending"] != "lease"):
        return "残值须小于本金，且只用于租赁", "a residual is below the principal, and for leases"
    if terms.get("fee", 0) + terms.get("guarantee_fee", 0) >= principal:
        return "费用须小于本金", "fees must be below the principal"
    return _guarantor(tx, terms, row)


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _guarantor(tx: Tx, terms: Mapping[str, Any], row: Row) -> Words | None:
    who, share = terms.get("guarantor"), terms.get("guarantee_bp", 0)
    if not who and not share:
        return None
    state = tx.value(sa.select(parties.c.state).where(parties.c.id == str(who)))
    if state != "verified" or who in (row["borrower"], row["lender"]) or not 0 < share <= 10_000:
        return (
            "担保人须为第三方已核验单位，比例 1 至 10000 基点",
            "a verified third party guarantees 1 to 10000 basis points",
        )
    return None


@guard("loan_as_read")
def loan_as_read(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """What is agreed to is what stands on offer."""
    wanted = step.row["text_digest"]
    return None if step.data["digest"] == wanted else {"digest": wanted}


@guard("secured")
def secured(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The security agreed on is there: the guarantee promised, collateral registered."""
    terms, row = step.row["terms"] or {}, step.row
    if terms.get("guarantor"):
        asked = sa.select(guarantees.c.state).where(
            guarantees.c.loan == row["id"], guarantees.c.state == "promised"
        )
        if tx.value(asked) is None:
            return {"wanted": ("担保尚未同意", "the guarantee is not promised yet")}
    if terms.get("collateral"):
        there = sa.select(collaterals.c.id).where(
            collaterals.c.loan == row["id"], collaterals.c.state == "registered"
        )
        if tx.value(there.limit(1)) is None:
            return {"wanted": ("担保物尚未登记", "no collateral is registered yet")}
    return None


@effect("number_loan")
def number_loan(tx: Tx, step: Step) -> None:
    """Its number."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"L-{year}-{count_on(tx, f'loans:{year}'):05d}"


@effect("tell_lender")
def tell_lender(tx: Tx, step: Step) -> None:
    """Tell the lender that an application waits."""
    words = {"key": "turn", "event": step.take, "state": "applied"}
    notices.tell(
        tx, notices.inside(tx, [step.row["lender"]]), "turn", "loan", step.subject, step.event, words
    )


@effect("keep_refusal")
def keep_refusal(tx: Tx, step: Step) -> None:
    """Why, and what would have made it possible: the borrower reads both."""
    step.changes |= {n: step.data[n] for n in ("why", "words", "mend")}


@effect("keep_loan_terms")
def keep_loan_terms(tx: Tx, step: Step) -> None:
    """The terms on offer, by their digest."""
    terms = dict(step.data["loan_terms"])
    step.changes |= {"terms": terms, "valid_until_on": step.data["valid_until_on"],
                     "text_digest": digest([step.row["number"], terms])}  # fmt: skip


@effect("ask_guarantor")
def ask_guarantor(tx: Tx, step: Step) -> None:
    """The guarantor named is asked."""
    row, terms = step.row, step.row["terms"]
    if terms.get("guarantor"):
        item = {
            "loan": row["id"], "guarantor": terms["guarantor"], "borrower": row["borrower"], "lender": row["lender"],
            "amount": terms["principal"], "share_bp": terms["guarantee_bp"], "fee": terms.get("guarantee_fee", 0),
            "currency": row["currency"],
        }  # fmt: skip
        take(tx, EXCHANGE, "guarantee", None, "ask", {"item": item})


@effect("L1")
def draw(tx: Tx, step: Step) -> None:
    """The principal is paid out, the schedule begins today, the guarantee is in force."""
    row, terms, on = step.row, step.row["terms"], clock.day_of(tx.now)
    promised = tx.all(
        sa.select(guarantees).where(guarantees.c.loan == row["id"], guarantees.c.state == "promised")
    )
    fees = {g["guarantor"]: g["fee"] for g in promised}
    make(tx, step, "L1", lending.drawn(lending_of(row), terms["principal"], terms.get("fee", 0), fees))
    for one in promised:
        take(tx, EXCHANGE, "guarantee", one["id"], "begin")
    step.changes |= {"drawn": terms["principal"], "drawn_on": on.isoformat(), "plan": 1}
    step.changes |= planned(tx, row["id"], 1, terms, terms["principal"], on)


def planned(
    tx: Tx, loan: str, plan: int, terms: Mapping[str, Any], principal: int, on: date, carried: int = 0
) -> dict[str, Any]:
    """Write a schedule; returns the columns that say when its first instalment is due.

    ``carried``: interest owed from before, due with the first; none is charged on it.
    """
    made = schedule(
        principal, terms["rate_bp"], on, terms["periods"], terms["months"], count=terms["day_count"],
        repay=terms["repay"], residual=terms.get("residual", 0),
    )  # fmt: skip
    for one in made:
        more = carried if one.no == 1 else 0
        tx.insert(
            instalments, loan=loan, plan=plan, no=one.no, due_on=one.due_on.isoformat(), principal=one.principal,
            interest=one.interest + more, late=0, paid_principal=0, paid_interest=0, paid_late=0,
        )  # fmt: skip
    first = made[0].due_on
    return {"next_on": first.isoformat(), "deadline_at": clock.end_of(first)}
