"""How well each achievement answers each need: lexical and semantic evidence on one scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import numpy.typing as npt

from sanwang.collaboration.encoder import Vectors
from sanwang.collaboration.tokenise import words

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Weights:
    """What each kind of evidence counts, in standard deviations over the pool.

    ``beyond`` is the number of deviations from which lexical evidence counts at all, ``toll`` how much of what the
    other needs claim is taken off.
    """

    lead: float
    second: float
    parts: float
    lexical: float
    beyond: float
    toll: float


FULL = Weights(lead=1.0, second=0.9, parts=0.0, lexical=0.1, beyond=6.0, toll=1.0)
"""Achievements with an abstract. Shared words are often a trap, so only a rare accumulation of them counts."""

TITLED = Weights(lead=1.0, second=0.4, parts=0.5, lexical=0.1, beyond=-math.inf, toll=0.0)
"""Achievements of which only the title is known: words and single questions of a long need count, rivals do not.

Both rows were chosen on labelled sets, with and without each part (benchmarks/match/RESULTS.md).
"""

SHARPNESS = 1.3
"""How steeply a claim grows with evidence in ``toll``."""

MIDDLE = 4.0
"""Evidence at which the score is one half: about one pair in a hundred of a mixed pool reaches it."""

RIVALS = 256
"""Needs of the Region that compete for each achievement: enough to know what it answers best."""

FEW = 8
"""Texts of a language below which their own mean says nothing."""

TITLE_WEIGHT = 2
"""Times a title's words count in BM25, a field weight as in BM25F (Robertson et al. 2004)."""


@dataclass(frozen=True)
class Space:
    """One encoder's achievements: centred vectors, the means taken off, and how alike two achievements are."""

    vectors: Vectors
    means: Mapping[str, Vectors]
    middle: float
    spread: float


@dataclass(frozen=True)
class Pool:
    """Achievements made ready to be searched: the lexical index, and one space an encoder."""

    bm25: bm25s.BM25 | None
    spaces: tuple[Space, ...]
    size: int
    short: npt.NDArray[np.bool_]
    """Achievements of which only a title is known: a need's title counts twice beside them."""


@dataclass(frozen=True)
class Asked:
    """Needs made ready: their words, and an encoder's centred vectors of the whole text and of the title.

    ``parts`` holds an array a need: the second encoder's vectors of its single questions.
    """

    words: tuple[str, ...]
    whole: tuple[Vectors, ...]
    titles: tuple[Vectors, ...]
    parts: tuple[Vectors, ...] = ()

    def part(self, rows: slice | npt.NDArray[np.int64]) -> Asked:
        """Some of the needs."""
        chosen = np.arange(len(self.words))[rows]
        said = tuple(self.words[i] for i in chosen)
        parts = tuple(self.parts[i] for i in chosen) if self.parts else ()
        return Asked(said, tuple(v[chosen] for v in self.whole), tuple(v[chosen] for v in self.titles), parts)


def build_pool(
    titles: Sequence[str], bodies: Sequence[str], vectors: Sequence[Vectors], languages: Sequence[str]
) -> Pool:
    """The pool of achievements. Each language's mean vector is taken off, so that languages compete fairly."""
    corpus = [words(t) * TITLE_WEIGHT + words(b) for t, b in zip(titles, bodies, strict=True)]
    index = None
    if any(corpus):
        index = bm25s.BM25()
        index.index(corpus, show_progress=False)
    short = np.array([not b.strip() for b in bodies], dtype=np.bool_)
    return Pool(index, tuple(_space(v, languages) for v in vectors), len(corpus), short)


def _space(vectors: Vectors, languages: Sequence[str]) -> Space:
    every = vectors.mean(axis=0)
    means = language_means(vectors, languages)
    ready = centred(vectors, languages, means) if len(vectors) >= FEW else vectors
    means = means if len(vectors) >= FEW else {m: np.zeros_like(every) for m in means}
    some = ready[:: max(1, len(ready) // 1000)]
    alike = (some @ some.T)[np.triu_indices(len(some), 1)]
    if alike.size == 0:
        return Space(ready, means, 0.0, 1.0)
    return Space(ready, means, float(alike.mean()), max(float(alike.std()), 0.05))


def language_means(vectors: Vectors, languages: Sequence[str]) -> dict[str, Vectors]:
    """The mean vector of each language, that of all where a language has too few texts."""
    marks, every = np.asarray(languages), vectors.mean(axis=0)
    return {m: vectors[marks == m].mean(axis=0) if (marks == m).sum() >= FEW else every for m in ("zh", "en")}


def centred(vectors: Vectors, languages: Sequence[str], means: Mapping[str, Vectors]) -> Vectors:
    """Vectors less their language's mean, scaled back to length one."""
    return unit(vectors - np.stack([means[m] for m in languages]))


def unit(vectors: Vectors) -> Vectors:
    """Vectors scaled to length one; a zero vector stays zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


def need_means(space: Space, vectors: Vectors, languages: Sequence[str]) -> dict[str, Vectors]:
    """The mean of the needs of each language; the achievements' mean where there are few needs."""
    marks = np.asarray(languages)
    return {
        m: vectors[marks == m].mean(axis=0) if (marks == m).sum() >= FEW else mean
        for m, mean in space.means.items()
    }


def evidence(pool: Pool, asked: Asked) -> Scores:
    """The weighted sum of likenesses in the pool's own deviations, shape (needs, achievements).

    The yardstick is the pool's, so one need's scores compare with another's.
    """
    total = np.zeros((len(asked.words), pool.size), dtype=np.float32)
    for place, (name, space) in enumerate(zip(("lead", "second"), pool.spaces, strict=False)):
        alike = asked.whole[place] @ space.vectors.T
        if asked.titles:
            both = unit(asked.whole[place] + asked.titles[place])
            alike[:, pool.short] = both @ space.vectors[pool.short].T
        total += _weight(pool, name) * ((alike - space.middle) / space.spread)
    if asked.parts:
        total[:, pool.short] += TITLED.parts * _best_part(pool, asked.parts)
    if pool.bm25 is not None:
        told = _standard(lexical(pool, asked.words))
        total += _weight(pool, "lexical") * np.maximum(told - _offset(pool), _floor(pool))
    return total


def _weight(pool: Pool, name: str) -> Scores:
    """The weight of a kind of evidence, one number an achievement."""
    return np.where(pool.short, getattr(TITLED, name), getattr(FULL, name)).astype(np.float32)


def _offset(pool: Pool) -> Scores:
    return np.where(pool.short, 0.0, FULL.beyond).astype(np.float32)


def _floor(pool: Pool) -> Scores:
    return np.where(pool.short, TITLED.beyond, 0.0).astype(np.float32)


def _best_part(pool: Pool, parts: Sequence[Vectors]) -> Scores:
    """How alike the nearest question of each need is to each titled achievement."""
    space = pool.spaces[1]
    near = np.stack([(v @ space.vectors[pool.short].T).max(axis=0) for v in parts])
    return np.asarray((near - space.middle) / space.spread, dtype=np.float32)


def toll(pool: Pool, rivals: Asked) -> Scores:
    """What each achievement's fitness for other needs takes off, one number an achievement, mean 0 over the pool.

    The logarithm of the summed likelihood that the rivals claim it, so that evidence less toll orders a need's
    achievements by the chance that each answers this need rather than another (Smith et al. 2017,
    arXiv:1702.03859, the inverted softmax): an achievement near to everything is not the answer to each.
    """
    if len(rivals.words) < FEW or pool.short.all():
        return np.zeros(pool.size, dtype=np.float32)
    chosen = rivals.part(np.unique(np.linspace(0, len(rivals.words) - 1, RIVALS).astype(np.int64)))
    claimed = np.full(pool.size, -np.inf, dtype=np.float32)
    step = max(1, 8_000_000 // pool.size)
    for start in range(0, len(chosen.words), step):
        rows = SHARPNESS * evidence(pool, chosen.part(slice(start, start + step)))
        claimed = np.logaddexp(claimed, np.logaddexp.reduce(rows, axis=0))
    claimed -= claimed[~pool.short].mean()
    return (_weight(pool, "toll") * claimed / SHARPNESS).astype(np.float32)


def lexical(pool: Pool, texts: Sequence[str]) -> Scores:
    """BM25 scores, shape (needs, achievements)."""
    rows = [_scores(pool.bm25, list(dict.fromkeys(words(t))), pool.size) for t in texts]
    return np.stack(rows)


def _scores(index: bm25s.BM25 | None, query: list[str], size: int) -> Scores:
    known = [w for w in query if index is not None and w in index.vocab_dict]
    if index is None or not known:
        return np.zeros(size, dtype=np.float32)
    return np.asarray(index.get_scores(known), dtype=np.float32)


def _standard(scores: Scores) -> Scores:
    spread = scores.std(axis=1, keepdims=True)
    return (scores - scores.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-6)


def to_unit(scores: Scores) -> npt.NDArray[np.float64]:
    """Evidence in 0…1 by the logistic curve, half at ``MIDDLE``. An order, not a probability."""
    return 1 / (1 + np.exp(-(scores.astype(np.float64) - MIDDLE)))


def best(scores: npt.NDArray[np.float64], k: int) -> npt.NDArray[np.int64]:
    """Column numbers of the k largest scores of one row, best first, ties by position."""
    return np.argsort(-scores, kind="stable")[:k].astype(np.int64)
