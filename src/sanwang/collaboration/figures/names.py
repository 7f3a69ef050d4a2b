"""What an amount measures and of what: the property and the object, as the text names them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import rjieba

from sanwang.collaboration.figures.amounts import Amount
from sanwang.collaboration.figures.context import Context
from sanwang.collaboration.figures.units import GIVEN

_GIVEN: dict[str, Any] = tomllib.loads(
    (files("sanwang.collaboration.figures") / "names.toml").read_text(encoding="utf-8")
)
_FILLER = frozenset(_GIVEN["filler"]["words"])
_BOUNDS = frozenset(w for k, all_ in GIVEN["bound"].items() if k != "own" for w in all_)
_OF = ("的", "之")
_COUNT = frozenset(GIVEN["opaque"]["count"])
_KEPT = re.compile(r"^(?:n|nr|ns|nt|nz|nrt|vn|an|eng|l|j|i|b|ng|vg|ag|a|v|k|g|s|x)")
_ENDS = re.compile(r"^(?:p|c|u|d|r|w|y|e(?!ng)|o)")
_MEASURED = re.compile(r"^(?!大量|少量|批量|适量|过度|程度).+(?:率|度|量|值|数|力|系数)$")
_SAME = sorted(
    ((w.casefold(), group[0]) for group in _GIVEN["same"]["names"] for w in group), key=lambda s: -len(s[0])
)
MOST = 16
"""Characters kept of a property or an object."""


@dataclass(frozen=True)
class Named:
    """A property and its object, "" where the text gives none; ``start`` and ``end`` of the words that say it."""

    property: str
    object: str
    start: int
    end: int


@lru_cache(maxsize=20_000)
def tagged(clause: str) -> tuple[tuple[str, str], ...]:
    """The words of a clause with their part of speech."""
    return tuple((word, tag) for word, tag in rjieba.tag(clause))


def named(text: str, one: Amount, where: Context) -> Named:
    """The property and object of an amount: before it, else behind it, else in front of its bracket or colon."""
    start = where.clause_start
    name, at = _run_back(where.before, start)
    behind = _behind(where, one)
    if behind and name and is_verb(name):
        return behind
    if one.unit in _COUNT and not name:
        return behind or Named("", "", one.start, one.end)
    if not name and behind:
        return behind
    if not name:
        clause, start = _clause_before(text, start, where.sentence_start)
        name, at = _run_back(clause, start)
        if not name:
            return Named("", "", one.start, one.end)
    owner, owned_at = _owner(text, at, start)
    return Named(name, owner, owned_at if owner and at - owned_at < 20 else at, one.end)


def _run_back(clause: str, offset: int) -> tuple[str, int]:
    """The last run of naming words of a clause, and where it starts in the text."""
    parts = list(tagged(clause))
    while parts and _is_filler(*parts[-1]):
        parts.pop()
    end = sum(len(w) for w, _ in parts)
    kept: list[str] = []
    while parts and _names(*parts[-1]) and sum(map(len, kept)) < MOST:
        kept.insert(0, parts.pop()[0])
    while kept and _is_filler(kept[0], "v"):
        kept.pop(0)
    name = "".join(kept).strip()
    return (name, offset + end - len("".join(kept))) if _says(name) else ("", offset + end)


def _says(name: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]|[A-Za-z]", name))


def is_verb(name: str) -> bool:
    """Whether all words of it are verbs (产出, 提供): what it does and not what is measured."""
    return not _MEASURED.search(name) and all(tag == "v" for _, tag in tagged(name))


def _is_filler(word: str, tag: str) -> bool:
    if _MEASURED.search(word):
        return False
    return (
        tag in ("f", "t", "m", "q")
        or word in _FILLER
        or word in _BOUNDS
        or bool(_ENDS.match(tag))
        or not re.search(r"\w", word)
    )


def _names(word: str, tag: str) -> bool:
    if _MEASURED.search(word):
        return True
    return (
        bool(_KEPT.match(tag))
        and word not in _FILLER
        and word not in _BOUNDS
        and bool(re.search(r"\w", word))
    )


def _behind(where: Context, one: Amount) -> Named | None:
    """90%以上的提取率, 0.5MPa以上蒸汽: the name behind the amount."""
    found = re.match(r"(?:左右|以上|以下|以内|级|型)?的?", where.after)
    skip = found.end() if found else 0
    kept: list[str] = []
    for word, tag in tagged(where.after[skip : skip + 24]):
        if not _names(word, tag) or word in ("内", "后", "时", "下", "中", "以上"):
            break
        kept.append(word)
    name = "".join(kept)[:MOST].strip()
    if not _says(name):
        return None
    end = one.end + skip + len(name)
    return Named(name, "", one.start, end)


def _clause_before(text: str, at: int, least: int) -> tuple[str, int]:
    """The clause in front of a bracket, colon or comma, within the sentence."""
    stop = at - 1
    while stop > least and not re.match(r"\w", text[stop - 1]):
        stop -= 1
    begin = max((m.end() for m in re.finditer(r"[，,、：:；;（()）]", text[least:stop])), default=0) + least
    return text[begin:stop], begin


def _owner(text: str, at: int, start: int) -> tuple[str, int]:
    """The object: the run of names before 的 or directly before the property in its clause."""
    clause = text[start:at]
    parts = list(tagged(clause))
    while parts and (parts[-1][0] in _OF or _is_filler(*parts[-1])):
        parts.pop()
    end = sum(len(w) for w, _ in parts)
    return _run_back(clause[:end], start) if parts else ("", at)


def head(name: str) -> str:
    """The head noun of a property: its last word (除去率, 厚度); one character is joined to the word before.

    Names of one property (检出限, LoD) have one head.
    """
    for written, one in _SAME:
        if name.casefold().endswith(written):
            return one
    parts = [w for w, t in tagged(name) if re.search(r"[\w]", w) and not _ENDS.match(t)]
    if not parts:
        return ""
    return parts[-1] if len(parts[-1]) > 1 or len(parts) == 1 else parts[-2] + parts[-1]


def qualifier(name: str) -> str:
    """A property without its head noun: 跟踪 of 跟踪误差, "" of LoD."""
    folded = name.casefold()
    written = next((w for w, _ in _SAME if folded.endswith(w)), head(name).casefold())
    return name[: len(name) - len(written)] if written and folded.endswith(written) else name
