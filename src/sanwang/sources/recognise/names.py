"""How much a heading sounds like a field: exact words, synonyms, and likeness by characters."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from rapidfuzz import fuzz

from sanwang.schema import KINDS
from sanwang.sources.recognise import meaning
from sanwang.sources.recognise.folding import fold

_BRACKETS = re.compile(r"[(\[【〔<《]([^)\]】〕>》]*)[)\]】〕>》]")
_NUMBERED = re.compile(r"^(?:[qQ]?\d{1,2}|[一二三四五六七八九十]{1,2})\s*[.、．)）:：]\s*(?=\D)")
_POLITE = re.compile(r"^(?:请(?:您)?(?:填写|输入|选择)?|贵|您的|您|你的)(?=.{2,})")
_ABBREVIATIONS = {
    "ent": "enterprise",
    "corp": "company",
    "comp": "company",
    "invest": "budget",
    "investment": "budget",
    "man": "person",
    "expect": "expected",
    "demand": "need",
    "requirement": "need",
    "wan": "",
    "yuan": "",
    "rmb": "",
    "sn": "number",
    "code": "code",
    "pubno": "publication",
    "nm": "name",
    "no": "number",
    "num": "number",
    "nr": "number",
    "dt": "date",
    "cd": "code",
    "amt": "amount",
    "desc": "description",
    "qty": "quantity",
    "org": "organisation",
    "organization": "organisation",
    "addr": "address",
    "tel": "phone",
    "telephone": "phone",
    "mobile": "phone",
    "mail": "email",
    "abbr": "name",
    "lvl": "level",
    "max": "max",
    "min": "min",
    "ttl": "title",
    "res": "result",
    "req": "required",
    "ind": "industry",
    "cat": "category",
    "cnt": "count",
    "yr": "year",
    "license": "licence",
    "licenses": "licences",
    "centre": "center",
    "programme": "program",
}


@cache
def words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Kind → field → what people call it (the schema's own names first), folded."""
    data = tomllib.loads((files("sanwang.sources.recognise") / "words.toml").read_text(encoding="utf-8"))
    shared, never = data["shared"], data["never"]["words"]
    found: dict[str, dict[str, tuple[str, ...]]] = {"": {"": tuple(fold(w) for w in never)}}
    for name, kind in KINDS.items():
        fields: dict[str, tuple[str, ...]] = {}
        for f in kind.fields.values():
            said = [
                f.zh,
                f.en,
                f.name,
                *f.headers,
                *data.get(name, {}).get(f.name, []),
                *shared.get(f.name, []),
            ]
            fields[f.name] = tuple(dict.fromkeys(filter(None, map(fold, said))))
        found[name] = fields
    return found


@cache
def table_words() -> Mapping[str, tuple[str, ...]]:
    """Kind → words of a title, a sheet's or a file's name that speak for it, folded."""
    data = tomllib.loads((files("sanwang.sources.recognise") / "words.toml").read_text(encoding="utf-8"))
    return {k: tuple(map(fold, [KINDS[k].zh, k, *w])) for k, w in data["tables"].items()}


@cache
def known() -> frozenset[str]:
    """Every word of every field, folded: what marks a row of headings."""
    return frozenset(w for fields in words().values() for ws in fields.values() for w in ws)


@cache
def _own() -> Mapping[tuple[str, str], frozenset[str]]:
    """(kind, field) → the schema's own label and name: headings that Sanwang itself writes."""
    return {
        (k.name, f.name): frozenset(map(fold, (f.zh, f.en, f.name)))
        for k in KINDS.values()
        for f in k.fields.values()
    }


def is_own(kind: str, field: str, heading: str) -> bool:
    """Whether a heading is the schema's own label or name of the field (with or without a unit behind)."""
    return bare(heading) in _own()[kind, field]


ORIGINAL = {"zh": "（原文）", "en": " (as written)"}
"""What follows a column's label in the heading of its original texts."""

SOURCES = {"zh": ("来源文件", "来源工作表", "来源行"), "en": ("source file", "source sheet", "source row")}
"""Headings of where a row was first read."""


KEPT = "原列 "
"""Before the heading of a kept column that would read like a field's own."""


def is_written_by_us(heading: str) -> bool:
    """Whether a column holds what an earlier import kept beside the fields: original texts, where a row came from."""
    if heading.startswith(KEPT):
        return True
    return heading.endswith(tuple(ORIGINAL.values())) or any(heading in words for words in SOURCES.values())


def without_brackets(text: str) -> str:
    """A heading less what stands in brackets (units, hints), where something is left."""
    cut = _BRACKETS.sub("", unicodedata.normalize("NFKC", text))
    cut = _NUMBERED.sub("", cut if fold(cut) else text)
    return _POLITE.sub("", cut.strip())


@lru_cache(maxsize=65_536)
def bare(text: str) -> str:
    """A heading folded, less what stands in brackets."""
    return fold(without_brackets(text))


@lru_cache(maxsize=65_536)
def _tokens(text: str) -> frozenset[str]:
    text = unicodedata.normalize("NFKC", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).casefold()
    found = re.findall(r"[a-z]+|\d+", text)
    drop = {"of", "the", "a", "in", "for", "and", "to", "is", "by", "per"}
    return frozenset(filter(None, (_ABBREVIATIONS.get(t, t) for t in found if t not in drop)))


@cache
def _token_words() -> Mapping[tuple[str, str], tuple[frozenset[str], ...]]:
    data = tomllib.loads((files("sanwang.sources.recognise") / "words.toml").read_text(encoding="utf-8"))
    found: dict[tuple[str, str], tuple[frozenset[str], ...]] = {}
    for name, kind in KINDS.items():
        for f in kind.fields.values():
            said = [
                f.en,
                f.name,
                *f.headers,
                *data.get(name, {}).get(f.name, []),
                *data["shared"].get(f.name, []),
            ]
            found[name, f.name] = tuple({_tokens(w) for w in said if w.isascii() and _tokens(w)})
    return found


@lru_cache(maxsize=65_536)
def likeness(kind: str, field: str, heading: str) -> float:
    """From 0 to 1: how much a heading sounds like a field. Two-row headings (group/name) count by the name,
    and together."""
    if "/" in heading and not fold(heading).isascii():
        group, _, last = heading.rpartition("/")
        together = 0.97 * _likeness(kind, field, group + last) if len(fold(last)) < 4 else 0.0
        return max(_likeness(kind, field, last), together, 0.6 * _likeness(kind, field, group))
    return _likeness(kind, field, heading)


def _likeness(kind: str, field: str, heading: str) -> float:
    said, short = fold(heading), bare(heading)
    candidates = words()[kind][field]
    if said in candidates:
        return 1.0
    if short in candidates:
        return 0.99
    best = max((_alike(short, w) for w in candidates), default=0.0)
    if any(c.isascii() and c.isalpha() for c in short):
        best = max(best, _english(kind, field, without_brackets(heading)))
    return best if best >= 0.75 else max(best, meaning.closeness(kind, field, short))


def _english(kind: str, field: str, heading: str) -> float:
    mine = _tokens(heading)
    if not mine:
        return 0.0
    best = 0.0
    for theirs in _token_words()[kind, field]:
        common = len(mine & theirs)
        if common:
            best = max(best, 0.95 * 2 * common / (len(mine) + len(theirs)))
    return best


def _alike(said: str, word: str) -> float:
    """Chinese names their head last: 年度投放额度 is an 额度. A word inside counts for less, likeness by
    characters least."""
    if not said or not word:
        return 0.0
    if said.isascii() != word.isascii() or said.isascii():
        return (
            0.0
            if said.isascii() != word.isascii()
            else (0.9 * fuzz.ratio(said, word) / 100 if fuzz.ratio(said, word) > 80 else 0.0)
        )
    share = min(len(said), len(word)) / max(len(said), len(word))
    if len(word) >= 2 and said.endswith(word):
        return 0.72 + 0.2 * share
    if len(said) >= 2 and word.endswith(said):
        return 0.5 + 0.3 * share
    if len(word) >= 2 and word in said:
        return 0.45 + 0.35 * share
    if len(said) >= 2 and said in word:
        return 0.42 + 0.3 * share
    ratio = fuzz.ratio(said, word) / 100
    return 0.8 * ratio if ratio > 0.6 else 0.0


@cache
def _by_word() -> Mapping[str, frozenset[tuple[str, str]]]:
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for kind, fields in words().items():
        for field, said in fields.items():
            for word in said:
                found[word].add((kind, field))
    return {w: frozenset(v) for w, v in found.items()}


def named(heading: str) -> bool:
    """Whether a text is a word for some field of some table, or for a column that no table has."""
    return fold(heading) in _by_word() or bare(heading) in _by_word()


@lru_cache(maxsize=8192)
def sounds_like_heading(text: str) -> bool:
    """Whether a text is such a word or ends in one of three characters or more."""
    if named(text):
        return True
    if re.fullmatch(r"[A-Za-z]{1,12}(?:_[A-Za-z0-9]{1,12})+", text.strip()):
        return True
    if text.isascii() and (mine := _tokens(without_brackets(text))) and len(mine) <= 5:
        return len(mine & _all_tokens()) >= 0.6 * len(mine)
    short = bare(text.rpartition("/")[2])
    return len(short) <= 14 and any(short.endswith(w) for w in known() if len(w) >= 2 and not w.isascii())


@cache
def _all_tokens() -> frozenset[str]:
    return frozenset(t for said in _token_words().values() for tokens in said for t in tokens)


def never(heading: str) -> float:
    """How much a heading sounds like a column that no table has (备注, 更新时间)."""
    last = heading.rpartition("/")[2]
    said = fold(last), bare(last)
    best = 0.0
    for word in words()[""][""]:
        best = max(best, 1.0 if word in said else _alike(said[1], word))
    return best if best > 0.7 else max(best, meaning.closeness("", "", said[1]))
