"""Receivable vouchers: confirmed by their debtor from an accepted milestone or an invoice, paid on the day or not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock, notices
from sanwang.exchange.deals import count_on
from sanwang.exchange.errors import NotFound
from sanwang.exchange.given import digest
from sanwang.exchange.ledger import paper
from sanwang.exchange.ledger.accounts import at_hand
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.ledger.paper import Paper
from sanwang.exchange.ledger.rules import divided, wallet
from sanwang.exchange.ledger.transfers import Leg
from sanwang.exchange.rules.reading import figure, in_force
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import deals, milestones
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.vouchers import bids, holdings, vouchers
from sanwang.exchange.taking import take
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.currencies import both
from sanwang.standards.interest import interest

HELD = ("live", "passing", "asking", "sold", "lodged", "overdue")
"""States of a holding in which something of it is owed."""


def paper_of(row: Row) -> Paper:
    """A voucher, or the voucher of a holding, as the books know it."""
    return Paper(row["voucher"] if "voucher" in row else row["id"], row["debtor"], row["currency"])


@opener("voucher")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a draft."""
    data = step.data
    return {
        "debtor": data["debtor"], "first_holder": data["holder"], "face": data["amount"], "paid": 0, "set_off": 0,
        "currency": data.get("currency") or "CNY", "due_on": data["due_on"], "late_bp": data.get("late_bp"),
        "long_why": data.get("long_why"),
        "milestone": data.get("milestone"), "invoice": data.get("invoice"), "source_digest": _source(data),
    }  # fmt: skip


def _source(data: Mapping[str, Any]) -> str:
    """The digest by which one milestone or invoice is confirmed once, whoever writes it and however."""
    if data.get("milestone"):
        return digest(["milestone", data["milestone"]])
    plain = re.sub(r"[\s\-_/.]", "", unicodedata.normalize("NFKC", data.get("invoice") or "")).upper()
    # A Chinese invoice's number (20 digits, or a code of 10 or 12 before 8) is unique in the country; any other is
    # unique to who issued it.
    whole = re.fullmatch(r"\d{20}|\d{18}", plain)
    return digest(["invoice", plain] if whole else ["invoice", data["holder"], plain])


@guard("voucher_source")
def voucher_source(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """It pays an accepted milestone that is to be paid by voucher, or an invoice; between two verified parties."""
    row = step.row
    known = [
        tx.value(sa.select(parties.c.state).where(parties.c.id == row[n])) for n in ("debtor", "first_holder")
    ]
    if known != ["verified", "verified"] or row["debtor"] == row["first_holder"]:
        return {"wanted": ("双方须为两个已核验单位", "both must be verified and different")}
    if row["face"] <= 0 or bool(row["milestone"]) == bool(row["invoice"]):
        return {
            "wanted": ("里程碑与发票二选一，金额大于零", "one of milestone and invoice, an amount above zero")
        }
    return _milestone_fits(tx, row) if row["milestone"] else None


def _milestone_fits(tx: Tx, row: Row) -> Mapping[str, object] | None:
    joined = sa.join(milestones, deals, milestones.c.deal == deals.c.id)
    asked = sa.select(milestones, deals.c.buyer, deals.c.seller, deals.c.currency).select_from(joined)
    it = tx.one(asked.where(milestones.c.id == row["milestone"]))
    if it is None or (it["buyer"], it["seller"]) != (row["debtor"], row["first_holder"]):
        raise NotFound
    accepted = it["by_voucher"] and it["state"] in ("released", "closed", "settled")
    owed = it["amount"] - it["refunded"]
    if not accepted or (owed, it["currency"]) != (row["face"], row["currency"]):
        return {"wanted": both(owed, it["currency"])}
    return None


@guard("source_unused")
def source_unused(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """No voucher that still counts was confirmed from the same invoice or milestone."""
    same = sa.and_(vouchers.c.source_digest == step.row["source_digest"], vouchers.c.state != "void")
    return None if tx.value(sa.select(vouchers.c.id).where(same)) is None else {}


@guard("voucher_term")
def voucher_term(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Due after today, within the longest term in force; above the usual one only with a reason."""
    on = clock.day_of(tx.now)
    days = (date.fromisoformat(step.row["due_on"]) - on).days
    longest, usual = (in_force(f"voucher.{n}", on) for n in ("longest", "usual"))
    if days <= 0:
        return {"wanted": ("到期日须在今日之后", "it must fall due after today")}
    if days > longest.value:
        return {"wanted": (longest.said("zh"), longest.said("en"))}
    if days > usual.value and not step.row["long_why"]:
        return {"wanted": (usual.said("zh"), usual.said("en"))}
    return None


@guard("good_standing")
def good_standing(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Nothing of the debtor's is overdue."""
    late = sa.select(vouchers.c.id).where(
        vouchers.c.debtor == step.row["debtor"], vouchers.c.state == "overdue"
    )
    return None if tx.value(late.limit(1)) is None else {}


@guard("money_there")
def money_there(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The debtor's free money covers what is still owed."""
    left = outstanding(step.row) + sum(
        _late(tx, step, {r["id"]: r["owed"] for r in parts_of(tx, step.subject)}).values()
    )
    there = at_hand(tx, wallet(step.row["debtor"], step.row["currency"]))
    return None if there >= left else {"wanted": both(left, step.row["currency"])}


def outstanding(row: Row) -> int:
    """What of a voucher is still to be paid."""
    return int(row["face"] - row["paid"] - row["set_off"])


@guard("not_lodged")
def not_lodged(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """No part of it waits for a clearing round."""
    return {} if parts_of(tx, step.subject, ("lodged",)) else None


@guard("part_of_debt")
def part_of_debt(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A part is more than nothing and less than the whole."""
    most = outstanding(step.row)
    return None if 0 < step.data["amount"] < most else {"most": both(most, step.row["currency"])}


@guard("undivided")
def undivided(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The first holder still holds all of it, offered to nobody."""
    rows = parts_of(tx, step.subject)
    whole = len(rows) == 1 and (rows[0]["holder"], rows[0]["state"]) == (step.row["first_holder"], "live")
    return None if whole and outstanding(step.row) == step.row["face"] else {}


def parts_of(tx: Tx, voucher: str, states: tuple[str, ...] = HELD) -> list[Row]:
    """Holdings of a voucher, in the order they were made."""
    asked = sa.select(holdings).where(holdings.c.voucher == voucher, holdings.c.state.in_(states))
    return tx.all(asked.order_by(holdings.c.id))


@effect("number_voucher")
def number_voucher(tx: Tx, step: Step) -> None:
    """It is confirmed: a number and a day."""
    year = clock.day_of(tx.now).year
    step.changes |= {
        "number": f"V-{year}-{count_on(tx, f'vouchers:{year}'):05d}",
        "issued_on": clock.day_of(tx.now).isoformat(),
    }


@effect("V1")
def accept(tx: Tx, step: Step) -> None:
    """The first holder holds it."""
    make(tx, step, "V1", paper.accepted(paper_of(step.row), step.row["first_holder"], step.row["face"]))


@effect("open_first")
def open_first(tx: Tx, step: Step) -> None:
    """The whole voucher as one holding."""
    open_part(tx, step.row, step.row["first_holder"], step.row["face"])


def open_part(tx: Tx, voucher: Row, holder: str, amount: int, **more: object) -> str:
    """A holding of a voucher, numbered after it. Returns its id."""
    its = vouchers.c.id == voucher["id"]
    tx.execute(vouchers.update().where(its).values(splits=vouchers.c.splits + 1))
    number = tx.value(sa.select(vouchers.c.splits).where(its))
    item = {
        "number": f"{voucher['number']}-{number:03d}", "voucher": voucher["id"], "holder": holder, "amount": amount,
        "owed": amount, "debtor": voucher["debtor"], "currency": voucher["currency"], "due_on": voucher["due_on"],
    }  # fmt: skip
    return take(tx, EXCHANGE, "holding", None, "open", {"item": item | more})


@effect("V4")
def pay(tx: Tx, step: Step) -> None:
    """Every holder gets what it holds; sales that were not paid for end."""
    rows = _undone(tx, step.subject)
    late = _late(tx, step, {r["id"]: r["owed"] for r in rows})
    make(tx, step, "V4", _paid(step, [(r["holder"], r["owed"], late[r["id"]]) for r in rows]))
    for row in rows:
        paid_into(tx, row, row["owed"] + late[row["id"]])
        owe(tx, row, 0)
    step.changes["paid"] = step.row["paid"] + outstanding(step.row)


@effect("V4p")
def pay_part(tx: Tx, step: Step) -> None:
    """Every holder gets its share of a part, to the fen."""
    rows = parts_of(tx, step.subject)
    parts = divided(step.data["amount"], {r["id"]: r["owed"] for r in rows})
    late = _late(tx, step, parts)
    make(tx, step, "V4p", _paid(step, [(r["holder"], parts[r["id"]], late[r["id"]]) for r in rows]))
    for row in rows:
        paid_into(tx, row, parts[row["id"]] + late[row["id"]])
        owe(tx, row, row["owed"] - parts[row["id"]])
    step.changes["paid"] = step.row["paid"] + step.data["amount"]


def _late(tx: Tx, step: Step, parts: Mapping[str, int]) -> dict[str, int]:
    """Late interest that was agreed on what is paid of each part: from the due date until today, actual days of 365.

    Where none was agreed nothing is collected; what the law may add is shown beside an overdue part.
    """
    due, on = date.fromisoformat(step.row["due_on"]), clock.day_of(tx.now)
    rate = step.row["late_bp"] or 0
    if step.row["state"] != "overdue" or on <= due:
        return dict.fromkeys(parts, 0)
    return {key: interest(amount, rate, due, on, "act/365") for key, amount in parts.items()}


def _paid(step: Step, parts: Sequence[tuple[str, int, int]]) -> list[Leg]:
    """Principal and late interest to each holder, in one entry."""
    unit, debtor = step.row["currency"], step.row["debtor"]
    late = [Leg("V4i", a, wallet(debtor, unit), wallet(holder, unit)) for holder, _, a in parts if a]
    return [*paper.paid(paper_of(step.row), [(holder, a) for holder, a, _ in parts]), *late]


def paid_into(tx: Tx, holding: Row, amount: int) -> None:
    """What is paid on a stopped part stays frozen with its holder."""
    if holding["stopped_by"]:
        from sanwang.exchange import stops

        stops.paid_into(tx, holding, amount)


def owe(tx: Tx, holding: Row, owed: int) -> None:
    """What is still owed of a holding; one of which nothing is owed is settled."""
    tx.execute(holdings.update().where(holdings.c.id == holding["id"]), {"owed": owed})
    if not owed:
        take(tx, EXCHANGE, "holding", holding["id"], "settle")


def set_off(tx: Tx, holding: str, amount: int) -> None:
    """An amount of a part was set off; the voucher ends where nothing of it is owed any more."""
    row = tx.the(holdings, holding)
    owe(tx, row, row["owed"] - amount)
    its = vouchers.c.id == row["voucher"]
    tx.execute(vouchers.update().where(its).values(set_off=vouchers.c.set_off + amount))
    whole = tx.one(sa.select(vouchers).where(its))
    if whole is not None and not outstanding(whole):
        take(tx, EXCHANGE, "voucher", row["voucher"], "cleared")


def _undone(tx: Tx, voucher: str) -> list[Row]:
    """The holdings that are owed, each back with its holder: nothing is being passed, asked for or sold."""
    for row in parts_of(tx, voucher, ("passing", "asking", "sold")):
        undo(tx, row["id"])
    return parts_of(tx, voucher)


def undo(tx: Tx, holding: str) -> None:
    """A part that is being passed, asked for or sold is its holder's alone again."""
    for bid in _open_bids(tx, holding):
        take(tx, EXCHANGE, "bid", bid, "end")
    if tx.value(sa.select(holdings.c.state).where(holdings.c.id == holding)) in ("passing", "asking"):
        take(tx, EXCHANGE, "holding", holding, "undo")


def _open_bids(tx: Tx, holding: str) -> list[str]:
    asked = sa.select(bids.c.id).where(bids.c.holding == holding, bids.c.state.in_(("open", "accepted")))
    return [str(r["id"]) for r in tx.all(asked.order_by(bids.c.id))]


@effect("default_all")
def default_all(tx: Tx, step: Step) -> None:
    """Every holding is overdue."""
    for row in _undone(tx, step.subject):
        take(tx, EXCHANGE, "holding", row["id"], "fall_due")


@effect("V6")
def write_off(tx: Tx, step: Step) -> None:
    """What is owed counts as lost."""
    rows = parts_of(tx, step.subject)
    make(tx, step, "V6", paper.written_off(paper_of(step.row), [(r["holder"], r["owed"]) for r in rows]))
    for row in rows:
        take(tx, EXCHANGE, "holding", row["id"], "lose")
    step.changes["why"] = step.data["why"]


@effect("V7")
def cancel(tx: Tx, step: Step) -> None:
    """Both agreed that nothing is owed."""
    [row] = parts_of(tx, step.subject)
    make(tx, step, "V7", paper.cancelled(paper_of(step.row), row["holder"], row["owed"]))
    tx.execute(holdings.update().where(holdings.c.id == row["id"]), {"owed": 0})
    take(tx, EXCHANGE, "holding", row["id"], "void")
    step.changes["why"] = step.data["why"]


_TOLD = ("debtor", "first_holder", "holder", "financier", "asker", "borrower", "lender", "guarantor", "funder",
         "provider", "manager", "investor", "investee", "buyer", "institution", "party")  # fmt: skip


@effect("tell_parties")
def tell_parties(tx: Tx, step: Step) -> None:
    """Tell the people of both sides, and of every holder, where it stands now."""
    row = step.now_row
    sides = {row.get(n) for n in _TOLD}
    if step.process == "voucher":
        sides |= {r["holder"] for r in parts_of(tx, step.subject)}
    words = {"key": "turn", "event": step.take, "state": step.row["state"]}
    notices.tell(
        tx, notices.inside(tx, [s for s in sides if s]), "turn", step.process, step.subject, step.event, words
    )


def beside(tx: Tx, process: str, row: Row) -> dict[str, int]:
    """What is shown beside the row of an overdue part: its late interest until today."""
    late = process == "holding" and row["state"] == "overdue"
    return {"late_interest": late_interest(row, clock.day_of(tx.now))} if late else {}


def late_interest(row: Row, on: date) -> int:
    """What the law adds to an overdue holding by a day where nothing was agreed (fen): shown, never collected here."""
    days = max(0, (on - date.fromisoformat(row["due_on"])).days)
    return int(row["owed"]) * days * figure("voucher.late_interest", on) // 10_000
