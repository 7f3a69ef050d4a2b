"""The systems compared: each gives a need's achievements in order, best first, and how sure it is of the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.collaboration.cache import encode
from sanwang.collaboration.encoder import encoder_for
from sanwang.collaboration.match import match
from sanwang.collaboration.rank import centred, language_means
from sanwang.collaboration.tokenise import language, words
from sanwang.region import Region

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ranked:
    """One system's answer: achievements by need, best first, and by need a number that rises with how sure it is that
    there is a useful one at all (the first score, or a chance)."""

    order: dict[str, list[str]]
    sure: dict[str, float]


def bm25_of(region: Region, k: int) -> dict[str, list[str]]:
    """The first k of BM25 over a Region."""
    return {n: names[:k] for n, names in bm25(region["needs"], region["achievements"]).order.items()}


def ours_of(region: Region, k: int) -> dict[str, list[str]]:
    """The first k of ``sanwang.match`` over a Region."""
    frame = match(region, k=k, explain=False).frame.sort("need", "rank")
    return {str(n[0]): g["achievement"].to_list() for n, g in frame.group_by("need", maintain_order=True)}


def _texts(frame: pl.DataFrame, body: str) -> list[str]:
    rows = frame.select(pl.col("title").fill_null(""), pl.col(body).fill_null("")).iter_rows()
    return [f"{t}\n{b}".strip() for t, b in rows]


def bm25(needs: pl.DataFrame, achievements: pl.DataFrame) -> Ranked:
    """BM25 as bm25s computes it, Chinese cut by dictionary."""
    index = bm25s.BM25()
    index.index([words(t) for t in _texts(achievements, "abstract")], show_progress=False)
    rows: list[Floats] = []
    for text in _texts(needs, "text"):
        known = [w for w in words(text) if w in index.vocab_dict]
        rows.append(index.get_scores(known).astype(np.float64) if known else np.zeros(achievements.height))
    return ranked(needs, achievements, np.stack(rows))


def vectors(needs: pl.DataFrame, achievements: pl.DataFrame, encoder: str, cache: Path | None) -> Ranked:
    """Cosines of an encoder's vectors, each language's mean taken off in needs and in achievements."""
    (model,) = encoder_for(encoder)
    sides: list[npt.NDArray[np.float32]] = []
    for frame, body, role in ((needs, "text", "query"), (achievements, "abstract", "passage")):
        texts = _texts(frame, body)
        plain, marks = encode(model, texts, role, cache), [language(t) for t in texts]
        sides.append(centred(plain, marks, language_means(plain, marks)))
    return ranked(needs, achievements, (sides[0] @ sides[1].T).astype(np.float64))


def ours(needs: pl.DataFrame, achievements: pl.DataFrame, cache: Path | None) -> Ranked:
    """``sanwang.match`` over the whole pool, as a user calls it, with its chance that the pool holds anything."""
    region = Region.of(needs=needs, achievements=achievements)
    found = match(region, k=achievements.height, cache=cache, explain=False)
    frame = found.frame.sort("need", "rank")
    order = {str(n[0]): g["achievement"].to_list() for n, g in frame.group_by("need", maintain_order=True)}
    firsts = frame.filter(pl.col("rank") == 1).select("need", "score").rows()
    held = found.sure.group_by("need").agg(pl.col("holds").first()).rows()
    return Ranked(order, dict(held or firsts))


def elsewhere(path: Path) -> Ranked:
    """A ranking made elsewhere, by another version or another program: a csv with need, achievement, rank, score."""
    frame = pl.read_csv(path, schema_overrides={"need": pl.String, "achievement": pl.String}).sort(
        "need", "rank"
    )
    order = {str(n[0]): g["achievement"].to_list() for n, g in frame.group_by("need", maintain_order=True)}
    return Ranked(order, dict(frame.filter(pl.col("rank") == 1).select("need", "score").rows()))


def ranked(needs: pl.DataFrame, achievements: pl.DataFrame, scores: Floats) -> Ranked:
    """The order of every achievement by score, ties by place."""
    names: Sequence[str] = achievements["id"].to_list()
    order = {
        need: [names[i] for i in np.argsort(-row, kind="stable")]
        for need, row in zip(needs["id"], scores, strict=True)
    }
    return Ranked(order, dict(zip(needs["id"], scores.max(axis=1).tolist(), strict=True)))
