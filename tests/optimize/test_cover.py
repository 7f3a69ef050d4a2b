from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import example, given
from hypothesis import strategies as st

from sanwang.optimize.cover import cheapest_cover, greedy_cover, lowest, undominated


def random_case(seed):
    draw = np.random.default_rng(seed)
    asked, count = draw.integers(1, 6), draw.integers(1, 10)
    covers = sp.csr_matrix((draw.random((asked, count)) < 0.4).astype(float))
    cost = np.round(draw.random(count) * 2 - 0.1, 3)
    limits = sp.csr_matrix((draw.random((2, count)) < 0.5).astype(float))
    return (
        cost,
        covers,
        draw.integers(1, 3, asked).astype(float),
        limits,
        draw.integers(1, 4, 2).astype(float),
    )


def enumerated(cost, covers, required, limits, most):
    choices = [np.array(c, float) for c in product((0, 1), repeat=cost.size)]
    fit = [float(cost @ y) for y in choices if (covers @ y >= required).all() and (limits @ y <= most).all()]
    return min(fit, default=None)


@given(st.integers(0, 10_000))
@example(4050)  # a program that GLOP gave up on
def test_it_is_the_cheapest_of_all_choices(seed):
    case = random_case(seed)
    want, found = enumerated(*case), cheapest_cover(*case)
    assert (found is None) == (want is None)
    if found is not None:
        assert found.cost == pytest.approx(want) and found.proven
        assert lowest(*case) <= want + 1e-9


@given(st.integers(0, 10_000))
def test_the_greedy_cover_covers_and_never_costs_less(seed):
    cost, covers, required, _, _ = random_case(seed)
    cost = np.abs(cost)
    found, best = greedy_cover(cost, covers, required), cheapest_cover(cost, covers, required)
    assert (found is None) == (best is None)
    if found is not None:
        assert (covers[:, found].sum(axis=1).ravel() >= required).all()
        assert cost[found].sum() >= best.cost - 1e-9


def test_whole_numbers_that_cannot_do_what_fractions_can_are_no_team():
    triangle = sp.csr_matrix(np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], float))
    one = sp.csr_matrix(np.ones((1, 3)))
    assert lowest(np.ones(3), triangle, np.ones(3), one, np.array([1.6])) == pytest.approx(1.5)
    assert cheapest_cover(np.ones(3), triangle, np.ones(3), one, np.array([1.6])) is None


def test_of_equals_one_stays_and_a_needless_one_goes():
    covers = sp.csr_matrix(np.array([[1, 1, 1, 0], [0, 0, 1, 0]], float))
    kept = undominated(np.array([1.0, 1.0, 0.9, 0.5]), covers, np.ones(2), sp.csr_matrix((0, 4)))
    assert kept.tolist() == [2]
