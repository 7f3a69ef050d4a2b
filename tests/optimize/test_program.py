import itertools

import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.optimize.program import choose, relax


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 4))
def test_equals_enumeration(seed, columns, rows):
    rng = np.random.default_rng(seed)
    worth = rng.integers(1, 100, columns).astype(float)
    matrix = sp.csc_matrix(
        np.vstack([rng.integers(0, 3, (rows, columns)), np.ones((1, columns))]).astype(float)
    )
    capacity = np.append(rng.integers(0, 5, rows), columns).astype(float)
    sets = (np.array(x) for x in itertools.product([0, 1], repeat=columns))
    best = max(float(worth @ x) for x in sets if np.all(matrix @ x <= capacity))
    found = choose(worth, matrix, capacity, 10.0)
    assert found.worth == best
    assert found.bound >= best - 1e-6
    assert relax(worth, matrix, capacity).value >= best - 1e-6


def test_nothing_to_choose_from():
    found = choose(np.zeros(0), sp.csc_matrix((0, 0)), np.zeros(0), 1.0)
    assert found.columns.size == 0
