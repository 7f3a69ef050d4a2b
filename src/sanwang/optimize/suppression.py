"""Cells of a table with totals that must not be told, those hidden with them, and what a reader could still work out.

A small cell that is left out can be computed from the totals; so others are left out with it until nobody can pin it
down (complementary cell suppression: Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001). Cells
are chosen by the linear program of Kelly, Golden and Assad (Networks 22, 1992): for every small cell the cheapest
change of the table that moves it far enough, everything the change touches is left out. What is left out needlessly is
told again. ``interval`` is the reader's own problem, solved apart: the least and the most a hidden cell can be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import linprog

from sanwang.errors import SolverError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_FINE = 1e-6


@dataclass(frozen=True)
class Suppressed:
    """What is left out, as masks of the table with its totals: small cells, and those hidden with them."""

    small: Mask
    hidden: Mask


def with_totals(cells: Ints) -> Ints:
    """A table with the sums of its rows and columns as last column and row."""
    rows = np.column_stack([cells, cells.sum(axis=1)])
    return np.vstack([rows, rows.sum(axis=0)])


def suppress(cells: Ints, small: Mask, reach: Ints) -> Suppressed:
    """Which cells of a table to leave out so that no small one can be told to within ``reach``.

    ``cells``: whole numbers not below zero, without totals; ``small``: of the table with totals, cells not to be told
    (a cell of zero is no small one); ``reach``: of the same shape, by how much a reader must be able to be wrong
    upwards and, as far as zero, downwards. Cells of zero stay told. Where no change of the table moves a cell far
    enough (it is alone in its row, say), everything that could be hidden is.
    """
    table = with_totals(cells).astype(np.float64)
    hidden = small & (table > 0)
    sums = _sums(*table.shape)
    for cell in sorted(np.flatnonzero(hidden.ravel()), key=lambda c: -reach.ravel()[c]):
        for way in (1, -1):
            far = (
                float(reach.ravel()[cell])
                if way > 0
                else min(float(reach.ravel()[cell]), table.ravel()[cell])
            )
            moved = _change(table, sums, hidden, int(cell), way * far)
            hidden = hidden | moved
    return Suppressed(small & (table > 0), _told_again(table, small & (table > 0), hidden, reach))


def interval(cells: Ints, hidden: Mask, cell: tuple[int, int]) -> tuple[float, float]:
    """The least and the most that a reader who sees all but the hidden cells can give to one; infinity: no bound.

    The reader knows that nothing is below zero and that rows and columns add up.
    """
    table = with_totals(cells).astype(np.float64)
    return _interval(table, _sums(*table.shape), hidden, cell[0] * table.shape[1] + cell[1])


def protected(cells: Ints, left_out: Suppressed, reach: Ints) -> bool:
    """Whether no small cell can be told to within its reach."""
    table = with_totals(cells).astype(np.float64)
    return _protected(table, _sums(*table.shape), left_out.small, left_out.hidden, reach)


def _sums(rows: int, columns: int) -> sp.csr_matrix:
    """Equations of a table with totals: each row's cells less its total, each column's less its total."""
    number = np.arange(rows * columns).reshape(rows, columns)
    lines = [*number, *number.T]
    data = [x for line in lines for x in (*np.ones(len(line) - 1), -1.0)]
    at = [n for n, line in enumerate(lines) for _ in line]
    return sp.csr_matrix((data, (at, np.concatenate(lines))), (len(lines), rows * columns))


def _change(table: Floats, sums: sp.csr_matrix, hidden: Mask, cell: int, by: float) -> Mask:
    """Cells touched by the cheapest change of the table that moves a cell by an amount; all that may be, if none."""
    value, free = table.ravel(), hidden.ravel()
    movable = value > 0
    cost = np.where(free, 0.0, 1.0 + np.log1p(value))
    up, down = np.where(movable, np.inf, 0.0), np.where(movable, value, 0.0)
    fixed = up.copy(), down.copy()
    fixed[0][cell], fixed[1][cell] = max(by, 0.0), max(-by, 0.0)
    bounds = [(0.0, u) for u in fixed[0]] + [(0.0, d) for d in fixed[1]]
    low = max(by, 0.0), max(-by, 0.0)
    size = value.size
    bounds[cell], bounds[size + cell] = (low[0], low[0]), (low[1], low[1])
    answer = linprog(np.concatenate([cost, cost]), A_eq=sp.hstack([sums, -sums]), b_eq=np.zeros(sum(table.shape)),
                     bounds=bounds, method="highs")  # fmt: skip
    if answer.x is None:
        return movable.reshape(table.shape)
    touched = np.abs(answer.x[:size] - answer.x[size:]) > _FINE
    return touched.reshape(table.shape)


def _interval(table: Floats, sums: sp.csr_matrix, hidden: Mask, cell: int) -> tuple[float, float]:
    known = ~hidden.ravel()
    value = table.ravel()
    bounds = [(v, v) if k else (0.0, None) for v, k in zip(value, known, strict=True)]
    ends: list[float] = []
    for way in (1.0, -1.0):
        worth = np.zeros(value.size)
        worth[cell] = way
        answer = linprog(worth, A_eq=sums, b_eq=np.zeros(sum(table.shape)), bounds=bounds, method="highs")
        if answer.status == 3:  # unbounded
            ends.append(float("inf"))
        elif answer.x is None:
            raise SolverError(f"the table's own cells do not add up: {answer.message}")
        else:
            ends.append(float(answer.x[cell]))
    return ends[0], ends[1]


def _protected(table: Floats, sums: sp.csr_matrix, small: Mask, hidden: Mask, reach: Ints) -> bool:
    for cell in np.flatnonzero(small.ravel()):
        low, high = _interval(table, sums, hidden, int(cell))
        value, far = table.ravel()[cell], float(reach.ravel()[cell])
        if high < value + far - _FINE or low > max(0.0, value - far) + _FINE:
            return False
    return True


def _told_again(table: Floats, small: Mask, hidden: Mask, reach: Ints) -> Mask:
    """Tell what was hidden beside the small cells and is not needed, the largest first."""
    sums = _sums(*table.shape)
    if not _protected(table, sums, small, hidden, reach):
        return hidden
    others = np.flatnonzero((hidden & ~small).ravel())
    for cell in sorted(others, key=lambda c: -table.ravel()[c]):
        fewer = hidden.copy()
        fewer.ravel()[cell] = False
        if _protected(table, sums, small, fewer, reach):
            hidden = fewer
    return hidden
