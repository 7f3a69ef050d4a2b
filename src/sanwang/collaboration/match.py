"""Who fits whom: every need against every achievement, the best k with reasons."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.cache import encode
from sanwang.collaboration.encoder import Encoder, Vectors, bundled, encoder_for
from sanwang.collaboration.matches import COLUMNS, Matches
from sanwang.collaboration.questions import split
from sanwang.collaboration.rank import (
    Asked,
    Pool,
    Scores,
    best,
    build_pool,
    centred,
    evidence,
    need_means,
    to_unit,
    toll,
)
from sanwang.collaboration.reasons import Grounds, grounds, reasons
from sanwang.collaboration.tokenise import language
from sanwang.collaboration.verdicts import Verdicts, ordered, verdicts
from sanwang.errors import DataError, OptionError
from sanwang.region import Region

Report = Callable[[int, int, str], None]

HEAD = 1000
"""Characters of title and text that are encoded; cutting at 256 loses English answers (they are longer)."""

_SPARE = 10
"""Achievements looked at beyond ``k``: those that contradict the need or were rejected go to the end."""

_BLOCK = 8_000_000
"""Scores held at once; needs are taken in blocks so that memory does not grow with their number."""


def match(
    region: Region,
    k: int = 20,
    text: str | None = None,
    lang: str = "zh",
    encoder: Encoder | str | None = None,
    cache: Path | None = None,
    progress: Report | None = None,
    explain: bool = True,
) -> Matches:
    """Rank achievements for every need, or for one need typed as ``text`` (its id is then ``?``).

    Evidence: sentence vectors of each encoder with each language's mean taken off, and BM25 over title and abstract,
    each standardised over the pool, less what the Region's other needs claim (see ``rank``).
    ``k`` may exceed the pool; without ``explain`` the reasons are empty, which is quicker.
    ``encoder`` is one, or names as ``encoder_for`` reads them; by default SANWANG_ENCODER, else the bundled ones.
    Raises DataError where there is no need or no achievement, OptionError for k < 1.
    """
    began = time.perf_counter()
    if k < 1:
        raise OptionError(f"k is {k}; at least 1 is wanted")
    needs = _typed_need(text, region) if text is not None else region["needs"].drop_nulls("id")
    pool_rows = region["achievements"].drop_nulls("id").sort("id")
    _need_rows(needs, "needs 需求")
    _need_rows(pool_rows, "achievements 成果")
    encoders, notices = _encoders(encoder, lang)
    notices += _empty_notices(needs, lang)
    pool = _pool(pool_rows, encoders, cache, progress)
    frame = _rank_all(region, needs, pool_rows, pool, encoders, k, lang, cache, progress, explain)
    return Matches(frame, "+".join(e.name for e in encoders), tuple(notices), time.perf_counter() - began)


def _encoders(chosen: Encoder | str | None, lang: str) -> tuple[list[Encoder], list[str]]:
    """The encoders asked for, else those of SANWANG_ENCODER, else the bundled ones."""
    chosen = chosen or os.environ.get("SANWANG_ENCODER") or None
    if chosen is None:
        return bundled(lang)
    return (encoder_for(chosen) if isinstance(chosen, str) else [chosen]), []


def _need_rows(frame: pl.DataFrame, table: str) -> None:
    if frame.is_empty():
        raise DataError(f"no row in {table} / 表中没有数据")


def _typed_need(text: str, region: Region) -> pl.DataFrame:
    if not text.strip():
        raise OptionError("the need is empty / 需求为空")
    row = pl.DataFrame({"id": ["?"], "title": [""], "text": [text]})
    return Region.of(needs=row)["needs"]


def _empty_notices(needs: pl.DataFrame, lang: str) -> list[str]:
    """Needs whose words say next to nothing are ranked all the same, and named."""
    blank = needs.filter(
        pl.concat_str("title", "text", ignore_nulls=True).str.strip_chars().str.len_chars() < 4
    )
    if blank.is_empty():
        return []
    names = ", ".join(blank["id"].head(5).to_list())
    if lang == "zh":
        return [f"{blank.height} 条需求几乎没有文字，排序没有依据：{names}"]
    return [f"{blank.height} needs have hardly any text, so their ranking means nothing: {names}"]


def _texts(frame: pl.DataFrame, body: str) -> list[str]:
    whole = pl.concat_str(pl.col("title").fill_null(""), pl.col(body).fill_null(""), separator="\n")
    return frame.select(whole.str.strip_chars().str.slice(0, HEAD))[:, 0].to_list()


def _pool(
    rows: pl.DataFrame, encoders: Sequence[Encoder], cache: Path | None, progress: Report | None
) -> Pool:
    titles = rows["title"].fill_null("").to_list()
    bodies = rows["abstract"].fill_null("").to_list()
    bodies = [f"{b} {' '.join(w or [])}" for b, w in zip(bodies, rows["keywords"].to_list(), strict=True)]
    texts = _texts(rows, "abstract")
    vectors = [encode(e, texts, "passage", cache, progress) for e in encoders]
    return build_pool(titles, bodies, vectors, [language(t) for t in texts])


def _rank_all(
    region: Region,
    needs: pl.DataFrame,
    rows: pl.DataFrame,
    pool: Pool,
    encoders: Sequence[Encoder],
    k: int,
    lang: str,
    cache: Path | None,
    progress: Report | None,
    explain: bool,
) -> pl.DataFrame:
    known = region["needs"].drop_nulls("id")
    rivals, asked = _asked(known, needs, pool, encoders, cache, progress)
    texts, cost = asked.words, toll(pool, rivals)
    base, pairs, achievements = grounds(region) if explain else None, needs.to_dicts(), rows.to_dicts()
    step, said = max(1, _BLOCK // pool.size), verdicts(region)
    parts: list[pl.DataFrame] = []
    for start in range(0, len(texts), step):
        end = min(start + step, len(texts))
        plain = evidence(pool, asked.part(slice(start, end)))
        for row, need in zip(plain, pairs[start:end], strict=True):
            parts.append(_ranked(base, said, need, achievements, row, cost, k, lang))
        if progress:
            progress(end, len(texts), "match 匹配")
    return pl.concat(parts)


def _asked(
    known: pl.DataFrame,
    needs: pl.DataFrame,
    pool: Pool,
    encoders: Sequence[Encoder],
    cache: Path | None,
    progress: Report | None,
) -> tuple[Asked, Asked]:
    """The Region's needs and those to be answered, less the mean of the Region's needs in their language."""
    every = pl.concat([known.select("title", "text"), needs.select("title", "text")])
    whole = _vectors(_texts(every, "text"), known.height, pool, encoders, cache, progress)
    titles: tuple[Vectors, ...] = ()
    if pool.short.any():
        named = (
            pl.coalesce(pl.col("title").replace("", None), pl.col("text")).fill_null("").str.slice(0, HEAD)
        )
        titles = _vectors(every.select(named)[:, 0].to_list(), known.height, pool, encoders, cache, progress)
    said = every.select(pl.concat_str("title", "text", separator="\n", ignore_nulls=True))[:, 0].to_list()
    both = Asked(tuple(said), whole, titles)
    asked = both.part(slice(known.height, None))
    if pool.short.any() and len(encoders) > 1:
        parts = _parts(needs, known, pool, encoders[1], cache, progress)
        asked = replace(asked, parts=parts)
    return both.part(slice(0, known.height)), asked


def _parts(
    needs: pl.DataFrame,
    known: pl.DataFrame,
    pool: Pool,
    encoder: Encoder,
    cache: Path | None,
    progress: Report | None,
) -> tuple[Vectors, ...]:
    """Vectors of each need's single questions, less their mean over the Region's needs."""
    rows = pl.concat([known.select("title", "text"), needs.select("title", "text")]).rows()
    said = [split(title or "", text or "") for title, text in rows]
    ends = np.cumsum([len(s) for s in said])
    flat = [part for parts in said for part in parts]
    before = int(ends[known.height - 1]) if known.height else 0
    vectors = encode(encoder, flat, "query", cache, progress)
    marks = [language(t) for t in flat]
    space = pool.spaces[1]
    means = need_means(space, vectors[:before], marks[:before]) if before else space.means
    return tuple(np.split(centred(vectors, marks, means), ends[:-1])[known.height :])


def _vectors(
    texts: Sequence[str],
    known: int,
    pool: Pool,
    encoders: Sequence[Encoder],
    cache: Path | None,
    progress: Report | None,
) -> tuple[Vectors, ...]:
    """One array of centred vectors an encoder; the first ``known`` texts are the Region's needs."""
    marks = [language(t) for t in texts]
    found: list[Vectors] = []
    for one, space in zip(encoders, pool.spaces, strict=True):
        every = encode(one, texts, "query", cache, progress)
        means = need_means(space, every[:known], marks[:known]) if known else space.means
        found.append(centred(every, marks, means))
    return tuple(found)


def _ranked(
    base: Grounds | None,
    said: Verdicts,
    need: dict[str, Any],
    achievements: list[dict[str, Any]],
    row: Scores,
    cost: Scores,
    k: int,
    lang: str,
) -> pl.DataFrame:
    """The order is evidence less toll; the score is the evidence itself, which says how near a text comes at all, and
    never rises down the list: taking off what others claim would make a misfit nobody wants look like an answer."""
    order = best((row - cost).astype(np.float64), k + _SPARE)
    order = ordered(said, need, achievements, order.tolist(), k)
    scores = np.minimum.accumulate(to_unit(row[order]))
    chosen = [achievements[i] for i in order]
    data = {
        "need": [need["id"]] * len(chosen),
        "achievement": [a["id"] for a in chosen],
        "rank": np.arange(1, len(chosen) + 1),
        "score": np.round(scores, 6),
        "reasons": [reasons(base, need, a, lang) if base else "" for a in chosen],
    }
    return pl.DataFrame(data, schema=COLUMNS)
