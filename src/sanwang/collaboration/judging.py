"""The outside judge asked about the first results of each need; who is not asked, and what gave no opinion, is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from sanwang.collaboration.judge import Judge
from sanwang.errors import InputError
from sanwang.region import Region

Report = Callable[[int, int, str], None]

PATIENCE = 3
"""Pairs in a row without an opinion after which nothing more is asked: the endpoint is down, or no judge."""

OPINIONS = {
    "need": pl.String,
    "achievement": pl.String,
    "opinion": pl.String,
    "need_quotes": pl.List(pl.String),
    "result_quotes": pl.List(pl.String),
    "doubts": pl.List(pl.String),
    "model": pl.String,
}
"""What a judge said of a pair: the verdict, what it quotes of both texts (verbatim), its doubts, and the model."""


@dataclass(frozen=True)
class Judged:
    """Opinions (columns ``OPINIONS``), and how many pairs were under agreement, without an opinion, or not asked."""

    frame: pl.DataFrame
    closed: int = 0
    refused: int = 0
    unasked: int = 0
    why: str = ""


def opinions(
    region: Region, pairs: pl.DataFrame, judge: Judge, first: int, progress: Report | None = None
) -> Judged:
    """The judge's opinions on the first results of each need; texts under agreement are never handed to it.

    An opinion that is refused (no answer, or quotes that stand in neither text) leaves its pair without one.
    """
    needs, results = (
        {str(r["id"]): r for r in region[k].drop_nulls("id").iter_rows(named=True)}
        for k in ("needs", "achievements")
    )
    asked = pairs.filter(pl.col("rank") <= first).select("need", "achievement").rows()
    asked = [(n, a) for n, a in asked if n in needs and a in results]
    open_ = [(n, a) for n, a in asked if "nda" not in (needs[n].get("openness"), results[a].get("openness"))]
    rows: list[tuple[Any, ...]] = []
    refused, in_a_row, why = 0, 0, ""
    for done, (need, result) in enumerate(open_, 1):
        try:
            said = judge.opinion(needs[need], results[result])
        except InputError as error:
            refused, in_a_row, why = refused + 1, in_a_row + 1, str(error)
        else:
            in_a_row = 0
            quotes = list(said.need_quotes), list(said.result_quotes), list(said.doubts)
            rows.append((need, result, said.verdict, *quotes, said.model))
        if progress:
            progress(done, len(open_), "judge 评判")
        if in_a_row >= PATIENCE:
            break
    left = len(open_) - len(rows) - refused
    frame = pl.DataFrame(rows, schema=OPINIONS, orient="row")
    return Judged(frame, len(asked) - len(open_), refused, left, why)
