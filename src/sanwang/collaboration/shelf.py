"""Vectors on disk, a row a slot, and nearness to all of them without a second copy in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sanwang.collaboration.encoder import Vectors
from sanwang.collaboration.rank import Space, space_of
from sanwang.encoding.own import Reference

Floats = npt.NDArray[np.float32]

_Kind = TypeVar("_Kind", bound=np.generic)

_BLOCK = 100_000


def write_rows(path: Path, rows: npt.NDArray[np.generic], first: int) -> None:
    """Put rows behind the first ``first`` ones; what a broken run left there is overwritten."""
    with path.open("ab") as file:
        file.truncate(first * rows.shape[1] * rows.itemsize)
        file.seek(0, 2)
        file.write(rows.tobytes())


def read_rows(path: Path, kind: type[_Kind], count: int, width: int) -> npt.NDArray[_Kind]:
    """The first ``count`` rows, left on disk until they are used."""
    return np.asarray(np.memmap(path, dtype=kind, mode="r", shape=(count, width)))


@dataclass(frozen=True)
class Shelf:
    """Rows of texts and titles, their languages, which are live, and the middle of the live ones."""

    whole: Floats
    titles: npt.NDArray[np.float16]
    marks: npt.NDArray[np.str_]
    live: npt.NDArray[np.bool_]
    space: Space
    norms: Floats

    def nearness(self, asked: Vectors) -> Floats:
        """The centred cosine of a centred need with each row; what is withdrawn stands at minus infinity."""
        raw = self.whole @ asked
        for mark, mean in self.space.means["achievement"].items():
            raw[self.marks == mark] -= float(mean @ asked)
        raw /= self.norms
        raw[~self.live] = -np.inf
        return np.asarray(raw, dtype=np.float32)

    def rows(self, slots: npt.NDArray[np.int64]) -> tuple[Vectors, Vectors]:
        """Centred vectors of texts and of titles of some slots."""
        marks = self.marks[slots].tolist()
        titles = self.titles[slots].astype(np.float32)
        whole = self.space.centred(self.whole[slots], marks, "achievement")
        return whole, self.space.centred(titles, marks, "achievement_title")


def shelf_of(
    whole: Floats,
    titles: npt.NDArray[np.float16],
    marks: npt.NDArray[np.str_],
    live: npt.NDArray[np.bool_],
    reference: Reference | None,
) -> Shelf:
    """The shelf of some rows, at least one of them live."""
    if reference is None:
        space = space_of(whole[live], titles[live].astype(np.float32), marks[live].tolist(), None)
    else:
        short = titles.astype(np.float32)
        space = space_of(whole, short, np.where(live, marks, "").tolist(), reference)
    size = np.concatenate([np.einsum("ij,ij->i", p, p) for p in _blocks(whole)])
    norms = np.ones(len(whole), dtype=np.float32)
    for mark, mean in space.means["achievement"].items():
        inside = marks == mark
        square = size - 2 * (whole @ mean) + float(mean @ mean)
        norms[inside] = np.sqrt(np.maximum(square, 1e-6))[inside]
    return Shelf(whole, titles, marks, live, space, norms)


def _blocks(whole: Floats) -> list[Floats]:
    return [whole[start : start + _BLOCK] for start in range(0, len(whole), _BLOCK)]
