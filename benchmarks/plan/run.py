"""Sanwang's plan against the direct program (HiGHS, CP-SAT) and greedy by score, then at scale; prints a table.

python benchmarks/plan/run.py --peers 50,100,200 --limit 600 --scale 1000,10000,100000
"""

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from direct import direct, every_route, greedy
from instances import instance as random_region

from sanwang.engine.local import Local
from sanwang.planning.assumptions import assumptions
from sanwang.planning.columns import no_policies
from sanwang.planning.instance import instance
from sanwang.planning.solve import solve

YEARS = range(2026, 2031)


def peak_mb():
    """The most memory this process held; ru_maxrss would carry over from the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def sanwang(size, seed, limit, gap):
    """Seconds from tables to plan (instance, pricing, integer), worth and bound; the kernel is compiled beforehand."""
    warm_region, warm_matches = random_region(50, 1)
    small = instance(warm_region, warm_matches.frame, YEARS, assumptions())
    solve(small, no_policies(small), Local(), 10.0, 0.0, 0)
    region, matches = random_region(size, seed)
    began = time.perf_counter()
    given = instance(region, matches.frame, YEARS, assumptions())
    found = solve(given, no_policies(given), Local(), limit, gap, 0)
    seconds = time.perf_counter() - began
    peak = peak_mb()
    return {"size": size, "pairs": int(given.pairs.need.size), "worth": found.objective, "bound": found.bound,
            "gap": 1 - found.objective / found.bound, "seconds": seconds, "peak_mb": peak,
            "routes": len(found.columns), "status": found.status}  # fmt: skip


def peers(size, seed, limit, gap):
    """One row: Sanwang and its peers on the same instance."""
    ours = sanwang(size, seed, limit, gap)
    region, matches = random_region(size, seed)
    given = instance(region, matches.frame, YEARS, assumptions())
    columns = every_route(given)
    if columns is None:
        return ours | {"columns": None}
    row = ours | {"columns": len(columns), "greedy_left": 1 - greedy(given, columns) / ours["worth"]}
    for solver in ("highs", "sat"):
        worth, bound, seconds = direct(given, columns, solver, limit, gap)
        row |= {f"{solver}_worth": worth, f"{solver}_bound": bound, f"{solver}_seconds": seconds}
    return row


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", default="50,100,200")
    parser.add_argument("--scale", default="1000,10000,100000")
    parser.add_argument("--limit", type=float, default=600.0)
    parser.add_argument("--gap", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--one", type=int, help="one size at scale, as JSON (each runs in a process of its own)"
    )
    args = parser.parse_args()
    if args.one:
        sys.stdout.write(json.dumps(sanwang(args.one, args.seed, 1200.0, 1e-4)) + "\n")
        return
    print("worth in 亿元; ratio: seconds of HiGHS over ours")
    print(f"{'needs':>6} {'routes':>9} | {'worth':>10} {'gap':>7} {'s':>6} | {'HiGHS':>10} {'gap':>7} {'s':>7} "
          f"{'ratio':>6} | {'CP-SAT':>10} {'gap':>7} {'s':>7} | greedy leaves")  # fmt: skip
    for size in [int(x) for x in args.peers.split(",") if x]:
        r = peers(size, args.seed, args.limit, args.gap)
        if r["columns"] is None:
            print(f"{size:>6} too many routes for a direct program")
            continue
        cells = [
            f"{size:>6} {r['columns']:>9,} | {r['worth'] / 1e10:>10.6f} {r['gap']:>7.3%} {r['seconds']:>6.1f} |"
        ]
        for solver in ("highs", "sat"):
            if r[f"{solver}_worth"] is None:
                cells.append(f"{'none':>10} {'–':>7} {r[f'{solver}_seconds']:>7.1f}")
            else:
                gap = 1 - r[f"{solver}_worth"] / r[f"{solver}_bound"]
                cells.append(
                    f"{r[f'{solver}_worth'] / 1e10:>10.6f} {gap:>7.3%} {r[f'{solver}_seconds']:>7.1f}"
                )
            if solver == "highs":
                cells.append(f"{r['highs_seconds'] / r['seconds']:>5.1f}x |")
        print(" ".join(cells), f"| {r['greedy_left']:.1%}", flush=True)
    print(f"{'needs':>7} {'pairs':>9} {'routes':>7} {'worth':>12} {'gap':>7} {'seconds':>8} {'peak MB':>8}")
    for size in [int(x) for x in args.scale.split(",") if x]:
        command = [sys.executable, __file__, "--one", str(size), "--seed", str(args.seed)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        r = json.loads(done.stdout)
        print(f"{size:>7,} {r['pairs']:>9,} {r['routes']:>7,} {r['worth'] / 1e10:>12.4f} {r['gap']:>7.3%} "
              f"{r['seconds']:>8.1f} {r['peak_mb']:>8.0f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
