"""The same blocks on one core, on local threads or processes, and on Ray with one and two workers; prints a table.

python benchmarks/engine/speed.py [--needs 2000] [--pool 20000] [--draws 8] [--size 300] [--steps 20] [--no-ray]

Each engine is started and warmed first (imports, compiled code, what is shared), so that the seconds are those of the
blocks; the digest of the answers is printed and must be the same everywhere. The rates a block (seconds, bytes) go to
``rates.json`` beside this file for ``model.py``.
"""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import numpy as np
from scipy import sparse

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "plan"))

from instances import instance as random_region

from sanwang.collaboration.nearest import nearest_in
from sanwang.collaboration.rank import Asked, Pool, Space, unit
from sanwang.engine.cluster import Cluster
from sanwang.engine.local import Local
from sanwang.engine.packing import packed
from sanwang.engine.port import run
from sanwang.planning.assumptions import assumptions
from sanwang.planning.columns import no_policies, rows
from sanwang.planning.draws import Spread, changes_in, drawn
from sanwang.planning.instance import instance
from sanwang.planning.pricing import chunked, price
from sanwang.planning.uncertainty import replanned

WIDTH = 384


def matching(needs, pool, block=250):
    """Blocks of needs with five sentences each against one shard; random unit vectors, no words."""
    rng = np.random.default_rng(1)

    def vectors(count):
        return unit(rng.standard_normal((count, WIDTH), np.float32))

    def words(count):
        return sparse.csr_matrix((count, 1 << 21), dtype=np.float32)

    shard = Pool((vectors(pool),), (vectors(pool),), words(pool), ("zh",) * pool)
    by_term = sparse.csr_matrix(shard.terms.T)
    shared = (shard, by_term, (Space({}, 0.1),), np.zeros(pool, np.float32), 0, 30)
    blocks = []
    for _ in range(needs // block):
        parts = (tuple(vectors(5) for _ in range(block)),)
        blocks.append(Asked((vectors(block),), (vectors(block),), parts, words(block), ("zh",) * block))
    return lambda engine, held: run(engine, nearest_in, blocks, held, compiled=True), shared, blocks


def solving(draws, size):
    """Draws of a plan, each solved to the end."""
    region, matches = random_region(size, 1)
    given = instance(region, matches.frame, range(2026, 2031), assumptions())
    rng = np.random.default_rng(1)
    blocks = [changes_in(drawn(given, rng, Spread())) for _ in range(draws)]
    return (lambda engine, held: run(engine, replanned, blocks, held),
            (given, no_policies(given), 60.0, 0), blocks)  # fmt: skip


def pricing(steps, size):
    """Every pair priced at other prices again and again: what the bound of a large plan is made of."""
    region, matches = random_region(size, 2)
    given = instance(region, matches.frame, range(2026, 2031), assumptions())
    rules = no_policies(given)
    held = rows(given, rules.limit)
    rng = np.random.default_rng(1)
    duals = [
        np.where(np.isfinite(held.capacity), rng.exponential(1e6, held.capacity.size), 0.0)
        for _ in range(steps)
    ]

    def work(engine, _):
        chunks = chunked(given.pairs, given.layers, engine)
        found = [price(given, rules, held, d, chunks) for d in duals]
        chunks.drop()
        return [(p.best, p.route) for p in found]

    return work, None, duals


def digest(value):
    """Of every number in an answer, in order (a pickle would tell which objects are one and the same, too)."""
    mark = hashlib.sha256()

    def walk(one):
        if isinstance(one, (list, tuple)):
            for each in one:
                walk(each)
        elif hasattr(one, "__dataclass_fields__"):
            for name in one.__dataclass_fields__:
                walk(getattr(one, name))
        else:
            mark.update(np.ascontiguousarray(one).tobytes())

    walk(value)
    return mark.hexdigest()[:12]


def measured(make, work, shared):
    """Seconds of the blocks on a warm engine, what each block took, and the digest of the answers."""
    with make() as engine:
        held = engine.share(shared)
        work(engine, held)
        engine.measured.clear()
        began = time.perf_counter()
        found = work(engine, held)
        seconds = time.perf_counter() - began
        return seconds, list(engine.measured), digest(found)


def main():
    reads = argparse.ArgumentParser()
    for name, value in (
        ("needs", 2000),
        ("pool", 20_000),
        ("draws", 8),
        ("size", 300),
        ("pairs", 3000),
        ("steps", 20),
    ):
        reads.add_argument(f"--{name}", type=int, default=value)
    reads.add_argument("--no-ray", action="store_true")
    asked = reads.parse_args()
    import sanwang.planning.pricing as prices

    prices.FEW = 0
    tasks = {
        "match": matching(asked.needs, asked.pool),
        "solves": solving(asked.draws, asked.size),
        "prices": pricing(asked.steps, asked.pairs),
    }
    engines = {"one core": lambda: Local(1), "local": lambda: Local(2, worth=0)}
    if not asked.no_ray:
        engines |= {"ray 1": lambda: Cluster(workers=1), "ray 2": lambda: Cluster(workers=2)}
    rates = {}
    print("| work | blocks | " + " | ".join(engines) + " | same |\n|---|---|" + "---|" * (len(engines) + 1))
    for name, (work, shared, blocks) in tasks.items():
        found = {e: measured(make, work, shared) for e, make in engines.items()}
        last = found[list(engines)[-1]]
        base = found["one core"][0]
        cells = [f"{s:.2f} s ({base / s:.2f}×)" for s, _, _ in found.values()]
        same = len({d for _, _, d in found.values()}) == 1
        print(
            f"| {name} | {len(blocks)} | " + " | ".join(cells) + f" | {'yes' if same else 'NO'} |", flush=True
        )
        rates[name] = {
            "seconds": [m.seconds for m in last[1]],
            "sent": float(np.mean([m.sent for m in last[1]])),
            "received": float(np.mean([m.received for m in last[1]])),
            "shared": len(packed(shared)),
            "peak": max(m.peak for m in last[1]),
        }
    Path(__file__).with_name("rates.json").write_text(json.dumps(rates, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
