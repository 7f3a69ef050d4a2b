"""Numbers with counters, shares of one, and spans of time, each with its bounds and unit."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from sanwang.sources.cells.numerals import HAN, NUMBER, number, plain, says_nothing, spread, without_remark
from sanwang.sources.cells.reading import NOTHING, Fault, Reading, unknown, unread
from sanwang.sources.raw import Cell

_OPEN = re.compile(
    r"不限|不要求|无要求|面议|另议|待定|协商|未定|视情况|看情况|详谈|按需|not required|"
    r"no limit|unlimited|tbd|negotiable|n/?a|any",
    re.I,
)
_COUNTED = re.compile(
    rf"(?P<n>{NUMBER}|[{HAN}]+?)\s*(?P<scale>[万千亿百](?!分)|k(?![a-z]))?\s*(?P<counter>[^\d\s.,%‰+-][^\d,%‰]{{0,11}})?",
    re.I,
)
_SCALE = {"百": 100, "千": 10**3, "万": 10**4, "亿": 10**8, "k": 10**3}
DAYS: dict[str, Decimal] = {
    word: Decimal(days)
    for days, words in {
        "365": ["年", "周年", "整年", "年期", "year", "years", "yr", "yrs", "y", "a"],
        "91.25": ["季度", "季", "quarter", "quarters"],
        "30.4375": ["个月", "月", "个月期", "month", "months", "mon", "mth", "mths", "mo", "m"],
        "7": ["周", "个星期", "星期", "个礼拜", "礼拜", "week", "weeks", "wk", "wks", "w"],
        "1": ["天", "日", "个工作日", "工作日", "自然日", "day", "days", "d"],
    }.items()
    for word in words
}
"""Words for spans of time → days."""

_SHARES = {
    "%": 100,
    "％": 100,
    "‰": 1000,
    "个百分点": 100,
    "百分点": 100,
    "个点": 100,
    "pct": 100,
    "bp": 10_000,
    "bps": 10_000,
    "percent": 100,
}
_SPOKEN = (
    (re.compile(rf"百分之([{HAN}\d.]+)"), 100),
    (re.compile(rf"千分之([{HAN}\d.]+)"), 1000),
    (re.compile(rf"万分之([{HAN}\d.]+)"), 10_000),
)


def _each(text: str, part: Callable[[str], Decimal | None], code: str, rule: str) -> Reading:
    """A number or a range read by ``part``: the middle of a range is used, the bound where there is one."""
    said = spread(text)
    values = [part(p) for p in said.parts]
    if not values or any(v is None for v in values) or len(values) > 2:
        return unread(code)
    known = [v for v in values if v is not None]
    low, high = known[0], known[-1]
    if low > high:
        return unread(code)
    match said.kind:
        case "range":
            return Reading(float((low + high) / 2), float(low), float(high), f"{rule}_range")
        case "upto":
            return Reading(float(high), 0.0, float(high), f"{rule}_upto")
        case "atleast":
            return Reading(float(low), float(low), None, f"{rule}_atleast")
        case _:
            return Reading(float(low), rule=f"{rule}_{said.kind}" if said.kind != "exact" else "")


def _ready(raw: Cell, code: str) -> Reading | str:
    """What can be said at once (blank, open, no number at all), or the text to read."""
    if says_nothing(raw):
        return NOTHING
    if isinstance(raw, (bool, dt.date, dt.time, dt.timedelta)):
        return unread(code)
    text = without_remark(plain(raw).casefold())[0].strip("。;!‼ ")
    return (
        text
        if re.search(rf"[\d{HAN}半]", text)
        else (unknown("open") if _OPEN.search(text) else unread(code))
    )


@lru_cache(maxsize=65_536, typed=True)
def real(raw: Cell) -> Reading:
    """A number, with counter words (6家, 5万卡时, 200小时), bounds and ranges."""
    text = _ready(raw, "number")
    if isinstance(text, Reading):
        return text
    if isinstance(raw, (int, float)):
        return Reading(float(raw))
    read = _each(text, _counted, "number", "number")
    plainly = re.fullmatch(NUMBER, text)
    return read if read.rule or plainly or read.fault else Reading(read.value, rule="number_counter")


def _counted(text: str) -> Decimal | None:
    text = re.sub(r"(?:以上|以下|左右)$", "", text.strip())
    match = _COUNTED.fullmatch(text)
    if match is None:
        return None
    found = number(match["n"])
    return None if found is None else found * _SCALE.get((match["scale"] or "").casefold(), 1)


def whole(read: Reading, code: str = "integer") -> Reading:
    """A reading as whole numbers: a range's middle is rounded, a single fraction is refused."""
    if read.value is None or not isinstance(read.value, float):
        return read
    if abs(read.value) >= 2**62 or (
        not read.value.is_integer() and "range" not in read.rule and "span" not in read.rule
    ):
        return unread(code)
    low, high = (int(v) if isinstance(v, float) else None for v in (read.low, read.high))
    return Reading(int(read.value), low, high, read.rule, read.fault, read.asks)


def span(raw: Cell, unit_days: Decimal, default_days: Decimal | None) -> Reading:
    """A span of time in whole units of ``unit_days``: 半年, 3-5年, 180天, 8–10. A bare number is in ``default_days``
    (None: its unit is not known, so it is asked)."""
    text = _ready(raw, "span")
    if isinstance(text, Reading):
        return text
    bare: list[bool] = []

    def part(piece: str) -> Decimal | None:
        found = _span_part(piece)
        bare.append(found is not None and found[1] is None)
        if found is None or (found[1] is None and default_days is None and trailing is None):
            return None
        return found[0] * _units(found[1] or trailing or default_days or Decimal(0), unit_days)

    last = _span_part(spread(text).parts[-1])
    trailing = last[1] if last else None
    read = _each(text, part, "span", "span")
    if read.value is None and bare and all(bare) and default_days is None:
        return unread("span_unit", asks="unit")
    if not isinstance(read.value, float):
        return read
    converted = not all(bare) and trailing != unit_days
    rounded = [
        max(1, round(v)) if isinstance(v, float) and v > 0 else (0 if v == 0 else None)
        for v in (read.value, read.low, read.high)
    ]
    if all(bare) and default_days == unit_days and not read.rule and not read.value.is_integer():
        return unread("integer")
    return Reading(
        rounded[0],
        rounded[1],
        rounded[2],
        read.rule or ("span_unit_applied" if converted or default_days != unit_days else ""),
    )


def _units(days: Decimal, unit_days: Decimal) -> Decimal:
    """How many of a unit another unit is; counted in days a month is 30 and a quarter 90, as contracts count."""
    if unit_days == 1:
        return {DAYS["月"]: Decimal(30), DAYS["季"]: Decimal(90)}.get(days, days)
    return days / unit_days


def _span_part(text: str) -> tuple[Decimal, Decimal | None] | None:
    """The number and the days of its unit (None where no unit stands)."""
    text = text.strip().replace(" ", "")
    if match := re.fullmatch(r"(?:半(年|个月)|(.+?)(年|个月)半)", text):
        unit = match[1] or match[3]
        count = number(match[2]) if match[2] else Decimal(0)
        return None if count is None else (count + Decimal("0.5"), DAYS[unit])
    if (found := number(text)) is not None:
        return found, None
    match = re.fullmatch(rf"({NUMBER}|[{HAN}]+?)([a-z\u4e00-\u9fff]+)\.?(?:/[^\d]*)?", text)
    if match is None or match[2] not in DAYS or (found := number(match[1])) is None:
        return None
    return found, DAYS[match[2]]


def share(raw: Cell, percent: bool | None = None) -> Reading:
    """A share of one: ``3.65%``, ``5‰``, ``0.0365``, 5个百分点, 月息3.5‰ (a year's is taken). ``percent``
    tells whether a bare number is in per cent; where that is not known a number above 1 is taken so, and
    told."""
    text = _ready(raw, "share")
    if isinstance(text, Reading):
        return text
    monthly = 12 if re.search(r"月息|月利率|月费率|每月|/月|per month|p\.m\.", text) else 1
    text = re.sub(
        r"月息|月利率|月费率|每月|/月|per month|p\.m\.|年化|年利率|年费率|年息|利率|费率|每年|/年|per year|p\.a\.|pa$",
        "",
        text,
    ).strip(": ")
    if re.search(r"lpr|基准|上浮|下浮|libor|shibor|sofr", text):
        return unread("share_floating")
    bare: list[Decimal] = []
    unit = next((s for w, s in _SHARES.items() if text.endswith(w)), None)

    def part(piece: str) -> Decimal | None:
        found = _share_part(piece, unit, percent, bare)
        return None if found is None else found * monthly

    read = _each(text, part, "share", "share")
    if read.value is None or read.fault:
        return read
    if bare and percent is None and max(bare) > 1:
        return Reading(
            read.value, read.low, read.high, "share_percent", Fault("share_percent", severity="warning")
        )
    rule = read.rule or ("share_monthly" if monthly == 12 else "share_percent" if bare and percent else "")
    return Reading(read.value, read.low, read.high, rule)


def _share_part(text: str, unit: int | None, percent: bool | None, bare: list[Decimal]) -> Decimal | None:
    text = text.strip().replace(" ", "")
    for pattern, scale in _SPOKEN:
        if match := pattern.fullmatch(text):
            found = number(match[1])
            return None if found is None else found / scale
    if match := re.fullmatch(rf"([{HAN}\d]+)成(?:([{HAN}\d])[分]?)?", text):
        tenths, rest = number(match[1]), number(match[2]) if match[2] else Decimal(0)
        return (
            None if tenths is None or rest is None else tenths / 10 + rest / (20 if match[2] == "半" else 100)
        )
    suffix = next((w for w in _SHARES if text.endswith(w)), "")
    found = number(text.removesuffix(suffix))
    if found is None:
        return None
    scale = _SHARES[suffix] if suffix else unit
    if scale is None:
        bare.append(abs(found))
        scale = 100 if percent or (percent is None and abs(found) > 1) else 1
    return found / scale
