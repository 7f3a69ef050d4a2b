"""One round over a million parts of vouchers beside raw OR-Tools on the same data, and a day's interest of a loan book.

    python benchmarks/exchange/money.py [--parts 1000000] [--firms 20000] [--loans 100000]

The round splits a million debts to the fen, finds the largest set-off, and says what is cancelled of each: what
``rounds.largest`` does inside a round, without the database. Beside it stands ``SimpleMinCostFlow`` alone, given the
sums between pairs of firms already made: it neither adds the debts up, nor divides the flow among them, nor proves it.
The book: a day's interest of each loan by its own day-count, rounded to the fen, beside the same in float64 arrays.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time

import numpy as np
from ortools.graph.python import min_cost_flow

from sanwang.exchange.rounds import largest
from sanwang.standards.interest import DAY_COUNTS, interest


def debts(parts: int, firms: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    debtor = (firms * draw.beta(1, 3, parts)).astype(np.int64)
    creditor = (debtor + 1 + (firms - 1) * draw.beta(1, 3, parts)).astype(np.int64) % firms
    amount = draw.integers(1, 50_000_000, parts)
    keep = debtor != creditor
    return debtor[keep], creditor[keep], amount[keep]


def raw(firms: int, debtor: np.ndarray, creditor: np.ndarray, amount: np.ndarray) -> tuple[float, int]:
    pair, spot = np.unique(debtor * firms + creditor, return_inverse=True)
    room = np.bincount(spot, amount.astype(np.float64)).astype(np.int64)
    start = time.perf_counter()
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        pair // firms, pair % firms, room, np.full(pair.size, -1)
    )
    assert solver.solve() == solver.OPTIMAL
    return time.perf_counter() - start, int(solver.flows(arcs).sum())


def one_round(parts: int, firms: int) -> None:
    debtor, creditor, amount = debts(parts, firms, 7)
    rows = [
        {"id": f"{n:07d}", "debtor": f"{a:06d}", "creditor": f"{b:06d}", "amount": c, "due_on": "2026-12-31"}
        for n, (a, b, c) in enumerate(zip(debtor.tolist(), creditor.tolist(), amount.tolist(), strict=True))
    ]
    start = time.perf_counter()
    cleared = largest(rows)
    ours = time.perf_counter() - start
    theirs, flow = raw(firms, debtor, creditor, amount)
    assert sum(cleared.values()) == flow
    print(f"round of {len(rows):,} parts, {firms:,} firms: ours {ours:.1f} s, raw OR-Tools {theirs:.1f} s, "
          f"cancelled {flow / amount.sum():.1%}, equal to the fen")  # fmt: skip


def book(loans: int) -> None:
    draw = np.random.default_rng(7)
    balance, rate = draw.integers(1, 10**10, loans), draw.integers(100, 1500, loans)
    counts = [DAY_COUNTS[n] for n in draw.integers(0, 3, loans)]
    on, after = dt.date(2026, 11, 30), dt.date(2026, 12, 1)
    start = time.perf_counter()
    found = [
        interest(b, r, on, after, c) for b, r, c in zip(balance.tolist(), rate.tolist(), counts, strict=True)
    ]
    ours = time.perf_counter() - start
    start = time.perf_counter()
    year = np.array([365 if c == "act/365" else 360 for c in counts])
    plain = np.floor(balance * rate / 10_000 / year + 0.5).astype(np.int64)
    theirs = time.perf_counter() - start
    off = int((plain != np.array(found)).sum())
    print(f"a day's interest of {loans:,} loans: exact {ours:.2f} s ({loans / ours:,.0f} a second); "
          f"float64 arrays {theirs:.2f} s, {off} of them another fen")  # fmt: skip


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--parts", type=int, default=1_000_000)
    asked.add_argument("--firms", type=int, default=20_000)
    asked.add_argument("--loans", type=int, default=100_000)
    given = asked.parse_args()
    book(given.loans)
    one_round(given.parts, given.firms)
