"""Quotas for payments across the border: what is used is counted from the record, and two at once do not both pass.

A quota is an entry of the loaded list: for a party or for all, for a purpose or for all, in one currency, from a day
until a day; of each payer its own, or of all together. What was instructed counts until it is known not to be paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import border_lists, clock
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.events import Fault
from sanwang.exchange.process import spoken
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.steps import Step, effect, guard
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.border import crossings
from sanwang.exchange.tables.people import parties
from sanwang.exchange.who import Who
from sanwang.standards.currencies import both, decimal

COUNTS = ("instructed", "done")
"""States of a payment in which it counts."""


@dataclass(frozen=True)
class Quota:
    """A quota as it stands for a payer: amounts in the currency's smallest part."""

    name: str
    currency: str
    amount: int
    used: int
    start: str
    until: str
    counted: str
    purpose_code: str
    list_number: str

    @property
    def left(self) -> int:
        """What may still be paid."""
        return max(0, self.amount - self.used)


def standing(tx: Tx, party: str, on: str, besides: str | None = None) -> list[Quota]:
    """The quotas that concern a payer on a day, as they stand without the payment ``besides``."""
    list_ = border_lists.in_force(tx, "quota")
    if list_ is None:
        return []
    actor = tx.value(sa.select(parties.c.actor).where(parties.c.id == party))
    return [
        _stands(tx, entry, party, besides, list_["number"])
        for entry in border_lists.entries_of(tx, list_["id"])
        if entry["from"] <= on <= entry["until"] and entry.get("party") in (None, actor)
    ]


def _stands(tx: Tx, entry: Mapping[str, Any], party: str, besides: str | None, number: str) -> Quota:
    used = _used(tx, entry, party if entry.get("party") or entry["counted"] == "each" else None, besides)
    return Quota(
        entry["name"], entry["currency"], entry["amount"], used, entry["from"], entry["until"], entry["counted"],
        entry.get("purpose_code") or "", number,
    )  # fmt: skip


def _used(tx: Tx, entry: Mapping[str, Any], party: str | None, besides: str | None) -> int:
    """What counts against an entry: of one payer, or of all."""
    its = [
        crossings.c.state.in_(COUNTS), crossings.c.currency == entry["currency"],
        crossings.c.paid_on.between(entry["from"], entry["until"]),
    ]  # fmt: skip
    if party is not None:
        its.append(crossings.c.party == party)
    if entry.get("purpose_code"):
        its.append(crossings.c.purpose_code == entry["purpose_code"])
    if besides is not None:
        its.append(crossings.c.id != besides)
    return int(tx.value(sa.select(sa.func.coalesce(sa.func.sum(crossings.c.amount), 0)).where(*its)))


@guard("within_quota")
def within_quota(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Every quota that concerns it holds with it; one kept in another currency is not counted without a rate."""
    row, on = step.row, clock.day_of(tx.now).isoformat()
    about = [
        q for q in standing(tx, row["party"], on, step.subject) if q.purpose_code in ("", row["purpose_code"])
    ]
    own = [q for q in about if q.currency == row["currency"]]
    for one in own:
        if one.used + row["amount"] > one.amount:
            zh, en = both(one.left, one.currency)
            return {"wanted": (
                f"超出额度“{one.name}”（{one.start} 至 {one.until}，{one.list_number}），尚可用 {zh}",
                f"above the quota “{one.name}” ({one.start} to {one.until}, {one.list_number}): {en} is left",
            )}  # fmt: skip
    if about and not own:
        one = about[0]
        return {"wanted": (
            f"额度“{one.name}”以 {one.currency} 计，未载明 {row['currency']} 折算办法：请问明",
            f"the quota “{one.name}” is kept in {one.currency} and says no rate for {row['currency']}: ask",
        )}  # fmt: skip
    return None


@effect("hold_quota")
def hold_quota(tx: Tx, step: Step) -> None:
    """The list is held until the step is done, so that two at once do not both pass; looked at again."""
    list_ = border_lists.in_force(tx, "quota", held=True)
    terms = within_quota(tx, step)
    if terms is not None:
        name = "within_quota"
        raise Refused(name, spoken("guards", name, "en", **terms), spoken("guards", name, "zh", **terms))
    step.changes["paid_on"] = clock.day_of(tx.now).isoformat()
    if list_ is not None:
        step.changes["quota_list"] = list_["id"]


def of(tx: Tx, who: Who, party: str) -> list[Quota]:
    """The quotas that concern a party today, for its own people and operators. Raises NotFound for others."""
    if party not in who.parties and not who.has("operator"):
        raise NotFound
    return standing(tx, party, clock.day_of(tx.now).isoformat())


def verify(tx: Tx) -> list[Fault]:
    """No quota in force is overrun by the payments that were counted against its list."""
    list_ = border_lists.in_force(tx, "quota")
    if list_ is None:
        return []
    actors = {r["actor"]: r["id"] for r in tx.all(sa.select(parties.c.actor, parties.c.id))}
    faults: list[Fault] = []
    asked = sa.select(crossings).where(crossings.c.quota_list == list_["id"], crossings.c.state.in_(COUNTS))
    counted = tx.all(asked)
    for entry in border_lists.entries_of(tx, list_["id"]):
        sums: dict[str, int] = {}
        for row in counted:
            mine = not entry.get("party") or actors.get(entry["party"]) == row["party"]
            same = row["currency"] == entry["currency"] and entry["from"] <= row["paid_on"] <= entry["until"]
            if mine and same and entry.get("purpose_code") in (None, row["purpose_code"]):
                key = row["party"] if entry["counted"] == "each" else ""
                sums[key] = sums.get(key, 0) + row["amount"]
        faults += [
            Fault(
                f"quota {entry['name']}",
                f"is overrun: {decimal(total, entry['currency'])} of {decimal(entry['amount'], entry['currency'])}",
                "额度被突破",
            )
            for total in sums.values()
            if total > entry["amount"]
        ]
    return faults


CHECKS.append(verify)
