"""From prices to a plan: the integer program over generated columns, whole or block by block, with the proven bound."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from sanwang.engine.doing import single
from sanwang.engine.port import Engine
from sanwang.errors import OptionError
from sanwang.planning.arrays import Floats, Instance, Ints
from sanwang.planning.blocks import plan_apart
from sanwang.planning.columns import Columns, Policies, Rows, none, rows
from sanwang.planning.compact import choose_compact
from sanwang.planning.exact import Money, fix_and_choose, money_of, pick, repaired
from sanwang.planning.generate import Generated, Kept, Report, generate, scale_of, weighed
from sanwang.planning.pricing import everything

WHOLE = 8_000
"""Pairs up to which the program is solved as a whole, with exact prices; above, in blocks (``blocks``)."""
_ALL = 300_000
"""Routes listed at most to prove an integer optimum."""
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
    blocks: int | None = None,
) -> Solved:
    """The best plan found within ``time_limit`` seconds to a relative ``gap``; deterministic if time was enough.

    ``blocks`` asks for so many blocks of needs, whatever the size. Status infeasible: nothing keeps the policies; none:
    nothing that does was found in time. Raises OptionError for blocks under policies that ask for a least amount.
    """
    found = _solve(given, policies, engine, time_limit, gap, seed, kept, progress, blocks)
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
    blocks: int | None,
) -> Solved:
    least = bool(np.any(policies.limit < 0))
    if blocks is not None and least:
        raise OptionError(
            "policies that ask for a least amount hold for the plan as a whole: it cannot be cut into blocks",
            "政策约束要求最低数量，只能整体求解，不能分块",
        )
    if kept is not None or least or (blocks is None and given.pairs.need.size <= WHOLE):
        return _whole(given, policies, engine, time_limit, gap, seed, kept, progress)
    # Threads of a library of sums of products wait busily: between rounds they would take a worker's core.
    with single():
        found = plan_apart(given, policies, engine, time_limit, gap, seed, progress, blocks)
    status = "time limit" if found.late else "feasible"
    short = np.zeros(found.duals.size)
    return Solved(
        found.columns, found.objective, found.bound, status, found.duals, False, short, None, found.seen
    )


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
    return fix_and_choose(
        made.gain / scale,
        made.matrix,
        held.capacity,
        money,
        made.shares,
        max(gap, 1e-4),
        time_limit / 4,
        seed,
    )
