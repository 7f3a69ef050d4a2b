"""Words of a text: Chinese by dictionary segmentation, Latin words and figures as they stand."""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files

import rjieba

_WORD = re.compile(r"[a-z0-9][a-z0-9.+#%/\-]*|[\u3400-\u9fff]+|[%℃°μΩ]+")
_STOP = frozenset((files("sanwang.collaboration") / "stopwords.txt").read_text(encoding="utf-8").split())
"""Words that say nothing of a technique."""


def words(text: str) -> list[str]:
    """The text's words in order: compatibility form, lower case, without words that say nothing of a technique."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    found: list[str] = []
    for run in _WORD.findall(plain):
        parts: list[str] = rjieba.cut(run) if "\u3400" <= run[0] <= "\u9fff" else [run.strip("./-+")]
        found += [p for p in parts if p and p not in _STOP]
    return found


def language(text: str) -> str:
    """``zh`` where a tenth of the letters or more are Chinese characters, else ``en``."""
    chinese = sum("\u3400" <= c <= "\u9fff" for c in text)
    letters = sum(c.isalpha() for c in text)
    return "zh" if chinese * 10 >= max(letters, 1) else "en"
