"""One class of a factor clears at prices that support the allocation."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.errors import SolverError
from sanwang.factors import clearing
from sanwang.factors.clearing import Book, clear, unsupported


def book(bids, offers, rate) -> Book:
    """``bids``: (units, pays, place); ``offers``: (capacity, ask, place); ``rate``: place x place."""
    rate = np.asarray(rate, float)
    wanted, pays, at = (np.array(c) for c in zip(*bids, strict=True)) if bids else (np.zeros(0),) * 3
    capacity, ask, home = (np.array(c) for c in zip(*offers, strict=True)) if offers else (np.zeros(0),) * 3
    there = rate[home.astype(int)]
    cost = np.where(np.isfinite(there), ask[:, None] * (1 + np.where(np.isfinite(there), there, 0)), np.inf)
    return Book(
        wanted.astype(float),
        pays.astype(float),
        at.astype(int),
        capacity.astype(float),
        ask.astype(float),
        cost,
    )


FREE = np.zeros((2, 2))
ALONE = np.where(np.eye(2) > 0, 0.0, np.inf)
TAXED = np.array([[0.0, 0.5], [0.2, 0.0]])


def test_the_dearer_bid_is_served_and_the_price_is_what_the_other_would_pay():
    found = clear(book([(1, 100, 0), (1, 80, 0)], [(1, 30, 0)], [[0.0]]))
    assert found.served.tolist() == [1, 0]
    assert (found.low[0], found.high[0]) == (80, 100)
    assert found.surplus == pytest.approx(70)


def test_with_capacity_to_spare_the_price_is_the_ask_and_abroad_the_border_on_top():
    found = clear(book([(1, 100, 0), (1, 100, 1)], [(5, 40, 0)], TAXED))
    assert found.low.tolist() == pytest.approx([40, 60])
    assert found.used[0].tolist() == pytest.approx([1, 1])


def test_a_closed_border_leaves_the_other_place_without():
    found = clear(book([(1, 100, 1)], [(5, 40, 0)], ALONE))
    assert found.served.tolist() == [0]
    assert found.low[1] == 100


def test_nothing_is_offered_or_everything_is_too_dear():
    assert clear(book([(1, 100, 0)], [], [[0.0]])).surplus == 0
    assert clear(book([(1, 10, 0)], [(3, 40, 0)], [[0.0]])).served.tolist() == [0]
    assert clear(book([(1, 100, 0)], [(0, 40, 0)], [[0.0]])).served.tolist() == [0]


def test_a_capacity_of_next_to_nothing_counts_as_nothing():
    found = clear(book([(1, 791_177, 0)], [(1.26e-12, 0, 0)], [[0.0]]))
    assert found.surplus < 0.001
    found = clear(book([(1, 0, 0), (1, 1, 1)], [(0, 0, 0), (1.26e-12, 0, 0)], FREE))
    assert found.surplus < 0.001


def test_an_unlimited_offer_sells_at_its_ask():
    found = clear(book([(7, 100, 0)], [(np.inf, 40, 0)], [[0.0]]))
    assert (found.served[0], found.low[0], found.high[0]) == (7, 40, 40)


def best_by_hand(b: Book) -> float:
    """The greatest surplus where all amounts are one: every assignment of offers to bids."""
    n, best = b.wanted.size, 0.0
    for chosen in itertools.product(range(-1, b.ask.size), repeat=n):
        used = [i for i in chosen if i >= 0]
        if len(set(used)) == len(used):
            worth = sum(b.pays[j] - b.cost[i, b.at[j]] for j, i in enumerate(chosen) if i >= 0)
            best = max(best, worth)
    return best


one_bid = st.tuples(st.just(1), st.integers(0, 50), st.integers(0, 1))
one_offer = st.tuples(st.just(1), st.integers(0, 50), st.integers(0, 1))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(one_bid, min_size=1, max_size=4),
    st.lists(one_offer, min_size=1, max_size=3),
    st.sampled_from([FREE, ALONE, TAXED]),
)
def test_the_surplus_is_that_of_the_best_assignment(bids, offers, rate):
    b = book(bids, offers, rate)
    assert clear(b).surplus == pytest.approx(best_by_hand(b), abs=1e-6)


some_bid = st.tuples(st.floats(0.1, 9), st.integers(0, 10**8), st.integers(0, 1))
some_units = st.one_of(st.just(0.0), st.floats(0.01, 9), st.just(np.inf))
some_offer = st.tuples(some_units, st.integers(0, 10**8), st.integers(0, 1))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(some_bid, min_size=1, max_size=8),
    st.lists(some_offer, min_size=1, max_size=6),
    st.sampled_from([FREE, ALONE, TAXED]),
)
def test_prices_support_the_allocation_and_the_solver_agrees_with_them(bids, offers, rate):
    b = book(bids, offers, rate)
    found = clear(b)
    assert unsupported(b, found.served, found.used, found.low) == ()
    traded = np.bincount(b.at, weights=found.served, minlength=2) > 1e-6
    high = np.where(np.isfinite(found.high), found.high, found.low)
    if traded.any():
        slack = 1e-5 * max(1.0, b.pays.max(), b.ask.max())
        assert (found.low[traded] <= found.dual[traded] + slack).all()
        assert (found.dual[traded] <= found.high[traded] + slack).all()
        assert np.isfinite(found.high[traded]).all()
        assert (
            unsupported(b, found.served, found.used, np.where(traded, high, found.low)) == ()
            or not traded.all()
        )
    assert (found.used.sum(axis=1) <= b.capacity + 1e-6).all()


@settings(max_examples=80, deadline=None)
@given(st.lists(some_bid, min_size=1, max_size=8), st.lists(some_offer, min_size=1, max_size=6))
def test_opening_borders_never_costs_surplus(bids, offers):
    alone, today, free = (clear(book(bids, offers, r)).surplus for r in (ALONE, TAXED, FREE))
    tiny = 1e-6 * (1 + sum(units * price for units, price, _ in bids))
    assert alone <= today + tiny and today <= free + tiny


def test_an_extra_unit_of_capacity_is_worth_the_rent():
    rng = np.random.default_rng(5)
    for _ in range(20):
        bids = [
            (float(rng.uniform(1, 5)), float(rng.uniform(10, 100)), int(rng.integers(2))) for _ in range(9)
        ]
        offers = [
            (float(rng.uniform(1, 5)), float(rng.uniform(5, 60)), int(rng.integers(2))) for _ in range(4)
        ]
        base = clear(book(bids, offers, TAXED))
        rents = base.rents(book(bids, offers, TAXED))
        for i, (capacity, ask, place) in enumerate(offers):
            more = [*offers[:i], (capacity + 1e-4, ask, place), *offers[i + 1 :]]
            gained = (clear(book(bids, more, TAXED)).surplus - base.surplus) / 1e-4
            assert gained == pytest.approx(rents[i], abs=1e-3)


def test_the_check_sees_what_is_wrong():
    b = book([(2, 100, 0), (1, 80, 0)], [(2, 30, 0)], [[0.0]])
    found = clear(b)
    for served, used, price, said in (
        (found.served, found.used, np.array([120.0]), "above its own"),
        (found.served, found.used, np.array([20.0]), "below its ask"),
        (found.served, found.used, np.array([50.0]), "goes without"),
        (found.served, np.array([[3.0]]), found.low, "above capacity"),
        (np.array([2.0, 1.0]), found.used, found.low, "more is used"),
        (np.zeros(2), np.zeros((1, 1)), np.array([100.0]), "keeps back"),
    ):
        assert any(said in w for w in unsupported(b, served, used, price))


def test_prices_that_do_not_support_are_refused(monkeypatch):
    monkeypatch.setattr(clearing, "_lowest", lambda *_: np.array([1.0]))
    with pytest.raises(SolverError, match="do not support"):
        clear(book([(1, 100, 0)], [(1, 30, 0)], [[0.0]]))
