"""What an amount is said for: wish, present state, condition, offer, starting value, money, size, background."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from sanwang.collaboration.figures.amounts import Amount
from sanwang.collaboration.figures.context import CUES, Context
from sanwang.collaboration.figures.grammar import constructions
from sanwang.collaboration.figures.units import GIVEN, measured

Floats = npt.NDArray[np.float64]

ROLES = ("wish", "present", "condition", "offer", "before", "budget", "capacity", "background", "none")
"""``none``: a number that measures nothing of the matter (a count of parts, an article)."""

_CUES = {name: re.compile(pattern) for name, pattern in CUES["cue"].items()}
_SCOPES = ("said", "before", "after", "rest", "prior")
_UNITS = {
    "money": re.compile(r"元|美元|yuan"),
    "time": re.compile(r"^(?:h|min|s|d|天|日|月|个月|年|小时|分钟|秒|周|days?|hours?|ms)$"),
    "heat": re.compile(r"^(?:℃|°C|K|摄氏度)$"),
    "share": re.compile(r"^[%‰]|ppm"),
    "fold": re.compile(r"^倍"),
    "rate": re.compile(r"/"),
    "none": re.compile(r"^$"),
    "size": re.compile(r"^(?:mm|m|cm|μm|nm|um|米|毫米|km)$"),
    "area": re.compile(r"亩|平方米|㎡|m2|平米"),
}
_BUT = (
    ("today said", "want said"),
    ("today said", "must said"),
    ("world said", "want said"),
    ("world said", "aim said"),
    ("firm said", "want said"),
    ("trouble said", "want said"),
    ("money said", "income said"),
    ("marked", "given before"),
    ("result before", "today said"),
    ("feature before", "today said"),
    ("feature before", "world said"),
)
_AND = (
    ("unit time", "which after"),
    ("unit time", "result before"),
    ("unit money", "money before"),
    ("unit money", "income before"),
    ("want said", "marked"),
    ("must before", "marked"),
    ("bracket", "setting before"),
    ("bracket", "marked"),
    ("setting before", "under after"),
    ("setting before", "heading wish need"),
    ("result before", "heading wish need"),
    ("in title", "noun after"),
)
_NOUN = re.compile(r"[一-龥A-Za-z)）]\s*$")
_COUNT = frozenset(GIVEN["opaque"]["count"])
_PEOPLE = frozenset("人名位家项篇部座栋")


def features(one: Amount, where: Context, kind: str, place: float) -> list[str]:
    """The names of what is true of an amount: cues by scope, unit, bound, heading, kind of text, place in it."""
    found = ["always", f"genre {kind}", f"heading {where.heading or 'none'} {kind}"]
    scopes = {
        "said": where.said,
        "before": where.before,
        "after": where.after,
        "rest": where.rest,
        "prior": where.prior,
    }
    for name, pattern in _CUES.items():
        found += [f"{name} {scope}" for scope in _SCOPES if pattern.search(scopes[scope])]
    found += [f"unit {name}" for name, pattern in _UNITS.items() if pattern.search(one.unit)]
    if one.unit in _COUNT:
        found.append("unit count")
    if one.unit and one.unit in _PEOPLE:
        found.append("unit people")
    found.append("bound " + _bound(one))
    found += [f"{name}" for name, true in _marks(one, where, place).items() if true]
    found += constructions(one, where)
    shape = (
        "noun after"
        if _CUES["noun"].search(where.after)
        else "noun before"
        if _NOUN.search(where.before)
        else "bare"
    )
    found.append(shape)
    found += [f"{f} & {shape}" for f in found if f.split()[0] in ("bound", "unit")]
    found += [f"{a} but not {b}" for a, b in _BUT if a in found and b not in found]
    found += [f"{a} and {b}" for a, b in _AND if a in found and b in found]
    pairs = [f"{f} & {kind}" for f in found if f.split()[0] in ("bound", "unit", "reached", "change")]
    under = [f"{f} & {where.heading or 'none'}" for f in found if f.split()[0] in ("bound", "unit")]
    return found + pairs + under


def _bound(one: Amount) -> str:
    if one.low is None or one.high is None:
        return "least" if one.high is None else "most"
    if one.low == one.high:
        return "exact"
    return "either" if one.low == -one.high else "range"


def _marks(one: Amount, where: Context, place: float) -> dict[str, bool]:
    return {
        "reached up": one.side == "up",
        "reached down": one.side == "down",
        "change by": one.change in ("up by", "down by"),
        "change to": one.change == "to",
        "marked": one.marked,
        "bare before": not where.before.strip(),
        "first third": place < 0.33,
        "last third": place > 0.67,
        "in title": where.sentence_start == 0,
        "short sentence": len(where.said) + len(where.rest) < 30,
        "numbered": bool(re.match(r"\s*[（(]?[\d①-⑳]{1,2}[)）、.．]", where.said)),
        "colon": bool(re.search(r"[:：]\s*$", where.said[-2:])),
        "bracket": bool(re.search(r"[（(][^）)]*$", where.said)),
        "symbol": bool(re.search(r"[≥≤<>≧≦±]", where.said[-2:])),
    }


@cache
def weights() -> tuple[dict[str, int], Floats]:
    """The fitted weights: row of each feature, and feature × role (see ``fitted`` in roles.csv's first line)."""
    text = (files("sanwang.collaboration.figures") / "roles.csv").read_text(encoding="utf-8")
    rows = [r for r in csv.reader(text.splitlines()) if r and not r[0].startswith("#")]
    names = {row[0]: place for place, row in enumerate(rows[1:])}
    return names, np.array([[float(x) for x in row[1:]] for row in rows[1:]])


def chances(found: Sequence[Sequence[str]]) -> Floats:
    """The chance of each role of each amount, shape (amounts, roles), by multinomial logistic regression."""
    names, table = weights()
    scores = np.array([table[[names[f] for f in one if f in names]].sum(axis=0) for one in found])
    scores -= scores.max(axis=1, keepdims=True)
    odds = np.exp(scores)
    return odds / odds.sum(axis=1, keepdims=True)


def measurable(unit: str) -> bool:
    """Whether the unit is known to the registry."""
    return measured(unit) is not None
