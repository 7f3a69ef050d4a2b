"""Receipts in a foreign currency: declared with their codes before they are free to use, in a worklist with its day.

Where money came from is not on the record; it is asked, never assumed. What was got by an exchange here is no receipt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import border_lists, clock, notices
from sanwang.exchange.crossings import CHINA
from sanwang.exchange.deals import count_on
from sanwang.exchange.events import Fault
from sanwang.exchange.ledger import rules
from sanwang.exchange.ledger.accounts import balance
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.border import inflows
from sanwang.exchange.tables.deals import deals
from sanwang.exchange.tables.money import accounts, payments


@opener("inflow")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a receipt that is to be declared."""
    payment = tx.the(payments, step.data["payment"])
    return {"number": "", "party": step.data["party"], "payment": payment["id"], "amount": payment["amount"],
            "currency": payment["currency"]}  # fmt: skip


@guard("inflow_sound")
def inflow_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Who paid and from where; from abroad both codes of the lists in force; a deal of the party's if one is named."""
    data, row = step.data, step.row
    country = data["country"].upper()
    if not re.fullmatch(r"[A-Z]{2}", country) or not data["payer_name"].strip():
        return {"wanted": (
            "须写明付款人名称及其国家或地区（两位字母代码）",
            "the payer's name and country are wanted (two letters of ISO 3166-1)",
        )}  # fmt: skip
    if country != CHINA:
        for kind, code in (("purpose", "purpose_code"), ("balance_of_payments", "bop_code")):
            entry = border_lists.entry(tx, kind, data.get(code) or "–")
            if isinstance(entry, tuple):
                return {"wanted": entry}
    elif not data.get("words"):
        return {"wanted": ("境内来款须写明款项性质", "money from home: say in words what it is for")}
    if (key := data.get("deal")) and row["party"] not in _sides(tx, key):
        return {"wanted": ("所指交易不是收款方的", "the deal that is named is not the payee's")}
    return None


def _sides(tx: Tx, deal: str) -> tuple[str, ...]:
    row = tx.one(sa.select(deals).where(deals.c.id == deal))
    return (row["buyer"], row["seller"]) if row else ()


@effect("number_inflow")
def number_inflow(tx: Tx, step: Step) -> None:
    """Its number; the people of the party are told that a declaration is wanted."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"R-{year}-{count_on(tx, f'inflows:{year}'):05d}"
    words = {"key": "turn", "event": step.take, "state": "waiting"}
    notices.tell(
        tx, notices.inside(tx, [step.row["party"]]), "turn", "inflow", step.subject, step.event, words
    )


@effect("P9")
def declare(tx: Tx, step: Step) -> None:
    """What was declared is kept, and the money is free."""
    row, data = step.row, step.data
    kept = ("payer_name", "purpose_code", "bop_code", "deal", "words")
    step.changes |= {n: data.get(n) for n in kept}
    step.changes |= {"country": data["country"].upper(), "declared_by": step.who.user,
                     "declared_on": clock.day_of(tx.now).isoformat()}  # fmt: skip
    make(tx, step, "P9", rules.declared(row["party"], row["amount"], row["currency"]))


def verify(tx: Tx) -> list[Fault]:
    """What waits to be declared is what stands apart; every receipt is of its payment."""
    waits: dict[str, int] = {}
    faults: list[Fault] = []
    for row in tx.all(sa.select(inflows)):
        payment = tx.the(payments, row["payment"])
        if (payment["way"], payment["amount"], payment["currency"]) != ("in", row["amount"], row["currency"]):
            faults.append(Fault(f"inflow {row['number']}", "differs from its payment", "与收款不符"))
        if row["state"] == "waiting":
            key = rules.undeclared(row["party"], row["currency"]).id
            waits[key] = waits.get(key, 0) + row["amount"]
    for account in tx.all(sa.select(accounts).where(accounts.c.code == "undeclared")):
        if balance(account) != waits.get(account["id"], 0):
            faults.append(
                Fault(
                    f"account undeclared {account['party']}",
                    "is not what waits to be declared",
                    "与待申报不符",
                )
            )
    return faults


CHECKS.append(verify)
