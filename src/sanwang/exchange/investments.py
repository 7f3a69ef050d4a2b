"""What a fund puts into a party: tranches on milestones, valuation notes, an end by sale, repayment or write-off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.deals import count_on
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.funds import add, cash, held, pool_of, reach, reinvestable
from sanwang.exchange.given import digest
from sanwang.exchange.ledger import pooled
from sanwang.exchange.ledger.accounts import at_hand
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.ledger.rules import wallet
from sanwang.exchange.process import spoken
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.funds import funds, valuation_notes
from sanwang.exchange.tables.people import parties
from sanwang.exchange.taking import take
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.currencies import both

INSTRUMENTS = ("equity", "convertible", "loan")
TRANCHES_AT_MOST = 12

Words = tuple[str, str]


@opener("investment")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of what is proposed; an amount of nothing where the guard will refuse its terms."""
    data, terms = step.data, step.data["invest_terms"]
    fund = tx.one(sa.select(funds).where(funds.c.id == data["fund"]))
    if fund is None:
        raise NotFound
    sound = faults(terms) is None
    return {
        "number": "", "fund": fund["id"], "manager": fund["manager"], "investee": data["investee"],
        "currency": fund["currency"], "terms": dict(terms), "text_digest": digest([fund["id"], terms]),
        "amount": sum(t["amount"] for t in terms["tranches"]) if sound else 0, "tranches": 0, "invested": 0,
        "came_back": 0, "cost_back": 0, "written_off": 0,
    }  # fmt: skip


def faults(terms: Mapping[str, Any]) -> Words | None:
    """The first thing wrong with terms, in Chinese and English; None where they are sound."""
    if set(terms) != {"instrument", "tranches"} or terms["instrument"] not in INSTRUMENTS:
        known = "、".join(INSTRUMENTS)
        return (
            f"须有 instrument（{known}）与 tranches",
            "instrument (equity, convertible, loan) and tranches are wanted",
        )
    rows = cast("list[Any]", terms["tranches"]) if isinstance(terms["tranches"], list) else []
    if not 1 <= len(rows) <= TRANCHES_AT_MOST or not all(_tranche(r) for r in rows):
        return (
            f"须有 1 至 {TRANCHES_AT_MOST} 期，每期写明 milestone 与大于零的 amount",
            f"1 to {TRANCHES_AT_MOST} tranches, each with its milestone and an amount above zero",
        )
    return None


def _tranche(row: object) -> bool:
    if not isinstance(row, Mapping) or set(cast("Mapping[str, Any]", row)) != {"milestone", "amount"}:
        return False
    it = cast("Mapping[str, object]", row)
    amount = it["amount"]
    whole = isinstance(amount, int) and not isinstance(amount, bool) and 0 < amount < 2**53
    return whole and isinstance(it["milestone"], str) and bool(it["milestone"].strip())


@guard("investment_sound")
def investment_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A fund that invests, a verified party, sound terms."""
    row = step.row
    if wrong := faults(row["terms"]):
        return {"wanted": wrong}
    if tx.the(funds, row["fund"])["state"] != "investing":
        return {"wanted": ("该基金不在投资期", "the fund does not invest now")}
    state = tx.value(sa.select(parties.c.state).where(parties.c.id == row["investee"]))
    if state != "verified" or row["investee"] == row["manager"]:
        return {"wanted": ("被投企业须为已核验的另一单位", "another, verified party is wanted")}
    return None


@guard("within_fund")
def within_fund(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """With this investment no more is promised than can come in: what is not paid yet and what may be invested."""
    fund = tx.the(funds, step.row["fund"])
    left = reach(tx, fund)
    return None if step.row["amount"] <= left else {"left": both(max(0, left), fund["currency"])}


@effect("hold_fund")
def hold_fund(tx: Tx, step: Step) -> None:
    """The fund is held until the step is done, so that two at once do not both pass; looked at again."""
    fund = held(tx, step.row["fund"])
    left = reach(tx, fund)  # this one is among what is promised now
    if left < 0:
        terms = {"left": both(max(0, left + step.row["amount"]), fund["currency"])}
        name = "within_fund"
        raise Refused(name, spoken("guards", name, "en", **terms), spoken("guards", name, "zh", **terms))


@effect("number_investment")
def number_investment(tx: Tx, step: Step) -> None:
    """Its number."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"I-{year}-{count_on(tx, f'investments:{year}'):05d}"


@guard("invest_as_read")
def invest_as_read(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """What is agreed to is what was proposed."""
    wanted = step.row["text_digest"]
    return None if step.data["digest"] == wanted else {"digest": wanted}


@guard("tranche_left")
def tranche_left(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A tranche is not paid yet."""
    return None if step.row["invested"] < step.row["amount"] else {}


@effect("keep_report")
def keep_report(tx: Tx, step: Step) -> None:
    """What was reported."""
    step.changes |= {"words": step.data["words"], "document": step.data.get("document")}


@effect("keep_return")
def keep_return(tx: Tx, step: Step) -> None:
    """Why it is not paid."""
    step.changes |= {"why": step.data["why"], "words": step.data["words"]}


def next_tranche(row: Row) -> int:
    """The amount of the next tranche."""
    return int(row["terms"]["tranches"][row["tranches"]]["amount"])


@guard("tranche_payable")
def tranche_payable(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The fund's cash covers it, of money that it may invest, and the party is still verified."""
    fund = tx.the(funds, step.row["fund"])
    if tx.value(sa.select(parties.c.state).where(parties.c.id == step.row["investee"])) != "verified":
        return {"wanted": ("被投企业已被限制", "the party was suspended")}
    if next_tranche(step.row) > reinvestable(fund):
        zh, en = both(min(cash(fund), reinvestable(fund)), fund["currency"])
        return {
            "wanted": (f"可投放资金只有 {zh}，请先缴款", f"only {en} can be invested: call capital first")
        }
    return None


@effect("F3")
def pay_tranche(tx: Tx, step: Step) -> None:
    """The next tranche is paid out."""
    row, amount = step.row, next_tranche(step.row)
    fund = held(tx, row["fund"])
    if amount > reinvestable(fund):
        raise Refused("funds", "the fund's money was used meanwhile", "基金资金已用于他处")
    make(tx, step, "F3", pooled.tranche(pool_of(fund), row["investee"], row["id"], amount))
    add(tx, funds, fund["id"], invested=amount)
    step.changes |= {"invested": row["invested"] + amount, "tranches": row["tranches"] + 1}


@guard("note_sound")
def note_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """As of a day until today, with its basis."""
    fits = step.data["on_day"] <= clock.day_of(tx.now).isoformat() and step.data["basis"].strip()
    return None if fits else {}


@effect("keep_note")
def keep_note(tx: Tx, step: Step) -> None:
    """What it is said to be worth: no money moves by it."""
    tx.insert(
        valuation_notes, id=tx.id(), investment=step.subject, on_day=step.data["on_day"], worth=step.data["worth"],
        basis=step.data["basis"], by=step.who.user, at=tx.now,
    )  # fmt: skip


def cost_of(row: Row) -> int:
    """What an investment cost and is neither back nor written off."""
    return int(row["invested"] - row["cost_back"] - row["written_off"])


@guard("asked_sound")
def asked_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A verified party is asked for an amount above zero, for a part of the cost (none: a dividend or interest)."""
    data, most = step.data, cost_of(step.row)
    state = tx.value(sa.select(parties.c.state).where(parties.c.id == data["buyer"]))
    fits = (
        state == "verified"
        and data["amount"] > 0
        and data["cost"] <= most
        and data["buyer"] != step.row["manager"]
    )
    return None if fits and step.row["invested"] else {"most": both(most, step.row["currency"])}


@effect("keep_ask")
def keep_ask(tx: Tx, step: Step) -> None:
    """Whom it is offered to, for what."""
    asked = {"amount": step.data["amount"], "cost": step.data["cost"]}
    step.changes |= {"buyer": step.data["buyer"], "asked": asked}


@effect("drop_ask")
def drop_ask(tx: Tx, step: Step) -> None:
    """It is offered to nobody."""
    step.changes |= {"buyer": None, "asked": None}


@guard("asked_money")
def asked_money(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The buyer's free money covers it."""
    row, amount = step.row, step.row["asked"]["amount"]
    there = at_hand(tx, wallet(row["buyer"], row["currency"]))
    return None if there >= amount else {"wanted": both(amount, row["currency"])}


@effect("F5")
def come_back(tx: Tx, step: Step) -> None:
    """Money came back; an investment of which nothing is left at cost has ended."""
    row, amount, cost = step.row, step.row["asked"]["amount"], step.row["asked"]["cost"]
    fund = held(tx, row["fund"])
    legs = pooled.came_back(pool_of(fund), row["buyer"], amount, row["investee"], row["id"], cost)
    make(tx, step, "F5", legs)
    add(tx, funds, fund["id"], came_back=amount, cost_back=cost)
    step.changes |= {
        "buyer": None, "asked": None, "came_back": row["came_back"] + amount, "cost_back": row["cost_back"] + cost,
    }  # fmt: skip
    _ended(tx, step, "finish")


@guard("cost_there")
def cost_there(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """No more is written off than it cost."""
    most = cost_of(step.row)
    return None if 0 < step.data["cost"] <= most else {"most": both(most, step.row["currency"])}


@effect("F6")
def write_off(tx: Tx, step: Step) -> None:
    """A part of the cost counts as lost."""
    row, cost = step.row, step.data["cost"]
    fund = held(tx, row["fund"])
    make(tx, step, "F6", pooled.lost(pool_of(fund), row["investee"], row["id"], cost))
    add(tx, funds, fund["id"], written_off=cost)
    step.changes |= {
        "written_off": row["written_off"] + cost,
        "why": step.data["why"],
        "words": step.data["words"],
    }
    _ended(tx, step, "end_lost")


@effect("end_tranches")
def end_tranches(tx: Tx, step: Step) -> None:
    """No further tranche is promised."""
    row = step.row
    held(tx, row["fund"])
    step.changes |= {"why": step.data["why"], "words": step.data["words"]}
    if row["invested"]:
        step.changes["amount"] = row["invested"]
    else:
        take(tx, EXCHANGE, "investment", row["id"], "end_unpaid")


def _ended(tx: Tx, step: Step, event: str) -> None:
    """Nothing is left at cost: no tranche follows and it ends."""
    now = step.now_row
    if not cost_of(now):
        step.changes["amount"] = now["invested"]
        take(tx, EXCHANGE, "investment", step.subject, event)
