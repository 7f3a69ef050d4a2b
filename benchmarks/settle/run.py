"""Set-off against its peers: OR-Tools' min-cost flow on the raw graph, a HiGHS LP, networkx.

python benchmarks/settle/run.py [OBLIGATIONS.csv …] [--random N …] [--peers NAME …] [--limit SECONDS]

Each method runs in a process of its own on the same arcs (parallel obligations added up), so that its memory peak is
its own and one that takes too long can be cut off. A topology without amounts gets seeded log-normal ones.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
from ortools.graph.python import min_cost_flow
from ortools.linear_solver.python import model_builder_helper as mbh
from scipy import sparse

from sanwang.finance.obligations import check_obligations
from sanwang.finance.setoff import network
from sanwang.optimize.circulation import dual_value, proved_circulation


def heavy_tailed(obligations: int, seed: int = 7) -> pl.DataFrame:
    """Firms bought from and sold to by a power law, log-normal amounts in fen."""
    chance = np.random.default_rng(seed)
    firms = max(2, obligations // 5)
    order = chance.permutation(firms)
    debtor = order[(firms * chance.random(obligations) ** 2.5).astype(int)]
    creditor = order[::-1][(firms * chance.random(obligations) ** 2.5).astype(int)]
    amount = np.maximum(1, np.exp(chance.normal(11, 1.8, obligations))).astype(np.int64)
    return pl.DataFrame({"debtor": debtor, "creditor": creditor, "amount": amount})


def topology(path: Path, seed: int = 7) -> pl.DataFrame:
    """Obligations of a file; where it has links only, log-normal amounts in fen."""
    frame = pl.read_csv(path, infer_schema_length=0)
    if "amount" in frame.columns:
        return frame
    chance = np.random.default_rng(seed)
    amount = np.maximum(1, np.exp(chance.normal(11, 1.8, frame.height))).astype(np.int64)
    return frame.select(
        pl.col(frame.columns[0]).alias("debtor"),
        pl.col(frame.columns[1]).alias("creditor"),
        pl.Series("amount", amount),
    )


def ours(nodes, tail, head, amount):
    """The flow and its proof: both come from one run, and the proof is evaluated."""
    flow, potential = proved_circulation(nodes, tail, head, amount)
    assert dual_value(tail, head, amount, potential) == flow.sum()
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


def alone(name, path, answer):
    arcs = np.load(path)
    graph = int(arcs["nodes"]), arcs["tail"], arcs["head"], arcs["amount"]
    if name == "ours":  # compiled code is kept between runs; its loading is not the method's time
        ours(2, *(np.array(x, np.int64) for x in ([0, 1], [1, 0], [5, 5])))
    began = time.perf_counter()
    cleared = globals()[name](*graph)
    seconds = time.perf_counter() - began
    answer.send((cleared, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20))


def timed(name, path, limit):
    """Cleared fen, seconds, peak GiB; None where it was cut off or failed."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=alone, args=(name, path, there))
    process.start()
    there.close()
    try:
        return here.recv() if here.poll(limit) else None
    except EOFError:
        return None
    finally:
        process.kill()
        process.join()


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("files", nargs="*", type=Path)
    asked.add_argument("--random", type=int, nargs="*", default=[])
    asked.add_argument("--peers", nargs="*", default=["raw_flow", "highs", "by_networkx"])
    asked.add_argument("--limit", type=float, default=600)
    options = asked.parse_args()
    graphs = [(f.name, lambda f=f: topology(f)) for f in options.files]
    graphs += [(f"heavy-tailed {n:,}", lambda n=n: heavy_tailed(n)) for n in options.random]
    for name, make in graphs:
        nodes, tail, head, amount = network(check_obligations(make()).rows).arcs
        owed, owes = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
        np.add.at(owed, head, amount)
        np.add.at(owes, tail, amount)
        total, bound = int(amount.sum()), int(np.minimum(owed, owes).sum())
        print(f"## {name}: {nodes:,} firms, {tail.size:,} pairs, {total:,} fen, at most {bound / total:.2%}")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "arcs.npz"
            np.savez(path, nodes=nodes, tail=tail, head=head, amount=amount)
            del tail, head, amount, owed, owes
            base, best = 0.0, 0
            for method in ("ours", *options.peers):
                found = timed(method, path, options.limit)
                if found is None:
                    print(f"{method:12} cut off after {options.limit:.0f} s or failed", flush=True)
                    continue
                cleared, seconds, peak = found
                if method == "ours":
                    base, best = seconds, cleared
                same = "equal" if cleared == best else f"differs by {cleared - best}"
                took = f"{seconds:9.3f} s {seconds / base:7.1f}x {peak:6.2f} GiB"
                print(f"{method:12} {took} {cleared:>18,} fen {cleared / total:.2%} {same}", flush=True)


if __name__ == "__main__":
    main()
