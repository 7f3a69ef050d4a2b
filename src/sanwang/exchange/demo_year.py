"""A fictional year of money in motion: vouchers, loans, rounds, funds, wallets, stops, and what goes wrong.

Everything is done by the ordinary steps on a clock that runs through the year; the same seed, beginning and numbers of
parties give the same transfers. Nobody in it exists.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from sanwang.errors import SanwangError
from sanwang.exchange import clock as times
from sanwang.exchange import deadlines, demo_year_loans, demo_year_rounds, demo_year_vouchers
from sanwang.exchange.clock import SetClock
from sanwang.exchange.demo_year_border import Border
from sanwang.exchange.demo_year_people import Year, people_of_the_year
from sanwang.exchange.demo_year_pools import Pools
from sanwang.exchange.errors import Refused
from sanwang.exchange.ledger.accounts import free
from sanwang.exchange.store import Row
from sanwang.exchange.tables.money import accounts
from sanwang.exchange.who import RAIL, Who

if TYPE_CHECKING:
    from sanwang.exchange.face import Exchange

FIRMS, FINANCIERS, WEEKS = 200, 40, 52
SINCE = 372
"""Days before now on which the year begins."""

Report = Callable[[int, int, str], None]


def fill_year(
    x: Exchange,
    password: str,
    seed: int = 7,
    report: Report | None = None,
    *,
    firms: int = FIRMS,
    financiers: int = FINANCIERS,
    weeks: int = WEEKS,
    beside: Callable[[Run], Callable[[], object]] | None = None,
) -> Year:
    """Run the year in an exchange that has an operator and nothing else; everybody signs in with ``password``.

    The store's clock is put back to what it was. Raises nothing for what the exchange refuses: that is counted.
    """
    real = x.store.clock
    clock = SetClock(real() - SINCE * times.DAY)
    x.store.clock = clock
    try:
        made = x.store.run(lambda tx: people_of_the_year(tx, password, firms, financiers))
        run = Run(x, clock, made, random.Random(seed))  # noqa: S311 - a fictional year, no secret
        run.begin()
        pools, border = Pools(run, seed), Border(run, seed)
        run.daily = beside(run) if beside else run.daily
        for week in range(weeks):
            border.week(week)
            run.week(week, pools)
            if report is not None:
                report(week + 1, weeks, "weeks")
        x.seal()
    finally:
        x.store.clock = real
    return made


class Run:
    """The year as it goes on."""

    def __init__(self, x: Exchange, clock: SetClock, made: Year, draw: random.Random) -> None:
        self.x, self.clock, self.made, self.draw, self.count = x, clock, made, draw, 0
        self.daily: Callable[[], object] = list  # what happens besides, day by day

    def take(self, who: Who, process: str, subject: str | None, event: str, **data: Any) -> str | None:  # noqa: ANN401
        """A step; what is refused is counted."""
        try:
            done = self.x.take(who, process, subject, event, data)
        except Refused as refused:
            self.made.refused[refused.code] += 1
            return None
        except SanwangError as error:
            self.made.refused[type(error).__name__] += 1
            return None
        self.made.taken[f"{process}.{event}"] += 1
        return done

    def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Row]:
        """Rows in the order in which they were made."""
        with self.x.store.read() as tx:
            return tx.all(sa.select(table).where(*where).order_by(table.c.id))

    def day(self, days: int) -> str:
        """A day from now."""
        return (times.day_of(self.clock()) + timedelta(days=days)).isoformat()

    def some(self, most: int, share: float = 1.0) -> int:
        """How many of something this week."""
        return sum(self.draw.random() < share for _ in range(most))

    def signer(self, party: str) -> Who:
        """Who signs for a party."""
        return self.made.people[party][0]

    def begin(self) -> None:
        """Money at the institution, and the financiers' limits."""
        for party in self.made.banks:
            self.comes(party, self.draw.randint(20_000, 90_000) * 100_000)
            both = self.made.people[party]
            limit = self.take(both[0], "credit_limit", None, "propose", lender=party, counted="bank", name="全部",
                              amount=self.draw.randint(6_000, 60_000) * 100_000)  # fmt: skip
            for who in both:
                self.take(who, "credit_limit", limit, "confirm")
        for party in self.made.firms:
            self.comes(party, self.draw.randint(10, 900) * 10_000)

    def comes(self, party: str, amount: int) -> None:
        """Money that the institution reports."""
        self.count += 1
        data = {"reference": f"Y{self.count:06d}", "amount": amount, "party": party, "rail": "manual"}
        self.take(RAIL, "payment", None, "receive", **data)

    def week(self, number: int, pools: Pools) -> None:
        """What happens in a week, and what falls due on each of its days."""
        many = len(self.made.firms)
        for _ in range(max(1, many // 20)):
            self.comes(self.draw.choice(self.made.firms), self.draw.randint(10, 2_000) * 10_000)
        for _ in range(max(1, many // 8)):
            self.spends(self.draw.choice(self.made.firms))
        for _ in range(self.some(8, 0.8)):
            demo_year_vouchers.confirmed(self)
        demo_year_vouchers.held(self)
        for _ in range(self.some(4, 0.8)):
            demo_year_loans.asked(self)
        demo_year_vouchers.late(self)
        demo_year_loans.late(self)
        demo_year_rounds.clear(self, number)
        pools.week(number)
        for _ in range(7):
            self.clock.move(days=1)
            deadlines.run_due(self.x.store)
            pools.day()
            self.daily()

    def spends(self, party: str) -> None:
        """A payout over the institution: released by a second person, confirmed, refused or returned."""
        one, two = self.made.people[party]
        wallet = (accounts.c.code == "wallet", accounts.c.party == party, accounts.c.book == "CNY:money")
        [account] = self.rows(accounts, *wallet) or [None]
        amount = free(account) * self.draw.randint(30, 100) // 100 if account else 0
        made = self.take(
            one, "payment", None, "instruct", party=party, amount=amount, account_at="虚构账户", rail="manual"
        )
        if made is None or self.take(two, "payment", made, "release") is None:
            return
        self.take(RAIL, "payment", made, "send")
        fate = self.draw.random()
        if fate < 0.05:
            self.take(RAIL, "payment", made, "reject", reference=f"N{made}", why="bank")
            return
        self.take(RAIL, "payment", made, "confirm", reference=f"B{made}")
        if fate > 0.97:
            self.take(RAIL, "payment", made, "return", reference=f"R{made}", why="bank")
