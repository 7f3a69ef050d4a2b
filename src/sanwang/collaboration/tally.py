"""What an index's live achievements add up to, kept row by row: how common each term is, and their vectors' sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sanwang.collaboration.encoder import Vectors
from sanwang.collaboration.rank import FEW, Space, leant, unreferred
from sanwang.collaboration.terms import BUCKETS, Terms
from sanwang.encoding.own import Kind, Means, Reference

LANGUAGES = ("zh", "en")
KINDS: tuple[Kind, ...] = ("achievement", "achievement_title")


@dataclass
class Tally:
    """``common``: achievements that have each term; ``number``: achievements of each language.

    ``sums``: their vectors added up, of shape (kinds, languages, width); no width without an encoder.
    """

    common: npt.NDArray[np.int32]
    number: npt.NDArray[np.int64]
    sums: npt.NDArray[np.float64]

    def count(self, by: int, wording: Terms, mark: str, vectors: Sequence[npt.NDArray[np.floating]]) -> None:
        """Take one achievement in (``by`` 1) or out (-1): its terms, language, and vectors of text and title."""
        self.common[wording.places] += by
        language = LANGUAGES.index(mark)
        self.number[language] += by
        for kind, vector in enumerate(vectors):
            self.sums[kind, language] += by * vector.astype(np.float64)

    def saved(self) -> list[tuple[str, bytes]]:
        """The three arrays by name, as bytes."""
        return [(name, getattr(self, name).tobytes()) for name in NAMES]

    def space(self, some: Vectors, languages: Sequence[str], reference: Reference | None) -> Space:
        """The middles and the yardstick, as ``rank.space_of`` would find them.

        ``some``: vectors of live achievements of these languages, for an encoder without a reference.
        """
        if reference is not None:
            known = reference.means
            near: Means = {
                k: {
                    m: leant(self.sums[i, j], float(self.number[j]), known[k][m])
                    for j, m in enumerate(LANGUAGES)
                }
                for i, k in enumerate(KINDS)
            }
            return Space({**known, **near}, reference.spread)
        return unreferred({k: self._own(i) for i, k in enumerate(KINDS)}, some, languages)

    def _own(self, kind: int) -> dict[str, Vectors]:
        total = int(self.number.sum())
        if total < FEW:
            return {m: np.zeros(self.sums.shape[2], dtype=np.float32) for m in LANGUAGES}
        every = self.sums[kind].sum(axis=0) / total
        own = [self.sums[kind, j] / n if n >= FEW else every for j, n in enumerate(self.number.tolist())]
        return {m: v.astype(np.float32) for m, v in zip(LANGUAGES, own, strict=True)}


NAMES = ("common", "number", "sums")


def empty(width: int) -> Tally:
    """The tally of nothing, for vectors of a width."""
    return Tally(np.zeros(BUCKETS, np.int32), np.zeros(2, np.int64), np.zeros((2, 2, width)))


def read(common: bytes, number: bytes, sums: bytes) -> Tally:
    """The tally of ``saved``."""
    added = np.frombuffer(sums, np.float64).reshape(2, 2, -1).copy()
    return Tally(np.frombuffer(common, np.int32).copy(), np.frombuffer(number, np.int64).copy(), added)
