"""A fund in figures: what moved on which day, what is left, and the yearly rate with whether there is one at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from sanwang.exchange import access, clock
from sanwang.exchange.errors import NotFound
from sanwang.exchange.funds import OPEN, cash, pool_of
from sanwang.exchange.investments import cost_of
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.funds import commitments, investments, valuation_notes
from sanwang.exchange.tables.money import transfers
from sanwang.exchange.who import Who
from sanwang.standards.returns import rates

WAYS = {"F2": ("paid_in", 1), "F3": ("tranche", -1), "F4": ("distributed", -1), "F5": ("came_back", 1)}
"""What each rule does to a fund's cash."""


@dataclass(frozen=True)
class Flow:
    """Money in (above zero) or out of a fund on a day, in the currency's smallest part."""

    on: dt.date
    what: str
    amount: int


@dataclass(frozen=True)
class Stake:
    """An investment: its cost now, and its worth by the last note; ``noted_on`` None: no note, taken at cost."""

    number: str
    state: str
    cost: int
    worth: int
    noted_on: str | None
    basis: str


@dataclass(frozen=True)
class Figures:
    """A fund's sums, flows and rates on a day; ``worth`` is cash and investments by their last notes (cost where none).

    ``gross``: rates of what went into investments and came back, with what they are worth now; ``net``: of what
    investors paid and got, with the fund's worth. No, one, or several rates may fit. No fees are charged here.
    """

    currency: str
    on: dt.date
    committed: int
    called: int
    paid_in: int
    invested: int
    came_back: int
    cost: int
    written_off: int
    distributed: int
    cash: int
    worth: int
    flows: tuple[Flow, ...]
    stakes: tuple[Stake, ...]
    gross: tuple[float, ...]
    net: tuple[float, ...]

    @property
    def paid_out(self) -> float | None:
        """Distributed / paid in; None where nothing was paid in."""
        return self.distributed / self.paid_in if self.paid_in else None

    @property
    def whole(self) -> float | None:
        """(Distributed + worth) / paid in; None where nothing was paid in."""
        return (self.distributed + self.worth) / self.paid_in if self.paid_in else None


def figures(tx: Tx, who: Who, fund: str) -> Figures:
    """A fund in figures, for its manager and those whose promise it admitted. Raises NotFound for others."""
    row = access.seen(tx, who, "fund", fund)
    if row["manager"] not in who.parties and not _invests(tx, who, fund):
        raise NotFound
    on = clock.day_of(tx.now)
    moved = _flows(tx, row)
    its = tx.all(sa.select(investments).where(investments.c.fund == fund).order_by(investments.c.id))
    stakes = [_stake(tx, i) for i in its if i["invested"]]
    left = sum(s.worth for s in stakes)
    inside = [(f.on, f.amount) for f in moved if f.what in ("tranche", "came_back")] + [(on, left)]
    outside = [(f.on, -f.amount) for f in moved if f.what in ("paid_in", "distributed")] + [
        (on, left + cash(row))
    ]
    sums = {n: int(row[n]) for n in ("committed", "called", "paid_in", "invested", "came_back", "written_off",
                                     "distributed")}  # fmt: skip
    return Figures(
        row["currency"], on, **sums, cost=int(row["invested"] - row["cost_back"] - row["written_off"]), cash=cash(row),
        worth=left + cash(row), flows=tuple(moved), stakes=tuple(stakes), gross=rates(inside), net=rates(outside),
    )  # fmt: skip


def _invests(tx: Tx, who: Who, fund: str) -> bool:
    asked = sa.select(commitments.c.id).where(
        commitments.c.fund == fund, commitments.c.investor.in_(sorted(who.parties)),
        commitments.c.state.in_(("in_force", "released")),
    )  # fmt: skip
    return tx.value(asked.limit(1)) is not None


def _flows(tx: Tx, fund: Row) -> list[Flow]:
    account = pool_of(fund).cash.id
    touched = sa.or_(transfers.c.debit == account, transfers.c.credit == account)
    by_day: dict[tuple[dt.date, str], int] = {}
    for one in tx.all(sa.select(transfers).where(touched).order_by(transfers.c.seq)):
        what, sign = WAYS[one["code"]]
        key = clock.day_of(one["at"]), what
        by_day[key] = by_day.get(key, 0) + sign * one["amount"]
    return [Flow(on, what, amount) for (on, what), amount in by_day.items()]


def _stake(tx: Tx, row: Row) -> Stake:
    """An open investment by its last note, never worth more than nothing once it has ended."""
    cost = cost_of(row)
    asked = sa.select(valuation_notes).where(valuation_notes.c.investment == row["id"])
    note = tx.one(asked.order_by(valuation_notes.c.on_day.desc(), valuation_notes.c.at.desc(),
                                 valuation_notes.c.id.desc()).limit(1))  # fmt: skip
    if row["state"] not in OPEN:
        return Stake(row["number"], row["state"], cost, 0, None, "")
    worth, noted = (int(note["worth"]), str(note["on_day"])) if note else (cost, None)
    return Stake(row["number"], row["state"], cost, worth, noted, note["basis"] if note else "")
