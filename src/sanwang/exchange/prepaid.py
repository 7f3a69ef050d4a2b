"""Prepaid money: held for a provider, it ends by one of the outcomes that both agreed to beforehand.

A fact once said stays. Whenever one is said or a phase begins, every open part whose outcome holds ends at once; what
is open when the contract expires ends by its outcome then. A dispute stops the clock until both settle or a ruling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import access, clock
from sanwang.exchange.deals import count_on
from sanwang.exchange.events import Fault
from sanwang.exchange.given import digest
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.ledger.rules import divided, wallet
from sanwang.exchange.ledger.transfers import Leg, hold_of
from sanwang.exchange.outcomes_table import Line, fault, holding, table
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.prepaid import prepaid_parts, prepaids
from sanwang.exchange.taking import take
from sanwang.exchange.wallets import WALLET, order_settle
from sanwang.exchange.who import EXCHANGE, Who
from sanwang.standards.currencies import both


@opener("prepaid")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a draft."""
    data = step.data
    columns = {
        "funder": data["funder"],
        "provider": data["provider"],
        "currency": data.get("currency") or "CNY",
        "rail": data.get("rail"),
    }
    return columns | {"number": "", "edition": 1, "facts": {}} | _text(data["contract"])


def _text(contract: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that follow from a contract's text; empty ones where the guard will refuse it."""
    sound = fault(contract) is None
    return {
        "contract": dict(contract), "text_digest": digest(contract),
        "amount": sum(p["amount"] for p in contract["parts"]) if sound else 0,
        "due_on": contract["due_on"] if sound else "", "expires_on": contract["expires_on"] if sound else "",
    }  # fmt: skip


@guard("prepaid_sound")
def prepaid_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The table of outcomes is complete and exclusive, the dates are to come, both are verified."""
    wrong = fault(step.data["contract"])
    if wrong is not None:
        return {"wanted": wrong}
    row = step.row
    if row["rail"] not in (None, WALLET):
        return {"wanted": ("通道须为 wallet 或不填", "the rail is wallet or nothing")}
    known = [
        tx.value(sa.select(parties.c.state).where(parties.c.id == row[n])) for n in ("funder", "provider")
    ]
    if known != ["verified"] * 2 or row["funder"] == row["provider"]:
        return {"wanted": ("须为两个已核验单位", "two verified parties are wanted")}
    if step.data["contract"]["due_on"] <= clock.day_of(tx.now).isoformat():
        return {"wanted": ("到期日须在今日之后", "due_on must be after today")}
    return None


@guard("prepaid_as_read")
def prepaid_as_read(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Both agree to the same text, by its digest."""
    wanted = step.row["text_digest"]
    return None if step.data["digest"] == wanted else {"digest": wanted}


@guard("may_say")
def may_say(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The fact is one of the contract's, not said yet, and this side's to say."""
    name, facts = step.data["fact"], step.row["contract"]["facts"]
    side = "funder" if step.party == step.row["funder"] else "provider"
    may = name in facts and facts[name]["by"] == side and name not in step.row["facts"]
    return None if may else {"facts": ", ".join(n for n, f in facts.items() if f["by"] == side)}


@guard("split_prepaid")
def split_prepaid(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The two parts make what is still held."""
    held = sum(r["amount"] for r in _open(tx, step.subject))
    fits = step.data["to_provider"] + step.data["to_funder"] == held
    return None if fits else {"held": both(held, step.row["currency"])}


@effect("number_prepaid")
def number_prepaid(tx: Tx, step: Step) -> None:
    """Its number."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"C-{year}-{count_on(tx, f'prepaids:{year}'):05d}"


@effect("rewrite")
def rewrite(tx: Tx, step: Step) -> None:
    """A new edition of the text; who agreed to the old one agrees anew."""
    step.changes |= _text(step.data["contract"]) | {"edition": step.row["edition"] + 1}


@effect("D1")
def fund(tx: Tx, step: Step) -> None:
    """Each part is held: it is the funder's and cannot be used otherwise."""
    row = step.row
    unit = row["currency"]
    amounts = [int(p["amount"]) for p in row["contract"]["parts"]]
    legs = [Leg("D1", a, wallet(row["funder"], unit), wallet(row["provider"], unit), "hold") for a in amounts]
    for number, (amount, hold) in enumerate(zip(amounts, make(tx, step, "D1", legs), strict=True), 1):
        tx.insert(prepaid_parts, prepaid=row["id"], no=number, amount=amount, hold=hold)


def _open(tx: Tx, prepaid: str) -> list[Row]:
    asked = sa.select(prepaid_parts).where(
        prepaid_parts.c.prepaid == prepaid, prepaid_parts.c.outcome.is_(None)
    )
    return tx.all(asked.order_by(prepaid_parts.c.no))


def _end(tx: Tx, step: Step, endings: list[tuple[Row, str, int]]) -> None:
    """End parts, each by an outcome and what the provider gets of it; in one entry."""
    if not step.row["rail"]:
        legs = [Leg("D2", got, step="post" if got else "void", hold=part["hold"]) for part, _, got in endings]
        make(tx, step, "D2", legs)
    for part, name, got in endings:
        its = sa.and_(prepaid_parts.c.prepaid == part["prepaid"], prepaid_parts.c.no == part["no"])
        tx.execute(prepaid_parts.update().where(its), {"outcome": name, "to_provider": got})
        if step.row["rail"]:  # it moves when the operator confirms
            order_settle(tx, step.row, part, got)


@effect("say_fact")
def say_fact(tx: Tx, step: Step) -> None:
    """A fact is so from now on."""
    said = dict(step.row["facts"]) | {step.data["fact"]: {"at": tx.now, "by": step.who.user}}
    step.changes["facts"] = said
    _decide(tx, step, "open" if step.row["state"] == "live" else "late", said)


@effect("turn_late")
def turn_late(tx: Tx, step: Step) -> None:
    """The due date has passed."""
    _decide(tx, step, "late", step.row["facts"])


@effect("expire_all")
def expire_all(tx: Tx, step: Step) -> None:
    """Every part that is open ends."""
    _decide(tx, step, "expired", step.row["facts"])


def go_on(tx: Tx, step: Step, prepaid: str) -> None:
    """A stop was lifted: what the facts said meanwhile decide ends now."""
    row = tx.the(prepaids, prepaid)
    if row["state"] in ("live", "late"):
        its = replace(step, process="prepaid", subject=prepaid, row=row, changes={})
        _decide(tx, its, "open" if row["state"] == "live" else "late", row["facts"])


def _decide(tx: Tx, step: Step, phase: str, said: Mapping[str, object]) -> None:
    if step.row["stopped_by"]:
        return
    contract = step.row["contract"]
    facts = {name: name in said for name in contract["facts"]}
    endings: list[tuple[Row, str, int]] = []
    left = _open(tx, step.subject)
    for part in left:
        for one in holding(contract["parts"][part["no"] - 1], phase, facts):
            endings.append((part, one["name"], int(one["to_provider"])))
    if endings:
        _end(tx, step, endings)
    if phase != "expired" and len(endings) == len(left):
        take(tx, EXCHANGE, "prepaid", step.subject, "finish")


@effect("D3")
def give_back(tx: Tx, step: Step) -> None:
    """The provider gives back what is open."""
    _end(tx, step, [(part, "refunded", 0) for part in _open(tx, step.subject)])


@effect("D4")
def settle(tx: Tx, step: Step) -> None:
    """What is open is split as both agreed or as was ruled; over the parts in proportion, to the fen."""
    parts = _open(tx, step.subject)
    got = divided(step.data["to_provider"], {f"{p['no']:03d}": p["amount"] for p in parts})
    _end(tx, step, [(part, "settled", got[f"{part['no']:03d}"]) for part in parts])
    if step.data.get("words"):
        step.changes["words"] = step.data["words"]


@effect("keep_claim")
def keep_claim(tx: Tx, step: Step) -> None:
    """What is claimed."""
    step.changes["words"] = step.data["words"]


def outcomes(tx: Tx, who: Who, prepaid: str) -> list[Line]:
    """The table of all that can happen, for the two parties. Raises NotFound for others."""
    return table(access.seen(tx, who, "prepaid", prepaid)["contract"])


def verify(tx: Tx) -> list[Fault]:
    """Contracts that have ended leave nothing held; those that run hold every open part."""
    faults: list[Fault] = []
    its = tx.all(sa.select(prepaids).where(prepaids.c.rail.is_(None)))
    states = {r["id"]: (r["state"], r["number"]) for r in its}
    for part in (p for p in tx.all(sa.select(prepaid_parts)) if p["prepaid"] in states):
        state, number = states[part["prepaid"]]
        is_open = hold_of(tx, part["hold"]) is not None
        if is_open != (part["outcome"] is None) or (state == "done" and is_open):
            faults.append(Fault(f"prepaid {number}", "a part is not held as it says", "部分款项与冻结不符"))
    return faults


CHECKS.append(verify)
