"""Dates as people write them: 2027年底, 2027年上半年, 2026.10.1, 46203, Q2 2027; vague ones stay unknown and
are told."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import lru_cache

from sanwang.sources.cells.numerals import han_number, plain, says_nothing, without_remark
from sanwang.sources.cells.reading import NOTHING, Fault, Reading, unknown, unread
from sanwang.sources.raw import Cell

_OPEN = re.compile(
    r"尽快|越快越好|不急|长期|随时|不限|待定|另议|面议|协商|再定|再说|视情况|看情况|未定|"
    r"asap|as soon|open|tbd|ongoing|any ?time|急",
    re.I,
)
_RELATIVE = re.compile(
    r"[年月周天]内|半年|一年|个月|以内|之后|后\d|后[一二三四五六七八九十]|明年|今年|来年|"
    r"后年|下个?月|本月|本年|next |within|weeks?|months?|days? after|夏|春|秋|冬|汛期|节前|"
    r"入夏|竣工|验收",
    re.I,
)
_MONTHS = {
    m: i
    for i, m in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_NAME = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_FULL = re.compile(
    r"(?P<y>(?:19|20)\d{2})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?"
    r"(?:[ t]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?z?)?"
)
_SHORT = re.compile(r"(?P<y>\d{2})年(?P<rest>.+)")
_MONTH = re.compile(
    r"(?P<y>(?:19|20)\d{2})\s*[-/.年]\s*(?P<m>\d{1,2})\s*(?:月份?)?(?P<part>底|末|初|上旬|中旬|下旬|中)?"
)
_YEAR = re.compile(
    r"(?P<y>(?:19|20)\d{2})\s*年?度?(?P<part>底|末|终|内|初|中|上半年|下半年|(?:第?[一二三四1-4]季度?|q[1-4])(?:末|底|内|初)?)?"
)
_ENGLISH_FULL = (
    re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ -]{_NAME}[ ,-]*(?P<y>\d{{4}})"),
    re.compile(rf"{_NAME}[ -]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ ,]+(?P<y>\d{{4}})"),
)
_ENGLISH_MONTH = re.compile(rf"(?P<end>end of |by |early |mid[- ])*{_NAME}[ ,-]*(?P<y>\d{{4}})")
_ENGLISH_PART = re.compile(
    r"(?:by |end of |until |before )*(?:(?P<p1>q[1-4]|h[12])[ ,/-]*(?P<y1>\d{4})|"
    r"(?P<y2>\d{4})[ ,/-]*(?P<p2>q[1-4]|h[12])|(?:year[- ]?end|end(?: of)?|"
    r"mid)[ -]*(?P<y3>\d{4}))"
)
_SLASHED = re.compile(r"(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<y>(?:19|20)\d{2})")
_TAIL = re.compile(r"(?:之前|以前|前|之内|内|止|截止|为止|完成|左右|需要|要)+$")
_HEAD = re.compile(r"^(?:截止到?|截至|到|于|在|约|by|before|until|no later than|due)\s*", re.I)
_PART_END = {"底": 12, "末": 12, "终": 12, "内": 12, "中": 6, "上半年": 6, "下半年": 12}
_QUARTER = {c: q for q, cs in enumerate(("一1", "二2", "三3", "四4"), 1) for c in cs}


@lru_cache(maxsize=65_536, typed=True)
def date(raw: Cell) -> Reading:
    """The date a cell names; a month, a quarter, a half or a year's end stands for its last day, and is told."""
    if says_nothing(raw):
        return NOTHING
    if isinstance(raw, dt.datetime):
        return Reading(raw.date())
    if isinstance(raw, dt.date):
        return Reading(raw)
    if isinstance(raw, (bool, dt.time, dt.timedelta)):
        return unread("date")
    if isinstance(raw, (int, float)) and 20_000 <= raw < 80_000:
        return Reading(dt.date(1899, 12, 30) + dt.timedelta(days=int(raw)), rule="date_serial")
    try:
        return _text(plain(raw).casefold())
    except ValueError:
        return unread("date")


def _text(text: str) -> Reading:
    if re.fullmatch(r"(19|20)\d{6}", text):
        return Reading(dt.date(int(text[:4]), int(text[4:6]), int(text[6:])))
    if re.fullmatch(r"[2-7]\d{4}", text):
        return Reading(dt.date(1899, 12, 30) + dt.timedelta(days=int(text)), rule="date_serial")
    body = without_remark(text)[0]
    bare = _TAIL.sub("", _HEAD.sub("", body.strip("。!‼,. "))).strip()
    if found := _span(bare) or _one(bare):
        return (
            found
            if bare == text
            else Reading(
                found.value, found.low, found.high, found.rule or "date_words", found.fault, found.asks
            )
        )
    if _OPEN.search(text):
        return unknown("date_open")
    if _RELATIVE.search(text) or re.search(r"年底|年末|月", text):
        return unread("date_vague")
    return unread("date")


def _span(text: str) -> Reading | None:
    """2026-03-01 至 2026-06-30: the last day, the first kept."""
    parts = re.split(r"\s*(?:至|到|~|～|—|–|\bto\b)\s*", text)
    if len(parts) != 2 or not all(parts):
        return None
    first, last = _one(parts[0]), _one(parts[1])
    if (
        first is None
        or last is None
        or not isinstance(first.value, dt.date)
        or not isinstance(last.value, dt.date)
    ):
        return None
    low = first.low or first.value
    return Reading(last.value, low, last.value, "date_span") if first.value <= last.value else None


def _one(text: str) -> Reading | None:
    if match := _SHORT.fullmatch(text):
        text = f"20{match['y']}年{match['rest']}"
    text = re.sub(r"^[〇零一二两三四五六七八九]{4}(?=年)", lambda m: str(han_number(m[0])), text)
    if match := _FULL.fullmatch(text):
        return Reading(dt.date(int(match["y"]), int(match["m"]), int(match["d"])))
    if match := _MONTH.fullmatch(text):
        return _in_month(int(match["y"]), int(match["m"]), match["part"] or "")
    if match := _YEAR.fullmatch(text):
        return _in_year(int(match["y"]), match["part"] or "")
    return _english(text)


def _english(text: str) -> Reading | None:
    for pattern in _ENGLISH_FULL:
        if match := pattern.fullmatch(text):
            return Reading(dt.date(int(match["y"]), _MONTHS[match["name"][:3]], int(match["d"])))
    if match := _ENGLISH_MONTH.fullmatch(text):
        return _in_month(int(match["y"]), _MONTHS[match["name"][:3]], "")
    if match := _ENGLISH_PART.fullmatch(text):
        part = match["p1"] or match["p2"] or ("h1" if "mid" in text else "h2")
        month = int(part[1]) * (3 if part[0] == "q" else 6)
        return _in_month(
            int(match["y1"] or match["y2"] or match["y3"]), month, "", span=3 if part[0] == "q" else 6
        )
    if match := _SLASHED.fullmatch(text):
        return _slashed(int(match["a"]), int(match["b"]), int(match["y"]))
    return None


def _slashed(a: int, b: int, year: int) -> Reading:
    """12/31/2027 and 31/12/2027 are clear; 03/04/2027 is two dates, so it is asked."""
    if a > 12 or a == b:
        return Reading(dt.date(year, b, a))
    if b > 12:
        return Reading(dt.date(year, a, b))
    return unread("date_order", asks="date")


def _in_month(year: int, month: int, part: str, span: int = 1) -> Reading:
    last = calendar.monthrange(year, month)[1]
    day = {"初": 10, "上旬": 10, "中": 15, "中旬": 20}.get(part, last)
    if month < span:
        raise ValueError(month)
    first = dt.date(year, month - span + 1, {"中旬": 11, "下旬": 21}.get(part, 1))
    end = dt.date(year, month, day)
    return Reading(end, first, end, "date_month", Fault("date_month", (("day", end.isoformat()),), "warning"))


def _in_year(year: int, part: str) -> Reading | None:
    if part in _PART_END:
        return _in_month(year, _PART_END[part], "", span=6 if part == "上半年" else 1)
    if part == "初":
        return _in_month(year, 3, "", span=3)
    quarter = next((_QUARTER[c] for c in part if c in _QUARTER), 0)
    if quarter:
        return _in_month(year, quarter * 3, "", span=3)
    return _in_month(year, 12, "", span=12) if not part else None


_YEARS = re.compile(
    r"(?P<a>(?:19|20)\d{2})(?:\.0)?\s*年?度?(?:\s*[-–—~至到]\s*(?P<b>(?:19|20)\d{2})\s*年?度?)?"
)


@lru_cache(maxsize=65_536, typed=True)
def year(raw: Cell) -> Reading:
    """A year: ``2024``, ``2024年``, ``22年``, ``二〇〇三年``, or the year of a date; of a span the last."""
    if says_nothing(raw):
        return NOTHING
    if isinstance(raw, dt.date):
        return Reading(raw.year)
    text = without_remark(plain(raw).casefold())[0]
    if match := _YEARS.fullmatch(text):
        first, last = int(match["a"]), int(match["b"] or match["a"])
        return Reading(last, first, last, "year_span") if first < last else Reading(last)
    if match := re.fullmatch(r"(\d{2})年度?", text):
        return Reading(2000 + int(match[1]), rule="year_short")
    if (match := re.fullmatch(r"([〇零一二三四五六七八九]{4})年?", text)) and (found := han_number(match[1])):
        return Reading(int(found), rule="year_words")
    found = date(raw)
    if isinstance(found.value, dt.date) and found.value.year >= 1000:
        return Reading(found.value.year, rule="year_of_date")
    return found if found.rule else unread("year")
