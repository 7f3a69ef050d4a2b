"""The fictional year: everything holds, the same seed gives the same, a second program finds the same money."""

import random

import pytest
import sqlalchemy as sa
from second_ledger import Ledger

from sanwang.exchange.clock import SetClock
from sanwang.exchange.demo_year import fill_year
from sanwang.exchange.face import Exchange
from sanwang.exchange.ledger.accounts import balance
from sanwang.exchange.tables.money import accounts, transfers
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.vouchers import holdings
from sanwang.exchange.vouchers import HELD

NOW = 1_828_918_800_000_000
PASSWORD = "fictional-password"


def ran(path, seed=7, firms=24, financiers=5, weeks=30):
    x = Exchange.create(path, "admin", PASSWORD, clock=SetClock(NOW))
    return x, fill_year(x, PASSWORD, seed, firms=firms, financiers=financiers, weeks=weeks)


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    path = tmp_path_factory.mktemp("year") / "year.db"
    x, made = ran(path)
    yield x, made, path
    x.close()


def named_transfers(x):
    """Every transfer by names that do not depend on identifiers: when, rule, step, accounts of whom, amount."""
    with x.store.read() as tx:
        who = {r["id"]: r["actor"] for r in tx.all(sa.select(parties))}
        named = {a["id"]: (a["code"], who.get(a["party"], "")) for a in tx.all(sa.select(accounts))}
        rows = tx.all(sa.select(transfers).order_by(transfers.c.seq))
        return [
            (r["at"], r["code"], r["step"], named[r["debit"]], named[r["credit"]], r["amount"]) for r in rows
        ]


def test_every_kind_happens_and_everything_holds(year):
    x, made, _ = year
    wanted = {"voucher.confirm", "holding.split", "holding.take", "bid.pay", "loan.draw", "loan.refuse", "loan.pay",
              "round_notice.accept", "lodging.confirm", "payment.confirm", "prepaid.lock", "wallet_order.confirmed",
              "wallet_order.refused", "fund.call", "capital_call.pay", "investment.pay", "fund.distribute",
              "stop.enforce", "stop.lift", "conversion.accept", "crossing.file", "crossing.let_pass", "crossing.refuse",
              "crossing.instruct", "milestone.accept", "border_list.enforce", "share.agree",
              "share.enforce", "inflow.declare"}  # fmt: skip
    assert wanted <= set(made.taken), sorted(made.taken)
    assert {"border_gate", "codes_known", "within_quota", "share_sound"} <= set(made.refused), made.refused
    assert made.refused["voucher_term"] and made.refused.total() > 10
    with x.store.read() as tx:
        from sanwang.exchange.tables.record import events

        took = {
            f"{r['process']}.{r['take']}"
            for r in tx.all(sa.select(events.c.process, events.c.take).distinct())
        }
    assert {
        "payment.settle",
        "voucher.pay",
        "voucher.default",
        "loan.collect",
        "loan.miss",
        "round.effect",
    } <= took, sorted(took)
    assert x.verify() == []


def test_the_same_seed_gives_the_same_transfers(year, tmp_path):
    again, _ = ran(tmp_path / "again.db", weeks=4)
    third, _ = ran(tmp_path / "third.db", weeks=4)
    other, _ = ran(tmp_path / "other.db", seed=8, weeks=4)
    assert named_transfers(again) == named_transfers(third)
    assert named_transfers(again) != named_transfers(other)
    first = named_transfers(again)
    assert named_transfers(year[0])[: len(first) // 2] == first[: len(first) // 2]
    for one in (again, third, other):
        one.close()


def test_a_second_program_finds_the_same_money_from_the_events(year):
    x, _, path = year
    second = Ledger(str(path)).run()
    with x.store.read() as tx:
        rows = tx.all(sa.select(accounts))
        parts = {r["id"]: r["owed"] for r in tx.all(sa.select(holdings).where(holdings.c.state.in_(HELD)))}
    purses = {(r["party"], r["book"].partition(":")[0]): balance(r) for r in rows if r["code"] == "wallet"}
    mine = {p if unit == "CNY" else f"{p} {unit}": amount for (p, unit), amount in purses.items()}
    assert {p: a for p, a in second.money.items() if a} == {p: a for p, a in mine.items() if a}
    pools = {r["deal"]: balance(r) for r in rows if r["code"] == "fund"}
    assert dict(second.pools) == pools
    assert second.fees == sum(balance(r) for r in rows if r["code"] == "fee")
    assert {k: p[2] for k, p in second.parts.items()} == parts
    lent = {(r["deal"], r["party"]): balance(r) for r in rows if r["code"] == "lent" and balance(r)}
    assert {(k, w): a for k, loan in second.loans.items() for w, a in loan.lent.items() if a} == lent
    escrow = {r["deal"]: balance(r) for r in rows if r["code"] == "escrow"}
    assert dict(second.escrow) == escrow and escrow
    assert second.inventors == sum(balance(r) for r in rows if r["code"] == "inventor") > 0
    assert sum(" USD" in name for name in mine) > 5
    assert sum(" USD" not in name for name in mine) == 30 and len(lent) > 5 and parts


def test_the_second_program_is_no_mirror(year, tmp_path):
    """One changed amount in one event, and the two differ."""
    import shutil
    import sqlite3

    copy = tmp_path / "copy.db"
    shutil.copy(year[2], copy)
    db = sqlite3.connect(copy)
    db.execute("drop trigger events_fixed")
    rows = db.execute(
        "select seq, data from events where process = 'payment' and take = 'receive'"
    ).fetchall()
    seq, data = random.Random(1).choice(rows)
    db.execute("update events set data = ? where seq = ?", (data.replace('"amount":', '"amount":1'), seq))
    db.commit()
    assert Ledger(str(copy)).run().money != Ledger(str(year[2])).run().money
