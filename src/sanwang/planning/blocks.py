"""One plan cut into blocks of needs: prices of what they share first, then each block solved to the end in its room.

A coordinator (``plan_apart``) finds prices that all blocks answer (``ascent``), deals out what they share by what the
plan in fractions uses, has each block solved to the end (columns, relaxation, integer program) within its room, and
adds them up: rooms add up to no more than there is, so what blocks choose is one feasible plan. Then it cuts the needs
into other blocks, which keep what they hold and are dealt what is left over, as long as that gains. Blocks are solved
by an engine's workers, all of a pass side by side; how they are cut hangs on the data and the seed alone.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from sanwang.engine.local import Local
from sanwang.engine.port import Engine, run
from sanwang.planning.arrays import Floats, Instance, Ints
from sanwang.planning.ascent import STEPS, Ascended, Report, Work, ascend
from sanwang.planning.columns import Columns, Policies, join, none, rows
from sanwang.planning.exact import fix_and_choose, money_of, taken_whole
from sanwang.planning.generate import Kept, reach, scale_of, scaled, weighed
from sanwang.planning.pool import Pool
from sanwang.planning.pricing import chunked, price, with_offers
from sanwang.planning.rooms import dealt

BLOCK = 600
"""Needs a block holds at most, where no number of blocks is asked for."""
_PASSES = 8
_ROUNDS = 4
"""Rounds of columns in a block."""
_GAINED = 2e-4
"""Two passes that gain less than this share of the bound are the last."""
_TOLERANCE = 1e-7
_SECONDS = 20.0
_HOPE = 0.02
"""What a route that the plan in fractions doesn't use wishes for, beside one that it does."""


@dataclass(frozen=True)
class Apart:
    """The routes chosen, the objective they reach, the bound, the prices, routes seen, and whether time ran out."""

    columns: Columns
    objective: float
    bound: float
    duals: Floats
    seen: int
    late: bool


class Task(NamedTuple):
    """A block: its pairs, routes known for them (the first ``own`` it holds now), its room (rows, amounts), whether
    what it takes is paid for, and whether there is no time for more than taking what fits."""

    which: Ints
    columns: Columns
    own: int
    rows: Ints
    room: Floats
    priced: bool
    late: bool


def plan_apart(
    given: Instance,
    policies: Policies,
    engine: Engine,
    time_limit: float,
    gap: float,
    seed: int,
    progress: Report | None,
    count: int | None = None,
) -> Apart:
    """The plan of a large instance in ``count`` blocks; the objective never falls from one pass to the next."""
    began = time.perf_counter()
    held = rows(given, policies.limit)
    work = Work(given, policies, held, seed, 10.0 * reach(given, policies, Kept(none(), np.zeros(0))))
    shared = engine.share(work)
    met = ascend(work, engine, shared, time_limit / 2, progress, STEPS)
    prices = engine.share(met.duals)
    number = count or -(-len(given.needs) // BLOCK)
    field = _fields(given)
    known = _Known(work, met)
    chosen, objective, seen, idle = none(), 0.0, len(met.columns), 0
    for turn in range(_PASSES):
        late = time.perf_counter() - began > time_limit
        if late and turn:
            break
        block = split(given, field, np.random.default_rng(seed + turn), number)
        tasks = _tasks(work, known, chosen, block, number, turn, late)
        label = f"solve 求解 {turn + 1}"
        found = run(engine, solved_block, tasks, shared, prices, label=label, progress=progress)
        chosen = join([c for c, _ in found])
        seen += sum(n for _, n in found)
        before, objective = objective, float(weighed(given, chosen, policies, held)[0].sum())
        idle = idle + 1 if objective - before < _GAINED * met.bound else 0
        if idle == 2 or met.bound - objective <= gap * met.bound:
            break
    engine.drop(shared)
    engine.drop(prices)
    return Apart(chosen, objective, max(met.bound, objective), met.duals, seen,
                 time.perf_counter() - began > time_limit)  # fmt: skip


class _Known:
    """Routes known, what they take, and how much of each the plan in fractions uses."""

    def __init__(self, work: Work, met: Ascended) -> None:
        self.columns = met.columns
        _, self.taken = weighed(work.given, met.columns, work.policies, work.held)
        self.need = work.given.pairs.need[met.columns.pair]
        self.wish = np.maximum(met.shares, _HOPE)
        by_row = _absolute(self.taken).tocsr()
        self.step = np.zeros(work.held.capacity.size)
        if len(met.columns):
            self.step = np.asarray(by_row.max(axis=1).todense()).ravel()


def _fields(given: Instance) -> Ints:
    """The field of each need: that of its first pair."""
    found = np.zeros(len(given.needs), np.int64)
    found[given.pairs.need[::-1]] = given.pairs.marks[::-1]
    return found


def split(given: Instance, field: Ints, rng: np.random.Generator, number: int) -> Ints:
    """A block number a need: needs of one field near one another, and in it those that could use one result, drawn
    anew each time among the results that each need matches."""
    count, pairs = len(given.needs), given.pairs
    drawn = rng.random(pairs.need.size)
    order = np.lexsort((drawn, pairs.need))
    ranked = pairs.need[order]
    first = order[np.flatnonzero(np.diff(ranked, prepend=-1))]
    near = np.zeros(count)
    mixed = rng.random(len(given.achievements))
    near[pairs.need[first]] = mixed[pairs.achievement[first]]
    lined = np.lexsort((np.arange(count), near, field))
    block = np.zeros(count, np.int64)
    edges = np.linspace(0, count, number + 1).astype(np.int64)
    for n, (a, b) in enumerate(itertools.pairwise(edges.tolist())):
        block[lined[a:b]] = n
    return block


def _tasks(
    work: Work, known: _Known, chosen: Columns, block: Ints, number: int, turn: int, late: bool
) -> list[Task]:
    """Every block with its room: what it holds, and its share of what nobody does."""
    given, capacity = work.given, work.held.capacity
    pairs = _grouped(block[given.pairs.need], number)
    mine = _grouped(block[known.need], number)
    owner = block[given.pairs.need[chosen.pair]]
    owned = _grouped(owner, number)
    used = _by_block(weighed(given, chosen, work.policies, work.held)[1], owner, np.ones(owner.size), number)
    left = capacity - np.asarray(used.sum(axis=1)).ravel()
    left = np.where(np.abs(left) < 1e-9, 0.0, left)
    wish = known.wish
    if turn:
        # Who is dealt the last of a thing is drawn anew each time, those that want it more more often.
        wish = wish * np.random.default_rng((work.seed, turn)).random(wish.size)
    wanted = sp.csr_matrix(_by_block(_absolute(known.taken), block[known.need], wish, number))
    room = sp.csc_matrix(dealt(left, wanted, known.step) + used)
    room.sort_indices()
    rows_of, amounts = room.indices.astype(np.int64), _whole_fen(work, room)
    tasks = list[Task]()
    for n in range(number):
        own = chosen.take(owned[n])
        start = known.columns.take(mine[n])
        span = slice(room.indptr[n], room.indptr[n + 1])
        tasks.append(
            Task(
                pairs[n],
                join([own, start]),
                len(own),
                rows_of[span],
                amounts[span],
                turn == 0,
                late,
            )
        )
    return tasks


def _whole_fen(work: Work, room: sp.csc_matrix) -> Floats:
    """Rooms, those in a budget cut down to whole fen, or blocks could together overrun it by one."""
    first, last = work.held.offset["product"], work.held.offset["policy"]
    amounts = np.asarray(room.data, np.float64).copy()
    money = (room.indices >= first) & (room.indices < last)
    budget = np.repeat(work.given.budgets, len(work.given.years))[room.indices[money] - first]
    amounts[money] = np.floor(amounts[money] * budget + 1e-3) / budget
    return amounts


def _absolute(taken: sp.csc_matrix) -> sp.csc_matrix:
    return sp.csc_matrix((np.abs(taken.data), taken.indices, taken.indptr), shape=taken.shape)


def _by_block(taken: sp.csc_matrix, block: Ints, weight: Floats, number: int) -> sp.csc_matrix:
    """What columns take of each row, weighed, added up by block."""
    put = sp.csr_matrix((weight, (np.arange(block.size), block)), shape=(block.size, number))
    return sp.csc_matrix(taken @ put)


def _grouped(block: Ints, number: int) -> list[Ints]:
    """Positions by block, ascending."""
    order = np.argsort(block, kind="stable")
    edges = np.searchsorted(block[order], np.arange(number + 1))
    return [order[a:b] for a, b in itertools.pairwise(edges.tolist())]


def solved_block(task: Task, work: Work, duals: Floats) -> tuple[Columns, int]:
    """The best use of a block's room, no worse than what it holds, and how many routes were found on the way.

    In the first pass what it takes of shared rows is paid for, so that what is not worth its price is left to others.
    A block of an engine.
    """
    given, held = work.given, work.held
    needs = len(given.needs)
    room = np.where(np.isfinite(held.capacity), 0.0, np.inf)
    room[:needs] = held.capacity[:needs]
    shared = task.rows >= needs
    room[task.rows[shared]] = task.room[shared]
    paid = duals.copy() if task.priced else np.zeros(room.size)
    paid[:needs] = 0.0
    pool = Pool()
    pool.add(task.columns)
    columns = _generated(task, work, pool, room, paid)
    gain, taken = weighed(given, columns, work.policies, held)
    net = gain - taken.T @ paid
    relaxed = scaled(net, taken, room, work.penalty)
    money = money_of(given, held)
    if task.late and not (taken.nnz and taken.data.min() < 0):
        picked = taken_whole(relaxed.shares, taken, room, money)
    else:
        picked = fix_and_choose(
            net / scale_of(net), taken, room, money, relaxed.shares, 1e-4, _SECONDS, work.seed
        )
    own = task.columns.take(np.arange(task.own))
    before = float(weighed(given, own, work.policies, held)[0].sum())
    if picked is None or float(gain[picked].sum()) < before:
        return own, len(columns)
    return columns.take(picked), len(columns)


def _generated(task: Task, work: Work, pool: Pool, room: Floats, paid: Floats) -> Columns:
    """Routes until none is left that could pay for what it takes of the room, or the rounds are over."""
    given, need = work.given, work.given.pairs.need[task.which]
    mine = given.pairs.at(task.which)
    chunks = chunked(mine, given.layers, Local(1))
    for _ in range(0 if task.late else _ROUNDS):
        gain, taken = weighed(given, pool.columns(), work.policies, work.held)
        relaxed = scaled(gain - taken.T @ paid, taken, room, work.penalty)
        duals = relaxed.prices + paid
        duals[: len(given.needs)] = 0.0
        found = price(given, work.policies, work.held, duals, chunks)
        new = np.flatnonzero(found.best - relaxed.prices[need] > _TOLERANCE * scale_of(gain))
        route = np.column_stack([task.which[new], found.route[new]])
        if pool.add(with_offers(given, found.prices, route)) == 0:
            break
    return pool.columns()
