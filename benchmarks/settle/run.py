"""Set-off against OR-Tools' min-cost flow on the raw graph, a HiGHS linear program and networkx, in one run.

python benchmarks/settle/run.py --sizes 20000,200000,1000000 [--file obligations.csv] [--slow 20000]
"""

import argparse
import time
from pathlib import Path

import numpy as np
import polars as pl
import scipy.sparse as sp
from ortools.graph.python import min_cost_flow

from sanwang.finance.certificate import check
from sanwang.finance.obligations import SCHEMA, Obligations, read_obligations
from sanwang.finance.setoff import settle
from sanwang.optimize.program import relax


def heavy_tailed(rows, seed=0):
    """Obligations of firms whose sizes follow a Pareto law, amounts lognormal."""
    rng = np.random.default_rng(seed)
    firms = max(10, rows // 5)
    weight = rng.pareto(1.2, firms) + 1
    ends = [rng.choice(firms, rows, p=weight / weight.sum()) for _ in range(2)]
    amount = np.exp(rng.normal(11, 1.8, rows)).astype(np.int64) + 1
    frame = pl.DataFrame({"row": np.arange(rows), "debtor": ends[0], "creditor": ends[1], "amount": amount})
    frame = frame.with_columns(
        pl.format("F{}", "debtor").alias("debtor"), pl.format("F{}", "creditor").alias("creditor"),
        id=pl.format("I{}", "row"), due=pl.lit(None, pl.Date), currency=pl.lit("CNY"), status=pl.lit("open"),
        consent=pl.lit(value=True),
    )  # fmt: skip
    return Obligations(frame.select(pl.col(c).cast(t) for c, t in SCHEMA.items()), f"heavy-tailed {rows:,}")


def arrays(given):
    names = pl.concat([given.frame["debtor"], given.frame["creditor"]]).unique().sort()
    number = dict(zip(names.to_list(), range(names.len()), strict=True))
    tail = given.frame["debtor"].replace_strict(number, return_dtype=pl.Int64).to_numpy()
    head = given.frame["creditor"].replace_strict(number, return_dtype=pl.Int64).to_numpy()
    keep = tail != head
    return tail[keep], head[keep], given.frame["amount"].to_numpy()[keep], names.len()


def raw_flow(tail, head, amount, nodes):
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        tail.astype(np.int32), head.astype(np.int32), amount, -np.ones(amount.size, np.int64)
    )
    solver.solve()
    return -solver.optimal_cost()


def linear_program(tail, head, amount, nodes):
    every = np.arange(amount.size)
    ones = np.ones(amount.size)
    balance = sp.csr_matrix(
        (np.r_[ones, -ones], (np.r_[tail, head], np.r_[every, every])), (nodes, amount.size)
    )
    rows = sp.csc_matrix(sp.vstack([balance, -balance, sp.identity(amount.size)]))
    limits = np.r_[np.zeros(2 * nodes), amount.astype(float)]
    return relax(ones, rows, limits, solver="highs").value


def with_networkx(tail, head, amount, nodes):
    import networkx

    graph = networkx.DiGraph()
    merged = {}
    for a, b, x in zip(tail.tolist(), head.tolist(), amount.tolist(), strict=True):
        merged[a, b] = merged.get((a, b), 0) + x
    graph.add_edges_from((a, b, {"capacity": x, "weight": -1}) for (a, b), x in merged.items())
    return -networkx.network_simplex(graph)[0]


def timed(function, *arguments):
    began = time.perf_counter()
    try:
        value = function(*arguments)
    except ImportError:
        return None, None
    return value, time.perf_counter() - began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="20000,200000,1000000")
    parser.add_argument("--file", type=Path, help="a csv of obligations in fen")
    parser.add_argument("--slow", type=int, default=20_000, help="rows up to which HiGHS and networkx run")
    args = parser.parse_args()
    settle(heavy_tailed(1_000))  # the potentials' kernel is compiled beforehand
    cases = [read_obligations(args.file)] if args.file else []
    cases += [heavy_tailed(int(x)) for x in args.sizes.split(",") if x]
    print(
        f"{'case':<26} {'cleared (fen)':>18} {'share':>7} {'ours s':>7} {'raw s':>7} {'ratio':>6} {'HiGHS s':>8} {'networkx s':>10} equal"
    )
    for given in cases:
        made, ours = timed(settle, given)
        tail, head, amount, nodes = arrays(given)
        raw, raw_s = timed(raw_flow, tail, head, amount, nodes)
        values, cells = [made.cleared == raw], []
        for peer in (linear_program, with_networkx):
            if given.frame.height > args.slow:
                cells.append("–")
                continue
            value, seconds = timed(peer, tail, head, amount, nodes)
            cells.append("–" if value is None else f"{seconds:.1f}")
            values.append(value is None or abs(value - made.cleared) < 1)
        assert check(given, made.invoices, made.potentials).ok
        name = Path(given.name).name
        print(f"{name:<26} {made.cleared:>18,} {made.cleared / made.total:>7.2%} {ours:>7.2f} {raw_s:>7.2f} "
              f"{raw_s / ours:>5.1f}x {cells[0]:>8} {cells[1]:>10} {all(values)}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
