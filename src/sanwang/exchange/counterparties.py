"""A deal's side from abroad: screened as a payee is, a person decides on what sounds alike, and a new list asks again.

It stands before the signing: nobody signs with a side that was not cleared on the list in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import border_lists, clock
from sanwang.exchange.contracts import MAINLAND, territory
from sanwang.exchange.deals import count_on
from sanwang.exchange.events import Fault
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.screening import cleared_last
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.border import counterparties
from sanwang.exchange.tables.deals import contracts
from sanwang.exchange.tables.people import parties
from sanwang.exchange.who import EXCHANGE


@opener("counterparty")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a side that is to be screened, under the name it has now."""
    name = tx.the(parties, step.data["party"])["name"]
    return {"number": "", "deal": step.data["deal"], "party": step.data["party"], "name": name,
            "filed_by": step.who.user}  # fmt: skip


def abroad(deal: Row) -> list[str]:
    """Sides of a deal that lie outside the mainland, or of which no place is known."""
    sides = (("seller", "origin"), ("buyer", "destination"))
    return [deal[side] for side, place in sides if territory(deal[place]) != MAINLAND]


@effect("number_counterparty")
def number_counterparty(tx: Tx, step: Step) -> None:
    """Its number; where a list is in force it is screened at once."""
    from sanwang.exchange.taking import take

    year = clock.day_of(tx.now).year
    step.changes["number"] = f"K-{year}-{count_on(tx, f'counterparties:{year}'):05d}"
    if border_lists.in_force(tx, "screening") is not None:
        take(tx, EXCHANGE, "counterparty", step.subject, "screen")


@effect("open_counterparties")
def open_counterparties(tx: Tx, step: Step) -> None:
    """Terms are agreed: every side from abroad is screened before anything is signed."""
    from sanwang.exchange.taking import take

    known = {r["party"] for r in _of(tx, step.subject)}
    for party in abroad(step.now_row):
        if party not in known:
            take(tx, EXCHANGE, "counterparty", None, "open", {"deal": step.subject, "party": party})


@effect("close_counterparties")
def close_counterparties(tx: Tx, step: Step) -> None:
    """The deal is over before it was signed."""
    from sanwang.exchange.taking import take

    for row in _of(tx, step.subject):
        take(tx, EXCHANGE, "counterparty", row["id"], "over")


def _of(tx: Tx, deal: str) -> list[Row]:
    """Sides of a deal that are screened, were, or wait for it."""
    its = (counterparties.c.deal == deal, counterparties.c.state != "over")
    return tx.all(sa.select(counterparties).where(*its).order_by(counterparties.c.id))


@guard("sides_cleared")
def sides_cleared(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Every side from abroad was cleared on the list in force."""
    sides = abroad(step.row)
    if not sides:
        return None
    list_ = border_lists.in_force(tx, "screening")
    if list_ is None:
        return {"wanted": (
            "没有启用的筛查名单：签约前请运营方先载入",
            "no screening list is in force: an operator must load one before a side from abroad signs",
        )}  # fmt: skip
    found = {r["party"]: r for r in _of(tx, step.subject)}
    for party in sides:
        row = found.get(party)
        if row is not None and row["state"] == "refused":
            return {"wanted": (f"{row['number']} 不予签约", f"{row['number']} was refused")}
        if row is None or row["state"] != "cleared" or row["screened_by"] != list_["id"]:
            number = row["number"] if row else ""
            return {"wanted": (
                f"境外一方须先按现行名单 {list_['number']} 筛查并放行 {number}".strip(),
                f"the side from abroad must be cleared on the list in force, {list_['number']} {number}".strip(),
            )}  # fmt: skip
    return None


def verify(tx: Tx) -> list[Fault]:
    """A side that is cleared was cleared last by a screening on the list it names, and nothing is signed without."""
    faults: list[Fault] = []
    for row in tx.all(sa.select(counterparties).where(counterparties.c.state == "cleared")):
        if not cleared_last(tx, "counterparty", row):
            faults.append(
                Fault(f"counterparty {row['number']}", "was not cleared by a screening", "未经筛查放行")
            )
    signed = sa.join(counterparties, contracts, contracts.c.deal == counterparties.c.deal)
    asked = sa.select(counterparties.c.number).select_from(signed).where(contracts.c.signed_on.is_not(None))
    for row in tx.all(asked.where(counterparties.c.state.in_(("waiting", "refused")))):
        faults.append(Fault(f"counterparty {row['number']}", "signed and not cleared", "未放行而签约"))
    return faults


CHECKS.append(verify)
