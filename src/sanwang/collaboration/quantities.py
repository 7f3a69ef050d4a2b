"""Numbers with units in a text: what is measured, within which bounds, and the words that say so."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import pint

from sanwang.collaboration.tokenise import words

Verdict = Literal["agree", "conflict", "missing"]

_GIVEN: dict[str, Any] = tomllib.loads(
    (files("sanwang.collaboration") / "units.toml").read_text(encoding="utf-8")
)
_SPELLINGS = {spelling: name for name, all_ in _GIVEN["unit"].items() for spelling in all_}
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万": 1e4, "亿": 1e8}


def _either(spellings: list[str]) -> str:
    return "|".join(re.escape(s) for s in sorted(spellings, key=len, reverse=True))


_LATIN = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HAN = r"[零〇一二两三四五六七八九十百千]+(?:点[零〇一二三四五六七八九]+)?"
_UNIT = _either(list(_SPELLINGS))
_END = r"(?![A-Za-z])"
_BEFORE = _either([w for k in ("least_before", "most_before", "change_before") for w in _GIVEN["bound"][k]])
_AFTER = _either(_GIVEN["bound"]["least_after"] + _GIVEN["bound"]["most_after"])
_QUANTITY = re.compile(
    rf"(?P<before>(?:{_BEFORE})?)[ \t]*(?P<about>[约为是在至到了：: \t]{{0,3}})(?P<sign>[±-]?)"
    rf"(?:(?P<parts>[百千])分之(?P<share>{_HAN}|{_LATIN})"
    rf"|(?P<tenths>[一二两三四五六七八九])成(?P<tenth>[一二三四五六七八九])?(?=[，,。；;、\s以左]|$)"
    rf"|(?<![A-Za-z\d.])(?P<low>{_LATIN}|{_HAN})"
    rf"(?:(?P<lscale>[万亿]?)\s*(?:{_UNIT})?\s*[~～—–至到-]\s*(?P<high>{_LATIN}|{_HAN}))?(?P<scale>[万亿]?)\s*(?P<unit>{_UNIT}){_END})"
    rf"(?P<after>\s*(?:{_AFTER})?)"
)
_CLAUSE = re.compile(r"[，,。；;：:！!？?\n（）()、]")


@cache
def registry() -> pint.UnitRegistry[float]:
    """The unit registry: SI and common units, percent, and money in yuan."""
    units: pint.UnitRegistry[float] = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    for line in (
        "yuan = [money]",
        "myriad_yuan = 10000 * yuan",
        "piece = [pieces]",
        "fold = [folds]",
    ):
        units.define(line)
    return units


@dataclass(frozen=True)
class Quantity:
    """A measured or wanted quantity: bounds in ``unit`` (None is open) and the words of the text that say it.

    ``start`` and ``end`` are character positions: ``text[start:end] == said``.
    ``change`` holds where the words state a change (降低 30 %) and not a level.
    """

    name: str
    low: float | None
    high: float | None
    unit: str
    start: int
    end: int
    said: str
    change: bool = False


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text in order; a figure without a unit is none."""
    found: list[Quantity] = []
    for match in _QUANTITY.finditer(text):
        one = _read(text, match, found[-1] if found else None)
        if one is not None:
            found.append(one)
    return found


def _read(text: str, found: re.Match[str], last: Quantity | None) -> Quantity | None:
    part = found.groupdict()
    unit, first, other = _values(part)
    if first is None or (unit in ("piece", "year") and (part["low"] or "") in _DIGITS and not part["before"]):
        return None  # 一套, 一个: an article and not a figure
    low, high = _bounds(part, first, other)
    name, start = _subject(text, found.start(), last.end if last else 0)
    end = found.end() if (part["after"] or "").strip() else found.start("after")
    change = part["before"] in _GIVEN["bound"]["change_before"]
    one = Quantity(name, low, high, unit, start, end, text[start:end], change)
    return replace(one, name=last.name) if last and not name and _continues(text, last, one) else one


def _continues(text: str, last: Quantity, one: Quantity) -> bool:
    """由四十分钟缩至九分钟: the second figure is of the same thing as the first."""
    return same_dimension(last, one) and not _CLAUSE.search(text, last.end, one.start)


def _values(part: dict[str, str | None]) -> tuple[str, float | None, float | None]:
    if part["parts"]:
        value = number(part["share"] or "")
        return ("%" if part["parts"] == "百" else "permille"), value, None
    if part["tenths"]:
        return "%", 10 * _DIGITS[part["tenths"]] + _DIGITS.get(part["tenth"] or "零", 0), None
    unit = _SPELLINGS[part["unit"] or ""]
    scale = _SCALES.get(part["scale"] or part["lscale"] or "", 1.0)
    if unit == "year" and re.fullmatch(r"(19|20)\d\d", part["low"] or ""):
        return unit, None, None
    first = number(part["low"] or "")
    last = number(part["high"]) if part["high"] else None
    return unit, None if first is None else first * scale, None if last is None else last * scale


def number(said: str) -> float | None:
    """The value of a figure in digits or Chinese numerals (九点五, 一百二十); None for what is no figure."""
    plain = said.replace(",", "")
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return float(plain)
    if re.search(r"[一二两三四五六七八九]{2}", plain.partition("点")[0]):
        return None  # 三四十, 两三: between two figures, said loosely
    whole, _, rest = plain.partition("点")
    total, digit = 0, 0
    for sign in whole:
        if sign in _TENS:
            total, digit = total + max(digit, 1) * _TENS[sign], 0
        else:
            digit = digit * 10 + _DIGITS[sign] if total == 0 else _DIGITS[sign]
    return float(f"{total + digit}.{''.join(str(_DIGITS[c]) for c in rest) or 0}")


def _bounds(
    part: dict[str, str | None], first: float, last: float | None
) -> tuple[float | None, float | None]:
    if part["sign"] == "±":
        return -first, first
    if part["sign"] == "-":
        first = -first
    if last is not None:
        return min(first, last), max(first, last)
    bound, before, after = _GIVEN["bound"], part["before"] or "", (part["after"] or "").strip()
    if after in bound["least_after"] or before in bound["least_before"]:
        return first, None
    if after in bound["most_after"] or before in bound["most_before"]:
        return None, first
    return first, first


def _subject(text: str, at: int, after: int) -> tuple[str, int]:
    """What the figure is of: the last words of its clause before it, and where they start."""
    begin = max((m.end() for m in _CLAUSE.finditer(text, 0, at)), default=0)
    clause = text[max(begin, at - 40, after) : at]
    named = [w for w in words(clause) if w not in _GIVEN["filler"]["words"] and not re.search(r"\d", w)][-3:]
    if not named:
        return "", at
    where = clause.casefold().find(named[0])
    return "".join(named), at - len(clause) + where if where >= 0 else at


def same_dimension(a: Quantity, b: Quantity) -> bool:
    """Whether one may be written in the other's unit."""
    units = registry()
    return units.Unit(a.unit).is_compatible_with(units.Unit(b.unit))


def in_unit(value: float | None, unit: str, wanted: str) -> float | None:
    """A value of one unit in another; None stays open."""
    if value is None:
        return None
    return float(registry().Quantity(value, unit).to(wanted).magnitude)


def likeness(a: str, b: str) -> float:
    """How far two names of measured things share their characters or words, 0…1."""
    left, right = _pieces(a), _pieces(b)
    return len(left & right) / min(len(left), len(right)) if left and right else 0.0


def _pieces(name: str) -> set[str]:
    han = re.sub(r"[^\u3400-\u9fff]", "", name)
    return {han[i : i + 2] for i in range(len(han) - 1)} | set(re.findall(r"[a-z]{3,}", name.casefold()))


def compare(wanted: Quantity, offered: Quantity) -> Verdict:
    """Whether what is offered keeps within what is wanted; both must be of one dimension.

    A wanted level without a bound word is met by an equal or overlapping one; whether more or less would be better
    is not in the words, so a different bare level says nothing (``missing``).
    """
    low, high = (
        in_unit(offered.low, offered.unit, wanted.unit),
        in_unit(offered.high, offered.unit, wanted.unit),
    )
    if wanted.low is not None and wanted.high is not None:
        inside = (low is None or low <= wanted.high) and (high is None or high >= wanted.low)
        return "agree" if inside else ("conflict" if wanted.low != wanted.high else "missing")
    if wanted.low is not None:
        return _side(low, high, wanted.low, up=True)
    return _side(high, low, wanted.high or 0.0, up=False)


def _side(near: float | None, far: float | None, limit: float, up: bool) -> Verdict:
    """``near`` is the offer's own bound on the wanted side: all of the offer is inside if that is."""
    sign = 1.0 if up else -1.0
    if near is not None and sign * near >= sign * limit - 1e-9 * abs(limit):
        return "agree"
    if far is not None and sign * far < sign * limit:
        return "conflict"
    return "missing"


def shown(quantity: Quantity) -> str:
    """The bounds and unit, as ``≥ 67 %``, ``8–15 t``, ``≤ 3 %``."""
    unit = registry().Unit(quantity.unit)
    label = "%" if quantity.unit == "%" else "元" if quantity.unit == "yuan" else f"{unit:~P}"
    low, high = quantity.low, quantity.high
    if low is not None and high is not None:
        return f"{low:g} {label}" if low == high else f"{low:g}–{high:g} {label}"
    return f"≥ {low:g} {label}" if low is not None else f"≤ {high:g} {label}"
