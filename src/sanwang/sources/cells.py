"""The meaning of one cell: from what stands in a file to a typed value, or to what was expected instead."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from sanwang.schema import Field, Severity, code_of, words_of
from sanwang.sources.raw import Cell
from sanwang.standards import industries, ipc, roids, uscc

Value = str | int | float | dt.date | None


@dataclass(frozen=True)
class Fault:
    """Why a cell is not what its field wants; ``keep`` tells that the value is used all the same."""

    code: str
    terms: tuple[tuple[str, str], ...] = ()
    severity: Severity = "error"


Parsed = tuple[Value, Fault | None]
PlaceParser = Callable[[str], Parsed]

MAX_FEN = 2**53
"""Amounts stay below this, so that no reader with binary doubles (Excel, JSON) changes them."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_ESCAPED = re.compile(r"_x00(0[0-8BCEF]|1[0-9A-F])_")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_COUNTERS = re.compile(r"(个月|个|家|项|次|年|月|天|人|台|套|分|级|件|小时|months?|days?|h)$", re.IGNORECASE)
_SCALES = {"": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "k": 10**3, "m": 10**6}
_AMOUNT = re.compile(
    r"(?:人民币|rmb|cny|[¥￥])?\s*([+-]?[\d,]*\.?\d+|[+-]?[\d,]+\.)\s*(百万|千万|千|万|亿|k|m)?\s*(?:元整?|圆|rmb|cny|块)?",
    re.IGNORECASE,
)
_OPEN = ("面议", "待定", "另议", "协商", "negotiable", "tbd", "open")
_DATES = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[ T].*)?")
_NUMERALS = {c: i for i, c in enumerate("一二三四五六七八九", 1)}


def plain(raw: Cell) -> str:
    """The cell as text in compatibility form: full-width digits, letters and punctuation become ASCII."""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 2**53:
        raw = int(raw)
    if isinstance(raw, dt.datetime) and raw.time() == dt.time():
        raw = raw.date()
    return unicodedata.normalize("NFKC", str(raw)).replace("−", "-").replace("，", ",").strip()


def text_of(raw: Cell) -> Parsed:
    """Text as written, less surrounding space; line breaks and emoji stay, control characters go and are told."""
    text = raw if isinstance(raw, str) else plain(raw)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _CONTROL.search(text) and not _ESCAPED.search(text):
        return text.strip() or None, None
    clean = _ESCAPED.sub("", _CONTROL.sub("", text)).strip()
    return clean or None, Fault("text_control", severity="warning")


def id_of(raw: Cell) -> Parsed:
    """An identifier: text in compatibility form, leading zeros kept; whole numbers lose their ``.0``."""
    value, fault = text_of(raw)
    return (plain(value) if isinstance(value, str) else None), fault


def _decimal(raw: Cell) -> Decimal | None:
    text = plain(raw).replace(" ", "")
    if re.search(r",\d", text) and re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", text.rstrip("%‰")):
        text = text.replace(",", "")
    text = _COUNTERS.sub("", text)
    if isinstance(raw, bool) or not _NUMBER.fullmatch(text):
        return None
    return Decimal(text)


def real_of(raw: Cell) -> Parsed:
    """A number, thousands separators and a trailing counter word (6家, 8个月) allowed."""
    number = _decimal(raw)
    return (None, Fault("number")) if number is None else (float(number), None)


def int_of(raw: Cell) -> Parsed:
    """A whole number."""
    number = _decimal(raw)
    if number is None or number != number.to_integral_value() or abs(number) >= 2**62:
        return None, Fault("integer")
    return int(number), None


def share_of(raw: Cell) -> Parsed:
    """A share of one: ``3.65%``, ``5‰`` or ``0.0365``."""
    text = plain(raw)
    scale = {"%": 100, "‰": 1000}.get(text[-1:], 1)
    number = _decimal(text.rstrip("%‰"))
    return (None, Fault("share")) if number is None else (float(number / scale), None)


def year_of(raw: Cell) -> Parsed:
    """A year: ``2024``, ``2024年`` or the year of a date."""
    if isinstance(raw, dt.date):
        return raw.year, None
    text = plain(raw)
    if match := re.fullmatch(r"(\d{4})年?(?:度)?", text) or _DATES.fullmatch(text):
        return int(match[1]), None
    return None, Fault("year")


def trl_of(raw: Cell) -> Parsed:
    """A technology readiness level: ``6``, ``TRL6``, ``6级``, ``第六级``."""
    text = re.sub(r"(?i)trl|第|级|\s|-", "", plain(raw)) if not isinstance(raw, (int, float)) else plain(raw)
    level = _NUMERALS.get(text) or (int(text) if text.isdecimal() and len(text) < 4 else 0)
    return (level, None) if 1 <= level <= 9 else (None, Fault("trl"))


def money_of(raw: Cell, scale: int = 1) -> Parsed:
    """An amount in fen: ``12.5万``, ``3000元``, ``1,200,000``; ``scale`` is the heading's unit (万元 is 10,000)."""
    text = plain(raw)
    if any(word in text.casefold() for word in _OPEN):
        return None, Fault("money_open", severity="warning")
    if isinstance(raw, float):
        text = format(Decimal(repr(raw)), "f")
    match = _AMOUNT.fullmatch(text)
    if match is None or isinstance(raw, (bool, dt.date)):
        return None, Fault("money")
    try:
        digits = Decimal(match[1].replace(",", ""))
    except InvalidOperation:
        return None, Fault("money")
    unit = (match[2] or "").casefold()
    written = bool(unit) or text.rstrip().endswith(("元", "圆", "块", "整"))
    fen = digits * _SCALES[unit] * (1 if written else scale) * 100
    if abs(fen) >= MAX_FEN:
        return None, Fault("money_size")
    if isinstance(raw, float):
        fen = fen.quantize(Decimal("1e-6"))  # 0.1 + 0.2 in a spreadsheet is still 0.3 yuan
    if fen != fen.to_integral_value():
        return None, Fault("money_fraction")
    return int(fen), None


def date_of(raw: Cell) -> Parsed:
    """A date: Excel's own, ``2027-12-31``, ``2027/12/31``, ``2027.12.31``, ``2027年12月31日``, ``20271231``.

    A month alone stands for its last day, and is told.
    """
    if isinstance(raw, dt.datetime):
        return raw.date(), None
    if isinstance(raw, dt.date):
        return raw, None
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and 20_000 <= raw < 80_000:
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(raw)), None
    text = plain(raw)
    text = f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch(r"(19|20)\d{6}", text) else text
    match = _DATES.fullmatch(text)
    try:
        return _calendar_date(match) if match else (None, Fault("date"))
    except ValueError:
        return None, Fault("date")


def _calendar_date(match: re.Match[str]) -> Parsed:
    year, month = int(match[1]), int(match[2])
    if match[3]:
        return dt.date(year, month, int(match[3])), None
    last = calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 0
    return dt.date(year, month, last), Fault("date_month", severity="warning")


def choice_of(vocabulary: str, raw: Cell) -> Parsed:
    """The code of a word of a closed list, in Chinese or English."""
    code = code_of(vocabulary, plain(raw))
    choices = " · ".join(
        f"{zh}({en})" for zh, en in zip(words_of(vocabulary), words_of(vocabulary, "en"), strict=True)
    )
    return (code, None) if code else (None, Fault("choice", (("choices", choices),)))


def uscc_of(raw: Cell) -> Parsed:
    """A unified social credit code in capitals. One whose checks fail is kept, and told which check failed."""
    text = plain(raw).upper().replace(" ", "")
    return text, _uscc_fault(text)


def _uscc_fault(text: str) -> Fault | None:
    found = uscc.check_uscc(text)
    if found.ok:
        return None
    terms = (("length", str(len(text))),)
    match found.failure:
        case "length":
            return Fault("uscc_length", terms)
        case "alphabet":
            return Fault("uscc_alphabet")
        case "organisation_check":
            return Fault("organisation_check", (("expected", str(found.expected_organisation_check)),))
        case "uscc_check":
            return Fault("uscc_check", (("expected", str(found.expected_uscc_check)),))
        case _:
            return Fault("uscc_form")


def industry_of(raw: Cell) -> Parsed:
    """A GB/T 4754-2017 code in its canonical form; ``*`` stands for all."""
    text = plain(raw)
    code = "*" if text in ("*", "全部", "all") else industries.normalise_industry(text)
    return (code, None) if code else (None, Fault("industry"))


def ipc_of(raw: Cell) -> Parsed:
    """An IPC symbol in its canonical form, ``H01M 8/10``."""
    found = ipc.parse_ipc(plain(raw))
    return (found.text, None) if found else (None, Fault("ipc"))


def ror_of(raw: Cell) -> Parsed:
    """A ROR identifier as its canonical address."""
    found = roids.canonical_ror(plain(raw))
    return (found, None) if found else (None, Fault("ror"))


_PARSERS: Mapping[str, Callable[[Cell], Parsed]] = {
    "text": text_of,
    "id": id_of,
    "real": real_of,
    "int": int_of,
    "share": share_of,
    "year": year_of,
    "trl": trl_of,
    "money": money_of,
    "date": date_of,
    "uscc": uscc_of,
    "industry": industry_of,
    "ipc": ipc_of,
    "ror": ror_of,
}


def parser(field: Field, place: PlaceParser, scale: int = 1) -> Callable[[Cell], Parsed]:
    """The function that reads one value of a field, with the field's bounds; equal cells are read once."""

    @lru_cache(maxsize=65_536, typed=True)
    def parse(raw: Cell) -> Parsed:
        value, fault = _item(field, raw, place, scale)
        return (value, fault) if fault or value is None else _bounded(field, value)

    return parse


def _item(field: Field, raw: Cell, place: PlaceParser, scale: int) -> Parsed:
    if field.vocabulary:
        return choice_of(field.vocabulary, raw)
    if field.item == "place":
        return place(plain(raw))
    if field.item == "money":
        return money_of(raw, scale)
    return _PARSERS[field.item](raw)


def _bounded(field: Field, value: Value) -> Parsed:
    if not isinstance(value, (int, float)) or (field.low is None and field.high is None):
        return value, None
    low, high = field.low, field.high
    if (low is None or value >= low) and (high is None or value <= high):
        return value, None
    terms = tuple((k, format(v, "g")) for k, v in (("low", low), ("high", high)) if v is not None)
    return None, Fault("range" if high is not None else "at_least", terms)


def split_list(field: Field, raw: Cell) -> list[str]:
    r"""The values in one cell. Semicolons separate where there are any, else 、 , ， or line breaks; ``\;`` is text."""
    text = raw if isinstance(raw, str) else plain(raw)
    parts = re.split(r"(?<!\\)[;；]", text)
    if len(parts) == 1 and not (field.item == "industry" and industries.normalise_industry(plain(text))):
        parts = re.split(r"[、,，\n]", text)
    return [p.replace("\\;", ";").strip() for p in parts if p.strip()]
