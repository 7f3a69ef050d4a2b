"""What the words of a usage policy mean: actions and their hierarchy, purposes, places, days, who is meant.

Each comparison answers True, False, or None where it cannot be told; whoever asks treats None as against the use.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from sanwang.standards import places as gb2260

HOME = ZoneInfo("Asia/Shanghai")
"""The zone of a day that is asked about."""

PASSING_ON = frozenset({"distribute", "grantUse"})
"""Actions that the vocabulary puts under use and that a permission to use does not cover here: they pass data on."""

DUTIES = ("compensate", "attribute", "inform", "obtainConsent", "delete", "acceptTracking", "reviewPolicy")

_NAIVE = dt.timedelta(hours=14)
"""How far a moment without a zone may lie to either side (zones reach from -12 to +14 hours)."""


@cache
def _actions() -> Mapping[str, str]:
    """Each action of ODRL 2.2 that is not deprecated, and the one it is included in (W3C, ODRL Vocabulary 2.2)."""
    return {row["action"]: row["included_in"] for row in _rows("actions.csv")}


@cache
def _purposes() -> Mapping[str, tuple[str, frozenset[str]]]:
    """Each word for a purpose: the purpose, and the purposes it lies within."""
    within = {row["purpose"]: tuple(filter(None, row["within"].split(";"))) for row in _rows("purposes.csv")}

    def above(name: str) -> frozenset[str]:
        return frozenset({name}.union(*(above(n) for n in within[name])))

    words = {w: row["purpose"] for row in _rows("purposes.csv") for w in row["words"].split("|")}
    return {_plain(w): (p, above(p)) for w, p in words.items()}


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("sanwang.factors") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def known_action(name: str) -> bool:
    """Whether ODRL 2.2 has the action."""
    return name in _actions()


def _above(action: str) -> list[str]:
    found = [action]
    while above := _actions().get(found[-1], ""):
        found.append(above)
    return found


def covers(permitted: str, asked: str) -> bool:
    """Whether a permission of one action permits another: the same, or one that it includes.

    A permission to use does not let data be passed on.
    """
    return permitted in _above(asked) and not (permitted == "use" and PASSING_ON & set(_above(asked)))


def touches(prohibited: str, asked: str) -> bool:
    """Whether a prohibition touches what is asked: it includes it, or is a part of it.

    Passing on is no part of the use that is asked for.
    """
    if asked == "use" and PASSING_ON & set(_above(prohibited)):
        return False
    return prohibited in _above(asked) or asked in _above(prohibited)


def counted(how: str, most: str, action: str, done: Iterable[tuple[str, int]]) -> bool:
    """Whether this exercise of a rule's action, after those done, stands to a number of times as asked.

    What was done counts where the action includes it or is a part of it, passing on too: more is counted, never less.
    """
    times = 1 + sum(n for one, n in done if touches(action, one))
    limit = int(most)
    return {"lt": times < limit, "lteq": times <= limit, "gt": times > limit, "gteq": times >= limit}[how]


def same_purpose(value: str, asked: str) -> bool | None:
    """Whether two purposes are one. None where one lies within the other, or a word is not known."""
    left, right = _plain(value), _plain(asked)
    if left == right:
        return True
    one, other = _purposes().get(left), _purposes().get(right)
    if one is None or other is None:
        return None
    if one[0] == other[0]:
        return True
    return None if one[0] in other[1] or other[0] in one[1] else False


def _plain(word: str) -> str:
    """A word for a purpose without case, width, address and the words 用途, 目的, purpose."""
    text = unicodedata.normalize("NFKC", word).strip()
    if re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE):
        text = re.split(r"[#/:]", text.rstrip("#/"))[-1]
    text = re.sub(r"\s+", " ", text.casefold())
    while (short := re.sub(r"(?:用途|目的|之用|使用|\s*purposes?|\s+use)$", "", text)) not in ("", text):
        text = short
    return text


def same_place(value: str, asked: Sequence[str]) -> bool | None:
    """Whether a place asked about (from the nearest outwards) lies in another. None where it reaches beyond it."""
    code = place_code(value)
    if not asked:
        return None
    if code in asked:
        return True
    return None if asked[0] in gb2260.ancestors(code) else False


def place_code(value: str) -> str:
    """The code of GB/T 2260 in a value of a policy."""
    return value.removeprefix("urn:gb2260:")


def same_party(value: str, who: Iterable[str]) -> bool | None:
    """Whether a value names the one who asks. None where it is a kind of number that the asker did not give."""
    given = [_party(w) for w in who]
    kind, name = _party(value)
    if (kind, name) in given:
        return True
    return False if any(k == kind for k, _ in given) and kind != "other" else None


def _party(value: str) -> tuple[str, str]:
    text = value.strip()
    if re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-Z]{10}", text.upper().removeprefix("URN:USCC:")):
        return "uscc", text.upper().removeprefix("URN:USCC:")
    if found := re.fullmatch(
        r"(?:https?://)?ror\.org/(0\w{8})|(0[a-hj-km-np-z0-9]{6}\d{2})", text.casefold()
    ):
        return "ror", found[1] or found[2]
    if text.startswith("urn:sanwang:actor:") or ":" not in text:
        return "actor", text.removeprefix("urn:sanwang:actor:")
    return "other", text


def span(text: str) -> tuple[dt.datetime, dt.datetime] | None:
    """What a date or a moment of a policy may mean, from and to. None where it is neither.

    A date is that day in the home zone; a moment without a zone may be that of any.
    """
    try:
        if len(text) == 10:
            return day_span(dt.date.fromisoformat(text))
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is not None:
        return moment, moment
    at = moment.replace(tzinfo=dt.UTC)
    return at - _NAIVE, at + _NAIVE


def day_span(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The moments of a day at home: from, and before."""
    start = dt.datetime.combine(day, dt.time(), HOME)
    return start, start + dt.timedelta(days=1)


def compared(how: str, value: str, day: dt.date) -> bool | None:
    """Whether every moment of a day stands to a date or moment as asked; None where some do and some do not."""
    limit = span(value)
    if limit is None:
        return None
    dated = len(value) == 10
    (start, end), (first, last) = day_span(day), limit
    if how == "eq":
        return start == first if dated else False if end <= first or start > last else None
    # Before a date is before it begins; up to a date is until it ends.
    if how in ("lt", "gteq"):
        before = _before(start, end, first, first if dated else last)
    else:
        before = _before(start, end, last if dated else first, last, upto=not dated)
    if before is None or how in ("lt", "lteq"):
        return before
    return not before


def _before(
    start: dt.datetime, end: dt.datetime, low: dt.datetime, high: dt.datetime, upto: bool = False
) -> bool | None:
    """Whether all moments from ``start`` and before ``end`` lie before (or at, ``upto``) one between low and high."""
    if end <= low:
        return True
    return False if start > high or (start == high and not upto) else None
