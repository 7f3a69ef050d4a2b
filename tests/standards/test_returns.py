"""Yearly rates: one, none or several; each makes the flows worth nothing, and none is missed."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.standards.returns import rates, said

START = dt.date(2026, 1, 1)


def at(years):
    return START + dt.timedelta(days=365 * years)


def test_a_tenth_a_year():
    assert rates([(at(0), -1000), (at(1), 1100)]) == pytest.approx([0.1])
    assert rates([(at(0), -1000), (at(2), 1210)]) == pytest.approx([0.1])
    assert rates([(at(1), -1000), (at(0), 500), (at(0), -500), (at(2), 500)]) == pytest.approx([-0.5])


def test_money_one_way_has_no_rate_and_that_is_said():
    assert rates([(at(0), -1), (at(1), -1)]) == rates([]) == rates([(at(0), 5), (at(0), -5)]) == ()
    assert "没有" in said((), "zh") and "no rate" in said((), "en")


def test_two_rates_are_both_found_and_said():
    found = rates([(at(0), -1000), (at(1), 2300), (at(2), -1320)])  # (1 − 1.1x)(1 − 1.2x)
    assert found == pytest.approx([0.1, 0.2])
    assert "2 个" in said(found, "zh") and "2 rates" in said(found, "en")
    assert said((0.1,), "en") == "10.00 %"


def test_two_changes_of_sign_may_have_no_rate():
    assert rates([(at(0), -1000), (at(1), 1000), (at(2), -1000)]) == ()


def test_a_rate_that_only_touches_zero_is_found():
    assert rates([(at(0), -100), (at(1), 220), (at(2), -121)]) == pytest.approx([0.1], abs=1e-4)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=7))
def test_the_same_as_the_roots_of_a_polynomial(flows):
    """Yearly flows: numpy's companion matrix, a method of another make, finds the same."""
    found = rates([(at(n), f) for n, f in enumerate(flows)])
    while flows and flows[0] == 0:
        flows = flows[1:]
    roots = np.roots(flows[::-1]) if any(flows) else np.array([])
    real = sorted(1 / r.real - 1 for r in roots if abs(r.imag) < 1e-7 * abs(r) and r.real > 1e-6)
    clear = [
        r
        for n, r in enumerate(real)
        if all(abs(r - o) > 1e-3 * (1 + abs(r)) for m, o in enumerate(real) if m != n)
    ]
    for rate in clear:
        assert any(abs(rate - f) < 1e-5 * (1 + abs(rate)) for f in found), (flows, rate, found)
    for rate in found:
        worth = sum(f / (1 + rate) ** n for n, f in enumerate(flows))
        assert abs(worth) <= 1e-6 * sum(abs(f) / (1 + rate) ** n for n, f in enumerate(flows)) + 1e-9


def test_flows_a_day_apart_are_no_trouble():
    flows = [(START, 1_000_000), *((START + dt.timedelta(days=n), -7_000) for n in range(1, 150))]
    [found] = rates(flows)
    assert abs(sum(f * (1 + found) ** (-(d - START).days / 365) for d, f in flows)) < 1
    long = [
        (START, 1_000_000),
        (START + dt.timedelta(days=10_949), -1),
        (START + dt.timedelta(days=10_950), -1_100_000),
    ]
    assert rates(long) == pytest.approx([1.1 ** (1 / 30) - 1], abs=1e-6)
