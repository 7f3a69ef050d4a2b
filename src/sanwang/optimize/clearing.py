"""Clearing payments among firms that may not be able to pay (Eisenberg and Noe, Management Science 47, 2001)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.linalg import spsolve

Floats = npt.NDArray[np.float64]


def clearing(
    owed: Floats,
    share: Any,  # noqa: ANN401 - a sparse matrix; SciPy ships no types
    cash: Floats,
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The greatest clearing payments and the round in which each firm fails (0: never)."""
    fails = np.zeros(owed.size, np.int64)
    paid = owed.copy()
    for turn in range(1, owed.size + 2):
        has = cash + share @ paid
        new = (fails == 0) & (has < owed - 1e-6 * np.maximum(1.0, owed * 1e-6))
        if not new.any():
            break
        fails[new] = turn
        paid = _payments(owed, share, cash, np.flatnonzero(fails))
    return paid, fails


def _payments(
    owed: Floats,
    share: Any,  # noqa: ANN401 - a sparse matrix; SciPy ships no types
    cash: Floats,
    failed: npt.NDArray[np.int64],
) -> Floats:
    """What is paid when exactly these firms hand over all: (I − share) p = cash + what the others pay them."""
    paid = owed.copy()
    paid[failed] = 0.0
    known = (cash + share @ paid)[failed]
    own = share[failed][:, failed]
    matrix: Any = sp.csc_matrix(sp.identity(failed.size) - own)
    # A group of failed firms that pay only one another and have no cash leaves the matrix singular: they pay nothing.
    reach = _reached(own, known)
    solved = np.zeros(failed.size)
    if reach.any():
        part = np.flatnonzero(reach)
        solved[part] = np.atleast_1d(np.asarray(spsolve(matrix[part][:, part], known[part])))
    paid[failed] = np.clip(solved, 0.0, owed[failed])
    return paid


def _reached(own: Any, known: Floats) -> npt.NDArray[np.bool_]:  # noqa: ANN401 - sparse
    """Firms that any money can get to."""
    reach = known > 0
    while True:
        wider = reach | ((own @ reach.astype(np.float64)) > 0)
        if np.array_equal(wider, reach):
            return reach
        reach = wider
