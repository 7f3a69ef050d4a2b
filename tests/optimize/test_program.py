import itertools

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.errors import SolverError
from sanwang.optimize.program import choose, relax


def packing(seed, columns, rows):
    rng = np.random.default_rng(seed)
    worth = rng.integers(1, 100, columns).astype(float)
    matrix = np.vstack([rng.integers(0, 3, (rows, columns)), np.eye(columns)]).astype(float)
    capacity = np.append(rng.integers(0, 5, rows), np.ones(columns)).astype(float)
    return worth, sp.csc_matrix(matrix), capacity


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 4))
def test_equals_enumeration_and_the_relaxation_is_above(seed, columns, rows):
    worth, matrix, capacity = packing(seed, columns, rows)
    sets = (np.array(x) for x in itertools.product([0, 1], repeat=columns))
    best = max(float(worth @ x) for x in sets if np.all(matrix @ x <= capacity))
    found = choose(worth, matrix, capacity, 10.0)
    assert found.worth == best
    assert found.bound >= best - 1e-6
    relaxed = relax(worth, matrix, capacity)
    assert relaxed.value >= best - 1e-6
    assert relaxed.value == pytest.approx(capacity @ relaxed.prices)
    assert np.all(matrix.T @ relaxed.prices >= worth - 1e-6)


def test_a_row_without_limit_binds_nothing():
    worth, matrix, capacity = packing(1, 5, 2)
    capacity[:2] = np.inf
    assert choose(worth, matrix, capacity, 5.0).worth == worth.sum()


def test_a_least_amount_falls_short_at_its_price():
    worth, rows = np.array([-3.0]), sp.csc_matrix([[-1.0], [1.0]])
    met = relax(worth, rows, np.array([-1.0, 1.0]), penalty=100.0)
    assert met.value == -3.0 and met.short.sum() == 0
    missed = relax(worth, rows, np.array([-2.5, 1.0]), penalty=100.0)
    assert missed.short[0] == pytest.approx(1.5)
    with pytest.raises(SolverError):
        relax(worth, rows, np.array([-2.5, 1.0]))


def test_nothing_to_choose_from():
    empty = sp.csc_matrix((0, 0))
    assert choose(np.zeros(0), empty, np.zeros(0), 1.0).columns.size == 0
    assert relax(np.zeros(0), empty, np.zeros(0)).value == 0.0
