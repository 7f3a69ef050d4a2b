"""The wording of texts as sparse vectors: words, and pairs and triples of Chinese characters.

Each is hashed into one of ``BUCKETS`` places, so that a pool of any size needs one small table of how common each is,
which can be kept up to date row by row.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from sanwang.collaboration.tokenise import words

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

HALF = 1 << 20
BUCKETS = 2 * HALF
"""The lower half holds characters, the upper half words."""

_LATIN = re.compile(r"[a-z0-9][a-z0-9.+#%/\-]*|[%℃°μΩ]+")
_FIRST, _LAST = 0x3400, 0x9FFF
_STEP = np.uint64(0x9E3779B97F4A7C15)
_LONGEST = (1 << 16) - 1
_SHIFT = np.uint64(64 - 20)


@dataclass(frozen=True)
class Terms:
    """The places of one text's terms, in order, and how often each occurs."""

    places: Places
    counts: Places


def terms(text: str) -> Terms:
    """The terms of a text."""
    characters, worded = _characters(text), _hashed(words(text)) + HALF
    places, counts = np.unique(np.concatenate([characters, worded]), return_counts=True)
    return Terms(places, counts)


def packed(wording: Terms) -> bytes:
    """Terms as a few bytes: the steps between their places, and how often each occurs.

    A step longer than 16 bits goes by places that occur no times.
    """
    steps = np.diff(wording.places, prepend=0)
    over = steps // _LONGEST
    ends = np.cumsum(over + 1) - 1
    every = np.full(int((over + 1).sum()), _LONGEST, dtype=np.uint16)
    counts = np.zeros(len(every), dtype=np.uint16)
    every[ends], counts[ends] = steps % _LONGEST, np.minimum(wording.counts, _LONGEST)
    return zlib.compress(every.tobytes() + counts.tobytes(), 1)


def unpacked(data: bytes) -> Terms:
    """The terms of ``packed``."""
    steps, counts = np.frombuffer(zlib.decompress(data), dtype=np.uint16).reshape(2, -1).astype(np.int64)
    there = counts > 0
    return Terms(np.cumsum(steps)[there], counts[there])


def _characters(text: str) -> Places:
    """Places of the pairs and triples of Chinese characters, and of Latin words and figures whole."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    signs = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    chinese = (signs >= _FIRST) & (signs <= _LAST)
    found: list[Places] = [_hashed([w.strip("./-+") for w in _LATIN.findall(plain)])]
    for size in (2, 3):
        ends = len(signs) - size + 1
        if ends < 1:
            continue
        inside = np.logical_and.reduce([chinese[i : ends + i] for i in range(size)])
        mixed = np.full(ends, size, dtype=np.uint64)
        for i in range(size):
            mixed = mixed * np.uint64(1_000_003) + signs[i : ends + i]
        found.append(_spread(mixed[inside]))
    return np.concatenate(found)


def _hashed(said: Sequence[str]) -> Places:
    return _spread(np.array([zlib.crc32(w.encode("utf-8", "surrogatepass")) for w in said], dtype=np.uint64))


def _spread(numbers: npt.NDArray[np.uint64]) -> Places:
    return ((numbers * _STEP) >> _SHIFT).astype(np.int64)


def commonness(texts: Sequence[Terms]) -> npt.NDArray[np.int32]:
    """In how many of the texts each place occurs."""
    total = np.zeros(BUCKETS, dtype=np.int32)
    for one in texts:
        total[one.places] += 1
    return total


def rarity(common: npt.NDArray[np.int32], size: int) -> Floats:
    """What a place weighs: the logarithm of ``size`` texts over those that have it, both plus one.

    A tenth is added, so that what every text of a small pool has still tells a need from a need.
    """
    return (np.log((1 + size) / (1.0 + common)) + 0.1).astype(np.float32)


def matrix(texts: Sequence[Terms], weight: Floats) -> sparse.csr_matrix:
    """One row a text, (1 + log count) · rarity (Salton & Buckley 1988).

    Characters and words are each scaled to length √½, so the product of two rows is the mean of their cosines.
    """
    ends = np.cumsum([0, *(len(t.places) for t in texts)])
    places = np.concatenate([np.zeros(0, dtype=np.int64), *(t.places for t in texts)])
    counts = np.concatenate([np.ones(0, dtype=np.int64), *(t.counts for t in texts)])
    values = (1 + np.log(counts)).astype(np.float32) * weight[places]
    block = 2 * np.repeat(np.arange(len(texts)), np.diff(ends)) + (places >= HALF)
    size = np.sqrt(2 * np.bincount(block, weights=values.astype(np.float64) ** 2, minlength=2 * len(texts)))
    values /= np.maximum(size, 1e-9)[block].astype(np.float32)
    return sparse.csr_matrix((values, places, ends), shape=(len(texts), BUCKETS))


def shared(left: sparse.csr_matrix, by_term: sparse.csr_matrix | sparse.csc_matrix) -> Floats:
    """How much wording each row of one has in common with each column of the other, 0…1."""
    found = sparse.csr_matrix(left @ sparse.csr_matrix(by_term))
    return np.asarray(found.toarray(), dtype=np.float32)
