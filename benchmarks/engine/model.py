"""What a cluster of a size would take, from measured rates a block; stragglers and failures simulated from their
measured spread. A model, not a measurement: no cluster of this size was used.

python benchmarks/engine/model.py [--workers 64] [--failures 0.001]   # failures of a worker an hour
"""

import argparse
import heapq
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

LINK = 1.25e9
"""Bytes a second of a machine's network (10 Gbit), assumed."""
CORES = 16
"""Cores, and so workers, of a machine, assumed."""
RESTART = 5.0
"""Seconds until a worker that died is replaced, assumed (measured here: 3 to 7)."""


@dataclass(frozen=True)
class Rate:
    """A block's seconds (every measured one), bytes to and from a worker, bytes shared, and a worker's peak memory."""

    seconds: tuple[float, ...]
    sent: float
    received: float
    shared: float
    peak: float


def rate_of(name):
    """A measured rate by the name of its work."""
    held = json.loads(Path(__file__).with_name("rates.json").read_text(encoding="utf-8"))[name]
    return Rate(tuple(held["seconds"]), held["sent"], held["received"], held["shared"], held["peak"])


def cost(rate, blocks, workers, times=1.0, larger=1.0, shared=None, shards=1):
    """Machines, hours, network and memory of so many blocks, each taking ``times`` the measured seconds and sending
    ``larger`` the measured bytes; ``shared`` bytes go to every machine once for each of ``shards``."""
    machines = -(-workers // CORES)
    held = rate.shared if shared is None else shared
    busy = float(np.mean(rate.seconds)) * times * blocks / workers
    moved = held * machines * shards + (rate.sent + rate.received) * larger * blocks
    # The caller's own link is the narrowest, and nothing is done while it sends: the dearer case.
    return {
        "machines": machines,
        "hours": (busy + moved / LINK) / 3600,
        "network": moved,
        "memory": rate.peak + held,
    }


def simulate(seconds, blocks, workers, failures=0.0, seed=0):
    """Seconds until all blocks are done, and how many were done twice: each free worker takes the next block.

    A block's time is drawn from ``seconds``; a worker dies with ``failures`` an hour (exponentially), its block is then
    done again from the start by the next free worker, none before the death, and the worker is back after ``RESTART``
    seconds.
    """
    rng = np.random.default_rng(seed)
    times = rng.choice(np.asarray(seconds, float), blocks)
    free = [(0.0, w) for w in range(workers)]
    heapq.heapify(free)
    waiting, ended, again = [(0.0, block) for block in range(blocks)], 0.0, 0
    while waiting:
        now, worker = heapq.heappop(free)
        open_from, block = heapq.heappop(waiting)
        now = max(now, open_from)
        death = rng.exponential(3600 / failures) if failures else np.inf
        if death < times[block]:
            heapq.heappush(waiting, (now + death, block))
            again += 1
            heapq.heappush(free, (now + death + RESTART, worker))
            continue
        ended = max(ended, now + times[block])
        heapq.heappush(free, (now + times[block], worker))
    return ended, again


def main():
    reads = argparse.ArgumentParser()
    reads.add_argument("--workers", type=int, default=64)
    reads.add_argument("--failures", type=float, default=0.01)
    asked = reads.parse_args()
    workers = asked.workers
    match, solves, prices = (rate_of(n) for n in ("match", "solves", "prices"))
    # A measured match block is 250 needs against 10,000 results, a measured solve a plan of 250 needs; both are taken
    # to grow in proportion. A shard holds 200,000 results as two vectors of 384 numbers of 4 bytes.
    shards, vectors = 50, 200_000 * 384 * 2 * 4
    cases = {
        "10 M results × 1 M needs, matched": cost(match, 4000 * shards, workers, 20, 1, vectors, shards),
        "100 regions × 100,000 needs, planned": cost(
            solves, 100, min(workers, 100), 400, 400, solves.shared * 400
        ),
    }
    print("| case | workers, machines | hours | network, GB | memory a worker, GB |\n|---|---|---|---|---|")
    for name, c in cases.items():
        size = f"{workers}, {c['machines']}"
        print(f"| {name} | {size} | {c['hours']:.1f} | {c['network'] / 1e9:.0f} | {c['memory'] / 1e9:.1f} |")
    print("\n| blocks a worker | failures an hour | over the ideal | done again |\n|---|---|---|---|")
    for name, rate in (("match", match), ("solves", solves), ("prices", prices)):
        for each in (1, 4, 16):
            for failures in (0.0, asked.failures, 100 * asked.failures):
                blocks = each * workers
                found, again = simulate(rate.seconds, blocks, workers, failures)
                ideal = float(np.mean(rate.seconds)) * each
                print(f"| {name}, {each} | {failures:g} | {found / ideal - 1:.0%} | {again} |")


if __name__ == "__main__":
    main()
