"""Calibration declared as a study: probabilities from past outcomes, or the reason why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import polars as pl

from sanwang.collaboration import calibration
from sanwang.collaboration.calibration import Calibration, Uncalibrated
from sanwang.collaboration.matches import Matches
from sanwang.engine.port import Engine
from sanwang.region import Region
from sanwang.study.declare import Ask, study
from sanwang.study.drawing import Drawing
from sanwang.study.option import Option, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Table, column
from sanwang.study.words import say


def shown(found: Calibration | Uncalibrated, region: Region, lang: str) -> Shown:
    """The error of the probabilities, held out, and the reliability diagram."""
    title = say("calibrate_title", lang)
    if isinstance(found, Uncalibrated):
        told = say("uncalibrated", lang, pairs=found.pairs, successes=found.successes, needs=found.needs)
        return Shown(title, [told], [], status=1)
    told = say("calibrated", lang, method=found.method, pairs=f"{found.pairs:,}", needs=found.needs,
               ece=f"{found.ece:.3f}", brier=f"{found.brier:.3f}")  # fmt: skip
    rows = [{"probability": p, "worked": w, "count": n} for p, w, n in found.bins]
    columns = (
        column("probability", "percent", lang),
        column("worked", "percent", lang),
        column("count", "int", lang),
    )
    table = Table("reliability", say("reliability_title", lang), pl.DataFrame(rows), columns)
    drawn = Drawing("reliability-drawn", say("reliability_title", lang), "sanwang.report.reliability:reliability_svg",
                    {"found": found, "lang": lang}, wide=False)  # fmt: skip
    return Shown(title, [told], [_questions(found, lang), table], [drawn])


def _questions(found: Calibration, lang: str) -> Table:
    """The three questions a score may answer, each fitted apart, and how well each answer held on needs left out."""
    pair = {
        "rows": found.pairs,
        "successes": found.successes,
        "ece": found.ece,
        "brier": found.brier,
        "auc": None,
    }
    rows = [{"question": say("question_pair", lang), **pair}]
    for key, curve in (("first", found.first), ("holds", found.holds)):
        said = say(f"question_{key}", lang)
        if curve is None:
            rows.append({"question": said + say("question_few", lang), **dict.fromkeys(pair)})
        else:
            rows.append({"question": said, **{k: getattr(curve, k) for k in pair}})
    columns = (
        column("question", "long", lang), column("rows", "int", lang), column("successes", "int", lang),
        column("ece", "score", lang), column("brier", "score", lang), column("auc", "score", lang),
    )  # fmt: skip
    types = {"question": pl.String, "rows": pl.Int64, "successes": pl.Int64, "ece": pl.Float64, "brier": pl.Float64,
             "auc": pl.Float64}  # fmt: skip
    return Table("questions", say("questions_title", lang), pl.DataFrame(rows, schema=types), columns)


def data(found: Calibration | Uncalibrated, region: Region) -> dict[str, Any]:
    """Whether probabilities can be had, and how good they are."""
    if isinstance(found, Uncalibrated):
        return {"calibrated": False, "pairs": found.pairs, "successes": found.successes, "needs": found.needs}
    curves = {n: c and {"rows": c.rows, "successes": c.successes, "ece": c.ece, "brier": c.brier, "auc": c.auc}
              for n, c in (("first", found.first), ("holds", found.holds))}  # fmt: skip
    return {"calibrated": True, "method": found.method, "pairs": found.pairs, "needs": found.needs, "ece": found.ece,
            "brier": found.brier, **curves}  # fmt: skip


def files(
    found: Calibration | Uncalibrated, region: Region, folder: Path, options: Mapping[str, object], lang: str
) -> list[Path]:
    """``calibration.json``, which ``answer`` reads."""
    if isinstance(found, Uncalibrated):
        return []
    found.save(folder / "calibration.json")
    return [folder / "calibration.json"]


@study("calibrate", show=shown, data=data, files=files)
def calibrate(
    region: Region,
    matches: Matches | None = None,
    *,
    labels: Annotated[
        Path | None,
        Option(
            "need,achievement,grade 的 csv；缺省用对接结果与人的决定",
            "a csv need,achievement,grade; else the outcomes and what persons decided",
        ),
    ] = None,
    complete: Annotated[
        bool,
        Option("标注覆盖全库，未标注即不成", "the labels name every success; what is not in them failed"),
    ] = False,
    k: Annotated[int, Option("每条需求取几项成果", "results a need", whole(1), names=("-k",))] = 20,
    engine: Engine | None = None,
    ask: Ask,
) -> Calibration | Uncalibrated:
    """Probabilities of success for scores, from past outcomes and what persons accepted or rejected, with their error
    measured on needs held out; first results and "is there an answer at all" are fitted apart."""
    known = calibration.outcome_labels(region) if labels is None else calibration.read_labels(labels)
    pairs = matches if matches is not None else ask("match", region, k=k, explain=False)
    return calibration.calibrate(pairs, known, complete, engine)
