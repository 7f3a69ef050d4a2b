"""Near-duplicate achievements and needs, found before they are published: reworded, or in the other language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from rapidfuzz import fuzz

from sanwang.collaboration.cache import encode
from sanwang.collaboration.decisions import COLUMNS
from sanwang.collaboration.encoder import Encoder, Vectors, bundled
from sanwang.collaboration.rank import space_of
from sanwang.collaboration.tokenise import language, words
from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine, run
from sanwang.region import Region

Report = Callable[[int, int, str], None]

NEIGHBOURS = 10
"""Nearest texts of each text that are looked at."""

WORDED = 0.86
"""Share of common wording (edit likeness of the sorted words) from which two texts count as one reworded."""

MEANT = 0.78
"""Centred cosine from which two texts count as one: of four thousand patents and papers one in a thousand has so near a
neighbour. Across languages ``ACROSS`` is enough."""

ACROSS = 0.42
"""The same across languages, where vectors of one thing stand further apart; in a sample of papers with both abstracts
unrelated pairs stay below 0.38 and two thirds of translations reach it."""

_BODY = {"achievements": "abstract", "needs": "text"}
_BLOCK = 2_000
_COMPARED = 5_000
"""Pairs compared in words at a time, some two seconds' work."""


def duplicates(
    region: Region,
    lang: str = "zh",
    encoders: Sequence[Encoder] | None = None,
    cache: Path | None = None,
    progress: Report | None = None,
    engine: Engine | None = None,
) -> pl.DataFrame:
    """Pairs of achievements and of needs that may be one and the same, most alike first; nothing is merged.

    Columns as in ``decisions.COLUMNS``; ``decision`` is empty, for a person to fill in.
    """
    used = list(encoders) if encoders else bundled(lang)[0]
    with engine_of(engine) as runs:
        parts = [_pairs(region[kind], kind, used, lang, cache, progress, runs) for kind in _BODY]
    return pl.concat(parts).sort("score", "kind", "a", "b", descending=[True, False, False, False])


@dataclass(frozen=True)
class Compared:
    """Texts to be compared in words: of each its title, whole text and language, and the language of the reasons."""

    titles: list[str]
    texts: list[str]
    marks: list[str]
    lang: str


def _pairs(
    rows: pl.DataFrame,
    kind: str,
    encoders: Sequence[Encoder],
    lang: str,
    cache: Path | None,
    progress: Report | None,
    engine: Engine,
) -> pl.DataFrame:
    rows = rows.drop_nulls("id").sort("id")
    names, titles = rows["id"].to_list(), rows["title"].fill_null("").to_list()
    bodies = rows[_BODY[kind]].fill_null("").to_list()
    texts = [f"{t}\n{b}".strip()[:1000] for t, b in zip(titles, bodies, strict=True)]
    if len(texts) < 2:
        return pl.DataFrame(schema=COLUMNS)
    marks = [language(t) for t in texts]
    spaces: list[Vectors] = []
    for one in encoders:
        plain = encode(one, texts, "passage", cache, progress, engine)
        space = space_of(plain, plain, marks, getattr(one, "reference", None))
        spaces.append(space.centred(plain, marks, "achievement"))
    spaces = spaces or [np.zeros((len(texts), 1), dtype=np.float32)]
    near = _near(spaces, engine, progress)
    shared = engine.share(Compared(titles, texts, marks, lang))
    blocks = [near[i : i + _COMPARED] for i in range(0, len(near), _COMPARED)]
    told = run(engine, compared, blocks, shared, label="pairs 逐对比较", progress=progress)
    engine.drop(shared)
    found = [
        {"kind": kind, "a": names[i], "b": names[j], "score": score, "reason": reason,
         "title_a": titles[i], "title_b": titles[j], "decision": ""}
        for block in told for i, j, score, reason in block
    ]  # fmt: skip
    return pl.DataFrame(found, schema=COLUMNS)


def compared(pairs: list[tuple[int, int, float]], given: Compared) -> list[tuple[int, int, float, str]]:
    """Of pairs near in meaning those that may be one, with score and reason (a block of an engine)."""
    titles, texts, marks = given.titles, given.texts, given.marks
    found: list[tuple[int, int, float, str]] = []
    for i, j, meant in pairs:
        worded = fuzz.token_sort_ratio(" ".join(words(texts[i])), " ".join(words(texts[j]))) / 100
        same_title = bool(titles[i]) and fuzz.ratio(titles[i].casefold(), titles[j].casefold()) >= 95
        across = marks[i] != marks[j]
        if worded < WORDED and not same_title and meant < (ACROSS if across else MEANT):
            continue
        reason = _reason(worded, meant, same_title, across, given.lang)
        found.append((i, j, round(max(worded, float(same_title) * 0.95, meant), 4), reason))
    return found


def _near(spaces: list[Vectors], engine: Engine, progress: Report | None) -> list[tuple[int, int, float]]:
    """Pairs of near texts with their mean cosine, each pair once."""
    shared = engine.share(spaces)
    starts = range(0, len(spaces[0]), _BLOCK)
    parts = run(engine, near_rows, starts, shared, label="near 相近文本", progress=progress, compiled=True)
    engine.drop(shared)
    found = {pair: score for part in parts for pair, score in part.items()}
    return [(i, j, score) for (i, j), score in sorted(found.items())]


def near_rows(start: int, spaces: list[Vectors]) -> dict[tuple[int, int], float]:
    """The nearest texts of ``_BLOCK`` texts from one on (a block of an engine)."""
    size = len(spaces[0])
    found: dict[tuple[int, int], float] = {}
    block = sum(s[start : start + _BLOCK] @ s.T for s in spaces) / len(spaces)
    alike = np.asarray(block, dtype=np.float32)
    alike[np.arange(len(alike)), np.arange(start, start + len(alike))] = -1
    nearest = np.argpartition(-alike, min(NEIGHBOURS, size - 1) - 1, axis=1)[:, :NEIGHBOURS]
    for row, columns in enumerate(nearest):
        for column in columns.tolist():
            pair = (min(start + row, column), max(start + row, column))
            if pair[0] != pair[1]:
                found[pair] = float(alike[row, column])
    return found


def _reason(worded: float, meant: float, same_title: bool, across: bool, lang: str) -> str:
    zh = lang == "zh"
    if same_title:
        return "名称相同" if zh else "same title"
    if worded >= WORDED:
        return f"文字 {worded:.0%} 相同" if zh else f"{worded:.0%} of the wording in common"
    if across:
        return f"跨语言语义相近 {meant:.2f}" if zh else f"close in meaning across languages, {meant:.2f}"
    return f"改写：语义相近 {meant:.2f}" if zh else f"reworded: close in meaning, {meant:.2f}"
