"""One assignment of headings to fields for each kind of table, and the kind that explains the sheet best.

Every heading is scored against every field by its name and by its cells; the best one-to-one assignment is
found exactly (Kuhn–Munkres, as in SciPy), and kinds are compared by the sum of what they explain, by the
words around, and by what they miss.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from scipy.optimize import linear_sum_assignment

from sanwang.schema import KINDS, Field
from sanwang.sources.recognise import names, units
from sanwang.sources.recognise.content import Profile, suits

THRESHOLD = 0.42
"""Evidence below which a heading is not taken for a field."""

CORE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "needs": (("title", "text"),),
    "achievements": (("title", "abstract"),),
    "actors": (("name",),),
    "bases": (("name", "actor"), ("services", "capacity", "price", "fields", "capabilities", "months")),
    "makers": (("name", "actor"), ("setup", "capacity", "fields", "capabilities", "months", "emissions")),
    "factors": (("factor", "class"), ("capacity", "price"), ("factor", "actor")),
    "requirements": (("industry",), ("factor",), ("class", "units")),
    "products": (("name", "kind"), ("budget", "rate", "months", "ticket_max", "ticket_min", "conditions")),
    "barriers": (("origin",), ("destination",), ("cost_rate", "delay_days")),
    "ties": (("a",), ("b",)),
    "outcomes": (("need",), ("achievement",), ("result",)),
    "progress": (("achievement",), ("step",)),
    "flows": (("origin",), ("destination",), ("count", "value", "factor")),
    "obligations": (("debtor", "creditor"), ("amount",)),
    "points": (("actor",), ("indicator",), ("value",)),
    "facts": (("region",), ("indicator",), ("value",)),
    "places": (("code",), ("name",)),
    "chains": (("name",), ("id",)),
    "links": (("chain",), ("name",)),
    "members": (("link",), ("actor",)),
    "placements": (("link",), ("item",), ("verdict",)),
    "decisions": (("subject",), ("verdict",)),
}
"""Kind → groups of fields of each of which one must be there, or the sheet is no such table."""

_RARE = {
    "placements": 0.6,
    "decisions": 0.6,
    "chains": 0.5,
    "links": 0.3,
    "members": 0.3,
    "places": 0.5,
    "requirements": 0.3,
    "outcomes": 0.3,
    "progress": 0.3,
    "points": 0.3,
    "facts": 0.3,
    "barriers": 0.2,
    "ties": 0.0,
}
"""What a kind must be ahead by: lists that people keep less often."""

_ALONE = {
    "phone": 0.8,
    "email": 0.88,
    "uscc": 0.88,
    "ipc": 0.85,
    "contact": 0.62,
    "trl": 0.6,
    "industries": 0.6,
    "place": 0.62,
    "text": 0.58,
    "abstract": 0.58,
    "money": 0.46,
    "date": 0.5,
    "year": 0.5,
    "owner": 0.6,
    "actor": 0.6,
    "name": 0.62,
    "title": 0.5,
    "id": 0.5,
    "share": 0.45,
    "months": 0.45,
    "choice": 0.6,
    "trl_required": 0.6,
    "acceptance": 0.47,
    "capabilities": 0.55,
}
"""Field or type → how far its cells alone, without any name, can speak for it."""


@dataclass(frozen=True)
class Column:
    """A heading with the profile of its cells."""

    index: int
    heading: str
    profile: Profile
    longest: bool = False


@dataclass(frozen=True)
class Assignment:
    """For one kind: heading's place → field with its score, the next best field of each, and what it explains
    in all."""

    kind: str
    fields: dict[int, tuple[str, float]]
    runners_up: dict[int, tuple[str, float]]
    total: float
    whole: bool


def evidence(kind: str, target: Field, column: Column) -> float:
    """From 0 to 1: how much a column's name and cells together speak for a field."""
    name = names.likeness(kind, target.name, column.heading)
    fits = suits(column.profile, kind, target)
    score = _weighed(name, fits, _alone(target), column.profile.count)
    if (
        target.name == "phone"
        and 0 < fits < 0.5
        and column.profile.phones > 0.5
        and column.profile.people > 0.5
    ):
        score *= 0.75  # 联系人/电话 with both in a cell is the contact's, and the number is found there
    if _only_one(kind, target) and fits >= 0.4:
        score = max(score, 0.36)
    return _united(target, column.heading, score, fits)


@cache
def _measure(target_item: str, target_unit: str) -> str:
    return "money" if target_item == "money" else "span" if target_unit in ("months", "days") else ""


@cache
def _measures(kind: str) -> Mapping[str, int]:
    return Counter(_measure(f.item, f.unit) for f in KINDS[kind].fields.values())


def _only_one(kind: str, target: Field) -> bool:
    """Whether a field is the only one of its kind that holds money, or a span of time: a heading's unit then
    points at it."""
    measure = _measure(target.item, target.unit)
    return bool(measure) and _measures(kind)[measure] == 1


_SPAN = re.compile(
    r"[(（\[,，]\s*(?:个?月|months?|weeks?|周|天|days?|年|years?)\s*(?:[)）\]]|$)|几(?:个?月|年|天|周)|多少(?:个?月|天)",
    re.I,
)
_MONEY_MARK = re.compile(r"[(\[（【,，]|rmb|yuan|cny", re.I)


def _united(target: Field, heading: str, score: float, fits: float) -> float:
    """A heading that names a unit is of that unit's type and of no other."""
    if units.heading_money(heading) is not None and _MONEY_MARK.search(heading):
        if target.item != "money":
            return score * 0.5
        return min(0.99, max(score, 0.3 if fits >= 0.4 else 0.0) + 0.14) if max(score, fits) > 0.2 else score
    if _SPAN.search(heading):
        spans = target.unit in ("months", "days")
        return min(0.99, max(score, 0.3 if fits >= 0.4 else 0.0) + 0.16) if spans else score * 0.8
    return score


def _alone(target: Field) -> float:
    if target.vocabulary:
        return _ALONE["choice"]
    by_unit = "months" if target.unit == "months" else "" if target.item == "text" else target.item
    return _ALONE.get(target.name, _ALONE.get(by_unit, 0.3))


@lru_cache(maxsize=65_536)
def _weighed(name: float, fits: float, alone: float, count: int) -> float:
    if name >= 0.97:
        # An exact word is believed unless the cells say otherwise.
        return 0.97 * name if fits >= 0.3 or count < 1 else 0.42 + 1.2 * fits
    by_name = name * (0.62 + 0.38 * min(1.0, fits / 0.7)) if fits >= 0.15 or count < 1 else name * 0.45
    by_cells = alone * fits if fits > 0.6 else 0.0
    both = min(1.0, 0.55 * name + 0.5 * fits) if name > 0.35 and fits > 0.5 else 0.0
    return max(by_name, by_cells, both * 0.95)


def assign(kind: str, columns: Sequence[Column]) -> Assignment:
    """The best one-to-one assignment of the columns to a kind's fields."""
    fields = list(KINDS[kind].fields.values())
    score = np.array([[evidence(kind, f, c) for f in fields] for c in columns]).reshape(
        len(columns), len(fields)
    )
    score = score + np.array([[_nudge(kind, f, c) for f in fields] for c in columns]).reshape(score.shape)
    never = np.array([1.0 if names.is_written_by_us(c.heading) else names.never(c.heading) for c in columns])
    gain = np.maximum(score - THRESHOLD, 0.0)
    gain[never >= 0.97, :] = 0.0
    gain = np.where((never[:, None] > score) & (never[:, None] > 0.75), 0.0, gain)
    if kind == "achievements" or kind == "needs":
        gain = gain * _weights(fields)[None, :]
    rows, cols = linear_sum_assignment(-gain)
    found: dict[int, tuple[str, float]] = {}
    runners: dict[int, tuple[str, float]] = {}
    total = 0.0
    for r, c in zip(rows, cols, strict=True):
        if gain[r, c] <= 0:
            continue
        found[columns[r].index] = (fields[c].name, float(score[r, c]))
        total += float(score[r, c])
    taken = {name: index for index, (name, _) in found.items()}
    for r, column in enumerate(columns):
        free = [
            (f.name, float(score[r, k]))
            for k, f in enumerate(fields)
            if f.name != found.get(column.index, ("",))[0]
        ]
        best = max((x for x in free if taken.get(x[0]) is None), key=lambda x: x[1], default=None)
        if best and best[1] > THRESHOLD:
            runners[column.index] = best
    return Assignment(kind, found, runners, total, _whole(kind, set(taken)))


def _weights(fields: Sequence[Field]) -> np.ndarray:
    """Title and text come first: without them a row is nothing."""
    return np.array([1.25 if f.need == "required" else 1.0 for f in fields])


def _nudge(kind: str, target: Field, column: Column) -> float:
    """Small preferences where several fields of a kind share their words."""
    if target.name in ("process", "equipment") or (
        target.name in ("text", "acceptance") and column.profile.length < 4
    ):
        return -0.06
    if target.name in ("text", "abstract", "capabilities") and column.longest:
        return 0.1
    if target.name == "title" and column.longest and column.profile.length >= 13:
        return -0.15
    if target.name == "value" and kind == "needs":
        return -0.1 if names.likeness(kind, "value", column.heading) < 0.6 else 0.0
    if target.name in (
        "title_zh",
        "title_en",
        "evidence",
        "attachments",
        "service_capacity",
        "capacity_by_year",
    ):
        return -0.02
    if (
        target.name == "id"
        and column.profile.serial
        and names.fold(column.heading) in ("序号", "序", "no", "seq")
    ):
        return -0.03
    return 0.0


def _whole(kind: str, fields: set[str]) -> bool:
    return all(fields & set(group) for group in CORE.get(kind, ())) and len(fields) >= 2


def ranked(
    columns: Sequence[Column], words: Mapping[str, float], only: str | None = None
) -> list[tuple[Assignment, float]]:
    """The kinds by how well they explain the columns, best first; ``words`` is what titles and names say for
    each kind."""
    found: list[tuple[Assignment, float]] = []
    for kind in [only] if only else KINDS:
        got = assign(kind, columns)
        if got.whole or only:
            found.append((got, _standing(got, columns, words.get(kind, 0.0))))
    return sorted(found, key=lambda item: -item[1])


def _standing(got: Assignment, columns: Sequence[Column], words: float) -> float:
    required = [f for f in KINDS[got.kind].fields.values() if f.need == "required"]
    there = {name for name, _ in got.fields.values()}
    missing = sum(f.name not in there for f in required)
    strong = sum(score - 0.3 for _, score in got.fields.values())
    mean = got.total / max(1, len(got.fields))
    own = sum(
        names.is_own(got.kind, name, next(c.heading for c in columns if c.index == i))
        for i, (name, _) in got.fields.items()
    )
    return strong + 1.1 * words + 0.4 * mean + 0.12 * own - 0.5 * missing - _RARE.get(got.kind, 0.0)
