"""Numbers as people write them: thousands separators, full-width digits, Chinese numerals, ranges and bounds."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from sanwang.sources.raw import Cell

_DIGITS = {
    c: i for digits in ("〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖") for i, c in enumerate(digits)
} | dict.fromkeys("两俩兩", 2)
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
HAN = "〇零一二两俩三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億"
"""Characters of Chinese numbers."""

NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?"
"""A number in digits; a comma counts only between groups of three."""

_MARKS = (
    r"- -- — —— / \ \n null none nan n/a na nil 无 暂无 没有 … ... …… ? ？ 空 未填 不详 不清楚 未知 unknown *"
)
EMPTY_WORDS = frozenset(_MARKS.split())
"""Marks that stand for an empty cell (folded)."""

Bound = Literal["exact", "about", "range", "upto", "atleast"]

_ABOUT = re.compile(
    r"^(?:大约|大概|约为|约|预计|估计|暂定|拟|approximately|approx\.?|about|around|circa|ca\.?|est\.?|[~≈±])\s*|"
    r"(?:左右|上下|许|多)$"
)
_UPTO = re.compile(
    r"^(?:不超过|不高于|不大于|不多于|最多|最高|至多|最长|最大|上限|小于等于|小于|低于|"
    r"up to|no more than|not more than|at most|max\.?(?:imum)?|under|below|less than|within|<=|≤|<|≦)\s*|"
    r"(?:以内|之内|以下|及以下|封顶|内|max\.?|or less|at most)$"
)
_ATLEAST = re.compile(
    r"^(?:不低于|不少于|不小于|最少|最低|至少|最短|下限|大于等于|大于|高于|超过|"
    r"at least|no less than|not less than|min\.?(?:imum)?|over|above|more than|from|>=|≥|>|≧)\s*|"
    r"(?:以上|及以上|起步|起|以起|min\.?|or more|and above|\+)$"
)
_RANGE = re.compile(
    r"(?<=[\d%‰a-z\u4e00-\u9fff.)])\s*(?:-{1,2}|–|—+|~+|～|至|到|\bto\b|→)\s*(?=[+\d.¥$\u4e00-\u9fff])"
)


@dataclass(frozen=True)
class Spread:
    """A number or a range of numbers as written: its parts (text) and what kind of statement it is."""

    kind: Bound
    parts: tuple[str, ...]


def plain(raw: Cell) -> str:
    """The cell as text in compatibility form: full-width digits, letters and punctuation become ASCII."""
    if isinstance(raw, str) and raw.isascii():
        return raw.strip()
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 2**53:
        raw = int(raw)
    if isinstance(raw, dt.datetime) and raw.time() == dt.time():
        raw = raw.date()
    text = unicodedata.normalize("NFKC", str(raw)).replace("−", "-").replace("﹣", "-").replace("，", ",")
    return visible(text).strip()


def visible(text: str) -> str:
    """The text less what nobody can see: zero-width characters, direction marks, variation selectors."""
    return _UNSEEN.sub("", text).replace("\u00a0", " ").replace("\u3000", " ")


_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0e\ufe0f\u00ad]")


_DASHES = "—-–_.… "


def says_nothing(raw: Cell) -> bool:
    """Whether a cell is blank or holds only a mark for blank (—, N/A, NULL, 无)."""
    if raw is None:
        return True
    if not isinstance(raw, str):
        return isinstance(raw, float) and raw != raw
    text = raw.strip()
    if len(text) >= 8 and text[0] not in _DASHES:
        return False
    return (
        not text
        or (len(text) < 8 and plain(text).casefold() in EMPTY_WORDS)
        or not plain(text).strip("—-–_.… ")
    )


def number(text: str) -> Decimal | None:
    """The number a text is, in digits or Chinese numerals; None where it is not one number."""
    text = text.replace(" ", "").casefold()
    if re.fullmatch(NUMBER, text):
        return Decimal(text.replace(",", ""))
    return han_number(text)


@lru_cache(maxsize=4096)
def han_number(text: str) -> Decimal | None:
    """A Chinese number: 两万五 is 25,000, 叁万伍仟 35,000, 二〇〇三 2003; None where the text is none."""
    if not text or any(c not in HAN for c in text):
        return None
    if all(c in _DIGITS for c in text):
        return Decimal("".join(str(_DIGITS[c]) for c in text)) if len(text) != 2 else None
    return _composed(text)


def _composed(text: str) -> Decimal | None:
    total = section = 0
    digit: int | None = None
    last = 1
    for c in text:
        if c in _DIGITS:
            if digit not in (None, 0):
                return None  # 三五万 is an idiom for three to five
            digit = _DIGITS[c]
        elif c in _TENS:
            section += (1 if digit is None else digit) * _TENS[c]
            digit, last = None, _TENS[c]
        else:
            section = (section + (digit or 0)) or 1
            total = (
                (total + section) * _MYRIADS[c]
                if _MYRIADS[c] > 10**4 and total
                else total + section * _MYRIADS[c]
            )
            section, digit, last = 0, None, _MYRIADS[c]
    # 两万五: a last digit after a unit counts tenths of that unit, unless a zero stands before it.
    tail = (digit or 0) * (last // 10 if last > 10 and len(text) > 1 and text[-2] not in "零〇" else 1)
    return Decimal(total + section + tail)


def spread(text: str) -> Spread:
    """How a number is stated: exactly, about, as a range, at most or at least; and the parts that hold numbers."""
    text = text.strip()
    if len(parts := _ranged(text)) == 2:
        return Spread("range", tuple(_bare(p) for p in parts))
    for kind, pattern in (("upto", _UPTO), ("atleast", _ATLEAST), ("about", _ABOUT)):
        if (cut := pattern.sub("", text)) != text:
            return Spread(kind, (_bare(cut),))  # pyright: ignore[reportArgumentType]
    return Spread("exact", (text,))


def _ranged(text: str) -> list[str]:
    if re.fullmatch(NUMBER, text):
        return [text]
    return [p.strip() for p in _RANGE.split(text) if p.strip()]


def _bare(text: str) -> str:
    return _ABOUT.sub("", text.strip()).strip()


def without_remark(text: str) -> tuple[str, str]:
    """The text less a remark in brackets at its end or after a comma, and the remark."""
    match = re.fullmatch(r"(?s)(.*?)\s*[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]\s*(.*)", text)
    if match and (match[1].strip() or match[3].strip()):
        return f"{match[1]}{match[3]}".strip(), match[2].strip()
    return text, ""
