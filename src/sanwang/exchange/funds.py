"""Funds: a term sheet, promises admitted until it closes, and what may be promised on: never more than can come in.

A revolving fund invests again what came back; another one invests what its investors paid in, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.deals import count_on
from sanwang.exchange.errors import NotFound
from sanwang.exchange.given import digest
from sanwang.exchange.ledger import pooled
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.ledger.pooled import Pool
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.funds import capital_calls, commitments, funds, investments
from sanwang.exchange.tables.people import parties
from sanwang.exchange.taking import take
from sanwang.exchange.who import EXCHANGE

PARTS = ("revolving", "share_by", "close_on", "invest_until_on", "ends_on", "purpose")
"""What a term sheet says, nothing else and nothing less."""
SHARE_BY = ("commitment", "paid_in")
"""By what distributions are shared: what was promised, or what was paid."""
OPEN = ("proposed", "live", "reported", "asked")
"""States of an investment in which tranches may still be paid."""

Words = tuple[str, str]


@opener("fund")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a fund that is being raised."""
    data, terms = step.data, step.data["fund_terms"]
    days = {n: str(terms.get(n) or "") for n in ("close_on", "invest_until_on", "ends_on")}
    return days | {
        "number": "", "manager": data["manager"], "name": data["name"], "currency": data.get("currency") or "CNY",
        "terms": dict(terms), "text_digest": digest([data["name"], terms]), "invited": sorted(set(data["invited"])),
        "committed": 0, "called": 0, "paid_in": 0, "invested": 0, "came_back": 0, "cost_back": 0, "written_off": 0,
        "distributed": 0,
    }  # fmt: skip


@guard("fund_sound")
def fund_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A verified manager, every term, three dates in order and to come."""
    wrong = _faults(step.row["terms"], clock.day_of(tx.now).isoformat())
    if wrong is None and _verified(tx, step.row["manager"]):
        return None
    return {"wanted": wrong or ("管理人须为已核验单位", "the manager must be a verified party")}


def _faults(terms: Mapping[str, Any], today: str) -> Words | None:
    if set(terms) != set(PARTS):
        return f"须有 {'、'.join(PARTS)}", f"{', '.join(PARTS)} are wanted"
    if not isinstance(terms["revolving"], bool) or terms["share_by"] not in SHARE_BY:
        return (
            "revolving 须为是或否，share_by 须为 commitment 或 paid_in",
            "revolving is true or false, share_by commitment or paid_in",
        )
    days = [clock.iso_day(terms[n]) for n in ("close_on", "invest_until_on", "ends_on")]
    read = [d.isoformat() for d in days if d is not None]
    if len(read) < 3 or not today < read[0] < read[1] < read[2]:
        return (
            "募集截止日、投资期截止日、存续期截止日须依次在今日之后",
            "close_on, invest_until_on and ends_on must follow each other after today",
        )
    return None if str(terms["purpose"] or "").strip() else ("须写明用途", "the purpose is missing")


def _verified(tx: Tx, party: str) -> bool:
    return tx.value(sa.select(parties.c.state).where(parties.c.id == party)) == "verified"


@effect("number_fund")
def number_fund(tx: Tx, step: Step) -> None:
    """Its number."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"F-{year}-{count_on(tx, f'funds:{year}'):03d}"


@effect("invite_to_fund")
def invite(tx: Tx, step: Step) -> None:
    """More parties may read the term sheet and commit."""
    step.changes["invited"] = sorted({*step.row["invited"], *step.data["invited"]})


@opener("commitment")
def begin_commitment(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a promise."""
    data = step.data
    fund = _fund_of(tx, data["fund"])
    return {
        "fund": fund["id"], "investor": data["investor"], "manager": fund["manager"], "amount": data["amount"],
        "currency": fund["currency"], "called": 0, "paid": 0, "distributed": 0,
    }  # fmt: skip


def _fund_of(tx: Tx, key: str) -> Row:
    found = tx.one(sa.select(funds).where(funds.c.id == key))
    if found is None:
        raise NotFound
    return found


@guard("fund_open_to")
def fund_open_to(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The fund is raising and invited the investor, a verified party other than its manager."""
    row = step.row
    fund = tx.the(funds, row["fund"])
    fits = fund["state"] == "raising" and row["investor"] in fund["invited"] and row["amount"] > 0
    return None if fits and _verified(tx, row["investor"]) and row["investor"] != fund["manager"] else {}


@guard("fund_as_read")
def fund_as_read(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """What is agreed to is the term sheet."""
    wanted = tx.the(funds, step.row["fund"])["text_digest"]
    return None if step.data["digest"] == wanted else {"digest": wanted}


@guard("fund_raising")
def fund_raising(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The fund takes promises."""
    return None if tx.the(funds, step.row["fund"])["state"] == "raising" else {}


@guard("somebody_in")
def somebody_in(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Somebody promised something."""
    return None if step.row["committed"] else {}


def pool_of(row: Row) -> Pool:
    """A fund as the books know it."""
    return Pool(row["id"], row["currency"])


def held(tx: Tx, fund: str) -> Row:
    """A fund's row, held until the step is done, so that two steps of its money do not both pass."""
    row = tx.locked(funds, fund)
    if row is None:
        raise NotFound
    return row


def add(tx: Tx, table: sa.Table, key: str, **amounts: int) -> None:
    """Add amounts to columns of a row."""
    changed = {name: table.c[name] + amount for name, amount in amounts.items()}
    tx.execute(table.update().where(table.c.id == key).values(changed))


@effect("F1")
def admit(tx: Tx, step: Step) -> None:
    """The promise counts."""
    row = step.row
    fund = held(tx, row["fund"])
    make(tx, step, "F1", pooled.committed(pool_of(fund), row["investor"], row["amount"]))
    add(tx, funds, fund["id"], committed=row["amount"])


@effect("F1x")
def release(tx: Tx, step: Step) -> None:
    """The fund was wound up: what was not called is promised no more."""
    row = step.row
    left = row["amount"] - row["paid"]
    make(tx, step, "F1x", pooled.released(pool_of(tx.the(funds, row["fund"])), row["investor"], left))


@effect("void_offers")
def void_offers(tx: Tx, step: Step) -> None:
    """Promises that were not admitted lapse."""
    _each(tx, step.subject, ("offered", "signed"), "void")


@effect("drop_fund")
def drop_fund(tx: Tx, step: Step) -> None:
    """Nothing is promised any more."""
    void_offers(tx, step)
    release_promises(tx, step)
    step.changes |= {"committed": 0} | ({"why": step.data["why"]} if step.data.get("why") else {})


@effect("release_promises")
def release_promises(tx: Tx, step: Step) -> None:
    """What was not called is promised no more."""
    _each(tx, step.subject, ("in_force",), "release")


def _each(tx: Tx, fund: str, states: tuple[str, ...], event: str) -> None:
    asked = sa.select(commitments.c.id).where(commitments.c.fund == fund, commitments.c.state.in_(states))
    for row in tx.all(asked.order_by(commitments.c.id)):
        take(tx, EXCHANGE, "commitment", row["id"], event)


def cash(fund: Row) -> int:
    """A fund's money at the institution."""
    return int(fund["paid_in"] - fund["invested"] + fund["came_back"] - fund["distributed"])


def reinvestable(fund: Row) -> int:
    """What of its money a fund may put into tranches: all of it where it revolves, else only what was paid in."""
    if fund["terms"]["revolving"]:
        return cash(fund)
    return max(0, cash(fund) - max(0, int(fund["came_back"] - fund["distributed"])))


def promised(tx: Tx, fund: str) -> int:
    """Tranches that were proposed or agreed and are not paid."""
    left = sa.func.coalesce(sa.func.sum(investments.c.amount - investments.c.invested), 0)
    return int(tx.value(sa.select(left).where(investments.c.fund == fund, investments.c.state.in_(OPEN))))


def reach(tx: Tx, fund: Row) -> int:
    """What a fund can still promise: what its investors have not paid and what it may invest, less what is promised."""
    return int(fund["committed"] - fund["paid_in"]) + reinvestable(fund) - promised(tx, fund["id"])


@guard("fund_empty")
def fund_empty(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """No money, no open investment, no open call."""
    live = sa.select(investments.c.id).where(
        investments.c.fund == step.subject, investments.c.state.in_(OPEN)
    )
    called = sa.select(capital_calls.c.id).where(
        capital_calls.c.fund == step.subject, capital_calls.c.state.in_(("sent", "late"))
    )
    left = {
        ("资金", "money"): cash(step.row) > 0,
        ("投资", "investments"): tx.value(live.limit(1)) is not None,
        ("缴款通知", "calls"): tx.value(called.limit(1)) is not None,
    }
    named = [words for words, so in left.items() if so]
    return {"wanted": ("、".join(z for z, _ in named), ", ".join(e for _, e in named))} if named else None
