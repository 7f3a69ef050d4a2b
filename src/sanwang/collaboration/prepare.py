"""From records to what is compared: the texts of needs and achievements, their vectors and their wording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sanwang.collaboration.cache import Report, encode
from sanwang.collaboration.encoder import Encoder, Vectors
from sanwang.collaboration.questions import split
from sanwang.collaboration.rank import Asked, Pool, Scores, Space, space_of, weigh
from sanwang.collaboration.terms import matrix, terms
from sanwang.collaboration.tokenise import language
from sanwang.engine.port import Engine

MOST = 8000
"""Characters of a record that are read, some fifteen pages; whoever cuts says so."""

NAMED = 40
"""Characters that stand for the title of a record that has none."""


@dataclass(frozen=True)
class Record:
    """A need or an achievement: title, text, and words that are compared but not read as sentences."""

    title: str
    text: str
    keywords: str = ""

    @property
    def whole(self) -> str:
        """Title and text."""
        return f"{self.title}\n{self.text}".strip()[:MOST]

    @property
    def name(self) -> str:
        """The title, or how the text begins."""
        return self.title[:MOST] or self.text[:NAMED]

    @property
    def worded(self) -> str:
        """Everything whose wording counts."""
        return f"{self.whole}\n{self.keywords[:MOST]}"

    @property
    def cut(self) -> bool:
        """Whether the record is longer than what is read."""
        return len(f"{self.title}\n{self.text}".strip()) > MOST


@dataclass(frozen=True)
class Ready:
    """A pool that needs can be asked of: its achievements, each encoder's space, and how rare terms are."""

    pool: Pool
    spaces: tuple[Space, ...]
    weight: Scores


@dataclass(frozen=True)
class _Encoded:
    whole: Vectors
    titles: Vectors


def pool_of(
    records: Sequence[Record],
    encoders: Sequence[Encoder],
    cache: Path | None = None,
    progress: Report | None = None,
    engine: Engine | None = None,
) -> Ready:
    """The achievements made ready."""
    marks = [language(r.whole) for r in records]
    wording = [terms(r.worded) for r in records]
    weight = weigh(wording)
    spaces: list[Space] = []
    found: list[_Encoded] = []
    for one in encoders:
        whole = encode(one, [r.whole for r in records], "passage", cache, progress, engine)
        titles = encode(one, [r.name for r in records], "passage", cache, progress, engine)
        space = space_of(whole, titles, marks, getattr(one, "reference", None))
        spaces.append(space)
        ready = space.centred(whole, marks, "achievement"), space.centred(titles, marks, "achievement_title")
        found.append(_Encoded(*ready))
    pool = Pool(
        tuple(f.whole for f in found), tuple(f.titles for f in found), matrix(wording, weight), tuple(marks)
    )
    return Ready(pool, tuple(spaces), weight)


def ask(
    records: Sequence[Record],
    encoders: Sequence[Encoder],
    spaces: Sequence[Space],
    weight: Scores,
    cache: Path | None = None,
    progress: Report | None = None,
    engine: Engine | None = None,
) -> Asked:
    """The needs made ready, beside a pool's spaces and rarities."""
    marks = [language(r.whole) for r in records]
    sentences = [split(r.title, r.text[:MOST]) for r in records]
    flat = [s for said in sentences for s in said]
    ends = np.cumsum([len(s) for s in sentences])[:-1]
    whole: list[Vectors] = []
    titles: list[Vectors] = []
    parts: list[tuple[Vectors, ...]] = []
    for one, space in zip(encoders, spaces, strict=True):
        read = [
            encode(one, texts, "query", cache, progress, engine)
            for texts in ([r.whole for r in records], [r.name for r in records], flat)
        ]
        middle = space if hasattr(one, "reference") else space.for_needs(read[0], marks)
        whole.append(middle.centred(read[0], marks, "need"))
        titles.append(middle.centred(read[1], marks, "need"))
        single = middle.centred(read[2], [language(s) for s in flat], "need")
        parts.append(tuple(np.split(single, ends)))
    wording = matrix([terms(r.worded) for r in records], weight)
    return Asked(tuple(whole), tuple(titles), tuple(parts), wording, tuple(marks))
