"""Phones, e-mail addresses and names of people as they stand in a cell, one or several, among remarks."""

from __future__ import annotations

import re
from functools import lru_cache

from sanwang.sources.cells.numerals import plain, says_nothing
from sanwang.sources.raw import Cell

_MOBILE = r"(?:\+?86[- ]?)?(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"
_LAND = (
    r"\(0\d{2,3}\)[ -]?\d{7,8}|\+\d{1,3}[ -]\(?\d{1,4}\)?(?:[ -]\d{3,4}){2}(?!\d)|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)|"
    r"(?<!\d)[48]00[- ]?\d{3,4}[- ]?\d{3,4}(?!\d)|(?<![\w-])[2-9]\d{6,7}(?!\w)"
)
_EXTENSION = r"(?:\s*(?:转|-|ext\.?|x|分机)\s*\d{1,5}(?!\d))?"
PHONE = re.compile(rf"{_MOBILE}|(?:{_LAND}){_EXTENSION}", re.I)
"""One phone number: a mobile, or a landline with or without area code and extension."""

EMAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}", re.I)
"""One e-mail address."""

_NOT_NAME = re.compile(r"[☎📞📱✉①②③④⑤⑥⑦⑧⑨:：;；/,，、|]|电话|手机|微信同号|tel|mobile|phone|e-?mail", re.I)
_POINTS_LEFT = re.compile(r"^(?:见|看)(?:左|前|上|描述|内容|说明)|^同左|^见左")


def _text(raw: Cell) -> str:
    # Circled numbers count the phones; in compatibility form they would run into their digits.
    text = re.sub("[①-⑳❶-❿]", " ", raw) if isinstance(raw, str) else raw
    return re.sub(r"[—–－]", "-", plain(text))


@lru_cache(maxsize=65_536, typed=True)
def phones(raw: Cell) -> tuple[str, ...]:
    """Every phone number in a cell, in the order written, dashes made plain."""
    if says_nothing(raw) or isinstance(raw, bool):
        return ()
    return tuple(dict.fromkeys(re.sub(r"\s+", " ", m[0]).strip() for m in PHONE.finditer(_text(raw))))


@lru_cache(maxsize=65_536, typed=True)
def emails(raw: Cell) -> tuple[str, ...]:
    """Every e-mail address in a cell, in the order written."""
    return () if not isinstance(raw, str) else tuple(dict.fromkeys(m[0] for m in EMAIL.finditer(_text(raw))))


@lru_cache(maxsize=65_536, typed=True)
def person(raw: Cell) -> str | None:
    """The name in a cell less phones, addresses, pictographs and remarks about them; None where nothing is left."""
    if says_nothing(raw):
        return None
    text = str(raw).strip()
    if points_elsewhere(text):
        return None
    folded = _text(text)
    if not (PHONE.search(folded) or EMAIL.search(folded)):
        return text
    rest = EMAIL.sub(" ", PHONE.sub(" ", folded))
    rest = re.sub(r"\((?:[^()]*(?:微信|同号|电话|手机|微)[^()]*|\s*)\)", " ", rest)
    rest = "".join(c if c.isalnum() or c in " ()·.-()" else " " for c in _NOT_NAME.sub(" ", rest))
    return re.sub(r"\s+", " ", rest).strip(" -.()") or None


def points_elsewhere(text: str) -> bool:
    """Whether a contact's cell only says that the contact stands in another cell of the row (见左)."""
    return bool(_POINTS_LEFT.search(text))


def masked(text: str) -> str:
    """Personal data for a screen: 138****1201, 郝**, h***@example.com."""
    hidden = PHONE.sub(lambda m: f"{m[0][:3]}****{m[0][-4:]}" if len(m[0]) > 7 else "****", _text(text))
    hidden = EMAIL.sub(lambda m: f"{m[0][0]}***@{m[0].partition('@')[2]}", hidden)
    if hidden == _text(text) and not re.search(r"\d", hidden):
        return hidden[:1] + "*" * min(2, max(1, len(hidden) - 1))
    return hidden
