"""Consortia against the greedy cover, and failures of long chains against solving every one.

    python benchmarks/chains/run.py [--links 1000 10000] [--plain 60]

Cases are drawn with a seed. The peer of the team is the greedy cover (Chvátal 1979); the peer of the failure search is
the same linear program solved for every failure, stopped after ``--plain`` seconds and then extrapolated.
"""

from __future__ import annotations

import argparse
import random
import resource
import time

import numpy as np
import scipy.sparse as sp

from sanwang.collaboration.chains.chain import Link, Member, build
from sanwang.collaboration.chains.failures import _flow, failures
from sanwang.optimize.cover import cheapest_cover, greedy_cover, lowest
from sanwang.optimize.throughput import Throughput


def team_case(asked, candidates, fields, seed):
    """Capabilities in fields; a candidate knows some of one to three fields, with a heavy tail."""
    draw = np.random.default_rng(seed)
    per = asked // fields
    rows, cols = [], []
    for n in range(candidates):
        own = draw.choice(fields, draw.choice([1, 2, 3], p=[0.7, 0.25, 0.05]), replace=False)
        pool = np.concatenate([np.arange(f * per, (f + 1) * per) for f in own])
        for c in draw.choice(pool, min(pool.size, draw.zipf(1.7)), replace=False):
            rows.append(c)
            cols.append(n)
    covers = sp.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(asked, candidates))
    cost = 1 + 0.6 * draw.random(candidates) + 0.25 * (draw.random(candidates) < 0.5)
    return np.round(cost, 4), covers, np.ones(asked)


def hard_case(asked, candidates, seed):
    """Capabilities spread at random: the kind of covering problem that is hard to prove."""
    draw = np.random.default_rng(seed)
    sizes = draw.zipf(1.6, candidates).clip(1, 12)
    rows = np.concatenate([draw.choice(asked, k, replace=False) for k in sizes])
    cols = np.repeat(np.arange(candidates), sizes)
    covers = sp.csr_matrix((np.ones(rows.size), (rows, cols)), shape=(asked, candidates))
    return 1 + draw.random(candidates) * 0.8, covers, np.ones(asked)


def teams():
    print("| case | greedy | best | proven | greedy costs more | seconds |")
    print("|---|---|---|---|---|---|")
    cases = [
        (f"{a} x {c}, fields", team_case(a, c, f, s))
        for a, c, f in ((50, 1000, 10), (200, 5000, 20))
        for s in (0, 1, 2)
    ]
    cases.append(("100 x 1000, spread at random", hard_case(100, 1000, 0)))
    for name, (cost, covers, required) in cases:
        greedy = greedy_cover(cost, covers, required)
        if greedy is None:
            continue
        began = time.perf_counter()
        best = cheapest_cover(cost, covers, required, seconds=30)
        took = time.perf_counter() - began
        worse = cost[greedy].sum() / best.cost - 1
        proven = "yes" if best.proven else f"no, bound {lowest(cost, covers, required):.2f}"
        print(
            f"| {name} | {cost[greedy].sum():.3f} | {best.cost:.3f} | {proven} | {worse:+.1%} | {took:.2f} |",
            flush=True,
        )


def long_chain(links, seed):
    """Twenty tiers; each link takes one to three inputs from the tiers before, some of them replaceable."""
    draw = random.Random(seed)
    tier = [n * 20 // links for n in range(links)]
    first = {t: tier.index(t) for t in set(tier)}
    rows, members = [], []
    for n in range(links):
        low, high = first[max(0, tier[n] - 2)], first[tier[n]]
        inputs = tuple(f"L{i}" for i in draw.sample(range(low, high), min(high - low, draw.randint(1, 3))))
        either = inputs[:2] if len(inputs) > 1 and draw.random() < 0.4 else ()
        rows.append(Link(f"L{n}", f"L{n}", inputs=inputs, alternatives=either))
        for firm in draw.sample(range(links // 2), draw.randint(1, 4)):
            members.append(
                Member(
                    f"L{n}",
                    f"F{firm}",
                    f"F{firm}",
                    "firm",
                    "core",
                    capacity=float(draw.randint(5, 60)),
                    city=f"C{firm % 30}",
                    city_name=f"C{firm % 30}",
                    province="130000",
                )
            )
    return build("x", "x", rows, members)


def chains(sizes, plain):
    print("\n| links | firms | search s | programs solved | proven | every single failure s | ratio |")
    print("|---|---|---|---|---|---|---|")
    for size in sizes:
        chain = long_chain(size, 0)
        firms = sorted({m.actor for m in chain.members})
        began = time.perf_counter()
        found = failures(chain, top=10)
        took = time.perf_counter() - began
        flow = _flow(chain)
        program = Throughput(flow.network)
        program.solve()
        held: dict[str, dict[int, float]] = {}
        for n, own in flow.held.items():
            for actor, capacity in own.items():
                held.setdefault(actor, {})[n] = capacity
        began, done = time.perf_counter(), 0
        for actor in firms:
            program.total({n: max(0.0, float(flow.network.capacity[n]) - c) for n, c in held[actor].items()})
            done += 1
            if time.perf_counter() - began > plain:
                break
        each = (time.perf_counter() - began) / done
        whole = each * len(firms)
        mark = "" if done == len(firms) else f" (extrapolated from {done})"
        print(
            f"| {size:,} | {len(firms):,} | {took:.1f} | {found.solves} | {found.proven} "
            f"| {whole:.1f}{mark} | {whole / took:.1f} |",
            flush=True,
        )
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--links", type=int, nargs="*", default=[1000, 10000])
    options.add_argument("--plain", type=float, default=60)
    chosen = options.parse_args()
    teams()
    chains(chosen.links, chosen.plain)
