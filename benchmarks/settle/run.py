"""Set-off against its peers: OR-Tools' min-cost flow on the raw graph, a HiGHS LP, networkx.

python benchmarks/settle/run.py [OBLIGATIONS.csv …] [--random N …]
"""

import argparse
import time
from pathlib import Path

import numpy as np
import polars as pl
from ortools.graph.python import min_cost_flow
from ortools.linear_solver.python import model_builder_helper as mbh
from scipy import sparse

from sanwang.finance.obligations import check_obligations, read_obligations
from sanwang.finance.setoff import network
from sanwang.optimize.circulation import dual_value, largest_circulation, potentials


def heavy_tailed(obligations: int, seed: int = 7) -> pl.DataFrame:
    """Firms bought from and sold to by a power law, log-normal amounts in fen."""
    chance = np.random.default_rng(seed)
    firms = max(2, obligations // 5)
    order = chance.permutation(firms)
    debtor = order[(firms * chance.random(obligations) ** 2.5).astype(int)]
    creditor = order[::-1][(firms * chance.random(obligations) ** 2.5).astype(int)]
    amount = np.maximum(1, np.exp(chance.normal(11, 1.8, obligations))).astype(np.int64)
    return pl.DataFrame({"debtor": debtor, "creditor": creditor, "amount": amount})


def ours(nodes, tail, head, amount):
    return int(largest_circulation(nodes, tail, head, amount).sum())


def ours_proved(nodes, tail, head, amount):
    flow = largest_circulation(nodes, tail, head, amount)
    assert dual_value(tail, head, amount, potentials(nodes, tail, head, amount, flow)) == flow.sum()
    return int(flow.sum())


def raw_flow(nodes, tail, head, amount):
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tail, head, amount, np.full(tail.size, -1))
    solver.set_nodes_supplies(np.arange(nodes), np.zeros(nodes, np.int64))
    solver.solve()
    return int(solver.flows(arcs).sum())


def highs(nodes, tail, head, amount):
    arcs = np.arange(tail.size)
    ends = (np.concatenate([tail, head]), np.concatenate([arcs, arcs]))
    signs = np.concatenate([np.ones(tail.size), -np.ones(tail.size)])
    rows = sparse.csr_matrix((signs, ends), shape=(nodes, tail.size))
    model = mbh.ModelBuilderHelper()
    zeros = np.zeros(nodes)
    model.fill_model_from_sparse_data(
        np.zeros(tail.size), amount.astype(float), np.ones(tail.size), zeros, zeros, rows
    )
    model.set_maximize(True)
    solver = mbh.ModelSolverHelper("highs")
    solver.enable_output(False)
    solver.set_solver_specific_parameters("output_flag=false")
    solver.solve(model)
    return round(solver.objective_value())


def by_networkx(nodes, tail, head, amount):
    import networkx

    graph = networkx.DiGraph()
    for a, b, c in zip(tail.tolist(), head.tolist(), amount.tolist(), strict=True):
        graph.add_edge(a, b, capacity=c, weight=-1)
    cost, _ = networkx.network_simplex(graph)
    return -cost


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("files", nargs="*", type=Path)
    asked.add_argument("--random", type=int, nargs="*", default=[])
    asked.add_argument("--peers", nargs="*", default=["raw_flow", "highs", "by_networkx"])
    options = asked.parse_args()
    graphs = [(f.name, read_obligations(f)) for f in options.files]
    graphs += [(f"heavy-tailed {n:,}", check_obligations(heavy_tailed(n))) for n in options.random]
    for name, found in graphs:
        arcs = network(found.rows).arcs
        base, best = 0.0, 0
        for method in (ours, ours_proved, *(globals()[p] for p in options.peers)):
            began = time.perf_counter()
            cleared = method(*arcs)
            seconds = time.perf_counter() - began
            if method is ours:
                base, best = seconds, cleared
            same = "equal" if cleared == best else f"differs by {cleared - best}"
            took = f"{seconds:9.3f} s {seconds / base:7.1f}x"
            print(f"{name:28} {method.__name__:12} {took} {cleared:>16,} fen {same}", flush=True)


if __name__ == "__main__":
    main()
