"""Answers declared as a study: one result a need, or that nothing here answers it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl

from sanwang.collaboration.calibration import answers, load_calibration
from sanwang.collaboration.matches import Matches
from sanwang.region import Region
from sanwang.region.names import beside, titles
from sanwang.study.declare import Ask, study
from sanwang.study.option import Option, share
from sanwang.study.shown import Shown
from sanwang.study.table import Table, column, field_column
from sanwang.study.words import say


def shown(found: pl.DataFrame, region: Region, lang: str) -> Shown:
    """The answers with names beside ids."""
    names = titles(region, lang)
    frame = beside(beside(found, "need", names["need"]), "achievement", names["achievement"])
    columns = (
        field_column("needs", "id", "need", "id", lang),
        column("need_name", "text", lang, under=("need", "need_actor")),
        column("answer", "text", lang),
        field_column("achievements", "id", "achievement", "id", lang),
        field_column(
            "achievements", "title", "achievement_name", "text", lang, under=("achievement", "achievement_actor")
        ),
        column("score", "score", lang), column("probability", "percent", lang), column("reasons", "marks", lang),
    )  # fmt: skip
    brief = ("need_name", "answer", "achievement", "achievement_name", "score", "probability")
    given = found.filter(pl.col("achievement").is_not_null() & (pl.col("achievement") != "")).height
    said = [say("answer_said", lang, needs=found.height, answered=given)]
    if found["probability"].null_count() == found.height:
        said.append(say("answer_uncalibrated", lang))
    return Shown(
        say("answer_title", lang),
        said,
        [Table("answers", say("answer_title", lang), frame, columns, brief=brief)],
    )


def data(found: pl.DataFrame, region: Region) -> dict[str, object]:
    """One row a need."""
    return {"answers": found}


@study("answer", show=shown, data=data)
def answer(
    region: Region,
    matches: Matches | None = None,
    *,
    calibration: Annotated[
        Path | None, Option("校准文件 calibration.json", "the calibration, calibration.json")
    ] = None,
    least: Annotated[float, Option("低于此值不作答", "below this, no answer", share())] = 0.2,
    lang: str = "zh",
    ask: Ask,
) -> pl.DataFrame:
    """For each need the result to look at first, or the plain word that nothing here answers it.

    With a calibration ``least`` is a probability; without one it is a score, and the answer says so.
    """
    given = None if calibration is None else load_calibration(calibration)
    pairs = matches if matches is not None else ask("match", region, k=1)
    return answers(pairs, given, least, lang)
