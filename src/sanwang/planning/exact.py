"""Choosing routes so that money holds to the fen: solvers keep rows to a millionth, a budget of ten million yuan keeps
them to a fen. What a solver's answer overruns is cut off and solved again; a plan is repaired, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from sanwang.optimize.program import Chosen, choose
from sanwang.planning.arrays import Floats, Instance, Ints
from sanwang.planning.columns import Rows

_CUTS = 50
_LOOSE = 1e-6
"""Units by which a row that is not money may be overrun: sums of decimal units in floating point."""


@dataclass(frozen=True)
class Money:
    """The rows that hold shares of a budget: where they begin, and the budget of each in fen (infinite: none)."""

    first: int
    budget: Floats

    def fen(self, taken: sp.csc_matrix) -> sp.csr_matrix:
        """The principals behind the shares, product × column, whole fen."""
        held = np.where(np.isfinite(self.budget), self.budget, 0.0)
        money = taken.tocsr()[self.first : self.first + held.size].astype(np.float64)
        money.data = np.rint(money.data * np.repeat(held, np.diff(money.indptr)))
        return money

    def room(self, capacity: Floats) -> Floats:
        """What is left of each budget, in whole fen."""
        share = capacity[self.first : self.first + self.budget.size]
        finite = np.isfinite(self.budget) & np.isfinite(share)
        fen = np.rint(np.where(finite, share, 0.0) * np.where(finite, self.budget, 0.0))
        return np.where(finite, fen, np.inf)


def money_of(given: Instance, held: Rows) -> Money:
    """The money rows of a program."""
    return Money(held.offset["product"], np.repeat(given.budgets, len(given.years)))


def overrun(taken: sp.csc_matrix, capacity: Floats, money: Money) -> Ints:
    """Rows that columns overrun together: budgets to the fen, other rows to a millionth."""
    used = np.asarray(taken.sum(axis=1)).ravel()
    over = used > capacity + _LOOSE
    spent = np.asarray(money.fen(taken).sum(axis=1)).ravel()
    over[money.first : money.first + money.budget.size] = spent > money.room(capacity)
    return np.flatnonzero(over)


def taken_whole(shares: Floats, taken: sp.csc_matrix, capacity: Floats, money: Money) -> Ints:
    """Columns that the relaxation takes whole, less the least sure of those that overrun a row together."""
    ones = np.flatnonzero(shares > 0.999)
    while (bad := overrun(taken[:, ones], capacity, money)).size:
        users = np.flatnonzero(taken[:, ones].tocsr()[int(bad[0])].toarray().ravel() > 0)
        if users.size == 0:
            return ones[:0]
        ones = np.delete(ones, users[np.argmin(shares[ones[users]])])
    return ones


def pick(
    gain: Floats,
    taken: sp.csc_matrix,
    capacity: Floats,
    money: Money,
    seconds: float,
    gap: float,
    seed: int,
    most: Floats | float = 1.0,
) -> Chosen:
    """The best whole columns that keep every budget to the fen (status none: there are none, or none was found).

    Where an answer overruns a budget, the cover it shows, extended to all columns at least as dear, is forbidden and
    the program solved again (Balas 1975).
    """
    # A solver may also cut off what fits by less than its tolerance: it gets a millionth more, covers do the rest.
    rows, limits = taken, capacity.copy()
    limits[money.first : money.first + money.budget.size] += _LOOSE
    found = choose(gain, rows, limits, seconds, gap, seed, most=most)
    principals = money.fen(taken)
    room = money.room(capacity)
    for _ in range(_CUTS):
        covers = list(_covers(found.columns, principals, room))
        if not covers:
            return found
        rows = sp.csc_matrix(sp.vstack([rows, *(cut for cut, _ in covers)]))
        limits = np.concatenate([limits, [float(most_of) for _, most_of in covers]])
        found = choose(gain, rows, limits, seconds, gap, seed, most=most)
    return Chosen(found.columns[:0], 0.0, found.bound, "none", found.amounts * 0)


def _covers(columns: Ints, principals: sp.csr_matrix, room: Floats) -> Iterator[tuple[sp.csr_matrix, int]]:
    """For each budget that the columns overrun: the row of an extended cover, and how many of it may be taken."""
    spent = np.asarray(principals[:, columns].sum(axis=1)).ravel()
    for product in np.flatnonzero(spent > room).tolist():
        every = principals[product].toarray().ravel()
        order = columns[np.argsort(-every[columns], kind="stable")]
        size = int(np.searchsorted(np.cumsum(every[order]), room[product], side="right")) + 1
        cover = np.zeros(every.size)
        cover[order[:size]] = 1.0
        cover[every >= every[order[0]]] = 1.0
        yield sp.csr_matrix(cover), size - 1


def repaired(gain: Floats, taken: sp.csc_matrix, capacity: Floats, money: Money) -> Ints:
    """Positions of the columns that stay when what overruns a row gives up its least worth."""
    stay = np.arange(gain.size)
    while (bad := overrun(taken[:, stay], capacity, money)).size:
        users = np.flatnonzero(taken[:, stay].tocsr()[int(bad[0])].toarray().ravel() > 0)
        if users.size == 0:
            break
        stay = np.delete(stay, users[np.argmin(gain[stay[users]])])
    return stay


def fix_and_choose(
    gain: Floats,
    taken: sp.csc_matrix,
    capacity: Floats,
    money: Money,
    shares: Floats,
    gap: float,
    seconds: float,
    seed: int,
) -> Ints | None:
    """Columns with share one are taken; the rest is an integer program over those that still fit.

    Where a policy's row has weights of both signs, taking some columns first could make the rest impossible: then every
    column is left to the integer program.
    """
    seconds = max(1.0, seconds)
    if taken.nnz and taken.data.min() < 0:
        found = pick(gain, taken, capacity, money, seconds, gap, seed)
        return None if found.status == "none" else found.columns
    ones = taken_whole(shares, taken, capacity, money)
    left = capacity - np.asarray(taken[:, ones].sum(axis=1)).ravel()
    left = np.where(np.abs(left) < 1e-9, 0.0, left)
    over = taken.copy()
    over.data = over.data > left[over.indices] + 1e-9
    fits = np.asarray(over.sum(axis=0)).ravel() == 0
    fits[ones] = False
    rest = np.flatnonzero(fits & (gain > 0))
    found = pick(gain[rest], taken[:, rest], left, money, seconds, gap, seed)
    return np.sort(np.concatenate([ones, rest[found.columns]]))
