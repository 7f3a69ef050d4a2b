"""How well each achievement answers each need: meaning and wording on one scale.

With the encoder that ships a need's evidence hangs on that need, the achievement and the pool alone, never on which
other needs are asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from sanwang.collaboration.encoder import Vectors
from sanwang.collaboration.terms import Terms, commonness, rarity, shared
from sanwang.encoding.own import Kind, Means, Reference

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Weights:
    """What each kind of evidence counts, in deviations of meaning over a mixed pool.

    ``titles``: the need's title beside the achievement's; ``named``: the whole need beside the achievement's title;
    ``parts``: the nearest ``NEAREST`` sentences of the need; ``words``: a whole text's worth of shared wording.
    """

    whole: float
    titles: float
    named: float
    parts: float
    words: float


WEIGHTS = Weights(whole=1.0, titles=0.4, named=0.2, parts=0.3, words=50.0)
"""Chosen by cross-validation over the development halves of the labelled sets (benchmarks/match/RESULTS.md)."""

NEAREST = 3
"""Sentences of a need whose likeness is averaged: a long need asks several things, and few results do all of them."""

FEW = 8
"""Texts of a language below which their own mean says nothing."""

EXPECTED = 0.5
"""Wording expected for each deviation of meaning, as judged related pairs of one language have it: it stands in where
need and achievement are in two languages, which share no words however well they fit."""

KNOWN = 30
"""Texts that the reference mean of the encoder is worth beside the pool's own texts."""

SHARPNESS = 1.3
"""How steeply a claim grows with evidence in ``toll``."""

RIVALS = 256
"""Needs of the Region that compete for each achievement: enough to know what it answers best."""


@dataclass(frozen=True)
class Space:
    """One encoder's middles and yardstick: each kind's mean in each language, and how far likenesses stray."""

    means: Means
    spread: float

    def centred(self, vectors: Vectors, languages: Sequence[str], kind: Kind) -> Vectors:
        """Vectors less the mean of their kind and language, scaled back to length one.

        Languages then compete fairly, and short texts are not alike for being short.
        """
        return centred(vectors, languages, self.means[kind])

    def for_needs(self, vectors: Vectors, languages: Sequence[str]) -> Space:
        """The space with the mean of these needs, in each language that has ``FEW`` of them."""
        marks: npt.NDArray[np.str_] = np.asarray(languages, dtype="<U2")
        mine = {
            m: vectors[marks == m].mean(axis=0) if (marks == m).sum() >= FEW else mean
            for m, mean in self.means["need"].items()
        }
        return Space({**self.means, "need": mine}, self.spread)


@dataclass(frozen=True)
class Pool:
    """Achievements made ready to be searched: for each encoder centred vectors of texts and titles, and the wording."""

    whole: tuple[Vectors, ...]
    titles: tuple[Vectors, ...]
    terms: sparse.csr_matrix
    languages: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many achievements there are."""
        return len(self.languages)


@dataclass(frozen=True)
class Asked:
    """Needs made ready: centred vectors of text, title and single sentences (an array a need), and the wording."""

    whole: tuple[Vectors, ...]
    titles: tuple[Vectors, ...]
    parts: tuple[tuple[Vectors, ...], ...]
    terms: sparse.csr_matrix
    languages: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.languages)

    def part(self, rows: slice | npt.NDArray[np.int64]) -> Asked:
        """Some of the needs."""
        chosen = np.arange(len(self))[rows]
        parts = tuple(tuple(p[i] for i in chosen) for p in self.parts)
        return Asked(
            tuple(v[chosen] for v in self.whole),
            tuple(v[chosen] for v in self.titles),
            parts,
            self.terms[chosen],
            tuple(self.languages[i] for i in chosen),
        )


def space_of(whole: Vectors, titles: Vectors, languages: Sequence[str], reference: Reference | None) -> Space:
    """The middles of a pool's texts and titles in an encoder's space.

    With the encoder's reference means the pool's own count by their number, and needs are centred by the reference;
    without one the pool stands for both (until ``for_needs``), and fewer than ``FEW`` texts are not centred at all.
    """
    pool: dict[Kind, Vectors] = {"achievement": whole, "achievement_title": titles}
    if reference is not None:
        leant: Means = {k: _leant(v, languages, reference.means[k]) for k, v in pool.items()}
        return Space({**reference.means, **leant}, reference.spread)
    own: dict[Kind, dict[str, Vectors]] = {k: language_means(v, languages) for k, v in pool.items()}
    if len(whole) < FEW:
        own = {k: {m: np.zeros_like(v) for m, v in means.items()} for k, means in own.items()}
    step = max(1, len(whole) // 1000)
    return unreferred(own, whole[::step], languages[::step])


def unreferred(own: Means, some: Vectors, languages: Sequence[str]) -> Space:
    """The space of an encoder that brings no reference: the pool's own means, the spread measured on some texts."""
    beside = centred(some, languages, own["achievement"])
    alike = (beside @ beside.T)[np.triu_indices(len(beside), 1)]
    means: Means = {"need": own["achievement"], **own}
    return Space(means, max(float(alike.std()), 0.05) if alike.size else 1.0)


def _leant(vectors: Vectors, languages: Sequence[str], known: Mapping[str, Vectors]) -> dict[str, Vectors]:
    """Each language's mean, the reference's counting as ``KNOWN`` texts beside the pool's own."""
    marks: npt.NDArray[np.str_] = np.asarray(languages, dtype="<U2")
    found: dict[str, Vectors] = {}
    for mark, mean in known.items():
        inside = np.where(marks == mark, 1.0, 0.0).astype(np.float32)
        found[mark] = leant(inside @ vectors, float(inside.sum()), mean)
    return found


def leant(total: npt.NDArray[np.floating], count: float, known: Vectors) -> Vectors:
    """The mean of ``count`` vectors that add up to ``total``, the known mean counting as ``KNOWN`` more."""
    return np.asarray((total + KNOWN * known) / (count + KNOWN), dtype=np.float32)


def language_means(vectors: Vectors, languages: Sequence[str]) -> dict[str, Vectors]:
    """The mean vector of each language, that of all where a language has too few texts."""
    marks, every = np.asarray(languages), vectors.mean(axis=0)
    return {m: vectors[marks == m].mean(axis=0) if (marks == m).sum() >= FEW else every for m in ("zh", "en")}


def centred(vectors: Vectors, languages: Sequence[str], means: Mapping[str, Vectors]) -> Vectors:
    """Vectors less their language's mean, scaled back to length one."""
    return unit(vectors - np.stack([means[m] for m in languages])) if len(vectors) else vectors


def unit(vectors: Vectors) -> Vectors:
    """Vectors scaled to length one; a zero vector stays zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


def weigh(wording: Sequence[Terms]) -> Scores:
    """How rare each term is among a pool's achievements."""
    return rarity(commonness(wording), len(wording))


@dataclass(frozen=True)
class Evidence:
    """What speaks for each pair, arrays of shape (needs, achievements).

    ``total`` orders. ``named`` is the likeness of the need to the achievement's title and ``sentence`` that of its
    nearest sentence to the achievement's text, both centred cosines, 0 without an encoder.
    """

    total: Scores
    named: Scores
    sentence: Scores


def evidence(
    pool: Pool, asked: Asked, spaces: Sequence[Space], by_term: sparse.csr_matrix | None = None
) -> Evidence:
    """The weighted sum of likenesses and what it is judged by; encoders count alike, words alone where none is.

    ``by_term``: the pool's wording turned, of shape (terms, achievements), for who asks one pool again and again.
    """
    worded = WEIGHTS.words * shared(asked.terms, pool.terms.T if by_term is None else by_term)
    total, title, sentence = (np.zeros_like(worded) for _ in range(3))
    for place, space in enumerate(spaces):
        whole, titles = pool.whole[place].T, pool.titles[place].T
        mean, most = _nearest(asked.parts[place], whole)
        named = asked.whole[place] @ titles
        meant = WEIGHTS.whole * (asked.whole[place] @ whole) + WEIGHTS.titles * (asked.titles[place] @ titles)
        meant += WEIGHTS.named * named + WEIGHTS.parts * mean
        total += meant / (space.spread * len(spaces))
        title += named / len(spaces)
        sentence += most / len(spaces)
    foreign = np.array(asked.languages)[:, None] != np.array(pool.languages)[None, :]
    expected = EXPECTED * np.maximum(total, 0) if spaces else worded
    return Evidence(total + np.where(foreign, expected, worded), title, sentence)


def _nearest(parts: Sequence[Vectors], whole: Vectors) -> tuple[Scores, Scores]:
    """The mean likeness of each need's nearest sentences to each achievement, and that of the nearest one."""
    ends = np.cumsum([len(p) for p in parts])[:-1]
    found = [_top(rows) for rows in np.split(np.concatenate(list(parts)) @ whole, ends)]
    return np.stack([mean for mean, _ in found]), np.stack([most for _, most in found])


def _top(rows: Scores) -> tuple[Scores, Scores]:
    """By column, the mean of the ``NEAREST`` greatest and the greatest."""
    tops = [rows[0]]
    for row in rows[1:]:
        less = row
        for place, top in enumerate(tops):
            tops[place], less = np.maximum(top, less), np.minimum(top, less)
        if len(tops) < NEAREST:
            tops.append(less)
    return np.asarray(sum(tops[1:], tops[0]) / np.float32(len(tops)), dtype=np.float32), tops[0]


def toll(pool: Pool, rivals: Asked, spaces: Sequence[Space]) -> Scores:
    """What each achievement's fitness for other needs takes off, one number an achievement, mean 0 over the pool.

    The logarithm of the summed likelihood that the rivals claim it, so that evidence less toll orders a need's
    achievements by the chance that each answers this need rather than another (Smith et al. 2017,
    arXiv:1702.03859, the inverted softmax). Off by default: on real needs and real results it costs more than it
    gives (benchmarks/match/RESULTS.md).
    """
    if len(rivals) < FEW:
        return np.zeros(pool.size, dtype=np.float32)
    chosen = rivals.part(np.unique(np.linspace(0, len(rivals) - 1, RIVALS).astype(np.int64)))
    claimed = np.full(pool.size, -np.inf, dtype=np.float32)
    step = max(1, 8_000_000 // pool.size)
    for start in range(0, len(chosen), step):
        found = evidence(pool, chosen.part(slice(start, start + step)), spaces)
        rows = SHARPNESS * found.total
        claimed = np.logaddexp(claimed, np.logaddexp.reduce(rows, axis=0))
    return np.asarray((claimed - claimed.mean()) / SHARPNESS, dtype=np.float32)


def best(scores: npt.NDArray[np.floating], k: int) -> npt.NDArray[np.int64]:
    """Column numbers of the k largest scores of one row, best first, ties by position."""
    some = np.arange(scores.size)
    if 0 < k < scores.size:
        some = np.flatnonzero(scores >= np.partition(scores, scores.size - k)[scores.size - k])
    return some[np.argsort(-scores[some], kind="stable")[:k]].astype(np.int64)
