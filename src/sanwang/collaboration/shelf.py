"""Vectors on disk, a row a slot, and nearness to all of them in one pass over them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sanwang.collaboration.encoder import Vectors
from sanwang.collaboration.rank import Space

Floats = npt.NDArray[np.float32]

_Kind = TypeVar("_Kind", bound=np.generic)


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
    """Unit vectors of texts and titles, their languages, which are live, and the middles of the live ones."""

    whole: Floats
    titles: npt.NDArray[np.float16]
    marks: npt.NDArray[np.str_]
    live: npt.NDArray[np.bool_]
    space: Space

    def nearness(self, asked: Vectors) -> Floats:
        """The centred cosine of a centred need with each row; what is withdrawn stands at minus infinity."""
        means = self.space.means["achievement"]
        products = self.whole @ np.stack([asked, *means.values()], axis=1)
        near = np.full(len(self.whole), -np.inf, dtype=np.float32)
        for place, (mark, mean) in enumerate(means.items(), 1):
            inside = self.live & (self.marks == mark)
            square = 1 - 2 * products[inside, place] + float(mean @ mean)
            near[inside] = (products[inside, 0] - float(mean @ asked)) / np.sqrt(np.maximum(square, 1e-6))
        return near

    def rows(self, slots: npt.NDArray[np.int64]) -> tuple[Vectors, Vectors]:
        """Centred vectors of texts and of titles of some slots."""
        marks = self.marks[slots].tolist()
        titles = self.titles[slots].astype(np.float32)
        whole = self.space.centred(self.whole[slots], marks, "achievement")
        return whole, self.space.centred(titles, marks, "achievement_title")
