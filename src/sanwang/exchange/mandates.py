"""Direct debits under mandates: a debtor agrees with two persons, an instalment is collected once, either side ends it.

The money comes to the debtor's free money here, by the debit's reference; the loan collects it on its due date as ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.deals import count_on
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.events import Fault
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.repayment import open_instalments
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.loans import loans
from sanwang.exchange.tables.mandates import debits, mandates
from sanwang.exchange.tables.people import parties
from sanwang.exchange.who import Who
from sanwang.standards.currencies import both, decimal
from sanwang.standards.direct_debit import Debit, Mandate, collection
from sanwang.standards.iso20022 import Party

OPEN = ("performing", "arrears")


@opener("mandate")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a mandate that is asked for."""
    data = step.data
    return {n: data[n] for n in ("creditor", "debtor", "amount", "account_at", "until_on")} | {
        "number": "", "currency": data.get("currency") or "CNY",
    }  # fmt: skip


@guard("mandate_sound")
def mandate_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Two verified parties, an amount, an end that is to come."""
    row = step.row
    known = [
        tx.value(sa.select(parties.c.state).where(parties.c.id == row[n])) for n in ("creditor", "debtor")
    ]
    sound = known == ["verified"] * 2 and row["creditor"] != row["debtor"] and row["amount"] > 0
    return None if sound and row["until_on"] > clock.day_of(tx.now).isoformat() else {}


@guard("mandate_account")
def mandate_account(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The debtor's own account, written by the debtor."""
    return None if step.data["account_from"].strip() else {}


@guard("due_under_mandate")
def due_under_mandate(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The loan is between the two; its next instalment lies within the mandate and is not collected yet."""
    row, found = step.row, _next(tx, step.data["loan"])
    if found is None or (found.loan["lender"], found.loan["borrower"]) != (row["creditor"], row["debtor"]):
        return {"wanted": ("双方之间没有这笔未了结的贷款", "there is no such open loan between the two")}
    if found.loan["currency"] != row["currency"]:
        return {"wanted": ("币种与授权不符", "it is in another currency than the mandate")}
    today = clock.day_of(tx.now).isoformat()
    if not today <= found.due_on <= row["until_on"]:
        return {
            "wanted": (
                "下一期不在授权期内，或已到期",
                "its next instalment is not within the mandate, or is past",
            )
        }
    if not 0 < found.amount <= row["amount"]:
        zh, en = both(row["amount"], row["currency"])
        return {"wanted": (f"超过每笔上限 {zh}", f"it is above the limit of a debit, {en}")}
    twice = sa.select(debits.c.id).where(
        debits.c.loan == found.loan["id"], debits.c.plan == found.loan["plan"], debits.c.no == found.no
    )
    if tx.value(twice):
        return {"wanted": ("该期已收取", "that instalment is collected already")}
    return None


@dataclass(frozen=True)
class _Instalment:
    loan: Row
    no: int
    due_on: str
    amount: int


def _next(tx: Tx, loan: str) -> _Instalment | None:
    """The next open instalment of an open loan, with what is due on its day."""
    row = tx.one(sa.select(loans).where(loans.c.id == loan, loans.c.state.in_(OPEN)))
    if row is None or row["next_on"] is None:
        return None
    found = open_instalments(tx, row, date.fromisoformat(row["next_on"]))
    return _Instalment(row, found[0].no, row["next_on"], found[0].total) if found else None


@effect("number_mandate")
def number_mandate(tx: Tx, step: Step) -> None:
    """Its number, by which the bank knows it."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"M-{year}-{count_on(tx, f'mandates:{year}'):05d}"


@effect("sign_mandate")
def sign_mandate(tx: Tx, step: Step) -> None:
    """The day on which the debtor agreed, and from which account."""
    step.changes |= {"signed_on": clock.day_of(tx.now).isoformat(), "account_from": step.data["account_from"]}


@effect("keep_debit")
def keep_debit(tx: Tx, step: Step) -> None:
    """One debit for the next instalment; the first of a mandate says so."""
    found = _next(tx, step.data["loan"])
    assert found is not None, "the guard saw it"
    used = tx.value(sa.select(debits.c.id).where(debits.c.mandate == step.subject).limit(1))
    key = tx.id()
    tx.insert(
        debits, id=key, mandate=step.subject, loan=found.loan["id"], plan=found.loan["plan"], no=found.no,
        amount=found.amount, due_on=found.due_on, sequence="RCUR" if used else "FRST", reference=reference_of(key),
    )  # fmt: skip


def reference_of(debit: str) -> str:
    """Our end-to-end reference of a debit: at most 35 signs, unlike for ids that begin alike."""
    return f"SD{hashlib.sha256(debit.encode()).hexdigest()[:30].upper()}"


@dataclass(frozen=True)
class Message:
    """A pain.008 message: its name and text, how many debits, and those left out because their mandate has ended."""

    name: str
    text: str
    debits: int
    left_out: tuple[str, ...]


def waiting(tx: Tx, who: Who, creditor: str, *, held: bool = False) -> list[Row]:
    """Debits of a creditor that stand in no message yet, for its own people. Raises NotFound for others."""
    if creditor not in who.parties:
        raise NotFound
    return _of(tx, creditor, debits.c.written_at.is_(None), held=held)


def _of(tx: Tx, creditor: str, which: sa.ColumnElement[bool], *, held: bool = False) -> list[Row]:
    """Debits of a creditor with their mandates, by day."""
    joined = sa.join(debits, mandates, debits.c.mandate == mandates.c.id)
    columns = (*debits.c, mandates.c.number, mandates.c.debtor, mandates.c.state, mandates.c.currency,
               mandates.c.account_at, mandates.c.account_from, mandates.c.signed_on)  # fmt: skip
    asked = (
        sa.select(*columns)
        .select_from(joined)
        .where(mandates.c.creditor == creditor, which)
        .order_by(debits.c.due_on, debits.c.id)
    )
    return tx.all(asked.with_for_update() if held else asked)


def write(tx: Tx, who: Who, creditor: str) -> Message:
    """Write what waits and is still to come, under mandates in force, as one message; each debit is written once.

    Raises NotFound for who is not of the creditor, Refused for who may not sign or where there is nothing to write.
    """
    rows = waiting(tx, who, creditor, held=True)
    if not who.for_party(creditor, "signer"):
        raise Refused("may_bind", "wants a person who may sign for the party", "须由有签字权的人办理")
    today = clock.day_of(tx.now).isoformat()
    good = [r for r in rows if r["state"] == "in_force" and r["due_on"] >= today]
    if not good:
        raise Refused("debits", "no debit under a mandate in force waits", "没有授权生效的待收款项")
    digest = hashlib.sha256("\n".join(r["reference"] for r in good).encode()).hexdigest()
    name = f"SD-{today.replace('-', '')}-{digest[:16]}"
    its = debits.c.id.in_([r["id"] for r in good])
    tx.execute(debits.update().where(its), {"written_at": tx.now, "message": name})
    left_out = tuple(r["reference"] for r in rows if r not in good)
    return Message(name, _text(tx, good, creditor, name, tx.now), len(good), left_out)


def again(tx: Tx, who: Who, creditor: str, message: str) -> Message:
    """A message written before, byte for byte, for a file that was lost. Raises NotFound where there is none."""
    if creditor not in who.parties:
        raise NotFound
    rows = _of(tx, creditor, debits.c.message == message)
    if not rows:
        raise NotFound
    return Message(message, _text(tx, rows, creditor, message, rows[0]["written_at"]), len(rows), ())


def _text(tx: Tx, rows: list[Row], creditor: str, name: str, at: int) -> str:
    """The message of debits; its name ends with what it is known by at the bank."""
    names = {r["id"]: r["name"] for r in tx.all(sa.select(parties.c.id, parties.c.name))}
    created = clock.at_home(at).replace(tzinfo=None).isoformat(timespec="seconds")
    return collection([_debit(r, creditor, names) for r in rows], name, name.rpartition("-")[2], created)


def _debit(row: Row, creditor: str, names: Mapping[str, str]) -> Debit:
    return Debit(
        Party(creditor, names[creditor], row["account_at"]),
        Party(row["debtor"], names[row["debtor"]], row["account_from"]),
        decimal(row["amount"], row["currency"]), row["currency"], row["reference"], f"{row['number']} {row['no']}",
        date.fromisoformat(row["due_on"]), Mandate(row["number"], date.fromisoformat(row["signed_on"])),
        row["sequence"],
    )  # fmt: skip


def verify(tx: Tx) -> list[Fault]:
    """Every debit lies within its mandate: its day, its limit, the loan of its two parties; one is the first."""
    faults: list[Fault] = []
    firsts: set[str] = set()
    for row in tx.all(sa.select(debits).order_by(debits.c.id)):
        mandate, loan = tx.the(mandates, row["mandate"]), tx.the(loans, row["loan"])
        sides = (loan["lender"], loan["borrower"]) == (mandate["creditor"], mandate["debtor"])
        days = (mandate["signed_on"] or "9999") <= row["due_on"] <= mandate["until_on"]
        first = (row["sequence"] == "FRST") == (row["mandate"] not in firsts)
        firsts.add(row["mandate"])
        if not (sides and days and first and row["amount"] <= mandate["amount"]):
            faults.append(Fault(f"debit {row['reference']}", "is outside its mandate", "超出授权"))
    return faults


CHECKS.append(verify)
