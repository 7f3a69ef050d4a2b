"""Prices that blocks of needs exchange: each block answers prices with its best routes, the coordinator moves them.

For any prices of what blocks share, Σ capacity · price + Σ over blocks of what their needs gain at these prices is an
upper bound on every plan (Lasdon 1970). Each block answers alone, so the bound is a proof whoever computed it and in
however many blocks. Prices move by adaptive subgradient steps, one size a row (Kingma and Ba 2015); routes answered in
the last rounds, each as often as it was answered, are a plan in fractions (Larsson, Patriksson and Strömberg 1999).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from sanwang.engine.port import Engine, Handle, run
from sanwang.planning.arrays import Floats, Instance, Ints
from sanwang.planning.columns import Columns, Policies, Rows, join, matrix, none
from sanwang.planning.kernel import Prices, price_pairs
from sanwang.planning.parts import parts
from sanwang.planning.pool import Pool
from sanwang.planning.pricing import best_by_need, prices_at, several, with_offers

Report = Callable[[int, int, str], None]

Wanted = Literal["gain", "routes", "closing"]

STEPS = 240
"""Rounds of prices."""
_LAST = 20
"""Rounds whose answers, averaged, say what each need would use."""
_SURE = 3
"""Steps after which it is told how long one takes."""
_NEEDS = 2_500
_LEAST = 4
_FIRST, _DECAY = 0.1, 0.015
"""The first step, in the mean gain of a need, and the last in the first."""
_NO_ROUTES = np.zeros((0, 5), np.int64)


class Work(NamedTuple):
    """What every block needs: the problem, its rules and rows, the seed, and what a shortfall costs."""

    given: Instance
    policies: Policies
    held: Rows
    seed: int
    penalty: float


@dataclass(frozen=True)
class Answered:
    """A block's gain at some prices, how many of its needs gain, what their routes take (rows, amounts); the routes and
    each need's gain where they are asked for."""

    gain: float
    count: int
    rows: Ints
    amounts: Floats
    columns: Columns | None
    tops: Floats | None


@dataclass(frozen=True)
class Ascended:
    """The best prices of all rows met (fen), the bound they prove, routes found near the end, and the share of each in
    the plan in fractions."""

    duals: Floats
    bound: float
    columns: Columns
    shares: Floats


def spans_of(given: Instance) -> list[Ints]:
    """Pairs of some needs each, in blocks whose number hangs on how many needs there are."""
    count = max(_LEAST, -(-len(given.needs) // _NEEDS))
    order = np.argsort(given.pairs.need, kind="stable")
    edges = np.searchsorted(
        given.pairs.need[order], np.linspace(0, len(given.needs), count + 1).astype(np.int64)
    )
    return [order[a:b] for a, b in itertools.pairwise(edges.tolist()) if b > a]


def answered(block: tuple[int, Wanted], work: Work, spans: list[Ints], prices: Prices) -> Answered:
    """One block's answer to prices (a block of an engine).

    ``routes`` asks for each need's best route, ``closing`` for several and each need's gain.
    """
    number, wanted = block
    given, which = work.given, spans[number]
    mine = given.pairs.at(which)
    best, route = np.full(which.size, -np.inf), np.full((which.size, 4), -1, np.int64)
    price_pairs(mine, given.layers, prices, np.zeros(which.size), best, route, _NO_ROUTES)
    part = replace(given, pairs=mine)
    top, where = best_by_need(part, best)

    def routes(of: Ints) -> Columns:
        return with_offers(given, prices, np.column_stack([which[of], route[of]]))

    columns = routes(where[where >= 0])
    taken_of = matrix(given, columns, parts(given, columns), work.policies, work.held)
    rows, back = np.unique(taken_of.indices, return_inverse=True)
    amounts = np.bincount(back.reshape(-1), taken_of.data, rows.size).astype(np.float64)
    shared = rows >= len(given.needs)
    rows, amounts = rows[shared].astype(np.int64), amounts[shared]
    told, tops = (columns if wanted == "routes" else None), None
    if wanted == "closing":
        told, tops = routes(several(part, best, np.flatnonzero(best > 0))), top[np.unique(mine.need)]
    return Answered(float(top.sum()), len(columns), rows, amounts, told, tops)


def ascend(
    work: Work, engine: Engine, held: Handle, seconds: float, progress: Report | None, steps: int
) -> Ascended:
    """Prices after ``steps`` rounds, or as many as ``seconds`` allow, and the best bound met.

    Money rows count in twentieths of a budget, so that one step means as much there as one job elsewhere.
    """
    given, rows = work.given, work.held
    began, count = time.perf_counter(), len(given.needs)
    finite = np.isfinite(rows.capacity)
    finite[:count] = False
    capacity = np.where(finite, rows.capacity, 0.0)
    unit = np.ones(capacity.size)
    unit[rows.offset["product"] : rows.offset["policy"]] = 20.0
    duals, mean, square = (np.zeros(capacity.size) for _ in range(3))
    best, kept, size, last = np.inf, duals, 0.0, list[Columns]()
    spans = spans_of(given)
    cut = engine.share(spans)
    step, rounds, first = 0, steps, began
    while step < rounds:
        wanted: Wanted = "routes" if step >= rounds - _LAST else "gain"
        found = _asked(work, engine, held, cut, len(spans), duals, wanted)
        gain = sum(f.gain for f in found)
        bound = float(capacity @ duals + gain)
        if bound < best:
            best, kept = bound, duals
        if gain <= 0.0:
            break
        if step == 0:
            size = _FIRST * gain / max(1, sum(f.count for f in found))
            first = time.perf_counter()
        last += [f.columns for f in found if f.columns is not None]
        slope = np.where(finite, capacity, 0.0)
        for one in found:
            slope[one.rows] -= one.amounts
        slope = np.where(finite, slope * unit, 0.0)
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope * slope
        move = (mean / (1 - 0.9 ** (step + 1))) / (np.sqrt(square / (1 - 0.99 ** (step + 1))) + 1e-3)
        duals = np.maximum(duals - size * _DECAY ** (step / rounds) * move * unit, 0.0)
        step += 1
        spent = time.perf_counter() - began
        if step > _SURE and spent / step * steps > seconds:
            # Steps shrink towards the last: it comes as early as the time wants.
            each = (time.perf_counter() - first) / (step - 1)
            rounds = min(steps, step + max(0, int((seconds - spent) / each)))
        if progress:
            progress(step, rounds, f"prices 试价 ≤ {best / 1e10:,.2f} 亿元")
    found = _asked(work, engine, held, cut, len(spans), kept, "closing")
    engine.drop(cut)
    kept = kept.copy()
    for span, one in zip(spans, found, strict=True):
        kept[np.unique(given.pairs.need[span])] = one.tops
    closing = [f.columns for f in found if f.columns is not None]
    columns, shares = _averaged(last, closing, min(_LAST, max(1, rounds)))
    return Ascended(kept, best, columns, shares)


def _asked(
    work: Work, engine: Engine, held: Handle, cut: Handle, count: int, duals: Floats, wanted: Wanted
) -> list[Answered]:
    at = engine.share(prices_at(work.given, work.policies, work.held, duals))
    found = run(engine, answered, [(n, wanted) for n in range(count)], held, cut, at, compiled=True)
    engine.drop(at)
    return found


def _averaged(last: list[Columns], more: list[Columns], rounds: int) -> tuple[Columns, Floats]:
    """Each route once, those of the last rounds with the share of the rounds in which it was answered."""
    pool = Pool()
    every = join([*last, *more]) if last or more else none()
    place = pool.places(every)
    shares = np.zeros(len(pool.columns()))
    met = sum(len(c) for c in last)
    np.add.at(shares, place[:met], 1.0 / rounds)
    return pool.columns(), shares
