"""From prices to a plan: the integer program over generated columns, whole or block by block, with the proven bound."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy.sparse as sp

from sanwang.optimize.program import choose
from sanwang.planning.columns import Columns, Policies, Rows, join, none, rows
from sanwang.planning.engine import Engine
from sanwang.planning.generate import (
    Generated,
    Kept,
    Pool,
    Priced,
    Report,
    ascend,
    best_by_need,
    chunked,
    columns_of,
    everything,
    generate,
    price,
    scale_of,
    scaled,
    several,
    weighed,
)
from sanwang.planning.instance import Instance
from sanwang.planning.kernel import Floats, Ints

WHOLE = 4_000
"""Pairs up to which the program is solved as a whole, with exact prices; above, block by block."""
_BLOCK = 600
"""Needs a block holds at most."""
_STEPS = 100
_ALL = 300_000
"""Routes listed at most to prove an integer optimum."""
_TOLERANCE = 1e-7


@dataclass(frozen=True)
class Solved:
    """The routes chosen, the objective they reach, the bound on it, and the prices of all rows in fen.

    ``generated`` is there when the program was solved whole. ``short`` says by how much policies asking for a least
    amount fall short in the relaxation.
    """

    columns: Columns
    objective: float
    bound: float
    status: str
    prices: Floats
    exact: bool
    short: Floats
    generated: Generated | None
    count: int


def solve(
    given: Instance,
    policies: Policies,
    engine: Engine,
    time_limit: float,
    gap: float,
    seed: int,
    kept: Kept | None = None,
    progress: Report | None = None,
) -> Solved:
    """The best plan found within ``time_limit`` seconds to a relative ``gap``; the same for a seed if time was enough."""
    if given.pairs.need.size <= WHOLE or kept is not None or np.any(policies.limit < 0):
        return _whole(given, policies, engine, time_limit, gap, seed, kept, progress)
    return _blocks(given, policies, engine, time_limit, seed, progress)


def _whole(
    given: Instance,
    policies: Policies,
    engine: Engine,
    time_limit: float,
    gap: float,
    seed: int,
    kept: Kept | None,
    progress: Report | None,
) -> Solved:
    began = time.perf_counter()
    made = generate(given, policies, engine, kept, progress, time_limit)
    held = rows(given, policies.limit)
    if np.any(made.short > 1e-6):
        return Solved(none(), 0.0, made.bound, "infeasible", made.prices, made.exact, made.short, made, len(made.columns))
    columns, gain, taken = made.columns, made.gain, made.matrix
    low, picked = _rounded(made, held, gap, time_limit, seed)
    status = "optimal" if made.bound - low <= _TOLERANCE * max(1.0, made.bound) else "feasible"
    bound = made.bound
    room = made.bound - low
    if room > max(gap * abs(made.bound), _TOLERANCE * max(1.0, made.bound)):
        if progress:
            progress(0, 1, "solve 求解")
        # A route whose reduced cost is below low − bound can be in no better plan (reduced-cost fixing).
        added = everything(given, policies, made, room * (1 + 1e-9) + 1.0, _ALL) if made.exact else None
        pool = Pool()
        pool.add(columns)
        if added is not None:
            pool.add(added)
        columns = pool.columns()
        more, taken = weighed(given, columns, policies, held)
        if kept is not None:
            more[: kept.bonus.size] += kept.bonus
        near = np.flatnonzero(more - taken.T @ made.prices >= -room * (1 + 1e-9) - 1.0)
        near = np.union1d(near, picked)
        scale = scale_of(more)
        left = max(1.0, time_limit - (time.perf_counter() - began))
        found = choose(more[near] / scale, taken[:, near], held.capacity, left, gap, seed)
        if found.status != "none" and found.worth * scale >= low:
            picked, gain = near[found.columns], more
            low = float(more[picked].sum())
        else:
            gain = more
        if added is not None:
            # Whatever is not among the columns is worth less than the plan at hand.
            bound = min(bound, max(low, found.bound * scale))
            status = "optimal" if found.status == "optimal" else "feasible"
    if picked.size == 0 and np.any(policies.limit < 0):
        status = "infeasible"
    return Solved(
        columns.take(picked), low, max(bound, low), status, made.prices, made.exact, made.short, made, len(columns)
    )


def _rounded(made: Generated, held: Rows, gap: float, time_limit: float, seed: int) -> tuple[float, Ints]:
    """A first plan: what the relaxation takes whole, and the best use of what that leaves."""
    scale = scale_of(made.gain)
    picked = _fix_and_choose(made.gain / scale, made.matrix, held.capacity, made.shares, max(gap, 1e-4), time_limit / 4, seed)
    return float(made.gain[picked].sum()), picked


def _fix_and_choose(
    gain: Floats,
    taken: sp.csc_matrix,
    capacity: Floats,
    shares: Floats,
    gap: float,
    seconds: float,
    seed: int,
) -> Ints:
    """Columns with share one are taken; the rest is an integer program over those that still fit."""
    ones = np.flatnonzero(shares > 0.999)
    left = capacity - np.asarray(taken[:, ones].sum(axis=1)).ravel()
    if np.any(capacity < 0):
        rest = np.flatnonzero(shares <= 0.999)
    else:
        left = np.where(np.abs(left) < 1e-9, 0.0, left)
        over = taken.copy()
        over.data = over.data > left[over.indices] + 1e-9
        fits = np.asarray(over.sum(axis=0)).ravel() == 0
        fits[ones] = False
        rest = np.flatnonzero(fits & (gain > 0))
    found = choose(gain[rest], taken[:, rest], left, max(1.0, seconds), gap, seed)
    if found.status == "none":
        return np.zeros(0, np.int64) if np.any(capacity < 0) else ones
    return np.sort(np.concatenate([ones, rest[found.columns]]))


def _blocks(
    given: Instance,
    policies: Policies,
    engine: Engine,
    time_limit: float,
    seed: int,
    progress: Report | None,
) -> Solved:
    """Prices for the whole, then one block of needs after another: rows that others use too are paid for at their price."""
    began = time.perf_counter()
    held = rows(given, policies.limit)
    chunks = chunked(given.pairs, engine)
    pool = Pool()
    duals, bound = ascend(given, policies, held, engine, chunks, pool, progress, _STEPS)
    priced = price(given, policies, held, duals, engine, chunks)
    top, _ = best_by_need(given, priced.best)
    duals[: len(given.needs)] = top
    pool.add(columns_of(given, priced, several(given, priced.best, np.flatnonzero(priced.best > 0))))
    columns = pool.columns()
    blocks = _split(given, columns)
    left = held.capacity.copy()
    shared = _shared(given, columns, policies, held, blocks)
    paid = np.where(shared, duals, 0.0)
    chosen: list[Columns] = []
    objective = 0.0
    order = np.argsort(blocks[given.pairs.need[columns.pair]], kind="stable")
    edges = np.searchsorted(blocks[given.pairs.need[columns.pair]][order], np.arange(blocks.max() + 2))
    frame = pl.DataFrame(given.pairs._asdict())
    pair_block = blocks[given.pairs.need]
    pair_order = np.argsort(pair_block, kind="stable")
    pair_edges = np.searchsorted(pair_block[pair_order], np.arange(blocks.max() + 2))
    count = len(columns)
    for block in range(int(blocks.max()) + 1):
        mine = columns.take(np.sort(order[edges[block] : edges[block + 1]]))
        which = np.sort(pair_order[pair_edges[block] : pair_edges[block + 1]])
        late = time.perf_counter() - began > time_limit
        rounds = 0 if late else 3
        picked, gained, used, seen = _block(
            given, policies, held, mine, which, frame[which], paid, left, engine, rounds, late, seed
        )
        left = left - used
        chosen.append(picked)
        objective += gained
        count += seen - len(mine)
        if progress:
            progress(block + 1, int(blocks.max()) + 1, "solve 求解")
    found = join(chosen) if chosen else none()
    status = "time limit" if time.perf_counter() - began > time_limit else "feasible"
    return Solved(found, objective, max(bound, objective), status, duals, False, np.zeros(duals.size), None, count)


def _block(
    given: Instance,
    policies: Policies,
    held: Rows,
    columns: Columns,
    which: Ints,
    frame: pl.DataFrame,
    paid: Floats,
    left: Floats,
    engine: Engine,
    rounds: int,
    late: bool,
    seed: int,
) -> tuple[Columns, float, Floats, int]:
    pool = Pool()
    pool.add(columns)
    need = given.pairs.need
    while True:
        columns = pool.columns()
        gain, taken = weighed(given, columns, policies, held)
        net = gain - taken.T @ paid
        relaxed = scaled(net, taken, left)
        if rounds == 0:
            break
        rounds -= 1
        duals = relaxed.prices + paid
        duals[: len(given.needs)] = 0.0
        found = price(given, policies, held, duals, engine, chunked_frame(frame, engine))
        new = np.flatnonzero(found.best - relaxed.prices[need[which]] > _TOLERANCE * scale_of(gain))
        route = np.zeros((need.size, 4), np.int64)
        route[which] = found.route
        if pool.add(columns_of(given, Priced(found.best, route, found.offer), which[new])) == 0:
            break
    scale = scale_of(net)
    if late:
        picked = np.flatnonzero(relaxed.shares > 0.999)
    else:
        picked = _fix_and_choose(net / scale, taken, left, relaxed.shares, 1e-4, 20.0, seed)
    used = np.asarray(taken[:, picked].sum(axis=1)).ravel()
    return columns.take(picked), float(gain[picked].sum()), used, len(columns)


def chunked_frame(frame: pl.DataFrame, engine: Engine) -> list[pl.DataFrame]:
    """A frame of pairs in as many pieces as the engine runs at a time."""
    step = max(1, -(-frame.height // engine.width))
    return [frame[i : i + step] for i in range(0, frame.height, step)]


def _split(given: Instance, columns: Columns) -> Ints:
    """A block number a need: needs whose best columns are of one field together, at most ``_BLOCK`` each."""
    field = np.zeros(len(given.needs), np.int64)
    field[given.pairs.need[::-1]] = given.pairs.marks[::-1]
    field[given.pairs.need[columns.pair][::-1]] = given.pairs.marks[columns.pair][::-1]
    order = np.argsort(field, kind="stable")
    blocks = np.zeros(len(given.needs), np.int64)
    ranked = field[order]
    begins = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    number, size = 0, 0
    for a, b in zip(begins, [*begins[1:], ranked.size], strict=True):
        if size and size + (b - a) > _BLOCK:
            number, size = number + 1, 0
        pieces = -(-(b - a) // _BLOCK)
        for piece in np.array_split(order[a:b], pieces):
            if size and size + piece.size > _BLOCK:
                number, size = number + 1, 0
            blocks[piece] = number
            size += piece.size
    return blocks


def _shared(
    given: Instance, columns: Columns, policies: Policies, held: Rows, blocks: Ints
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rows that columns of more than one block use."""
    _, taken = weighed(given, columns, policies, held)
    by_row = taken.tocsr()
    row = np.repeat(np.arange(by_row.shape[0]), np.diff(by_row.indptr))
    block = blocks[given.pairs.need[columns.pair]][by_row.indices]
    low = np.full(by_row.shape[0], np.iinfo(np.int64).max)
    high = np.full(by_row.shape[0], -1)
    np.minimum.at(low, row, block)
    np.maximum.at(high, row, block)
    return high > low
