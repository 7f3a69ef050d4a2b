"""Closed lists of words: what a choice may be, in Chinese and English."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _load() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("sanwang.schema") / "vocabularies.toml").read_text(encoding="utf-8"))


VOCABULARIES: Mapping[str, Mapping[str, list[str]]] = MappingProxyType(_load())
"""Vocabulary → code → [中文, English, other accepted words …]."""

_CODES = {
    name: {_fold(word): code for code, words in entries.items() for word in (code, *words)}
    for name, entries in VOCABULARIES.items()
}


def code_of(vocabulary: str, word: str) -> str | None:
    """The code a word stands for (case, width and surrounding spaces ignored); None if it is not in the list."""
    return _CODES[vocabulary].get(_fold(word))


def word_for(vocabulary: str, code: str, lang: str = "zh") -> str:
    """The word shown for a code; the code itself where the list does not know it."""
    words = VOCABULARIES[vocabulary].get(code)
    return code if words is None else words[0 if lang == "zh" else 1]


def words_of(vocabulary: str, lang: str = "zh") -> list[str]:
    """The list's words in one language, in order."""
    return [words[0 if lang == "zh" else 1] for words in VOCABULARIES[vocabulary].values()]
