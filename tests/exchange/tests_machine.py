"""What machines of money in motion share: a market on a clock of its own, money that came in, steps that were seen."""

from __future__ import annotations

import sqlalchemy as sa
from conftest_exchange import fresh
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from tests_money import gets, money_market

from sanwang.exchange.clock import SetClock
from sanwang.exchange.tables.record import events


class MoneyMachine(RuleBasedStateMachine):
    """A market of one run; ``seen`` gathers the steps of every run."""

    make: staticmethod
    seen: set[tuple[str, str]]

    def open_market(self):
        self.clock = SetClock(1_796_086_800_000_000)
        self.m = money_market(type(self).make(self.clock), self.clock)
        self.came = 0

    def comes(self, name, amount):
        gets(self.m, name, amount)
        self.came += amount

    def teardown(self):
        if hasattr(self, "m"):
            with self.m.x.store.read() as tx:
                rows = tx.all(sa.select(events.c.process, events.c.take).distinct())
            type(self).seen |= {(r["process"], r["take"]) for r in rows}
            self.m.x.store.close()


def run_machine(machine, kind, request, tmp_path, examples, steps=25, phases=(Phase.generate,)):
    """Run a machine on one kind of database; returns the steps that were taken in any run."""
    number = iter(range(100_000))
    address = fresh(kind, request)

    class One(machine):
        make = staticmethod(lambda clock: address(tmp_path / f"{machine.__name__}{next(number)}.db", clock))
        seen = set()  # noqa: RUF012 - one run's own

    how = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, phases=phases,
        suppress_health_check=list(HealthCheck), print_blob=False,
    )  # fmt: skip
    run_state_machine_as_test(One, settings=how)
    return One.seen
