"""Who fits whom: every need against every achievement, the best k with reasons."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.encoder import Encoder, bundled, encoder_for
from sanwang.collaboration.matches import COLUMNS, Matches
from sanwang.collaboration.nearest import nearest
from sanwang.collaboration.prepare import MOST, Ready, Record, ask, pool_of
from sanwang.collaboration.rank import Asked, Scores, toll
from sanwang.collaboration.reasons import Grounds, grounds, reasons
from sanwang.collaboration.sureness import Sureness, doubtful, judged_by, signs_of, sure_rows
from sanwang.collaboration.verdicts import Verdicts, ordered, verdicts
from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine
from sanwang.errors import DataError, OptionError
from sanwang.region import Region

Report = Callable[[int, int, str], None]

_SPARE = 10
"""Achievements looked at beyond ``k``: those that contradict the need or were rejected go to the end."""


def match(
    region: Region,
    k: int = 20,
    text: str | None = None,
    lang: str = "zh",
    encoder: Encoder | str | None = None,
    cache: Path | None = None,
    progress: Report | None = None,
    explain: bool = True,
    claimed: bool = False,
    engine: Engine | None = None,
) -> Matches:
    """Rank achievements for every need, or for one need typed as ``text`` (its id is then ``?``).

    Evidence: likeness of meaning of the texts, of the titles and of the need's nearest sentences, each language's
    mean taken off, and shared wording (see ``rank``). A pair's score hangs on the pair and the pool, never on which
    other needs are there, unless ``claimed`` takes off what the Region's other needs claim.
    ``k`` may exceed the pool; without ``explain`` the reasons are empty, which is quicker.
    ``encoder`` is one, or names as ``encoder_for`` reads them; by default SANWANG_ENCODER, else the one that ships.
    Raises DataError where there is no need or no achievement, OptionError for k < 1.
    """
    began = time.perf_counter()
    if k < 1:
        raise OptionError(f"k is {k}; at least 1 is wanted", f"k 为 {k}，至少为 1")
    needs = typed_need(text) if text is not None else region["needs"].drop_nulls("id")
    pool_rows = region["achievements"].drop_nulls("id").sort("id")
    _need_rows(needs, "needs 需求")
    _need_rows(pool_rows, "achievements 成果")
    encoders, notices = _encoders(encoder, lang)
    notices += _notices(needs, pool_rows, lang)
    base = grounds(region) if explain else None
    sureness = judged_by([e.name for e in encoders])
    with engine_of(engine) as used:
        how = (cache, progress, used)
        ready = pool_of(_records(pool_rows, "abstract"), encoders, *how)
        asked = ask(_records(needs, "text"), encoders, ready.spaces, ready.weight, *how)
        cost = np.zeros(ready.pool.size, dtype=np.float32)
        if claimed:
            rivals = _records(region["needs"].drop_nulls("id"), "text")
            cost = toll(ready.pool, ask(rivals, encoders, ready.spaces, ready.weight, *how), ready.spaces)
        rows = _Rows(base, verdicts(region), pool_rows.to_dicts(), cost, k, lang, sureness)
        frame, sure = _rank_all(rows, needs.to_dicts(), ready, asked, used, progress)
    name = "+".join(e.name for e in encoders) or "words"
    notices += doubtful(sure, lang)
    return Matches(frame, name, tuple(notices), time.perf_counter() - began, sure)


def _encoders(chosen: Encoder | str | None, lang: str) -> tuple[list[Encoder], list[str]]:
    """The encoders asked for, else those of SANWANG_ENCODER, else the bundled ones."""
    chosen = chosen or os.environ.get("SANWANG_ENCODER") or None
    if chosen is None:
        return bundled(lang)
    return (encoder_for(chosen) if isinstance(chosen, str) else [chosen]), []


def _need_rows(frame: pl.DataFrame, table: str) -> None:
    if frame.is_empty():
        raise DataError(f"no row in {table} / 表中没有数据")


def typed_need(text: str) -> pl.DataFrame:
    """A table of the one need that was typed; its id is ``?``. Raises OptionError where nothing was."""
    if not text.strip():
        raise OptionError("the need is empty / 需求为空")
    row = pl.DataFrame({"id": ["?"], "title": [""], "text": [text]})
    return Region.of(needs=row)["needs"]


def _notices(needs: pl.DataFrame, achievements: pl.DataFrame, lang: str) -> list[str]:
    """Needs whose words say next to nothing are ranked all the same, and named; so is every text that is cut."""
    said = _records(needs, "text")
    blank = [i for i, r in zip(needs["id"], said, strict=True) if len(r.whole) < 4]
    long = [i for i, r in zip(needs["id"], said, strict=True) if r.cut]
    offered = _records(achievements, "abstract")
    long += [i for i, r in zip(achievements["id"], offered, strict=True) if r.cut]
    found: list[str] = []
    for names, zh, en in (
        (
            blank,
            "条需求几乎没有文字，排序没有依据",
            "needs have hardly any text, so their ranking means nothing",
        ),
        (
            long,
            f"条文字过长，只读了前 {MOST:,} 字",
            f"texts are long: only the first {MOST:,} characters were read",
        ),
    ):
        if names:
            shown = ", ".join(names[:5])
            found.append(f"{len(names)} {zh}：{shown}" if lang == "zh" else f"{len(names)} {en}: {shown}")
    return found


def _records(frame: pl.DataFrame, body: str) -> list[Record]:
    words = frame["keywords"].to_list() if "keywords" in frame.columns else [None] * frame.height
    rows = zip(frame["title"].to_list(), frame[body].to_list(), words, strict=True)
    return [Record(title or "", text or "", " ".join(said or [])) for title, text, said in rows]


@dataclass(frozen=True)
class _Rows:
    """What every need's rows are made with."""

    base: Grounds | None
    said: Verdicts
    achievements: list[dict[str, Any]]
    cost: Scores
    k: int
    lang: str
    sureness: Sureness


def _rank_all(
    rows: _Rows,
    needs: Sequence[dict[str, Any]],
    ready: Ready,
    asked: Asked,
    engine: Engine,
    progress: Report | None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    parts: list[pl.DataFrame] = []
    sure: list[pl.DataFrame] = []
    found = nearest(engine, ready, asked, rows.cost, rows.k + _SPARE, progress)
    for need, near in zip(needs, found, strict=True):
        order = ordered(rows.said, need, rows.achievements, near.which.tolist(), rows.k)
        at = {a: i for i, a in enumerate(near.which.tolist())}
        pairs = near.pairs[[at[i] for i in order]]
        parts.append(_ranked(rows, need, order, pairs[:, 0]))
        names = parts[-1]["achievement"].to_list()
        signs = signs_of(near.top, near.named, near.sentence)
        sure.append(sure_rows(rows.sureness, need["id"], names, signs, pairs.astype(np.float64)))
    return pl.concat(parts), pl.concat(sure)


def _ranked(rows: _Rows, need: dict[str, Any], order: Sequence[int], evidence: Scores) -> pl.DataFrame:
    """The score is the evidence of the pair itself, which says how near a text comes at all, and never rises down
    the list: taking off what others claim would make a misfit nobody wants look like an answer."""
    scores = np.minimum.accumulate(rows.sureness.related(evidence))
    chosen = [rows.achievements[i] for i in order]
    data = {
        "need": [need["id"]] * len(chosen),
        "achievement": [a["id"] for a in chosen],
        "rank": np.arange(1, len(chosen) + 1),
        "score": np.round(scores, 6),
        "reasons": [reasons(rows.base, need, a, rows.lang) if rows.base else "" for a in chosen],
    }
    return pl.DataFrame(data, schema=COLUMNS)
