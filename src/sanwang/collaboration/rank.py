"""How well each achievement answers each need: lexical and semantic evidence on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import numpy.typing as npt

from sanwang.collaboration.encoder import Vectors
from sanwang.collaboration.tokenise import words

Scores = npt.NDArray[np.float32]

LEAD, SECOND, LEXICAL = 1.0, 0.5, 0.1
"""Weights of the leading encoder, the second and BM25, each in standard deviations over the pool.

Measured on two labelled sets (benchmarks/match/RESULTS.md): words shared by chance make more of BM25 harmful.
"""

TITLE_WEIGHT = 2
"""Times a title's words count in BM25, a field weight as in BM25F (Robertson et al. 2004)."""


@dataclass(frozen=True)
class Pool:
    """Achievements made ready to be searched: the lexical index, and one centred matrix an encoder."""

    bm25: bm25s.BM25 | None
    vectors: tuple[Vectors, ...]
    languages: tuple[str, ...]
    size: int


def build_pool(
    titles: Sequence[str], bodies: Sequence[str], vectors: Sequence[Vectors], languages: Sequence[str]
) -> Pool:
    """The pool of achievements. Each language's mean vector is taken off, so that languages compete fairly."""
    corpus = [words(t) * TITLE_WEIGHT + words(b) for t, b in zip(titles, bodies, strict=True)]
    index = None
    if any(corpus):
        index = bm25s.BM25()
        index.index(corpus, show_progress=False)
    return Pool(index, tuple(centred(v, languages) for v in vectors), tuple(languages), len(corpus))


def centred(vectors: Vectors, languages: Sequence[str]) -> Vectors:
    """Unit vectors less their language's mean, scaled back to length one; languages with few texts share one mean."""
    result = np.array(vectors, dtype=np.float32)
    marks = np.asarray(languages)
    for mark in sorted(set(languages)):
        rows = marks == mark
        if rows.sum() >= 8:
            result[rows] -= vectors[rows].mean(axis=0)
    return result / np.maximum(np.linalg.norm(result, axis=1, keepdims=True), 1e-6)


def evidence(pool: Pool, texts: Sequence[str], vectors: Sequence[Vectors]) -> Scores:
    """The weighted sum of standardised scores, shape (needs, achievements); need vectors are centred already."""
    total = np.zeros((len(texts), pool.size), dtype=np.float32)
    for weight, left, right in zip((LEAD, SECOND), vectors, pool.vectors, strict=False):
        total += weight * _standard(left @ right.T)
    if pool.bm25 is not None:
        total += LEXICAL * _standard(lexical(pool, texts))
    return total


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
    """Evidence in 0…1 by the logistic curve, half at two and a half deviations. An order, not a probability.

    In a small pool no score can stand far from the mean (Samuelson's inequality), so the middle comes down with it.
    """
    middle = min(2.5, 0.8 * np.sqrt(max(scores.shape[1] - 1, 0)))
    return 1 / (1 + np.exp(-(scores.astype(np.float64) - middle) / 1.25))


def best(scores: npt.NDArray[np.float64], k: int) -> npt.NDArray[np.int64]:
    """Column numbers of the k largest scores of one row, best first, ties by position."""
    return np.argsort(-scores, kind="stable")[:k].astype(np.int64)
