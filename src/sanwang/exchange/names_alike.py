"""How much two names sound alike: folded, without legal forms, in any order of words, Chinese also by its pinyin.

Likeness is for a person's eye. It says that two names should be compared, never that they are one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, pinyin
from rapidfuzz import fuzz

_HAN = re.compile(r"[\u3400-\u9fff]")
_FORMS = (
    *("股份有限公司", "有限责任公司", "有限公司", "集团公司", "公司", "集团"),
    *(
        "company",
        "limited",
        "corporation",
        "incorporated",
        "limitada",
        "gesellschaft",
        "co",
        "ltd",
        "llc",
        "inc",
    ),
    *(
        "corp",
        "plc",
        "gmbh",
        "ag",
        "sa",
        "bv",
        "nv",
        "pte",
        "pty",
        "llp",
        "lp",
        "spa",
        "srl",
        "kk",
        "oy",
        "ab",
        "as",
    ),
)
"""Legal forms say nothing of who it is, and are dropped."""

LEAST = 4
"""Letters below which only an equal name is alike: short names are close to everything."""


PART = 90.0
"""Likeness of a name of two words or more all of which the other holds too."""


@dataclass(frozen=True)
class Likeness:
    """A likeness of 0 to 100, and by which reading: ``same``, ``spelling``, ``order``, ``part``
    or ``pinyin``."""

    score: float
    by: str


def likeness(one: str, other: str) -> Likeness:
    """How alike two names are, by the reading that makes them most alike."""
    a, b = folded(one), folded(other)
    if not a or not b:
        return Likeness(0.0, "spelling")
    if a == b:
        return Likeness(100.0, "same")
    short = min(len(a.replace(" ", "")), len(b.replace(" ", ""))) < LEAST
    found = [] if short and not (_HAN.search(a) or _HAN.search(b)) else list(_spelled(a, b))
    if _HAN.search(a) or _HAN.search(b):
        found += [Likeness(_read(x, y), "pinyin") for x in sounds(a) for y in sounds(b)]
    return max(found, key=lambda f: f.score, default=Likeness(0.0, "spelling"))


def _spelled(a: str, b: str) -> list[Likeness]:
    one, other = set(a.split()), set(b.split())
    part = min(len(one), len(other)) > 1 and (one <= other or other <= one)
    return [
        Likeness(fuzz.ratio(a, b), "spelling"),
        Likeness(fuzz.token_sort_ratio(a, b), "order"),
        Likeness(PART if part else 0.0, "part"),
    ]


def _read(a: str, b: str) -> float:
    """Two readings: run together, in the order they stand in or with the words sorted."""
    if min(len(a.replace(" ", "")), len(b.replace(" ", ""))) < LEAST:
        return 100.0 if a == b else 0.0
    return max(fuzz.token_sort_ratio(a, b), *(fuzz.ratio(x, y) for x, y in _orders(a, b)))


def _orders(a: str, b: str) -> list[tuple[str, str]]:
    """Two readings run together, as they stand and with up to three first syllables of one put last: a family name."""
    one, other = a.split(), b.split()
    pairs = [(one[k:] + one[:k], other) for k in range(min(4, len(one)))]
    pairs += [(one, other[k:] + other[:k]) for k in range(1, min(4, len(other)))]
    return [("".join(x), "".join(y)) for x, y in pairs]


@lru_cache(maxsize=65_536)
def folded(name: str) -> str:
    """A name in one form: width, case, accents and marks folded, legal forms dropped, words by one space."""
    text = unicodedata.normalize("NFKD", name).casefold()
    text = unicodedata.normalize("NFC", "".join(c for c in text if not unicodedata.combining(c)))
    for form in _FORMS:
        if _HAN.match(form):
            text = text.replace(form, " ")
    words = re.findall(r"[\u3400-\u9fff]+|[^\W_]+", text)
    kept = [w for w in words if w not in _FORMS]
    return " ".join(kept or words)


@lru_cache(maxsize=65_536)
def sounds(name: str) -> tuple[str, ...]:
    """Readings of a folded name in pinyin without tones, by syllables; the first sign also in its other readings.

    A name without Chinese signs is its own reading.
    """
    if not _HAN.search(name):
        return (name,)
    usual = lazy_pinyin(name, style=Style.NORMAL, v_to_u=False)
    first = next((c for c in name if _HAN.match(c)), "")
    heard = pinyin(first, style=Style.NORMAL, heteronym=True)[0] if name.startswith(first) else []
    readings = [usual, *([other, *usual[1:]] for other in heard)]
    return tuple(dict.fromkeys(" ".join(" ".join(r).split()) for r in readings))
