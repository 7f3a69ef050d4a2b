"""Words of closed lists as people write them: exactly, with a remark, or within a longer word (质押贷款 is a loan)."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from sanwang.schema import VOCABULARIES, code_of, words_of
from sanwang.sources.cells.numerals import plain, says_nothing, without_remark
from sanwang.sources.cells.reading import NOTHING, Fault, Reading
from sanwang.sources.raw import Cell

STRICTEST = {"openness": "nda", "obligation_status": "unclear"}
"""Vocabulary → the code taken for a word that is not understood: never the one that gives something away."""

_NEGATIONS = "未不非无没勿"


@cache
def _inside(vocabulary: str) -> tuple[tuple[str, str], ...]:
    """Words of at least two characters with their code, longest first."""
    words = {plain(w).casefold(): code for code, ws in VOCABULARIES[vocabulary].items() for w in (*ws, code)}
    return tuple(sorted(((w, c) for w, c in words.items() if len(w) > 1), key=lambda item: -len(item[0])))


@lru_cache(maxsize=65_536, typed=True)
def choice(vocabulary: str, raw: Cell) -> Reading:
    """The code of a word of a closed list. A word that is not in it is unknown, or the strictest code where
    there is one."""
    if says_nothing(raw):
        return NOTHING
    text = plain(raw)
    if code := code_of(vocabulary, text) or code_of(vocabulary, without_remark(text)[0]):
        return Reading(code, rule="" if code_of(vocabulary, text) else "choice_remark")
    found = _contained(vocabulary, text.casefold())
    if len(found) == 1:
        return Reading(found[0], rule="choice_word")
    terms = (("choices", _choices(vocabulary)),)
    if strict := STRICTEST.get(vocabulary):
        word = VOCABULARIES[vocabulary][strict][0]
        fault = Fault("choice_strict", (*terms, ("taken", word)), "warning")
        return Reading(strict, rule="choice_strict", fault=fault, asks="choice")
    return Reading(fault=Fault("choice", terms))


def _contained(vocabulary: str, text: str) -> list[str]:
    """Codes of words inside the text, longest first; a word after a negation does not count, nor one inside another."""
    rest, found = text, dict[str, None]()
    for word, code in _inside(vocabulary):
        pattern = (
            rf"(?<![a-z]){re.escape(word)}" if word.isascii() else rf"(?<![{_NEGATIONS}]){re.escape(word)}"
        )
        if re.search(pattern, rest):
            found[code] = None
            rest = rest.replace(word, "\0")
    return list(found)


def _choices(vocabulary: str) -> str:
    pairs = zip(words_of(vocabulary), words_of(vocabulary, "en"), strict=True)
    return " · ".join(f"{zh}({en})" for zh, en in pairs)
