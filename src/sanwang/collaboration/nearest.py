"""The nearest achievements of many needs: blocks of needs against shards of the pool, merged exactly.

What a need gets hangs on the need and the pool, never on how many workers there are: blocks and shards are cut by size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from sanwang.collaboration.prepare import Ready
from sanwang.collaboration.rank import Asked, Pool, Scores, Space, best, evidence
from sanwang.collaboration.sureness import FIELD
from sanwang.engine.port import Engine, Report

SHARD = 200_000
"""Achievements a shard holds: at 384 numbers a vector and two vectors each some 0.6 GB, once on every machine."""

CELLS = 8_000_000
"""Pairs a block scores at once: some 300 MB of a worker's memory."""


@dataclass(frozen=True)
class Near:
    """One need's nearest achievements, best first: their numbers in the pool and three likenesses of each pair (total
    evidence, to the title, of the nearest sentence); the greatest evidence of all in falling order, and the nearest
    title and sentence of all."""

    which: npt.NDArray[np.int64]
    pairs: Scores
    top: Scores
    named: np.float32
    sentence: np.float32


def nearest(
    engine: Engine,
    ready: Ready,
    asked: Asked,
    cost: Scores,
    count: int,
    progress: Report | None,
) -> list[Near]:
    """The ``count`` nearest achievements of each need by evidence less ``cost``, ties by place in the pool."""
    pool = ready.pool
    starts = range(0, max(1, pool.size), SHARD)
    shards = (pool if pool.size <= SHARD else part_of(pool, i, min(i + SHARD, pool.size)) for i in starts)
    return nearest_among(engine, shards, len(starts), ready.spaces, asked, cost, count, progress)


def nearest_among(
    engine: Engine,
    shards: Iterable[Pool],
    number: int,
    spaces: Sequence[Space],
    asked: Asked,
    cost: Scores,
    count: int,
    progress: Report | None,
) -> list[Near]:
    """``nearest`` in a pool that comes in ``number`` shards, one after another: no more than one is held at a time."""
    found, start = list[Near](), 0
    for place, shard in enumerate(shards):
        end = start + shard.size
        by_term = sparse.csr_matrix(shard.terms.T)  # turned once, not for every block
        handle = engine.share((shard, by_term, spaces, cost[start:end], start, count))
        step = max(1, CELLS // max(1, shard.size))
        told = _needs_told(progress, step, len(asked), place, number)
        parts = engine.stream(
            nearest_in,
            _blocks(asked, step),
            handle,
            total=-(-len(asked) // step),
            progress=told,
            compiled=True,
        )
        here = [n for part in parts for n in part]
        found = here if place == 0 else [merged(*two, count, cost) for two in zip(found, here, strict=True)]
        engine.drop(handle)
        start = end
    return found


def _blocks(asked: Asked, step: int) -> Iterator[Asked]:
    return (asked.part(slice(i, i + step)) for i in range(0, len(asked), step))


def _needs_told(progress: Report | None, step: int, needs: int, place: int, number: int) -> Report | None:
    if progress is None:
        return None
    return lambda done, _total, _label: progress(
        (place * needs + min(done * step, needs)) // number, needs, "match 匹配"
    )


def part_of(pool: Pool, start: int, end: int) -> Pool:
    """Achievements of a pool from one place to another."""
    whole, titles = (tuple(v[start:end] for v in vectors) for vectors in (pool.whole, pool.titles))
    return Pool(whole, titles, pool.terms[start:end], pool.languages[start:end])


def nearest_in(
    asked: Asked, given: tuple[Pool, sparse.csr_matrix, Sequence[Space], Scores, int, int]
) -> list[Near]:
    """The nearest of one shard for some needs (a block of an engine)."""
    pool, by_term, spaces, cost, start, count = given
    found = evidence(pool, asked, spaces, by_term)
    answers: list[Near] = []
    for place in range(len(asked)):
        row = found.total[place]
        order = best((row - cost).astype(np.float64), count)
        pairs = np.stack([row[order], found.named[place, order], found.sentence[place, order]], axis=1)
        top = row[best(row, FIELD.stop)]
        answers.append(Near(order + start, pairs, top, found.named[place].max(), found.sentence[place].max()))
    return answers


def merged(one: Near, other: Near, count: int, cost: Scores) -> Near:
    """The nearest of two shards, of which the other comes later in the pool."""
    which = np.concatenate([one.which, other.which])
    pairs = np.concatenate([one.pairs, other.pairs])
    order = np.lexsort((which, -(pairs[:, 0] - cost[which]).astype(np.float64)))[:count]
    top = np.sort(np.concatenate([one.top, other.top]))[::-1][: FIELD.stop].copy()
    return Near(
        which[order], pairs[order], top, max(one.named, other.named), max(one.sentence, other.sentence)
    )
