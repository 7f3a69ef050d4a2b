"""From prices to a plan: the integer program over generated columns, whole or block by block, with the proven bound."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from sanwang.engine.port import Engine
from sanwang.planning.arrays import Floats, Instance, Ints
from sanwang.planning.columns import Columns, Policies, Rows, join, none, rows
from sanwang.planning.compact import choose_compact
from sanwang.planning.exact import Money, money_of, pick, repaired, taken_whole
from sanwang.planning.generate import (
    Generated,
    Kept,
    Report,
    ascend,
    generate,
    reach,
    scale_of,
    scaled,
    tighten,
    weighed,
)
from sanwang.planning.pool import Pool
from sanwang.planning.pricing import Priced, best_by_need, chunked, columns_of, everything, price, several

WHOLE = 8_000
"""Pairs up to which the program is solved as a whole, with exact prices; above, block by block."""
_BLOCK = 600
"""Needs a block holds at most."""
_STEPS = 100
_ALL = 300_000
"""Routes listed at most to prove an integer optimum."""
_PASSES = 6
_SPARE = 1.1
"""A block's share of shared capacity, times this: what one leaves, the next can use."""
_GAINED = 5e-4
"""A pass that gains less than this share of the bound is the last."""
_TOLERANCE = 1e-7
_NOTHING = np.zeros(0, np.int64)


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
    """The best plan found within ``time_limit`` seconds to a relative ``gap``; deterministic if time was enough.

    Status infeasible: nothing keeps the policies; none: nothing that does was found in time.
    """
    found = _solve(given, policies, engine, time_limit, gap, seed, kept, progress)
    held = rows(given, policies.limit)
    gain, taken = weighed(given, found.columns, policies, held)
    # Parts of the answer came from several programs: together they may overrun a budget by a fen.
    stay = repaired(gain, taken, held.capacity, money_of(given, held))
    if stay.size == len(found.columns):
        return found
    lost = float(np.delete(gain, stay).sum())
    return replace(
        found, columns=found.columns.take(stay), objective=found.objective - lost, status="feasible"
    )


def _solve(
    given: Instance,
    policies: Policies,
    engine: Engine,
    time_limit: float,
    gap: float,
    seed: int,
    kept: Kept | None,
    progress: Report | None,
) -> Solved:
    if given.pairs.need.size <= WHOLE or kept is not None or np.any(policies.limit < 0):
        return _whole(given, policies, engine, time_limit, gap, seed, kept, progress)
    return _blocks(given, policies, engine, time_limit, gap, seed, progress)


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
        status = "infeasible" if made.exact else "none"
        return _solved(made, none(), 0.0, made.bound, status)
    first = _rounded(made, held, money_of(given, held), gap, time_limit, seed)
    columns, low, bound, status = made.columns.take(_NOTHING), -np.inf, made.bound, "feasible"
    if first is not None:
        columns, low = made.columns.take(first), float(made.gain[first].sum())
    small = _TOLERANCE * max(1.0, abs(made.bound))
    if bound - low <= small:
        return _solved(made, columns, low, bound, "optimal")
    if bound - low > max(gap * abs(bound), small):
        if progress:
            progress(0, 1, "solve 求解")
        left = max(1.0, time_limit - (time.perf_counter() - began))
        # A route whose reduced cost is below low − bound can be in no better plan (reduced-cost fixing).
        slack = (bound - low) * (1 + 1e-9) + 1.0
        every = everything(given, policies, made, slack, _ALL) if made.exact and kept is None else None
        if every is not None:
            chosen, worth, top, reached = choose_compact(given, policies, every, left, gap, seed)
            if worth >= low:
                columns, low = chosen, worth
            # Whatever is not among those routes is worth less than the plan at hand.
            bound = min(bound, max(low, top))
            status = "optimal" if reached == "optimal" else "feasible"
            if low == -np.inf:
                status = "infeasible" if top == -np.inf else "none"
        else:
            near = np.flatnonzero(made.gain - made.matrix.T @ made.prices >= -slack)
            near = np.union1d(near, _NOTHING if first is None else first)
            scale = scale_of(made.gain)
            money = money_of(given, held)
            found = pick(made.gain[near] / scale, made.matrix[:, near], held.capacity, money, left, gap, seed)
            if found.status != "none" and found.worth * scale >= low:
                columns, low = made.columns.take(near[found.columns]), found.worth * scale
            status = "none" if low == -np.inf else status
    if status in ("infeasible", "none"):
        return _solved(made, none(), 0.0, made.bound, status)
    return _solved(made, columns, low, bound, status)


def _solved(made: Generated, columns: Columns, low: float, bound: float, status: str) -> Solved:
    exact, count = made.exact, len(made.columns)
    return Solved(columns, low, max(bound, low), status, made.prices, exact, made.short, made, count)


def _rounded(
    made: Generated, held: Rows, money: Money, gap: float, time_limit: float, seed: int
) -> Ints | None:
    """A first plan: what the relaxation takes whole, and the best use of what that leaves; None where none is found."""
    scale = scale_of(made.gain)
    return _fix_and_choose(
        made.gain / scale,
        made.matrix,
        held.capacity,
        money,
        made.shares,
        max(gap, 1e-4),
        time_limit / 4,
        seed,
    )


def _fix_and_choose(
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


@dataclass(frozen=True)
class _Work:
    """What every block needs: the problem, its rules and rows, where pricing runs, the seed."""

    given: Instance
    policies: Policies
    held: Rows
    engine: Engine
    seed: int
    penalty: float


def _blocks(
    given: Instance,
    policies: Policies,
    engine: Engine,
    time_limit: float,
    gap: float,
    seed: int,
    progress: Report | None,
) -> Solved:
    """Prices for the whole, then one block of needs after another, in passes.

    The first pass gives each block its share of the rows that others use too, at their price. Each later
    pass forms other blocks, takes back what a block's needs hold and solves it again with all that is free, so the
    objective never falls.
    """
    began = time.perf_counter()
    held = rows(given, policies.limit)
    penalty = 10.0 * reach(given, policies, Kept(none(), np.zeros(0)))
    work = _Work(given, policies, held, engine, seed, penalty)
    pool = Pool()
    chunks = chunked(given.pairs, given.layers, engine)
    duals, bound = ascend(given, policies, held, chunks, pool, progress, _STEPS)
    priced = price(given, policies, held, duals, chunks)
    pool.add(columns_of(given, priced, several(given, priced.best, np.flatnonzero(priced.best > 0))))
    if time.perf_counter() - began < time_limit / 2:
        start = (duals, bound)
        duals, bound = tighten(given, policies, held, chunks, pool, start, penalty, progress)
    duals = duals.copy()
    duals[: len(given.needs)] = best_by_need(given, price(given, policies, held, duals, chunks).best)[0]
    chunks.drop()
    columns = pool.columns()
    need = given.pairs.need
    field = np.zeros(len(given.needs), np.int64)
    field[need[::-1]] = given.pairs.marks[::-1]
    field[need[columns.pair][::-1]] = given.pairs.marks[columns.pair][::-1]
    chosen, objective, seen = none(), 0.0, len(columns)
    left = held.capacity.copy()
    before_pass = 0.0
    for turn in range(_PASSES):
        blocks = _split(field, np.random.default_rng(seed + turn))
        count = int(blocks.max(initial=-1)) + 1
        mine = _parts_of(blocks[need[columns.pair]], count)
        pairs = _parts_of(blocks[need], count)
        touch = _touch(work, columns, mine) if turn == 0 else None
        gathered: list[Columns] = []
        owner = blocks[need[chosen.pair]]
        for block in range(count):
            late = time.perf_counter() - began > time_limit
            before = chosen.take(np.flatnonzero(owner == block))
            if late and turn:
                gathered.append(before)
                continue
            if touch is None:
                gain, used = _holds(work, before)
                room, paid = left + used, np.zeros(left.size)
            else:
                # A block may take of shared rows what its columns' share of all columns still to come allows.
                gain, used = 0.0, np.zeros(left.size)
                here, rest = touch[block], touch[block:].sum(axis=0)
                shared = (rest > here) | (touch[:block].sum(axis=0) > 0)
                part = np.divide(here, rest, out=np.zeros_like(here), where=rest > 0)
                tight = np.ceil(np.where(np.isfinite(left), left, 0.0) * part * _SPARE)
                tight[~np.isfinite(left)] = np.inf
                big = held.offset["product"]
                money = np.where(np.isfinite(left[big:]), left[big:], 0.0)
                tight[big:] = np.where(
                    np.isfinite(left[big:]), money * np.minimum(1.0, part[big:] * _SPARE), np.inf
                )
                room = np.where(shared & (left > 0), np.minimum(left, tight), left)
                paid = np.where(shared, duals, 0.0)
                paid[: len(given.needs)] = 0.0
            start = columns.take(mine[block])
            start = join([start, before]) if len(before) else start
            picked, more = _block(work, start, pairs[block], paid, room, 0 if late else 3, late)
            gained, taken = _holds(work, picked)
            if gained < gain:
                picked, gained, taken = before, gain, used
            left = left + used - taken
            objective += gained - gain
            seen += more
            gathered.append(picked)
            if progress:
                progress(block + 1, count, f"solve 求解 {turn + 1}")
        chosen = join(gathered) if gathered else none()
        slow, before_pass = objective - before_pass < _GAINED * bound, objective
        if slow or bound - objective <= gap * bound or time.perf_counter() - began > time_limit:
            break
    status = "time limit" if time.perf_counter() - began > time_limit else "feasible"
    return Solved(
        chosen, objective, max(bound, objective), status, duals, False, np.zeros(duals.size), None, seen
    )


def _parts_of(block: Ints, count: int) -> list[Ints]:
    """Positions by block number, ascending."""
    order = np.argsort(block, kind="stable")
    edges = np.searchsorted(block[order], np.arange(count + 1))
    return [order[a:b] for a, b in itertools.pairwise(edges.tolist())]


def _touch(work: _Work, columns: Columns, mine: list[Ints]) -> Floats:
    """How many columns of each block use each row; block × row."""
    _, taken = weighed(work.given, columns, work.policies, work.held)
    return np.stack([np.diff(taken[:, which].tocsr().indptr).astype(np.float64) for which in mine])


def _holds(work: _Work, columns: Columns) -> tuple[float, Floats]:
    """What columns add to the objective, and what they take of each row."""
    gain, taken = weighed(work.given, columns, work.policies, work.held)
    return float(gain.sum()), np.asarray(taken.sum(axis=1)).ravel()


def _block(
    work: _Work, columns: Columns, which: Ints, paid: Floats, room: Floats, rounds: int, late: bool
) -> tuple[Columns, int]:
    """The best use of the room for the needs of some pairs, and how many columns were found on the way."""
    given, need = work.given, work.given.pairs.need
    pool = Pool()
    pool.add(columns)
    mine = given.pairs.at(which)
    while True:
        columns = pool.columns()
        gain, taken = weighed(given, columns, work.policies, work.held)
        net = gain - taken.T @ paid
        relaxed = scaled(net, taken, room, work.penalty)
        if rounds == 0:
            break
        rounds -= 1
        duals = relaxed.prices + paid
        duals[: len(given.needs)] = 0.0
        chunks = chunked(mine, given.layers, work.engine)
        found = price(given, work.policies, work.held, duals, chunks)
        chunks.drop()
        new = np.flatnonzero(found.best - relaxed.prices[need[which]] > _TOLERANCE * scale_of(gain))
        route = np.zeros((need.size, 4), np.int64)
        route[which] = found.route
        if pool.add(columns_of(given, Priced(found.best, route, found.prices), which[new])) == 0:
            break
    scale = scale_of(net)
    money = money_of(given, work.held)
    if late and not (taken.nnz and taken.data.min() < 0):
        picked = taken_whole(relaxed.shares, taken, room, money)
    else:
        picked = _fix_and_choose(net / scale, taken, room, money, relaxed.shares, 1e-4, 20.0, work.seed)
    return columns.take(_NOTHING if picked is None else picked), len(columns)


def _split(field: Ints, rng: np.random.Generator) -> Ints:
    """A block number a need: needs of one field together, in random order, at most ``_BLOCK`` each."""
    order = np.lexsort((rng.random(field.size), field))
    blocks = np.zeros(field.size, np.int64)
    ranked = field[order]
    begins = np.flatnonzero(np.diff(ranked, prepend=-1))
    number, size = 0, 0
    for a, b in itertools.pairwise([*begins.tolist(), ranked.size]):
        for piece in np.array_split(order[a:b], -(-(b - a) // _BLOCK)):
            if size and size + piece.size > _BLOCK:
                number, size = number + 1, 0
            blocks[piece] = number
            size += piece.size
    return blocks
