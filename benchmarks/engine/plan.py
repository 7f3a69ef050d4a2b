"""One plan in blocks of needs on local processes and on Ray, with one and two workers; prints a table.

python benchmarks/engine/plan.py [--needs 10000] [--engines local1,local2,ray1,ray2] [--limit 3600]

Each engine runs in a process of its own: workers are started and code is compiled with a small plan first, the seconds
are those of the plan from its arrays. The same digest of routes, worth and bound must come out everywhere.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "plan"))

from instances import instance as random_region
from run import peak_mb

from sanwang.engine.cluster import Cluster
from sanwang.engine.local import Local
from sanwang.planning.assumptions import assumptions
from sanwang.planning.columns import no_policies
from sanwang.planning.instance import instance
from sanwang.planning.solve import solve

YEARS = range(2026, 2031)
ENGINES = {
    "local1": lambda: Local(1),
    "local2": lambda: Local(2),
    "ray1": lambda: Cluster(workers=1),
    "ray2": lambda: Cluster(workers=2),
}


def given_of(needs):
    region, matches = random_region(needs, 0)
    return instance(region, matches.frame, YEARS, assumptions())


def one(needs, name, limit):
    """Worth, bound, seconds, memory and digest of the plan on one engine."""
    with ENGINES[name]() as engine:
        small = given_of(400)
        solve(small, no_policies(small), engine, 60.0, 1e-4, 0, blocks=4)
        given = given_of(needs)
        engine.measured.clear()
        began, used = time.perf_counter(), time.process_time()
        found = solve(given, no_policies(given), engine, limit, 1e-4, 0, blocks=-(-needs // 600))
        seconds, used = time.perf_counter() - began, time.process_time() - used
        mark = hashlib.sha256(np.array([found.objective, found.bound]).tobytes())
        for field in ("pair", "station", "maker", "package", "start", "offer"):
            mark.update(getattr(found.columns, field).tobytes())
        return {
            "needs": needs, "pairs": int(given.pairs.need.size), "engine": name, "worth": found.objective,
            "gap": 1 - found.objective / found.bound, "seconds": seconds,
            "blocks": sum(m.seconds for m in engine.measured),
            "here": used, "peak_mb": peak_mb(), "worker_mb": max(m.peak for m in engine.measured) / 2**20,
            "status": found.status, "digest": mark.hexdigest()[:12],
        }  # fmt: skip


def main():
    reads = argparse.ArgumentParser()
    reads.add_argument("--needs", type=int, default=10_000)
    reads.add_argument("--engines", default="local1,local2,ray1,ray2")
    reads.add_argument("--limit", type=float, default=3600.0)
    reads.add_argument("--one", help="one engine, as JSON")
    asked = reads.parse_args()
    if asked.one:
        print(json.dumps(one(asked.needs, asked.one, asked.limit)))
        return
    heads = ("needs", "pairs", "engine", "worth, 亿元", "gap", "seconds", "in blocks, s", "processor here, s",
             "MB here, a worker", "digest")  # fmt: skip
    print(f"| {' | '.join(heads)} |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in asked.engines.split(","):
        command = [sys.executable, __file__, "--needs", str(asked.needs), "--one", name,
                   "--limit", str(asked.limit)]  # fmt: skip
        r = json.loads(
            subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
        )
        cells = (f"{r['needs']:,}", f"{r['pairs']:,}", name, f"{r['worth'] / 1e10:.4f}", f"{r['gap']:.4%}",
                 f"{r['seconds']:.1f}", f"{r['blocks']:.1f}", f"{r['here']:.1f}",
                 f"{r['peak_mb']:.0f}, {r['worker_mb']:.0f}", r["digest"])  # fmt: skip
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
