"""Money as people write it: what was said (numbers, unit, currency, bound), and the fen it comes to under a unit."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from sanwang.sources.cells.numerals import (
    HAN,
    NUMBER,
    Bound,
    number,
    plain,
    says_nothing,
    spread,
    without_remark,
)
from sanwang.sources.cells.reading import NOTHING, Fault, Parsed, Reading, unknown, unread
from sanwang.sources.raw import Cell

MAX_FEN = 2**53
"""Amounts stay below this, so that no reader with binary doubles (Excel, JSON) changes them."""

SCALES: dict[str, int] = {
    "千": 10**3,
    "万": 10**4,
    "萬": 10**4,
    "w": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "十亿": 10**9,
    "百亿": 10**10,
    "千亿": 10**11,
    "万亿": 10**12,
    "k": 10**3,
    "thousand": 10**3,
    "10k": 10**4,
    "m": 10**6,
    "mn": 10**6,
    "mio": 10**6,
    "million": 10**6,
    "b": 10**9,
    "bn": 10**9,
    "billion": 10**9,
}
"""Unit words → yuan."""

_CURRENCIES = {
    "USD": r"美元|美金|美刀|刀|us\$|usd|dollars?|\$",
    "EUR": r"欧元|eur|euros?|€",
    "HKD": r"港币|港元|hkd|hk\$",
    "JPY": r"日元|日币|jpy",
    "GBP": r"英镑|gbp|£",
    "KRW": r"韩元|krw|₩",
    "SGD": r"新加坡元|新币|sgd",
    "TWD": r"新台币|台币|twd",
    "RUB": r"卢布|rub",
    "AUD": r"澳元|aud",
    "CAD": r"加元|cad",
    "CHF": r"瑞士法郎|瑞郎|chf",
    "MOP": r"澳门元|mop",
}
FOREIGN = re.compile(
    "|".join(f"(?P<{code}>(?<![a-z]){words}(?![a-z]))" for code, words in _CURRENCIES.items()), re.I
)
"""Words of other currencies, each under its code's name."""

_OPEN = re.compile(
    r"面议|面谈|另议|另行|待定|待议|待商|详谈|详询|协商|商议|商谈|洽谈|可谈|可议|未定|再定|"
    r"再议|再说|再谈|视情况|视方案|看方案|"
    r"看情况|按需|不限|不定|据实|保密|negotiable|tbd|tbc|t\.b\.d|to be (?:agreed|"
    r"determined|confirmed)|open|"
    r"on request|confidential|红包",
    re.I,
)
_FREE = re.compile(r"免费|无偿|公益|free(?: of charge)?|赠送", re.I)
_COUNTED = "台套份件个家项次年月批组人户条座吨天"
_PER = re.compile(
    rf"\s*(?:(?:/|每|per\b|p\.)\s*(?P<per>[\u4e00-\u9fff]{{1,4}}|[a-z][a-z .]{{0,14}})|一(?P<one>[{_COUNTED}]))$",
    re.I,
)
_PER_FRONT = re.compile(rf"^(?:每(?P<per>[^\d\s]{{1,4}}?)(?=[\d约])|一(?P<one>[{_COUNTED}]))")
_UNIT = "|".join(sorted(map(re.escape, SCALES), key=len, reverse=True))
_PART = re.compile(
    rf"(?P<number>{NUMBER}|[{HAN}]+)\s*(?P<unit>{_UNIT})?(?![a-z])\s*(?P<yuan>元|圆|块)?(?:整|钱)?", re.I
)
_EXCEL_SPELT = re.compile(r"人民币|rmb|cny|[¥￥]", re.I)


@dataclass(frozen=True)
class Amount:
    """An amount as stated. ``low`` and ``high`` are yuan where ``written`` (a unit stood in the cell), else
    bare numbers."""

    kind: Bound | str
    low: Decimal | None = None
    high: Decimal | None = None
    written: bool = False
    scale: int = 1
    currency: str = ""
    per: str = ""
    remark: str = ""


@lru_cache(maxsize=65_536, typed=True)
def amount(raw: Cell) -> Amount | None:
    """What a cell says of money; None where it says nothing that can be understood as an amount.

    ``kind`` is exact, about, range, upto, atleast, open (面议), free (免费), blank or marked (a bare number
    with ``*``).
    """
    if says_nothing(raw):
        return Amount("blank")
    if isinstance(raw, (bool, dt.date, dt.time, dt.timedelta)):
        return None
    if isinstance(raw, (int, float)):
        value = Decimal(format(Decimal(repr(raw)), "f"))
        return Amount("exact", value, value)
    return _written(plain(raw).casefold())


def _written(text: str) -> Amount | None:
    foreign = FOREIGN.search(text)
    body, remark = without_remark(text)
    if remark and not re.search(r"\d", body) and re.search(r"\d", remark):
        body, remark = remark, body
    core = FOREIGN.sub("", body) if foreign else body
    starred = core.rstrip().endswith("*") and bool(re.search(r"\d", core))
    core = core.rstrip().rstrip("*").strip("。.;,!‼ ") if starred else core.strip("。;,!‼ ")
    per = _PER.search(core) or _PER_FRONT.search(core)
    # "两万一" ends in a numeral, not in "一 (per) 台".
    core = (core[: per.start()] + core[per.end() :]).strip() if per else core
    found = _stated(core)
    if found is None:
        return _open(text)
    low, high, written, scale, kind = found
    currency = foreign.lastgroup or "" if foreign else ""
    if starred and not written:
        kind = "marked"
    return Amount(
        kind, low, high, written, scale, currency, (per["per"] or per["one"]).strip() if per else "", remark
    )


def _open(text: str) -> Amount | None:
    if _FREE.search(text):
        return Amount("free", Decimal(0), Decimal(0), True)
    return Amount("open") if _OPEN.search(text) else None


def _stated(text: str) -> tuple[Decimal | None, Decimal | None, bool, int, Bound] | None:
    rmb = bool(_EXCEL_SPELT.search(text))
    bare = re.sub(r"\s+", " ", _EXCEL_SPELT.sub("", text)).strip()
    said = spread(bare)
    parts = [_part(p) for p in said.parts]
    if any(p is None for p in parts) or not 1 <= len(parts) <= 2:
        return None
    known = [p for p in parts if p is not None]
    known = _share_units(known) if len(known) == 2 else known
    values = [n * scale for n, scale, _ in known]
    written = rmb or any(w for _, _, w in known)
    scale = max(s for _, s, _ in known)
    if said.kind == "upto":
        return Decimal(0), values[-1], written, scale, said.kind
    if said.kind == "atleast":
        return values[0], None, written, scale, said.kind
    if len(values) == 2 and values[0] > values[1]:
        return None
    return values[0], values[-1], written, scale, said.kind


def _share_units(parts: list[tuple[Decimal, int, bool]]) -> list[tuple[Decimal, int, bool]]:
    """20-30万: the first number takes the second's unit, unless it would then be the larger (5000-1万)."""
    (low, first, w1), (high, second, w2) = parts
    if not w1 and w2 and low * second <= high * second:
        return [(low, second, True), (high, second, True)]
    if w1 and not w2 and first > 1 and low <= high:
        return [(low, first, True), (high, first, True)]
    return parts


def _part(text: str) -> tuple[Decimal, int, bool] | None:
    """A number, its unit in yuan, and whether a unit stood there."""
    text = re.sub(r"^(\d+)([万千])(\d)$", r"\1.\3\2", text.strip().replace(" ", ""))
    han = re.sub(r"(?:元|圆|块)(?:整|钱)?$", "", text)
    if han and all(c in HAN for c in han):
        value = number(han)
        if value is None:
            return None
        small = value < 20 and len(han) == 1 and han == text
        return value, 1, not small
    match = _PART.fullmatch(text)
    if match is None or (value := number(match["number"])) is None:
        return None
    unit = (match["unit"] or "").casefold()
    return value, SCALES.get(unit, 1), bool(unit or match["yuan"])


def fen(
    stated: Amount, scale: int | None, *, odd: Decimal | None = None, odd_is_yuan: bool = True
) -> Reading:
    """The fen an amount comes to. ``scale`` is the column's unit in yuan for bare numbers (None: not known, so asked);
    a bare number from ``odd`` on makes no sense in that unit: it is read as yuan, or left unknown, and asked about."""
    if stated.kind in ("blank", "open"):
        return NOTHING if stated.kind == "blank" else unknown("money_open", "money_open")
    if stated.currency or stated.kind == "marked":
        terms = (("currency", stated.currency or "*"),)
        return unread("money_foreign" if stated.currency else "money_marked", *terms, asks="currency")
    unit, asks = (1, "") if stated.written else (scale, "")
    if unit is None:
        return unread("money_unit", asks="unit")
    top = stated.high if stated.high is not None else stated.low
    if odd is not None and not stated.written and top is not None and abs(top) >= odd:
        if not odd_is_yuan:
            return unread("money_unit", asks="unit")
        unit, asks = 1, "size"
    return _valued(stated, unit, asks)


def _valued(stated: Amount, unit: int, asks: str) -> Reading:
    ends = [None if v is None else v * unit * 100 for v in (stated.low, stated.high)]
    if any(v is not None and abs(v) >= MAX_FEN for v in ends):
        return unread("money_size")
    # 0.1 + 0.2 in a spreadsheet is still 0.3 yuan; a third of a fen is no amount.
    low, high = (None if v is None else v.quantize(Decimal("1e-6")) for v in ends)
    if any(v is not None and v != v.to_integral_value() for v in (low, high)):
        return unread("money_fraction")
    first, last = (None if v is None else int(v) for v in (low, high))
    value = _chosen(stated.kind, first, last)
    rule = _rule(stated, unit, asks)
    fault = Fault("money_odd", severity="warning") if asks == "size" else None
    if stated.per and fault is None and stated.kind != "free":
        fault = Fault("money_per", (("per", stated.per),), severity="warning")
    open_ended = stated.kind in ("range", "upto", "atleast")
    return Reading(value, first if open_ended else None, last if open_ended else None, rule, fault, asks)


def _chosen(kind: str, low: int | None, high: int | None) -> int | None:
    """The figure used: the middle of a range, the limit where only one is given."""
    if kind == "range" and low is not None and high is not None:
        return (low + high) // 2
    return low if kind == "atleast" else high


def _rule(stated: Amount, unit: int, asks: str) -> str:
    if asks == "size":
        return "money_odd"
    if stated.kind != "exact":
        return f"money_{stated.kind}"
    if stated.remark or stated.per:
        return "money_remark"
    return "money_unit_applied" if not stated.written and unit != 1 else ""


def money_of(raw: Cell, scale: int = 1) -> Parsed:
    """An amount in fen and what is to be told of it; ``scale`` is the unit of bare numbers in yuan (万元 is 10,000)."""
    stated = amount(raw)
    if stated is None:
        return None, Fault("money")
    read = fen(stated, scale)
    return read.value, read.fault  # pyright: ignore[reportReturnType]
