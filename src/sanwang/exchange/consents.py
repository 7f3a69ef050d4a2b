"""What takes two: both sides of a deal, or two persons of one side. The first half is kept, the second does it."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange import events, given
from sanwang.exchange.errors import Refused
from sanwang.exchange.process import Transition
from sanwang.exchange.relaxed import held, used
from sanwang.exchange.steps import Step
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.deals import deals
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.record import consents


def second_is_there(tx: Tx, t: Transition, step: Step, request: str | None) -> bool:
    """Whether another person has agreed to the very same; if nobody has, this agreement is kept, with an event.

    An agreement counts for the row as it stood: any change of it makes all of them void. Raises Refused for a person
    who agrees twice.
    """
    if step.who.agent != "person" or (t.two == "limit" and _alone(tx, step)):
        return True
    digest = given.digest(dict(step.data))
    asked = sa.select(consents).where(
        consents.c.process == t.process,
        consents.c.subject == step.subject,
        consents.c.take == t.event,
        consents.c.at_version == step.row["version"],
    )
    before = tx.all(asked)
    if any(c["user"] == step.who.user and c["digest"] == digest for c in before):
        raise Refused("twice", "you have agreed already; another person must", "您已同意，须由另一人办理")
    for other in before:
        of_two_sides = t.two != "sides" or other["party"] != step.party
        if other["digest"] == digest and other["user"] != step.who.user and of_two_sides:
            return True
    _keep(tx, t, step, digest, request)
    return False


def _keep(tx: Tx, t: Transition, step: Step, digest: str, request: str | None) -> None:
    state = step.row["state"]
    events.append(
        tx, id=step.event, process=t.process, subject=step.subject, take=t.event, from_state=state, to_state=state,
        user=step.who.user, party=step.party, data={"agreed": digest}, request=request,
    )  # fmt: skip
    tx.insert(
        consents, id=tx.id(), process=t.process, subject=step.subject, take=t.event, at_version=step.row["version"],
        digest=digest, user=step.who.user, party=step.party, event=step.event, at=tx.now,
    )  # fmt: skip


AMOUNTS = {"voucher": "face", "round_notice": "payable"}
"""Columns that hold how much a step is about, where it is not ``amount``."""


def amount_of(step: Step) -> int:
    """How much a step is about: what was given with it, else its row's. Raises KeyError where neither has one."""
    given_ = step.data.get("amount")
    return int(given_ if given_ is not None else step.row[AMOUNTS.get(step.process, "amount")] or 0)


def currency_of(tx: Tx, step: Step) -> str:
    """The currency of what a step is about: its row's, else its deal's."""
    row = step.row
    if row.get("currency") or not row.get("deal"):
        return str(row.get("currency") or "CNY")
    return str(tx.value(sa.select(deals.c.currency).where(deals.c.id == row["deal"])) or "CNY")


def _alone(tx: Tx, step: Step) -> bool:
    """Whether the amount is below what one person of the party may do: its own limit, else the exchange's rule.

    Limits are in yuan: an amount in another currency is not held against them without a rate, and two are wanted. What
    only a sandbox test allows counts towards the test.
    """
    if currency_of(tx, step) != "CNY":
        return False
    own = tx.value(sa.select(parties.c.two_above).where(parties.c.id == step.party)) if step.party else None
    if own is not None:
        return amount_of(step) < own
    rule = held(tx, "two_above", *filter(None, [step.party]))
    if amount_of(step) >= rule.value:
        return False
    used(tx, rule, amount_of(step) + 1, amount_of(step))
    return True
