"""The meaning of one cell of a field: which reader, under which unit, within which bounds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from sanwang.schema import Field
from sanwang.sources.cells import amounts, dates, figures
from sanwang.sources.cells.numerals import han_number, plain, says_nothing, spread, visible, without_remark
from sanwang.sources.cells.people import emails, phones
from sanwang.sources.cells.reading import (
    NOTHING,
    Fault,
    Parsed,
    PlaceParser,
    Reading,
    Value,
    of,
    unknown,
    unread,
)
from sanwang.sources.cells.wording import choice
from sanwang.sources.raw import Cell
from sanwang.standards import industries, ipc, roids, trl, uscc

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_ESCAPED = re.compile(r"_x00(0[0-8BCEF]|1[0-9A-F])_")
_NUMERALS = {c: i for i, c in enumerate("一二三四五六七八九", 1)} | {
    c: i for i, c in enumerate("ⅰⅱⅲⅳⅴⅵⅶⅷⅸ", 1)
}
_ROMAN = {r: i for i, r in enumerate(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"], 1)}
_ERRORS = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)", re.I)
ANYWHERE = re.compile(
    r"不限|全国|全域|各地|任意|无限制|不限地区|全部地区|all|any|nationwide|anywhere|no limit", re.I
)
"""Words that mean that a list of places or industries does not bind."""


@dataclass(frozen=True)
class Unit:
    """What was decided for a whole column: yuan of a bare amount (None: not known), from which bare number on
    that makes no sense, days of a bare span of time, whether bare shares are per cent, a factor for bare
    counts."""

    yuan: int | None = 1
    odd: Decimal | None = None
    odd_is_yuan: bool = True
    days: Decimal | None = None
    percent: bool | None = None
    times: int = 1


PLAIN = Unit()
"""Yuan, the field's own unit of time, shares as written."""


def text_of(raw: Cell) -> Parsed:
    """Text as written, less surrounding space; line breaks and emoji stay, control characters go and are told."""
    text = raw if isinstance(raw, str) else plain(raw)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _CONTROL.search(text) and not _ESCAPED.search(text):
        return text.strip() or None, None
    clean = _ESCAPED.sub("", _CONTROL.sub("", text)).strip()
    return clean or None, Fault("text_control", severity="warning")


def id_of(raw: Cell) -> Parsed:
    """An identifier: text in compatibility form, unseen characters gone, leading zeros kept; whole numbers
    lose ``.0``."""
    if isinstance(raw, float) and abs(raw) >= 10**15:
        return None, Fault("digits_lost")
    value, fault = text_of(raw)
    return (visible(plain(value)).strip() or None if isinstance(value, str) else None), fault


def name_of(raw: Cell) -> Parsed:
    """A name or reference: as written, with brackets, width and unseen characters made one way."""
    value, fault = text_of(raw)
    return (re.sub(r"\s+", " ", visible(value)).strip() or None if isinstance(value, str) else None), fault


def trl_read(raw: Cell) -> Reading:
    """A level or a range of levels: ``6``, ``TRL6``, 第六级, 6-7级, TRL5以上, and words (小试, 量产) by the
    dated table."""
    if says_nothing(raw):
        return NOTHING
    if isinstance(raw, (dt.date, dt.time)):
        return unread("trl_date")
    text = plain(raw).casefold()
    if match := re.search(r"trl\s*-?\s*([1-9])(?!\d)(?:\s*[-~～—–至到]\s*(?:trl)?\s*([1-9]))?", text):
        return _levels(int(match[1]), int(match[2] or match[1]), text, "trl_written")
    bare = re.sub(r"(?:技术)?成熟度|trl|第|等?级|level|\s", "", without_remark(text)[0])
    said = spread(bare)
    levels = [_level(p) for p in said.parts]
    if all(1 <= n <= 9 for n in levels):
        return _levels(levels[0], levels[-1], bare, "trl_written")
    words = trl.levels_of(text)
    if words:
        return Reading(_middle(*words), *words, "trl_words")
    return (
        unknown("open")
        if re.search(r"不要求|不限|无要求|面议|待定|any|n/a|not required", text)
        else unread("trl")
    )


def _level(text: str) -> int:
    return _NUMERALS.get(text) or _ROMAN.get(text) or (int(text) if text.isdecimal() and len(text) < 4 else 0)


def _levels(low: int, high: int, text: str, rule: str) -> Reading:
    if low > high:
        return unread("trl")
    if re.search(r"以上|及以上|≥|>=|不低于|至少|起|\+$|or (?:more|above)", text):
        return Reading(low, low, 9, rule)
    if re.search(r"以下|≤|<=|不高于|最多|or (?:less|below)", text):
        return Reading(high, 1, high, rule)
    return Reading(low) if low == high else Reading(_middle(low, high), low, high, rule)


def _middle(low: int, high: int) -> int:
    """The middle level, the lower of two: a maturity is not made out higher than was said."""
    return (low + high) // 2


def uscc_read(raw: Cell) -> Reading:
    """A unified social credit code in capitals. One whose checks fail is kept, and told which check failed."""
    if says_nothing(raw):
        return NOTHING
    text = plain(raw).upper().replace(" ", "").replace("-", "")
    if isinstance(raw, float) or re.fullmatch(r"\d(?:\.\d+)?E\+?\d+", text):
        return unread("digits_lost")
    return Reading(text, fault=_uscc_fault(text))


def _uscc_fault(text: str) -> Fault | None:
    found = uscc.check_uscc(text)
    if found.ok:
        return None
    terms = (("length", str(len(text))),)
    match found.failure:
        case "length":
            return Fault("uscc_length", terms, "warning")
        case "alphabet":
            return Fault("uscc_alphabet", severity="warning")
        case "organisation_check":
            expected = (("expected", str(found.expected_organisation_check)),)
            return Fault("organisation_check", expected, "warning")
        case "uscc_check":
            return Fault("uscc_check", (("expected", str(found.expected_uscc_check)),), "warning")
        case _:
            return Fault("uscc_form", severity="warning")


def industry_read(raw: Cell) -> Reading:
    """A GB/T 4754-2017 code in its canonical form (a code with its name too); ``*`` stands for all."""
    text = plain(raw)
    if text in ("*", "全部", "all"):
        return Reading("*")
    if code := industries.normalise_industry(text):
        return Reading(code)
    match = re.match(r"([A-Ta-t]\d{2,4})(?![\d/])", text)
    if match and (code := industries.normalise_industry(match[1])):
        return Reading(code, rule="industry_with_name")
    return unread("industry")


def ipc_read(raw: Cell) -> Reading:
    """An IPC symbol in its canonical form, ``H01M 8/10``; edition dates in brackets are left off."""
    found = ipc.parse_ipc(without_remark(plain(raw))[0])
    return Reading(found.text) if found else unread("ipc")


def ror_read(raw: Cell) -> Reading:
    """A ROR identifier as its canonical address."""
    found = roids.canonical_ror(plain(raw))
    return Reading(found) if found else unread("ror")


def place_read(raw: Cell, place: PlaceParser) -> Reading:
    """The code of a place by code or name; one that is not known or not unique is unknown, and told with the
    nearest names."""
    if says_nothing(raw):
        return NOTHING
    value, fault = place(plain(raw))
    asks = "place" if fault is not None and fault.code == "place_ambiguous" else ""
    return Reading(value, fault=fault, asks=asks)


def _money(raw: Cell, unit: Unit) -> Reading:
    stated = amounts.amount(raw)
    return (
        unread("money")
        if stated is None
        else amounts.fen(stated, unit.yuan, odd=unit.odd, odd_is_yuan=unit.odd_is_yuan)
    )


def _days(field: Field) -> Decimal:
    return figures.DAYS["天"] if field.unit == "days" else figures.DAYS["个月"]


def _int(field: Field, raw: Cell, unit: Unit) -> Reading:
    if field.unit in ("months", "days"):
        return figures.span(raw, _days(field), unit.days)
    read = figures.whole(figures.real(raw))
    return _times(read, unit.times)


def _times(read: Reading, times: int) -> Reading:
    if times == 1 or not isinstance(read.value, (int, float)):
        return read
    low, high = (v * times if isinstance(v, (int, float)) else None for v in (read.low, read.high))
    return Reading(read.value * times, low, high, "unit_applied", read.fault)


_READERS: Mapping[str, Callable[[Cell], Reading]] = {
    "text": lambda raw: of(text_of(raw)),
    "id": lambda raw: of(id_of(raw)),
    "real": figures.real,
    "year": dates.year,
    "trl": trl_read,
    "date": dates.date,
    "uscc": uscc_read,
    "industry": industry_read,
    "ipc": ipc_read,
    "ror": ror_read,
}


def reader(field: Field, place: PlaceParser, unit: Unit = PLAIN) -> Callable[[Cell], Reading]:
    """The function that reads one value of a field, with the field's bounds; equal cells are read once."""

    @lru_cache(maxsize=65_536, typed=True)
    def read(raw: Cell) -> Reading:
        if isinstance(raw, str) and _ERRORS.fullmatch(raw.strip()):
            return unread("cell_error")
        return _bounded(field, _item(field, raw, place, unit))

    return read


def _item(field: Field, raw: Cell, place: PlaceParser, unit: Unit) -> Reading:
    if field.vocabulary:
        return choice(field.vocabulary, raw)
    if field.ref and field.ref != "places" and field.item == "id" and not says_nothing(raw):
        return of(name_of(raw)) if isinstance(raw, str) else of(id_of(raw))
    if field.item in ("id", "text") and isinstance(raw, str) and says_nothing(raw):
        return Reading(rule="blank_mark" if raw.strip() else "")
    if field.item == "text" and field.need == "key":
        return of(name_of(raw))
    match field.item:
        case "place":
            return place_read(raw, place)
        case "money":
            return _money(raw, unit)
        case "share":
            return figures.share(raw, unit.percent)
        case "int":
            return _int(field, raw, unit)
        case _:
            return _READERS[field.item](raw)


def _bounded(field: Field, read: Reading) -> Reading:
    value = read.value
    if not isinstance(value, (int, float)) or (field.low is None and field.high is None):
        return read
    low, high = field.low, field.high
    ends = [v for v in (value, read.low, read.high) if isinstance(v, (int, float))]
    if all((low is None or v >= low) and (high is None or v <= high) for v in ends):
        return read
    terms = tuple((k, format(v, "g")) for k, v in (("low", low), ("high", high)) if v is not None)
    return unread("range" if high is not None else "at_least", *terms)


def split_list(field: Field, raw: Cell) -> list[str]:
    r"""The values in one cell. Semicolons separate where there are any, else the field's other marks; ``\;``
    is text."""
    if field.name == "phone":
        return list(phones(raw))
    if field.name == "email":
        return list(emails(raw))
    text = raw if isinstance(raw, str) else plain(raw)
    parts = re.split(r"(?<!\\)[;；]", text)
    if len(parts) == 1 and not (field.item == "industry" and industries.normalise_industry(plain(text))):
        parts = re.split(_MARKS.get(field.base, r"[、,，\n]"), text)
    return [p.replace("\\;", ";").strip() for p in parts if p.strip() and not says_nothing(p)]


_MARKS = {
    "choice": r"[、,，\n|/+&＋和或及与·]|\s{2,}|(?<=[a-z]) (?:and|or) (?=[a-z])",
    "industry": r"[、,，\n|/]|\s{2,}",
    "ipc": r"[、,，\n|]|\s{2,}",
    "place": r"[、,，\n|/及和与]|\s{2,}",
}
"""Item type → what parts its values where there is no semicolon."""
__all__ = [
    "ANYWHERE",
    "PLAIN",
    "Unit",
    "Value",
    "han_number",
    "id_of",
    "ipc_read",
    "reader",
    "split_list",
    "text_of",
    "trl_read",
]
