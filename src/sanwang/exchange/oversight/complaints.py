"""Complaints, and comments on applications: answered in time, taken further, made good through the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock, notices
from sanwang.exchange.deals import count_on
from sanwang.exchange.errors import Refused
from sanwang.exchange.ledger.accounts import at_hand
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.ledger.rules import redressed, wallet
from sanwang.exchange.oversight import limits, partaking
from sanwang.exchange.standing import REGISTERED
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.money import payments
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.sandbox import complaints, pilots
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.currencies import both


@opener("complaint")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a complaint; of one about a test, against its applicant."""
    data = step.data
    pilot = tx.one(sa.select(pilots).where(pilots.c.id == data.get("pilot")))
    against = pilot["applicant"] if pilot else data.get("against") or ""
    account = (
        partaking.account_of(tx, pilot["id"], data["account"]) if pilot and data.get("account") else None
    )
    return {
        "number": "", "saying": data["saying"], "pilot": data.get("pilot"), "against": against,
        "by_party": account["party"] if account else data.get("by_party"), "by_user": step.who.user,
        "account": data.get("account"), "words": data["words"], "asked": data.get("asked"),
        "place": tx.value(sa.select(parties.c.place).where(parties.c.id == against)),
    }  # fmt: skip


@guard("complaint_sound")
def complaint_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """About a test on the register or against a party; a comment while it is on public notice."""
    for fault in _faults(tx, step):
        return {"wanted": fault}
    return None


def _faults(tx: Tx, step: Step) -> Iterator[tuple[str, str]]:
    row = step.row
    pilot = tx.one(sa.select(pilots).where(pilots.c.id == row["pilot"])) if row["pilot"] else None
    if row["saying"] not in ("complaint", "comment"):
        yield "须为 complaint 或 comment", "complaint or comment"
    if row["pilot"] and (pilot is None or pilot["state"] not in REGISTERED):
        yield "登记簿上没有该测试", "there is no such test on the register"
    elif row["saying"] == "comment" and (pilot is None or pilot["state"] != "noticed"):
        yield "意见只在公示期内提出", "comments are made during the public notice"
    elif row["saying"] == "complaint" and pilot is not None and pilot["state"] == "noticed":
        yield "测试尚未开始：公示期内请提意见", "the test has not begun: comment on it"
    if row["place"] is None:
        yield "没有该被投诉方", "there is no such party to complain of"
    if row["by_party"] and (row["by_party"] == row["against"] or not _for(step, row["by_party"])):
        yield "须代表本单位、且不投诉本单位", "for a party of one's own, and not against it"
    if row["saying"] == "comment" and row["asked"]:
        yield "意见不涉及赔付", "a comment asks for no redress"


def _for(step: Step, party: str) -> bool:
    return step.take == "lodge_for" or party in step.who.parties


@guard("account_takes_part")
def account_takes_part(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Somebody who takes part, or did."""
    return None if partaking.account_of(tx, step.row["pilot"], step.data["account"]) else {}


@effect("number_complaint")
def number_complaint(tx: Tx, step: Step) -> None:
    """Its number."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"K-{year}-{count_on(tx, f'complaints:{year}'):05d}"


@effect("count_complaint")
def count_complaint(tx: Tx, step: Step) -> None:
    """A complaint about a test counts, and pauses it where the limit is reached; those concerned are told."""
    row = step.row
    if row["pilot"] and row["saying"] == "complaint":
        held = tx.locked(pilots, row["pilot"])
        assert held is not None
        fresh = {"complaints": held["complaints"] + 1}
        tx.execute(pilots.update().where(pilots.c.id == held["id"]), fresh)
        limits.told_if_near(tx, dict(held) | fresh)
        limits.pause_if_breached(tx, dict(held) | fresh)
    people = [*notices.inside(tx, [row["against"]]), *notices.overseers(tx, row["place"])]
    words = {"key": "turn", "event": step.take, "state": "open"}
    notices.tell(tx, people, "complaint", "complaint", step.subject, step.event, words)


@effect("answer_complaint")
def answer_complaint(tx: Tx, step: Step) -> None:
    """The answer, and the redress offered; who complained is told."""
    _redress(step)
    step.changes["answer"] = step.data["words"]
    _tell(tx, step)


@effect("decide_complaint")
def decide_complaint(tx: Tx, step: Step) -> None:
    """The overseer's decision, and the redress that is owed by it."""
    _redress(step)
    step.changes["finding"] = step.data["words"]
    _tell(tx, step)


def _redress(step: Step) -> None:
    given = step.data.get("redress")
    if given and step.row["saying"] == "comment":
        raise Refused("redress", "nothing is owed for a comment", "对意见不作赔付")
    step.changes["redress"] = given


def _tell(tx: Tx, step: Step) -> None:
    row = step.row
    users = [row["by_user"], *notices.inside(tx, [p for p in (row["by_party"], row["against"]) if p])]
    words = {"key": "turn", "event": step.take, "state": row["state"]}
    notices.tell(tx, users, "complaint", "complaint", step.subject, step.event, words)


@effect("keep_complaint")
def keep_complaint(tx: Tx, step: Step) -> None:
    """Why the answer does not do."""
    step.changes["words"] = f"{step.row['words']}\n{step.data['words']}"


@effect("tell_overseers")
def tell_overseers(tx: Tx, step: Step) -> None:
    """Tell the overseers of the place, and whom it is against."""
    row = step.row
    users = [*notices.overseers(tx, row["place"]), *notices.inside(tx, [row["against"]])]
    words = {"key": "overdue", "event": step.take, "state": row["state"]}
    notices.tell(tx, users, "overdue", "complaint", step.subject, step.event, words)


@effect("nothing_owed")
def nothing_owed(tx: Tx, step: Step) -> None:
    """Where no redress is owed it is closed at once."""
    from sanwang.exchange.taking import take

    if not step.now_row["redress"]:
        if step.changes:
            tx.execute(complaints.update().where(complaints.c.id == step.subject), step.changes)
            step.changes.clear()
        take(tx, EXCHANGE, "complaint", step.subject, "nothing")


@guard("redress_there")
def redress_there(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Who complained has an account here, and the free money covers it."""
    row = step.row
    there = row["by_party"] and at_hand(tx, wallet(row["against"])) >= row["redress"]
    return None if there else {"wanted": both(row["redress"])}


@effect("K1")
def pay_redress(tx: Tx, step: Step) -> None:
    """The redress is paid."""
    row = step.row
    make(tx, step, "K1", redressed(row["against"], row["by_party"], row["redress"]))


@guard("payment_fits")
def payment_fits(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A confirmed payment out of the respondent's, of that amount, that made nothing else good."""
    row, paid = step.row, tx.one(sa.select(payments).where(payments.c.id == step.data["payment"]))
    fits = paid is not None and _pays(paid, row)
    taken = tx.value(sa.select(complaints.c.id).where(complaints.c.payment == step.data["payment"]))
    return None if fits and taken is None else {"wanted": both(row["redress"] or 0)}


def _pays(paid: Row, row: Row) -> bool:
    stands = (paid["way"], paid["state"], paid["party"], paid["currency"], paid["amount"])
    return stands == ("out", "confirmed", row["against"], "CNY", row["redress"])


@effect("keep_payment")
def keep_payment(tx: Tx, step: Step) -> None:
    """Which payment made it good."""
    step.changes["payment"] = step.data["payment"]
