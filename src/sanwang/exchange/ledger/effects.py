"""What the steps of milestones and trials do to money: the posting rules bound to the names in the processes' tables.

Each effect makes one entry whose identifier comes from the step's event and the rule, so that money and state move in
one transaction and the same step cannot move money twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from sanwang.exchange.errors import Refused
from sanwang.exchange.ledger import rules
from sanwang.exchange.ledger.accounts import Account, at_hand, found, free
from sanwang.exchange.ledger.transfers import Leg, hold_of, post
from sanwang.exchange.steps import Step, effect
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import deals, milestones
from sanwang.exchange.tables.shares import share_lines, shares


def entry_of(step: Step, code: str) -> str:
    """The identifier of the entry that a rule makes for a step."""
    return str(uuid.uuid5(uuid.UUID(step.event), code))


def make(tx: Tx, step: Step, code: str, legs: Sequence[Leg]) -> list[str]:
    """Post a rule's legs for a step; nothing where there are none."""
    return post(tx, entry_of(step, code), legs, step.event) if legs else []


def deal_row(tx: Tx, step: Step) -> Row:
    """The deal that a milestone or trial belongs to."""
    row = tx.one(sa.select(deals).where(deals.c.id == step.row["deal"]))
    if row is None:
        raise Refused("deal", "the deal is gone", "交易不存在")
    return row


@effect("E1")
def tie(tx: Tx, step: Step) -> None:
    """Bring what the deal's escrow lacks for the milestone from the buyer's free money."""
    deal = deal_row(tx, step)
    row = found(tx, rules.escrow(deal["id"], deal["currency"]))
    lacking = step.row["amount"] - (free(row) if row else 0)
    if lacking > 0:
        make(tx, step, "E1", rules.tied(deal["buyer"], deal["id"], lacking, deal["currency"]))


@effect("E2")
def hold(tx: Tx, step: Step) -> None:
    """Hold the milestone's money: what acceptance releases, and what is retained."""
    deal, amount, retained = deal_row(tx, step), step.row["amount"], step.row["retained"]
    made = make(tx, step, "E2", rules.funded(deal["id"], deal["seller"], amount, retained, deal["currency"]))
    step.changes["hold"] = made[0] if amount > retained else None
    step.changes["hold_retained"] = made[-1] if retained else None


@effect("E3")
def release(tx: Tx, step: Step) -> None:
    """Release what acceptance releases, and give the inventors their part of it."""
    _pay(tx, step, "E3", "hold")


@effect("E6")
def release_retained(tx: Tx, step: Step) -> None:
    """Release what was retained."""
    _pay(tx, step, "E6", "hold_retained")


def _pay(tx: Tx, step: Step, code: str, column: str) -> None:
    row = hold_of(tx, step.row[column]) if step.row[column] else None
    if row is None:
        return
    deal = deal_row(tx, step)
    legs = rules.accepted(row["id"], deal["seller"]) if code == "E3" else rules.retention_over(row["id"])
    make(tx, step, code, legs)
    step.changes[column] = None
    _paid(tx, step, deal, row["amount"])


@effect("E3p")
def release_part(tx: Tx, step: Step) -> None:
    """Release a part and hold the rest anew."""
    deal, row = deal_row(tx, step), hold_of(tx, step.row["hold"] or "")
    if row is None:
        raise Refused("hold", "nothing is held for it", "没有冻结款项")
    part = step.data["amount"]
    legs = rules.accepted_part(
        row["id"], deal["id"], deal["seller"], part, row["amount"] - part, deal["currency"]
    )
    step.changes["hold"] = make(tx, step, "E3p", legs)[1]
    _paid(tx, step, deal, part)


@effect("E4")
def give_back(tx: Tx, step: Step) -> None:
    """Void what is held for the milestone and give it back to the buyer."""
    deal, holds = deal_row(tx, step), held(tx, step)
    amount = sum(h["amount"] for h in holds)
    ids = [h["id"] for h in holds]
    make(tx, step, "E4", rules.refunded(ids, deal["id"], deal["buyer"], amount, deal["currency"]))
    step.changes |= {
        "hold": None,
        "hold_retained": None,
        "refunded": step.now_row["refunded"] + amount,
    }


@effect("E5")
def split(tx: Tx, step: Step) -> None:
    """Void what is held and split it as the parties agreed or the arbiter ruled."""
    deal, holds = deal_row(tx, step), held(tx, step)
    to_seller, to_buyer = step.data["to_seller"], step.data["to_buyer"]
    if step.row[
        "by_voucher"
    ]:  # no money is held: what is left to the seller is what a voucher may be made out for
        step.changes["refunded"] = step.row["refunded"] + to_buyer
        return
    parts = {deal["seller"]: to_seller, deal["buyer"]: to_buyer}
    whole = sum(h["amount"] for h in holds)
    make(tx, step, "E5", rules.settled([h["id"] for h in holds], whole, deal["id"], parts, deal["currency"]))
    step.changes |= {
        "hold": None,
        "hold_retained": None,
        "refunded": step.now_row["refunded"] + to_buyer,
    }
    _paid(tx, step, deal, to_seller)


def held(tx: Tx, step: Step) -> list[Row]:
    """The open holds of a milestone: what acceptance releases first."""
    asked = [step.row[c] for c in ("hold", "hold_retained") if step.row[c]]
    return [row for one in asked if (row := hold_of(tx, one)) is not None]


def _paid(tx: Tx, step: Step, deal: Row, amount: int) -> None:
    """Count what the seller received and give the inventors their part."""
    step.changes["paid"] = step.now_row["paid"] + amount
    share_out(tx, step, deal, amount)


def share_out(tx: Tx, step: Step, deal: Row, received: int) -> None:
    """S1: the inventors' part of a receipt, after the documented costs that are still to be taken off.

    What of it is not free with the institution (a voucher that it sold was paid to another, money is frozen) stays due
    and is set aside with the next receipt: the debtor's payment does not wait for it.
    """
    row = tx.one(
        sa.select(shares).where(shares.c.deal == deal["id"], shares.c.state == "active").with_for_update()
    )
    if row is not None and received > 0:
        count_in(tx, step, row, received, deal["currency"])


def count_in(tx: Tx, step: Step, row: Row, received: int, unit: str) -> None:
    """Count a receipt for a distribution in force and set the inventors' part of it aside, as far as money is free.

    The part is taken of all that was counted so far, so that rounding never adds up over many receipts.
    """
    costs = min(row["costs"], received)
    counted = row["counted"] + received - costs
    part = inventors_part(counted, row) - inventors_part(row["counted"], row) + row["due"]
    now = min(part, max(0, at_hand(tx, rules.wallet(row["institution"], unit))))
    tx.change(shares, row, costs=row["costs"] - costs, counted=counted, due=part - now)
    if now:
        make(tx, step, "S1", rules.shared(row["institution"], _lines(tx, row["id"], now, unit), unit))


def inventors_part(net: int, row: Row) -> int:
    """The inventors' part of a net income, rounded down to the fen."""
    return net * row["given_bp"] // 10_000


def _lines(tx: Tx, share: str, now: int, unit: str) -> dict[str, int]:
    """An amount divided over a distribution's lines; lines with sums are filled to exactly their sums first."""
    lines = tx.all(sa.select(share_lines).where(share_lines.c.share == share))
    given = {line["id"]: line["bp"] or line["amount"] for line in lines}
    if any(line["amount"] is None for line in lines):
        return rules.divided(now, given)
    left = {k: max(0, amount - _set_aside(tx, k, unit)) for k, amount in given.items()}
    first = min(now, sum(left.values()))
    parts = rules.divided(first, {k: n for k, n in left.items() if n}) if first else {}
    more = rules.divided(now - first, given)
    return {k: parts.get(k, 0) + more[k] for k in given}


def _set_aside(tx: Tx, line: str, unit: str) -> int:
    row = found(tx, Account("inventor", deal=line, unit=unit))
    return int(row["cr"]) if row else 0


@effect("share_income")
def share_income(tx: Tx, step: Step) -> None:
    """What was paid or set off on a voucher for a milestone counts for its inventors, whoever holds the voucher now."""
    row = step.now_row
    fresh = row["paid"] + row["set_off"] - row["shared"]
    if not row["milestone"] or fresh <= 0:
        return
    joined = sa.join(deals, milestones, milestones.c.deal == deals.c.id)
    deal = tx.one(sa.select(deals).select_from(joined).where(milestones.c.id == row["milestone"]))
    if deal is not None:
        share_out(tx, step, deal, fresh)
        step.changes["shared"] = row["shared"] + fresh


@effect("U1")
def promise(tx: Tx, step: Step) -> None:
    """The trial began: its fee stands in the memo book."""
    if step.row["fee"]:
        deal = deal_row(tx, step)
        make(tx, step, "U1", rules.promised(*_between(deal), step.row["fee"], deal["currency"]))


@effect("U2")
def due(tx: Tx, step: Step) -> None:
    """The trial converted: the memo ends; the fee falls due by the deal's milestones."""
    if step.row["fee"]:
        deal = deal_row(tx, step)
        make(tx, step, "U2", rules.converted(*_between(deal), step.row["fee"], deal["currency"]))


@effect("U3")
def not_due(tx: Tx, step: Step) -> None:
    """The trial ended without transfer: the memo ends."""
    if step.row["fee"]:
        deal = deal_row(tx, step)
        make(tx, step, "U3", rules.given_back(*_between(deal), step.row["fee"], deal["currency"]))


@effect("U4")
def compensate(tx: Tx, step: Step) -> None:
    """Use after the end was found: the buyer pays what was agreed."""
    if amount := step.data["to_seller"]:
        deal = deal_row(tx, step)
        make(tx, step, "U4", rules.compensated(deal["buyer"], deal["seller"], amount, deal["currency"]))


def _between(deal: Row) -> tuple[str, str, str]:
    return deal["id"], deal["buyer"], deal["seller"]
