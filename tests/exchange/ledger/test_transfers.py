"""Entries of two-phase transfers: all or nothing, a hold ends once, nobody below zero, the same request once."""

import threading
import uuid

import pytest
import sqlalchemy as sa

from sanwang.exchange.errors import Conflict, Refused
from sanwang.exchange.ledger import rules
from sanwang.exchange.ledger.accounts import Account, balance, found, free
from sanwang.exchange.ledger.transfers import Leg, hold_of, post, reverse
from sanwang.exchange.ledger.verification import verify
from sanwang.exchange.store import Store
from sanwang.exchange.tables.money import accounts, transfers

BUYER, SELLER, ESCROW = rules.wallet("甲"), rules.wallet("乙"), rules.escrow("D1")


def entry() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def paid(store: Store) -> Store:
    """A buyer with 1,000 yuan."""
    with store.write() as tx:
        post(tx, entry(), rules.received("simulated", BUYER, 100_000))
    return store


def holds(tx, *accounts_):
    return {a.code + a.party + a.deal: (balance(r), free(r)) for a in accounts_ if (r := found(tx, a))}


def test_money_in_escrow_held_then_released_in_part_and_the_rest(paid: Store):
    with paid.write() as tx:
        post(tx, entry(), rules.tied("甲", "D1", 60_000))
        main, kept = post(tx, entry(), rules.funded("D1", "乙", 50_000, retained=5_000))
        assert holds(tx, ESCROW) == {"escrowD1": (60_000, 10_000)}
        _, rest = post(tx, entry(), rules.accepted_part(main, "D1", "乙", 20_000, 25_000))
        assert holds(tx, ESCROW, SELLER) == {"escrowD1": (40_000, 10_000), "wallet乙": (20_000, 20_000)}
        assert hold_of(tx, main) is None
        assert hold_of(tx, rest)["amount"] == 25_000
        post(tx, entry(), rules.accepted(rest, "乙", fee=100))
        post(tx, entry(), rules.retention_over(kept))
        assert holds(tx, ESCROW, SELLER) == {"escrowD1": (10_000, 10_000), "wallet乙": (49_900, 49_900)}
        assert verify(tx) == []


def test_nobody_spends_what_is_not_there_or_is_held(paid: Store):
    with pytest.raises(Refused) as refused, paid.write() as tx:
        post(tx, entry(), rules.tied("甲", "D1", 100_001))
    assert refused.value.code == "funds"
    assert "1,000.00" in refused.value.said("zh")
    with paid.write() as tx:
        post(tx, entry(), rules.released("simulated", BUYER, 70_000))
    with pytest.raises(Refused), paid.write() as tx:
        post(tx, entry(), rules.tied("甲", "D1", 30_001))


def test_the_database_itself_refuses_an_overdraft(paid: Store):
    with pytest.raises(sa.exc.IntegrityError), paid.write() as tx:
        tx.execute(accounts.update().where(accounts.c.id == BUYER.id).values(dr_held=100_001))


def test_an_entry_is_all_or_nothing(paid: Store):
    legs = [*rules.tied("甲", "D1", 10_000), *rules.tied("乙", "D1", 1)]
    with pytest.raises(Refused), paid.write() as tx:
        post(tx, entry(), legs)
    with paid.read() as tx:
        assert holds(tx, BUYER, ESCROW) == {"wallet甲": (100_000, 100_000)}


def test_the_same_entry_twice_happens_once(paid: Store):
    one = entry()
    with paid.write() as tx:
        first = post(tx, one, rules.tied("甲", "D1", 10_000))
    with paid.write() as tx:
        assert post(tx, one, rules.tied("甲", "D1", 10_000)) == first
        assert holds(tx, ESCROW) == {"escrowD1": (10_000, 10_000)}
    with pytest.raises(Conflict), paid.write() as tx:
        post(tx, one, rules.tied("甲", "D1", 10_001))
    with pytest.raises(Conflict), paid.write() as tx:
        post(tx, one, [*rules.tied("甲", "D1", 10_000), *rules.tied("甲", "D1", 1)])


@pytest.mark.parametrize("end", [rules.confirmed, rules.rejected])
def test_a_hold_ends_once(paid: Store, end):
    with paid.write() as tx:
        [hold] = post(tx, entry(), rules.released("simulated", BUYER, 70_000))
        post(tx, entry(), end(hold))
    for again in (rules.confirmed, rules.rejected):
        with pytest.raises(Refused) as refused, paid.write() as tx:
            post(tx, entry(), again(hold))
        assert refused.value.code == "hold"
    with pytest.raises(Refused), paid.write() as tx:
        post(tx, entry(), [*rules.confirmed(hold), *rules.confirmed(hold)])


def test_the_database_itself_lets_a_hold_end_once(paid: Store):
    with paid.write() as tx:
        [hold] = post(tx, entry(), rules.released("simulated", BUYER, 70_000))
        post(tx, entry(), rules.confirmed(hold))
        row = dict(tx.one(sa.select(transfers).where(transfers.c.hold == hold)))
    row |= {"id": "another", "entry": "another"}
    row.pop("seq")
    with pytest.raises(sa.exc.IntegrityError), paid.write() as tx:
        tx.execute(transfers.insert(), row)


def test_more_than_was_held_is_not_posted(paid: Store):
    with paid.write() as tx:
        [hold] = post(tx, entry(), rules.released("simulated", BUYER, 70_000))
    with pytest.raises(Refused), paid.write() as tx:
        post(tx, entry(), [Leg("P2", 70_001, step="post", hold=hold)])
    with pytest.raises(Refused), paid.write() as tx:
        post(tx, entry(), [Leg("P3", 1, step="void", hold=hold)])


def test_money_does_not_cross_books(paid: Store):
    yuan, dollars = BUYER, rules.wallet("甲", "USD")
    with pytest.raises(Refused) as refused, paid.write() as tx:
        post(tx, entry(), [Leg("X1", 1, yuan, dollars)])
    assert refused.value.code == "book"
    with paid.write() as tx:
        post(tx, entry(), rules.received("simulated", rules.wallet("fx", "USD"), 10_000))
        post(tx, entry(), rules.exchanged("bank-a", yuan, 71_000, dollars, 10_000))
        assert balance(found(tx, dollars)) == 10_000
        assert verify(tx) == []


def test_transfers_are_never_changed_or_deleted(paid: Store):
    for statement in (transfers.delete(), transfers.update().values(amount=1)):
        with pytest.raises(sa.exc.DatabaseError), paid.write() as tx:
            tx.execute(statement)


def test_a_correction_is_the_mirror_entry_and_happens_once(paid: Store):
    one = entry()
    with paid.write() as tx:
        post(tx, one, rules.tied("甲", "D1", 10_000))
        reverse(tx, entry(), one)
        assert holds(tx, BUYER, ESCROW) == {"wallet甲": (100_000, 100_000), "escrowD1": (0, 0)}
    with pytest.raises(Refused) as refused, paid.write() as tx:
        reverse(tx, entry(), one)
    assert refused.value.code == "reversed"


def test_a_hold_is_not_corrected_but_ended(paid: Store):
    one = entry()
    with paid.write() as tx:
        post(tx, one, rules.released("simulated", BUYER, 70_000))
    with pytest.raises(Refused), paid.write() as tx:
        reverse(tx, entry(), one)


def test_a_closed_account_takes_nothing(paid: Store):
    with paid.write() as tx:
        tx.execute(accounts.update().where(accounts.c.id == BUYER.id).values(closed_at=1))
    with pytest.raises(Refused) as refused, paid.write() as tx:
        post(tx, entry(), rules.tied("甲", "D1", 1))
    assert refused.value.code == "closed"


def test_writers_at_once_lose_nothing(paid: Store):
    """Eight writers, two accounts both ways: the sum stays, no update is lost, nobody waits in a circle."""
    with paid.write() as tx:
        post(tx, entry(), rules.tied("甲", "D1", 50_000))
    done: list[int] = []

    def move(number: int) -> None:
        there, back = (BUYER, ESCROW) if number % 2 else (ESCROW, BUYER)
        for amount in range(1, 6):
            paid.run(lambda tx, a=amount: post(tx, entry(), [Leg("E1", a, there, back)]), tries=200)
        done.append(number)

    threads = [threading.Thread(target=move, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 8
    with paid.read() as tx:
        assert holds(tx, BUYER, ESCROW) == {"wallet甲": (50_000, 50_000), "escrowD1": (50_000, 50_000)}
        assert verify(tx) == []


def test_two_who_end_the_same_hold_at_once(paid: Store):
    with paid.write() as tx:
        [hold] = post(tx, entry(), rules.released("simulated", BUYER, 70_000))
    told: list[str] = []

    def end(how) -> None:
        try:
            paid.run(lambda tx: post(tx, entry(), how(hold)), tries=200)
            told.append("done")
        except Refused as refused:
            told.append(refused.code)

    threads = [threading.Thread(target=end, args=(h,)) for h in (rules.confirmed, rules.rejected) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done", *["hold"] * 7]


def test_the_same_request_at_once_happens_once(paid: Store):
    one, told = entry(), []

    def again() -> None:
        told.append(paid.run(lambda tx: post(tx, one, rules.tied("甲", "D1", 10)), tries=200))

    threads = [threading.Thread(target=again) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 6
    assert all(t == told[0] for t in told)
    with paid.read() as tx:
        assert holds(tx, ESCROW) == {"escrowD1": (10, 10)}


@pytest.mark.parametrize(
    "code, owner", [("wallet", {}), ("fee", {"party": "甲"}), ("purse", {"party": "甲"})]
)
def test_an_account_names_whose_it_is(code, owner):
    with pytest.raises(ValueError):
        Account(code, **owner)


@pytest.mark.parametrize("unit", ["yuan", "cny", "", "人民币"])
def test_a_unit_is_a_currency(unit):
    with pytest.raises(Refused):
        rules.wallet("甲", unit)
