"""Several kinds of instance, each solved by Sanwang and as one direct program by HiGHS in the same run; prints a table,
the median ratio and the cases where the direct program is quicker.

python benchmarks/plan/kinds.py --sizes 60,150 --seeds 0,1 --limit 120
"""

import argparse
import statistics
import time
from dataclasses import replace

import numpy as np
from direct import direct, every_route
from instances import instance as random_region

from sanwang.engine.local import Local
from sanwang.planning.assumptions import assumptions
from sanwang.planning.columns import no_policies
from sanwang.planning.instance import instance
from sanwang.planning.solve import solve

YEARS = range(2026, 2031)


def plain(given):
    """As drawn: few needs pay, few things bind."""
    return given


def accepted(given):
    """A person accepted every pair: most needs pay and compete for makers and licences."""
    return replace(given, pairs=given.pairs._replace(chance=np.full(given.pairs.need.size, 0.9)))


def tight(given):
    """Accepted, and every maker takes one job in all but the first year, every base one in all."""
    given = accepted(given)
    makers = np.where(np.isfinite(given.maker_capacity), np.minimum(given.maker_capacity, 1.0), np.inf)
    return replace(given, maker_capacity=makers, base_capacity=np.minimum(given.base_capacity, 1.0))


def loose(given):
    """Accepted, and nothing is scarce but the results."""
    given = accepted(given)
    offers = replace(given.offers, capacity=np.full_like(given.offers.capacity, np.inf))
    return replace(
        given, offers=offers, maker_capacity=np.full_like(given.maker_capacity, np.inf),
        base_capacity=np.full_like(given.base_capacity, np.inf), budgets=np.full_like(given.budgets, np.inf),
    )  # fmt: skip


def poor(given):
    """Accepted, and no need brings more than a tenth of its budget: nearly every route needs a product."""
    given = accepted(given)
    return replace(given, pairs=given.pairs._replace(budget=np.rint(given.pairs.budget / 10)))


KINDS = {f.__name__: f for f in (plain, accepted, tight, loose, poor)}


def timed(work):
    """The answer, wall seconds and seconds of processors."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - wall, time.process_time() - cpu


def case(kind, size, seed, limit):
    """One row: routes, both worths, gaps, wall and processor seconds; None where there are too many routes."""
    region, matches = random_region(size, seed)
    given = KINDS[kind](instance(region, matches.frame, YEARS, assumptions()))
    ours, wall, cpu = timed(lambda: solve(given, no_policies(given), Local(1), limit, 0.0, 0))
    columns = every_route(given, 3_000_000)
    if columns is None or len(columns) == 0:
        return None
    (worth, bound, _), theirs, their_cpu = timed(lambda: direct(given, columns, "highs", limit, 0.0))
    return {
        "kind": kind, "size": size, "seed": seed, "routes": len(columns), "worth": ours.objective / 1e10,
        "gap": (ours.bound - ours.objective) / max(1.0, ours.bound), "wall": wall, "cpu": cpu,
        "peer": None if worth is None else worth / 1e10, "peer_gap": None if worth is None else 1 - worth / bound,
        "peer_wall": theirs, "peer_cpu": their_cpu,
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="60,150")
    parser.add_argument("--seeds", default="0,1")
    parser.add_argument("--limit", type=float, default=120.0)
    args = parser.parse_args()
    warm, matches = random_region(50, 1)
    small = instance(warm, matches.frame, YEARS, assumptions())
    solve(small, no_policies(small), Local(1), 10.0, 0.0, 0)
    print(
        "| kind | needs | seed | routes | worth | gap | s | cpu s | HiGHS worth | gap | s | cpu s | ratio of cpu |"
    )
    print("|" + "---|" * 13)
    ratios, lost = [], []
    for kind in KINDS:
        for size in map(int, args.sizes.split(",")):
            for seed in map(int, args.seeds.split(",")):
                r = case(kind, size, seed, args.limit)
                if r is None:
                    print(f"| {kind} | {size} | {seed} | too many or none |" + " |" * 9, flush=True)
                    continue
                ratio = r["peer_cpu"] / r["cpu"]
                ratios.append(ratio)
                lost += [f"{kind} {size}/{seed} ({ratio:.2f})"] if ratio < 1 else []
                peer = "none |  " if r["peer"] is None else f"{r['peer']:.6f} | {r['peer_gap']:.2%} "
                ours = f"{r['worth']:.6f} | {r['gap']:.2%} | {r['wall']:.1f} | {r['cpu']:.1f}"
                theirs = f"{peer}| {r['peer_wall']:.1f} | {r['peer_cpu']:.1f} | {ratio:.1f}"
                print(f"| {kind} | {size} | {seed} | {r['routes']:,} | {ours} | {theirs} |", flush=True)
    print(f"\nmedian ratio {statistics.median(ratios):.1f} over {len(ratios)}; the direct program is quicker: "
          f"{', '.join(lost) or 'never'}")  # fmt: skip


if __name__ == "__main__":
    main()
