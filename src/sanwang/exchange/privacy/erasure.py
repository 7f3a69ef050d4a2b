"""Erasing a person: asked by the person, done by two operators, and the chain still verifies.

Events hold identifiers and digests, never names: so nothing of the record has to change. What stays is that somebody
whose mark is shown took a step, which the other side of a contract must be able to prove.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock, notices
from sanwang.exchange.deals import count_on
from sanwang.exchange.privacy.register import personal
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Tx
from sanwang.exchange.tables import metadata
from sanwang.exchange.tables.money import payments
from sanwang.exchange.tables.people import grants, tokens, users
from sanwang.exchange.tables.privacy import erasures
from sanwang.exchange.tables.sandbox import complaints

VOID = "!"
"""In place of a password's hash: nothing fits it."""


@opener("erasure")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a request about oneself."""
    return {"number": "", "user": step.who.user}


@guard("asked_once")
def asked_once(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """No other request of the same person is open."""
    its = (erasures.c.user == step.row["user"], erasures.c.state == "asked", erasures.c.id != step.subject)
    return {} if tx.value(sa.select(erasures.c.id).where(*its)) else None


@guard("nothing_open")
def nothing_open(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The person has no role any more, no payment under way that they instructed, no complaint that is open."""
    user, today = step.row["user"], clock.day_of(tx.now).isoformat()
    role = (grants.c.user == user, sa.or_(grants.c.until_on.is_(None), grants.c.until_on >= today))
    if tx.value(sa.select(grants.c.role).where(*role).limit(1)):
        return {"wanted": ("仍有角色，须先收回", "a role is in force: take it back first")}
    under_way = ("instructed", "released", "sent", "unknown")
    if tx.value(
        sa.select(payments.c.id).where(payments.c.instructed_by == user, payments.c.state.in_(under_way))
    ):
        return {"wanted": ("有其经办而未了结的付款", "a payment they instructed is under way")}
    open_ = (complaints.c.by_user == user, complaints.c.state.not_in(("closed", "withdrawn")))
    if tx.value(sa.select(complaints.c.id).where(*open_)):
        return {"wanted": ("有其提出而未了结的投诉", "a complaint of theirs is open")}
    return None


@effect("number_erasure")
def number_erasure(tx: Tx, step: Step) -> None:
    """Its number; the operators are told."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"E-{year}-{count_on(tx, f'erasures:{year}'):04d}"
    words = {"key": "turn", "event": step.take, "state": "asked"}
    notices.tell(tx, notices.operators(tx), "turn", "erasure", step.subject, step.event, words)


@effect("keep_refused")
def keep_refused(tx: Tx, step: Step) -> None:
    """Why it was not done."""
    step.changes["why"] = step.data["words"]
    words = {"key": "turn", "event": step.take, "state": "refused"}
    notices.tell(tx, [step.row["user"]], "turn", "erasure", step.subject, step.event, words)


@effect("erase_person")
def erase_person(tx: Tx, step: Step) -> None:
    """Every column about the person: a mark in place of the name, nothing or no row in place of the rest."""
    user = step.row["user"]
    mark = f"已注销 {user[-8:]}"
    for kept in personal():
        table = metadata.tables[kept.table]
        its = table.c[kept.whose] == user
        if kept.erased == "row":
            tx.execute(table.delete().where(its))
        else:
            value = {"mark": mark if kept.column == "name" else f"erased-{user}", "void": VOID, "empty": None}
            tx.execute(table.update().where(its), {kept.column: value[kept.erased]})
    closed = users.update().where(users.c.id == user)
    tx.execute(closed.values(state="closed", version=users.c.version + 1))
    still = sa.and_(tokens.c.user == user, tokens.c.revoked_at.is_(None))
    tx.execute(tokens.update().where(still), {"revoked_at": tx.now})
