"""Why a station fits a job or does not, in words: what both do, what it says it lacks, its codes."""

from __future__ import annotations

import numpy as np

from sanwang.collaboration.fit.abilities import Station
from sanwang.collaboration.fit.activities import Marks, activities

SHOWN = 2
"""Activities a reason names."""

CUES = 4


def why(job: Marks, marks: Marks, given: Station, lang: str = "zh") -> str:
    """The reasons of one pair, joined by a semicolon. What stands between “ ” is in one of the two texts."""
    zh = lang == "zh"
    shared = job.weights * marks.weights
    found = [
        _shared(job, marks, int(k), zh) for k in np.argsort(-shared, kind="stable")[:SHOWN] if shared[k] > 0
    ]
    found += _missing(job, marks, zh) if not found else []
    found += _denied(job, marks, given, zh)
    return ("；" if zh else "; ").join(found)


def _shared(job: Marks, marks: Marks, k: int, zh: bool) -> str:
    one = activities()[k]
    wanted = _quoted(job.cues[k], zh)
    able = _quoted(marks.cues[k], zh)
    if zh:
        return (
            f"{one.zh}：任务{wanted}，能力{able}" if able else f"{one.zh}：任务{wanted}，能力仅见于领域代码"
        )
    return (
        f"{one.en}: job {wanted}, ability {able}" if able else f"{one.en}: job {wanted}, ability by code only"
    )


def _quoted(cues: tuple[str, ...], zh: bool) -> str:
    return ("、" if zh else ", ").join(f"“{c}”" for c in cues[:CUES])


def _missing(job: Marks, marks: Marks, zh: bool) -> list[str]:
    k = int(np.argmax(job.weights))
    if job.weights[k] <= 1.5:
        return ["任务的工艺无法从文字判断" if zh else "the job's process cannot be told from its words"]
    one = activities()[k]
    said = f"未见“{one.zh}”所需的工艺或设备" if zh else f"nothing said of {one.en}"
    return [said]


def _denied(job: Marks, marks: Marks, given: Station, zh: bool) -> list[str]:
    """The clause in which the station says that it does not do the job's kind of making."""
    against = job.weights * marks.denied
    if not marks.denials or against.max(initial=0.0) <= 0:
        return []
    k = int(np.argmax(against))
    clause = next((c for c in given.unable if any(d in c for d in marks.denials[k])), "")
    if not clause:
        return []
    return [f"自述不做：“{clause}”"] if zh else [f"says it does not: “{clause}”"]
