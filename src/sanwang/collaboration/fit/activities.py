"""Kinds of making: processes, materials and equipment by which a result and a station belong together."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from sanwang.collaboration.fit.abilities import Station

Floats = npt.NDArray[np.float64]

TITLE, BODY = 2.0, 4.0
"""A cue in the title counts twice; cues of the body count up to four."""

FIRST, LAST = 0.6, 1.6
"""What a cue at the beginning and at the end of a Chinese title counts: what is made stands last (电池包冷却用氟化液),
what it is for before it. Chosen with benchmarks/fit."""

CODE = 3.0
"""What a symbol of the patent classification counts for the activity whose branch is nearest above it."""

_BODY = 1500
"""Characters of a result read: what comes behind are claims and details."""


@dataclass(frozen=True)
class Activity:
    """A kind of making: names, form of what it makes, cues of results and of stations, codes of IPC and GB/T 4754."""

    id: str
    zh: str
    en: str
    form: str
    result: tuple[str, ...]
    station: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Marks:
    """Weights of the activities in a text, and the cues that gave them, by activity."""

    weights: Floats
    cues: tuple[tuple[str, ...], ...]
    denied: Floats
    denials: tuple[tuple[str, ...], ...] = ()


@cache
def activities() -> tuple[Activity, ...]:
    """The activities in the order of their table."""
    text = (files("sanwang.collaboration.fit") / "activities.csv").read_text(encoding="utf-8")
    return tuple(
        Activity(
            row["id"],
            row["zh"],
            row["en"],
            row["form"],
            _cues(row["result"]),
            _cues(row["station"]),
            tuple(row["codes"].split(";")),
        )
        for row in csv.DictReader(text.splitlines())
    )


def _cues(cell: str) -> tuple[str, ...]:
    """Cues of two characters and more: a single one stands in too many words."""
    return tuple(c for c in cell.split("|") if len(c) > 1)


@cache
def forms() -> tuple[tuple[str, ...], Floats]:
    """The forms of things made, and activity × form."""
    names = tuple(sorted({a.form for a in activities()}))
    return names, np.array([[float(a.form == f) for f in names] for a in activities()])


def marks_of_result(title: str, body: str, codes: Sequence[str] = ()) -> Marks:
    """How strongly each activity speaks out of a result's or a need's title, text and IPC symbols."""
    body = body[:_BODY]
    title = title.strip()
    heads = [_found(a.result, title) for a in activities()]
    texts = [_found(a.result, body) for a in activities()]
    weights = [
        TITLE * min(_heading(h, title), 2.6) + min(_worth(t), BODY) for h, t in zip(heads, texts, strict=True)
    ]
    told = np.array(weights)
    cues = [tuple(dict.fromkeys((*h, *t))) for h, t in zip(heads, texts, strict=True)]
    for code in codes:
        depth = np.array([_depth(code, a.codes) for a in activities()])
        deepest = depth.max(initial=0)
        told += np.where(depth == 0, 0.0, np.where(depth == deepest, CODE, CODE / 3))
        cues = [(*c, code) if d > 0 and not c else c for c, d in zip(cues, depth, strict=True)]
    return Marks(told, tuple(cues), np.zeros(len(weights)))


def _depth(code: str, known: Sequence[str]) -> int:
    """How many characters of a symbol the longest known branch above it has; 0: none is above it."""
    return max((len(k) for k in known if len(k) > 2 and code.startswith(k)), default=0)


def marks_of_station(given: Station) -> Marks:
    """How strongly each activity speaks out of a station's abilities, name and codes, and what it says it lacks."""
    able, unable = "，".join(given.able), "，".join(given.unable)
    found = [_found(a.station, able) for a in activities()]
    named = [_found(a.station, given.name) for a in activities()]
    coded = [any(_within(c, a.codes) for c in given.codes) for a in activities()]
    weights = [
        min(_worth(f), 4.0) / 4 + 0.5 * min(_worth(n), 2.0) + 0.5 * c
        for f, n, c in zip(found, named, coded, strict=True)
    ]
    cues = tuple(tuple(dict.fromkeys((*f, *n))) for f, n in zip(found, named, strict=True))
    denials = tuple(_found(a.station, unable) for a in activities())
    return Marks(np.array(weights), cues, np.array([_worth(d) for d in denials]), denials)


def _found(cues: Sequence[str], text: str) -> tuple[str, ...]:
    return tuple(c for c in cues if c in text)


def _worth(found: Sequence[str]) -> float:
    """Longer cues say more."""
    return sum(1.0 if len(c) == 2 else 1.3 for c in found)


def _heading(found: Sequence[str], title: str) -> float:
    """The worth of cues in a title, the nearer to its end the more; in other languages the order says nothing."""
    if not any("\u4e00" <= c <= "\u9fff" for c in title):
        return _worth(found)
    ends = [(title.rfind(c) + len(c)) / len(title) for c in found]
    return sum(_worth([c]) * (FIRST + (LAST - FIRST) * e) for c, e in zip(found, ends, strict=True))


def _within(code: str, known: Sequence[str]) -> bool:
    """Whether a code and a known one are one branch of a classification; a single letter is no branch."""
    return len(code) > 1 and any(code.startswith(k) or k.startswith(code) for k in known)


DEPLOYS = 1.5
"""How strongly software has to speak out of a station for it to deploy any: read off stations of the sample, where
those that do stand at 1.5 and more, those that assemble, cast or brew and set up their own controls below."""

_SOFTWARE = re.compile(
    r"(?:软件|算法|程序|数据集|知识库|求解器)$|\b(?:software|algorithm|dataset)s?$", re.IGNORECASE
)

_INFORMS = re.compile(
    r"(?:识别|推断|判别|判定|预警|预测|预报|校准|孪生|推演|仿真|逆向|内核|调度|校验|核验|溯源|评估|诊断|接管|检测)$"
)
"""Ends of titles that name what is done with data, which a thing may or may not be needed for."""


def deploys(marks: Marks) -> bool:
    """Whether a station works with software, models or data."""
    names, table = forms()
    return float((marks.weights @ table)[names.index("software")]) >= DEPLOYS


def physical(marks: Marks, title: str = "") -> bool:
    """Whether a result is a thing: False for software, models and data, which need no production line.

    A title that ends in 软件 or 算法 says so itself; where it ends in what is done with data (识别, 预测) software has
    to speak only as loud as things.
    """
    title = title.strip()
    if _SOFTWARE.search(title):
        return False
    names, table = forms()
    by_form = marks.weights @ table
    soft = by_form[names.index("software")]
    things = np.delete(by_form, names.index("software")).max()
    return not (soft > 1.5 and soft >= (1.0 if _INFORMS.search(title) else 1.5) * things)
