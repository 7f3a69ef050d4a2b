"""A relaxation that grows gives what solving it anew gives."""

import numpy as np
import pytest
import scipy.sparse as sp

from sanwang.optimize import growing
from sanwang.optimize.growing import Growing
from sanwang.optimize.program import relax


def program(seed, rows=12, columns=60):
    rng = np.random.default_rng(seed)
    taken = sp.random(rows, columns, 0.3, random_state=rng, format="csc")
    # Every column takes something of the first row, so that none is unbounded.
    taken = sp.csc_matrix(sp.vstack([sp.csr_matrix(np.ones((1, columns))), taken]))
    capacity = np.concatenate([[8.0], rng.uniform(0.5, 3.0, rows)])
    return rng.uniform(0.1, 5.0, columns), taken, capacity


@pytest.mark.parametrize("seed", range(20))
def test_growing_equals_solving_anew(seed, monkeypatch):
    monkeypatch.setattr(growing, "LARGE", 0)
    worth, taken, capacity = program(seed)
    capacity[3] = np.inf
    grown = Growing(capacity)
    for count in (10, 11, 30, 30, 60):
        found = grown.relax(worth[:count], taken[:, :count], 1e6)
        anew = relax(worth[:count], taken[:, :count], capacity, penalty=1e6)
        assert found.value == pytest.approx(anew.value)
        assert found.shares.size == count and found.shares @ worth[:count] == pytest.approx(anew.value)
        used = taken[:, :count] @ found.shares
        assert np.all(used <= capacity + 1e-7) and found.prices[3] == 0
        finite = np.where(np.isfinite(capacity), capacity, 0.0)
        assert found.prices @ finite == pytest.approx(anew.value)


def test_least_amounts_fall_short_at_the_penalty_of_each_call(monkeypatch):
    monkeypatch.setattr(growing, "LARGE", 0)
    # One column, which loses one a unit and is asked for twice; its row has room for one.
    taken = sp.csc_matrix(np.array([[1.0], [-1.0]]))
    capacity = np.array([1.0, -2.0])
    grown = Growing(capacity)
    cheap, dear = (grown.relax(np.array([-1.0]), taken, p) for p in (0.5, 10.0))
    assert cheap.shares[0] == pytest.approx(0.0) and cheap.short[1] == pytest.approx(2.0)
    assert dear.shares[0] == pytest.approx(1.0) and dear.short[1] == pytest.approx(1.0)


def test_a_basis_saves_pivots_and_small_programs_do_without(monkeypatch):
    worth, taken, capacity = program(1)
    grown = Growing(capacity)
    grown.relax(worth, taken, 1e6)
    assert grown._basis is None
    monkeypatch.setattr(growing, "LARGE", 0)
    grown.relax(worth[:30], taken[:, :30], 1e6)
    assert grown._basis is not None
