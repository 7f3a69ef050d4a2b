"""The evidence of a labelled set taken apart, so that weights can be tried without encoding anything again."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from labelled import Labelled

from sanwang.collaboration import rank
from sanwang.collaboration.encoder import encoder_for
from sanwang.collaboration.match import _records
from sanwang.collaboration.prepare import ask, pool_of
from sanwang.region import Region

Scores = npt.NDArray[np.float32]
KINDS = tuple(f.name for f in fields(rank.Weights))


@dataclass(frozen=True)
class Apart:
    """One array (needs, achievements) for each kind of evidence at weight 1, the signs, and the grades, −1 unjudged."""

    name: str
    within: bool
    encoder: str
    kinds: dict[str, Scores]
    named: Scores
    sentence: Scores
    grades: npt.NDArray[np.int8]

    def total(self, weights: dict[str, float]) -> Scores:
        """The evidence with these weights."""
        return np.asarray(sum(weights[k] * self.kinds[k] for k in KINDS), dtype=np.float32)


def apart(task: Labelled, cache: Path | None, encoder: str = "sanwang") -> Apart:
    """Take a set's evidence apart: it is linear in the weights, so each kind is the evidence at weights 1 and 0."""
    region = Region.of(needs=task.needs, achievements=task.achievements)
    needs, achievements = region["needs"], region["achievements"]
    encoders = encoder_for(encoder)
    ready = pool_of(_records(achievements, "abstract"), encoders, cache)
    asked = ask(_records(needs, "text"), encoders, ready.spaces, ready.weight, cache)
    shipped, none = rank.WEIGHTS, dict.fromkeys(KINDS, 0.0)
    kinds: dict[str, Scores] = {}
    try:
        for kind in KINDS:
            rank.WEIGHTS = rank.Weights(**(none | {kind: 1.0}))
            found = rank.evidence(ready.pool, asked, ready.spaces)
            kinds[kind] = found.total
    finally:
        rank.WEIGHTS = shipped
    place = {a: i for i, a in enumerate(achievements["id"])}
    grades = np.full(found.total.shape, -1, dtype=np.int8)
    for row, need in enumerate(needs["id"]):
        for achievement, grade in task.grades[need].items():
            if achievement in place:
                grades[row, place[achievement]] = grade
    name = "+".join(e.name for e in encoders)
    return Apart(task.name, task.within, name, kinds, found.named, found.sentence, grades)


def changed(**weights: float) -> dict[str, float]:
    """The shipped weights with some changed."""
    found = replace(rank.WEIGHTS, **weights)
    return {k: float(getattr(found, k)) for k in KINDS}
