"""Column generation: routes priced for every matched pair until none is left that could pay for what it takes.

The relaxation and its bound follow Gilmore and Gomory (1961) and Lasdon (1970): for any prices λ ≥ 0 on the coupling
rows, Σ capacity·λ + Σ over needs of the best reduced cost (at least 0) is an upper bound on every plan. Large programs
take their prices from ``ascent`` instead of linear programs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from sanwang.engine.port import Engine
from sanwang.optimize.growing import LARGE, Growing
from sanwang.optimize.program import Relaxed, relax
from sanwang.planning.arrays import Floats, Instance
from sanwang.planning.columns import Columns, Policies, Rows, matrix, none, rows
from sanwang.planning.parts import parts
from sanwang.planning.pool import Pool
from sanwang.planning.pricing import best_by_need, chunked, columns_of, price, several

Report = Callable[[int, int, str], None]

_TOLERANCE = 1e-7
_PENALTIES = (10.0, 1e3, 1e5)
"""What one unit short of a least amount costs, in the greatest gain or loss of any route."""
_SHORT = 1e-6


@dataclass(frozen=True)
class Generated:
    """Columns with what they take, the prices of all rows in fen, the relaxation's value and the proven bound."""

    columns: Columns
    matrix: sp.csc_matrix
    gain: Floats
    prices: Floats
    shares: Floats
    relaxation: float
    bound: float
    short: Floats
    exact: bool
    """Whether the relaxation was solved to the end, so that its prices are those of an optimum."""


@dataclass(frozen=True)
class Kept:
    """Routes of an earlier plan that may be kept, and what keeping each is worth beyond its own worth."""

    columns: Columns
    bonus: Floats


def generate(
    given: Instance,
    policies: Policies,
    engine: Engine,
    kept: Kept | None = None,
    progress: Report | None = None,
    limit: float = np.inf,
) -> Generated:
    """Columns and prices until no route could pay for what it takes, or ``limit`` seconds have passed."""
    began = time.perf_counter()
    held = rows(given, policies.limit)
    finite = np.where(np.isfinite(held.capacity), held.capacity, 0.0)
    chunks = chunked(given.pairs, given.layers, engine)
    pool = Pool()
    bonus = kept or Kept(none(), np.zeros(0))
    pool.add(bonus.columns)
    needs = slice(0, len(given.needs))
    duals, best_bound, rounds, exact = np.zeros(held.capacity.size), np.inf, 0, False
    columns, gain, taken = none(), np.zeros(0), sp.csc_matrix((held.capacity.size, 0))
    relaxed = Relaxed(0.0, np.zeros(0), duals, np.zeros(duals.size))
    most, strength = reach(given, policies, bonus), 0
    master = _Master(held.capacity)
    while True:
        priced = price(given, policies, held, duals, chunks)
        top, _ = best_by_need(given, priced.best)
        top = _with_kept(top, given, columns, taken, gain, duals, bonus)
        if rounds or not np.any(held.capacity < 0):
            best_bound = min(best_bound, float(finite @ duals - duals[needs].sum() + top.sum()))
        reduced = priced.best - duals[needs][given.pairs.need]
        new = np.flatnonzero(reduced > _TOLERANCE * max(1.0, scale_of(gain)))
        added = pool.add(columns_of(given, priced, several(given, reduced, new)))
        exact = rounds > 0 and added == 0
        late = rounds > 0 and time.perf_counter() - began > limit
        if exact and strength < len(_PENALTIES) - 1 and np.any(relaxed.short > _SHORT):
            # No finite penalty is sure to be dear enough: a shortfall stands only against the dearest.
            strength, exact = strength + 1, False
        if exact or late:
            break
        columns = pool.columns()
        gain, taken = weighed(given, columns, policies, held)
        gain[: bonus.bonus.size] += bonus.bonus
        relaxed = master.solve(gain, taken, _PENALTIES[strength] * most)
        duals = relaxed.prices
        rounds += 1
        if progress:
            progress(rounds, 0, f"columns 列生成 {len(columns):,}")
    chunks.drop()
    bound = max(best_bound, relaxed.value)
    return Generated(columns, taken, gain, duals, relaxed.shares, relaxed.value, bound, relaxed.short, exact)


def weighed(
    given: Instance, columns: Columns, policies: Policies, held: Rows
) -> tuple[Floats, sp.csc_matrix]:
    """What each column adds to the objective (worth or the region's surplus, with credits), and takes of each row."""
    found = parts(given, columns)
    credit = policies.credit[0][given.pairs.need[columns.pair]] + policies.credit[1][columns.maker]
    transfers = (1.0 - given.layers.limits[6]) * (found.ask_cost + found.finance_cost)
    return found.worth + transfers + credit, matrix(given, columns, found, policies, held)


def reach(given: Instance, policies: Policies, kept: Kept) -> float:
    """Fen that no route's gain exceeds, whether it gains or loses."""
    pairs, layers, offers = given.pairs, given.layers, given.offers
    paid = sum(float(a.max(initial=0.0)) for a in (pairs.ask, layers.base_price, layers.maker_setup))
    rates = [layers.rate, layers.rate, layers.rate, layers.capital_rate, layers.package_interest[None, :]]
    paid *= 1.0 + sum(float(r[np.isfinite(r)].max(initial=0.0)) for r in rates)
    crossing = 1.0 + float(offers.rates[np.isfinite(offers.rates)].max(initial=0.0))
    taken = sum(units * float(offers.price[s].max(initial=0.0)) for (_, _, units), s in zip(
        offers.items, offers.serving, strict=True))  # fmt: skip
    added = sum(float(np.abs(a).max(initial=0.0)) for a in (*policies.credit, kept.bonus))
    return float(pairs.value.max(initial=0.0)) + paid + crossing * taken + added + 1.0


def scaled(gain: Floats, taken: sp.csc_matrix, capacity: Floats, penalty: float) -> Relaxed:
    """The relaxation in fen; solved with the median gain as one. Least amounts asked for may fall short at a price."""
    scale = scale_of(gain)
    found = relax(gain / scale, taken, capacity, penalty=penalty / scale)
    return Relaxed(found.value * scale, found.shares, found.prices * scale, found.short)


class _Master:
    """``scaled`` for columns that only grow in number, each time from the last answer."""

    def __init__(self, capacity: Floats) -> None:
        self.growing, self.scale = Growing(capacity), 0.0

    def solve(self, gain: Floats, taken: sp.csc_matrix, penalty: float) -> Relaxed:
        if gain.size < LARGE:
            return scaled(gain, taken, self.growing.capacity, penalty)
        self.scale = self.scale or scale_of(gain)
        found = self.growing.relax(gain / self.scale, taken, penalty / self.scale)
        return Relaxed(found.value * self.scale, found.shares, found.prices * self.scale, found.short)


def scale_of(gain: Floats) -> float:
    """The median gain above 0, or loss where nothing gains: one enormous budget must not hide the rest."""
    good = gain[gain > 0]
    good = good if good.size else np.abs(gain[gain < 0])
    return float(np.median(good)) if good.size else 1.0


def _with_kept(
    top: Floats,
    given: Instance,
    columns: Columns,
    taken: sp.csc_matrix,
    gain: Floats,
    duals: Floats,
    kept: Kept,
) -> Floats:
    """Best reduced cost by need, with the kept columns, whose bonus the kernel does not know."""
    count = kept.bonus.size
    if count == 0 or len(columns) == 0:
        return top
    need = given.pairs.need[columns.pair[:count]]
    reduced = gain[:count] - taken[:, :count].T @ duals + duals[need]
    full = top.copy()
    np.maximum.at(full, need, reduced)
    return full
