import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.planning.rooms import dealt


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_rooms_add_up_to_no_more_than_is_left(seed):
    rng = np.random.default_rng(seed)
    wish = rng.random((6, 4)) * (rng.random((6, 4)) < 0.6)
    step = np.array([1.0, 1.0, 0.5, 0.3, 0.25, 1.0])
    left = np.where(rng.random(6) < 0.2, np.inf, np.round(rng.random(6) * 5, 2))
    room = dealt(left, sp.csr_matrix(wish), step).toarray()
    finite = np.isfinite(left)
    assert np.all(room >= 0)
    assert np.all(room.sum(axis=1)[finite] <= left[finite] + 1e-9)
    assert not room[~finite].any()
    assert not room[wish == 0].any()
    wanted = finite & (wish.sum(axis=1) > 0)
    assert np.allclose(room.sum(axis=1)[wanted], left[wanted])
    # Nobody is further from its part than one step, and all but one hold whole steps.
    part = left[wanted, None] * wish[wanted] / wish[wanted].sum(axis=1, keepdims=True)
    assert np.all(np.abs(room[wanted] - part) <= 2 * step[wanted, None] + 1e-9)
    pieces = room[wanted] / step[wanted, None]
    assert np.all((np.abs(pieces - np.rint(pieces)) > 1e-6).sum(axis=1) <= 1)


def test_the_last_licence_goes_to_one_block():
    wish = sp.csr_matrix(np.array([[0.2, 0.5, 0.3]]))
    assert dealt(np.array([1.0]), wish, np.array([1.0])).toarray().tolist() == [[0.0, 1.0, 0.0]]
    assert dealt(np.array([2.0]), wish, np.array([1.0])).toarray().tolist() == [[0.0, 1.0, 1.0]]
