"""Deals: opened by one side, carried by offers and a contract, ended with an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.errors import OptionError
from sanwang.exchange import access, clock, notices, outcomes, standing
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.listings import secret
from sanwang.exchange.people import place_of
from sanwang.exchange.process import processes
from sanwang.exchange.secrecy import in_force_between
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import deals, disputes, milestones, trials
from sanwang.exchange.tables.market import listings, suggestions
from sanwang.exchange.tables.record import counters
from sanwang.exchange.who import EXCHANGE

SIGNED = ("contracted", "on_trial", "performing", "completed", "closed")
"""States of a deal in which its contract, and with it what was declared of an export, stands."""


@opener("deal")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a new deal: the need's party buys, the result's sells; a side without a listing is the asker's."""
    data = dict(step.data)
    draft = _suggestion(tx, data.get("suggestion"))
    if draft is not None:
        data |= {"need": draft["need"], "result": draft["result"]}
    need, result = _listing(tx, step, data.get("need"), "needs"), _listing(tx, step, data.get("result"), None)
    if need is None and result is None:
        raise OptionError("say which need or which result", "请写明需求或成果")
    buyer = need["party"] if need else _side(step, data, "buyer")
    seller = result["party"] if result else _side(step, data, "seller")
    if buyer == seller:
        raise Refused("one_party", "buyer and seller are the same party", "供需双方为同一单位")
    return {
        "number": "",
        "need": need["id"] if need else None,
        "result": result["id"] if result else None,
        "buyer": buyer,
        "seller": seller,
        "broker": data.get("broker"),
        "opened_by": next((s for s in (buyer, seller) if s in step.who.parties), data.get("broker") or buyer),
        "suggestion": draft["id"] if draft else None,
        "mode": "standard",
        "currency": "CNY",
        "origin": place_of(tx, seller),
        "destination": place_of(tx, buyer),
        "opened_at": tx.now,
    }


def _listing(tx: Tx, step: Step, key: str | None, kind: str | None) -> Row | None:
    if key is None:
        return None
    found = tx.one(sa.select(listings).where(listings.c.id == key))
    if found is None or not access.sees(tx, step.who, "listing", found):
        raise NotFound
    if (found["kind"] == "needs") != (kind == "needs"):
        raise OptionError(f"{key} is of kind {found['kind']}", f"{key} 属于 {found['kind']}")
    return found


def _side(step: Step, data: Mapping[str, Any], side: str) -> str:
    """The asker's own party: the one named, or the only one."""
    named = data.get(side)
    mine = sorted(step.who.parties)
    if named in mine or (named is None and len(mine) == 1):
        return named or mine[0]
    raise OptionError(f"say for which of your organisations: {side}", f"请写明代表您的哪一个单位：{side}")


def _suggestion(tx: Tx, key: str | None) -> Row | None:
    if key is None:
        return None
    found = tx.one(sa.select(suggestions).where(suggestions.c.id == key).with_for_update())
    if found is None or found["state"] != "draft":
        raise NotFound
    return found


def count_on(tx: Tx, name: str) -> int:
    """The next running number of a name."""
    held = tx.value(sa.select(counters.c.value).where(counters.c.name == name).with_for_update())
    if held is None:
        tx.insert(counters, name=name, value=1)
        return 1
    tx.execute(counters.update().where(counters.c.name == name).values(value=held + 1))
    return int(held) + 1


@guard("listings_shown")
def listings_shown(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """What the deal is about is on show, and its asker has a say for a side."""
    keys = [k for k in (step.row["need"], step.row["result"]) if k]
    rows = tx.all(sa.select(listings).where(listings.c.id.in_(keys)))
    shown = all(r["state"] in access.SHOWN and (r["expires_at"] or 0) > tx.now for r in rows)
    broker = step.row["broker"]
    return None if shown and (broker is None or broker in step.who.parties) else {}


@guard("no_other_deal")
def no_other_deal(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The same two do not deal about the same pair already."""
    row = step.row
    same = [
        deals.c[side].is_(None) if row[side] is None else deals.c[side] == row[side]
        for side in ("buyer", "seller", "need", "result")
    ]
    number = tx.value(
        sa.select(deals.c.number).where(*same, deals.c.state.not_in(processes()["deal"].ends)).limit(1)
    )
    return {"number": number} if number else None


@guard("nda_if_secret")
def nda_if_secret(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Talks of substance about a secret listing want an agreement in force with the other side."""
    for key, other in ((step.row["result"], step.row["buyer"]), (step.row["need"], step.row["seller"])):
        listing = tx.one(sa.select(listings).where(listings.c.id == key)) if key else None
        if listing is not None and secret(listing) and not in_force_between(tx, listing["id"], other):
            return {}
    return None


@guard("not_brokered")
def not_brokered(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """One side asked the other."""
    return None if step.row["opened_by"] in (step.row["buyer"], step.row["seller"]) else {}


@guard("brokered")
def brokered(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A broker introduced two who must both agree."""
    return {} if step.row["opened_by"] in (step.row["buyer"], step.row["seller"]) else None


@guard("funding_confirmed")
def funding_confirmed(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A milestone is funded, or nothing is to be paid."""
    rows = tx.all(sa.select(milestones.c.state, milestones.c.amount).where(milestones.c.deal == step.subject))
    return None if any(r["state"] != "planned" for r in rows) or not any(r["amount"] for r in rows) else {}


@guard("use_first")
def use_first(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The deal was agreed as a trial."""
    return None if step.row["mode"] == "use_first" else {}


@guard("milestones_ended")
def milestones_ended(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Every milestone is closed, refunded, settled or void."""
    ends = processes()["milestone"].ends
    open_ = sa.select(milestones.c.id).where(
        milestones.c.deal == step.subject, milestones.c.state.not_in(ends)
    )
    return None if tx.value(open_.limit(1)) is None else {}


@guard("no_open_dispute")
def no_open_dispute(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A contract does not end over an open dispute."""
    open_ = sa.select(disputes.c.id).where(disputes.c.deal == step.subject, disputes.c.state == "open")
    return None if tx.value(open_.limit(1)) is None else {}


@effect("introduce")
def introduce(tx: Tx, step: Step) -> None:
    """Give the deal its number; the draft it came from is used; the other side is told."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"SW-{year}-{count_on(tx, f'deals:{year}'):05d}"
    if step.row["suggestion"]:
        used = {"state": "introduced", "decided_by": step.who.user, "decided_at": tx.now}
        tx.execute(suggestions.update().where(suggestions.c.id == step.row["suggestion"]), used)
    outcomes.of_result(tx, step, step.row, "matched")
    others = [s for s in (step.row["buyer"], step.row["seller"]) if s != step.row["opened_by"]]
    words = {"key": "turn", "event": step.take, "state": "inquiry"}
    notices.tell(tx, notices.inside(tx, others), "turn", "deal", step.subject, step.event, words)


@effect("start_deal")
def start_deal(tx: Tx, step: Step) -> None:
    """The first funding starts the work."""
    _if_in(tx, step, "contracted", "start")


@effect("deal_on_trial")
def deal_on_trial(tx: Tx, step: Step) -> None:
    """A trial that starts puts its deal on trial."""
    step.changes["delivered_at"] = tx.now
    _if_in(tx, step, "contracted", "try")


@effect("deal_converted")
def deal_converted(tx: Tx, step: Step) -> None:
    """A trial that converts makes its deal one that is performed."""
    _if_in(tx, step, "on_trial", "convert")


@effect("deal_given_back")
def deal_given_back(tx: Tx, step: Step) -> None:
    """What is given back ends its deal."""
    step.changes["why"] = step.data.get("measure")
    _if_in(tx, step, "on_trial", "give_back")


@effect("deal_progress")
def deal_progress(tx: Tx, step: Step) -> None:
    """The last milestone's end completes the deal."""
    deal = standing.deal_of(tx, step.row)
    if deal["state"] == "performing":
        _try(tx, "deal", deal["id"], "complete")


def _if_in(tx: Tx, step: Step, state: str, event: str) -> None:
    deal = standing.deal_of(tx, step.row)
    if deal["state"] == state:
        _take(tx, "deal", deal["id"], event)


@effect("end_contract")
def end_contract(tx: Tx, step: Step) -> None:
    """What is left of the milestones and of a trial ends with the contract: holds are given back."""
    mine = tx.all(
        sa.select(milestones.c.id, milestones.c.state)
        .where(milestones.c.deal == step.subject)
        .order_by(milestones.c.no)
    )
    for row in mine:
        if row["state"] == "planned":
            _take(tx, "milestone", row["id"], "void")
        elif row["state"] in ("funded", "submitted", "changes", "late"):
            _take(tx, "milestone", row["id"], "end")
    trial = tx.one(sa.select(trials.c.id, trials.c.state).where(trials.c.deal == step.subject))
    if trial is not None and trial["state"] in ("agreed", "running", "silent") and step.take != "give_back":
        _take(tx, "trial", trial["id"], "end")


def _take(
    tx: Tx, process: str, subject: str | None, event: str, data: Mapping[str, Any] | None = None
) -> str:
    from sanwang.exchange.taking import take

    return take(tx, EXCHANGE, process, subject, event, data)


def _try(tx: Tx, process: str, subject: str, event: str) -> None:
    """Take a step if its guards let it."""
    try:
        _take(tx, process, subject, event)
    except Refused:
        return
