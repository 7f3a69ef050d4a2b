"""The systems compared: each gives a need's achievements in order, best first."""

from __future__ import annotations

from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt
import polars as pl
from labelled import Labelled

from sanwang.collaboration.cache import encode
from sanwang.collaboration.encoder import E5Encoder, Vectors
from sanwang.collaboration.match import match
from sanwang.collaboration.tokenise import words
from sanwang.region import Region

FUSION = 60
"""The constant of reciprocal rank fusion (Cormack et al. 2009)."""

Order = dict[str, list[str]]


def every(task: Labelled, cache: Path | None = None) -> dict[str, Order]:
    """The order of achievements of each need under each system."""
    lexical, dense = bm25(task), e5(task, cache)
    fused = 1 / (FUSION + _ranks(lexical)) + 1 / (FUSION + _ranks(dense))
    found = {"BM25": lexical, "embeddings": dense, "fusion": fused}
    return {name: _ordered(task, scores) for name, scores in found.items()} | {"Sanwang": ours(task, cache)}


def _text(frame: pl.DataFrame, body: str) -> list[str]:
    return [f"{t}\n{b}".strip() for t, b in frame.select("title", body).iter_rows()]


def bm25(task: Labelled) -> npt.NDArray[np.float64]:
    """BM25 as bm25s computes it, Chinese cut by dictionary."""
    index = bm25s.BM25()
    index.index([words(t) for t in _text(task.achievements, "abstract")], show_progress=False)
    rows: list[npt.NDArray[np.float64]] = []
    for text in _text(task.needs, "text"):
        known = [w for w in words(text) if w in index.vocab_dict]
        rows.append(
            index.get_scores(known).astype(np.float64) if known else np.zeros(task.achievements.height)
        )
    return np.stack(rows)


def e5(task: Labelled, cache: Path | None) -> npt.NDArray[np.float64]:
    """Cosine of multilingual-e5-small, query and passage prefixes, the first 1,000 characters."""
    model = E5Encoder()
    left: Vectors = encode(model, [t[:1000] for t in _text(task.needs, "text")], "query", cache)
    right: Vectors = encode(model, [t[:1000] for t in _text(task.achievements, "abstract")], "passage", cache)
    return (left @ right.T).astype(np.float64)


def _ranks(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1).astype(np.float64) + 1


def _ordered(task: Labelled, scores: npt.NDArray[np.float64]) -> Order:
    names = np.array(task.achievements["id"].to_list())
    return {
        need: names[np.argsort(-row, kind="stable")].tolist()
        for need, row in zip(task.needs["id"], scores, strict=True)
    }


def ours(task: Labelled, cache: Path | None) -> Order:
    """``sanwang.match`` over the whole pool, as a user calls it."""
    region = Region.of(needs=task.needs, achievements=task.achievements)
    frame = match(region, k=task.achievements.height, cache=cache, explain=False).frame.sort("need", "rank")
    return {str(n[0]): g["achievement"].to_list() for n, g in frame.group_by("need", maintain_order=True)}
