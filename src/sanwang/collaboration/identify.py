"""Which names are one organisation: full, short and English names; a score and a reason, the decision is a person's."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import combinations, islice
from typing import Any

import polars as pl
from rapidfuzz import fuzz, process

from sanwang.collaboration.decisions import COLUMNS
from sanwang.region import Region
from sanwang.sources.ror import RorActors

_GIVEN: dict[str, Any] = tomllib.loads(
    (files("sanwang.collaboration") / "organisations.toml").read_text(encoding="utf-8")
)
_FORMS = sorted(_GIVEN["forms"], key=len, reverse=True)
_TYPES = sorted(_GIVEN["types"], key=len, reverse=True)
_PLACE_LIKE = re.compile(r"^(?:中国|北京|天津|上海|重庆|河北|[\u4e00-\u9fff]{2,3}[省市])")

CLOSE = 92
"""Edit likeness (0…100) from which two names count as spellings of one."""


@dataclass(frozen=True)
class Named:
    """An organisation and all its names."""

    id: str
    names: tuple[str, ...]
    row: Mapping[str, Any]
    outside: bool = False


def identify(region: Region, registry: RorActors | None = None, lang: str = "zh") -> pl.DataFrame:
    """Pairs of actors that may be one, and actors with their entry in a registry, surest first; nothing is merged.

    Columns as in ``decisions.COLUMNS``. Two different 统一社会信用代码 or ROR identifiers are never proposed.
    """
    ours = [_named(r, False) for r in region["actors"].drop_nulls("id").iter_rows(named=True)]
    theirs = [] if registry is None else [_named(r, True) for r in registry.frame.iter_rows(named=True)]
    found: dict[tuple[str, str], dict[str, object]] = {}
    for a, b in _candidates(ours, theirs):
        if not _conflict(a.row, b.row) and (judged := _judge(a, b, lang)) is not None:
            pair = (a, b) if b.outside or (not a.outside and a.id <= b.id) else (b, a)
            kind = "registry" if pair[1].outside else "actors"
            key = (pair[0].id, pair[1].id)
            if key not in found or judged[0] > float(str(found[key]["score"])):
                found[key] = _row(kind, pair[0], pair[1], *judged)
    frame = pl.DataFrame(list(found.values()), schema=COLUMNS)
    return frame.sort("score", "kind", "a", "b", descending=[True, False, False, False])


def _row(kind: str, a: Named, b: Named, score: float, reason: str) -> dict[str, object]:
    both = {"title_a": a.names[0] if a.names else "", "title_b": b.names[0] if b.names else ""}
    return {"kind": kind, "a": a.id, "b": b.id, "score": score, "reason": reason, **both, "decision": ""}


def _named(row: Mapping[str, Any], outside: bool) -> Named:
    said = (row.get("name"), row.get("name_en"), *str(row.get("aliases") or "").split(";"))
    names = tuple(dict.fromkeys(n.strip() for n in said if n and n.strip()))
    return Named(str(row["id"]), names, row, outside)


def plain(name: str) -> str:
    """A name for comparison: compatibility form, lower case, without punctuation, brackets and legal form."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = re.sub(r"[^\w\u4e00-\u9fff]+", " ", text.replace("&", " and ")).strip()
    for form in _FORMS:
        text = text.removesuffix(form).strip() or text
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", re.sub(r"^the ", "", text))


def is_short_for(short: str, full: str) -> bool:
    """Whether a Chinese name of 2–6 characters may stand for a longer one: its characters in order, the first at
    the front, and every distinctive part of the full name touched (北航 ← 北京航空航天大学).
    """
    if not re.fullmatch(r"[\u4e00-\u9fff]{2,6}", short) or not re.fullmatch(r"[\u4e00-\u9fff]{5,}", full):
        return False
    if len(full) < 2 * len(short) or short[0] != full[0]:
        return False
    rest = iter(full)
    if not all(c in rest for c in short):
        return False
    core = next((full.removesuffix(t) for t in _TYPES if full.endswith(t)), full)
    core = _PLACE_LIKE.sub("", core) or core
    return short[1] in core or (len(short) > 2 and short[2] in core)


def initials(name: str) -> str:
    """The initials of an English name's main words, in capitals."""
    small = {"of", "the", "and", "for", "in", "at"}
    return "".join(w[0] for w in re.findall(r"[A-Za-z]+", name) if w.casefold() not in small).upper()


def _conflict(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    return any(a.get(c) and b.get(c) and a[c] != b[c] for c in ("uscc", "ror"))


def _candidates(ours: Sequence[Named], theirs: Sequence[Named]) -> Iterable[tuple[Named, Named]]:
    """Pairs worth judging: same identifier, same plain name, same first character, or near spelling."""
    everyone = [*ours, *theirs]
    blocks: dict[str, list[Named]] = defaultdict(list)
    spelled: dict[str, list[Named]] = defaultdict(list)
    for one in everyone:
        for key in {f"{c}:{one.row[c]}" for c in ("uscc", "ror") if one.row.get(c)}:
            blocks[key].append(one)
        for name in one.names:
            spelled[plain(name)].append(one)
            if len(plain(name)) <= 6 or name.isupper():
                blocks[f"?{plain(name)[:1]}"].append(one)
    for same in (*(v for k, v in blocks.items() if not k.startswith("?")), *spelled.values()):
        yield from _with_ours(same)
    yield from _short_names(blocks, everyone)
    yield from _near_spelling(ours, spelled)


def _with_ours(same: Sequence[Named]) -> Iterable[tuple[Named, Named]]:
    once = list({(o.id, o.outside): o for o in same}.values())
    return ((a, b) for a, b in combinations(once, 2) if not (a.outside and b.outside))


def _short_names(
    blocks: Mapping[str, Sequence[Named]], everyone: Sequence[Named]
) -> Iterable[tuple[Named, Named]]:
    by_first: dict[str, list[Named]] = defaultdict(list)
    for one in everyone:
        for first in {plain(n)[:1] for n in one.names} | {initials(n)[:1].casefold() for n in one.names}:
            by_first[first].append(one)
    for key, short in blocks.items():
        if key.startswith("?"):
            for a in short:
                yield from ((a, b) for b in by_first[key[1:]] if a is not b and not (a.outside and b.outside))


def _near_spelling(
    ours: Sequence[Named], spelled: Mapping[str, Sequence[Named]]
) -> Iterable[tuple[Named, Named]]:
    names = [n for n in spelled if len(n) >= 5]
    for one in ours:
        for name in one.names:
            near = process.extract(plain(name), names, scorer=fuzz.ratio, score_cutoff=CLOSE, limit=5)
            for other, _, _ in near:
                yield from ((one, b) for b in islice(spelled[other], 5) if b is not one)


def _judge(a: Named, b: Named, lang: str) -> tuple[float, str] | None:
    """How sure and why; None where nothing speaks for it."""
    zh = lang == "zh"
    for column, label in (("uscc", "统一社会信用代码"), ("ror", "ROR")):
        if a.row.get(column) and a.row.get(column) == b.row.get(column):
            return 1.0, f"{label} 相同" if zh else f"same {label}"
    left, right = {plain(n): n for n in a.names}, {plain(n): n for n in b.names}
    if same := sorted(set(left) & set(right) - {""}):
        return _placed(a, b, 0.97, f"名称相同“{left[same[0]]}”" if zh else f"same name “{left[same[0]]}”", zh)
    for x, first in left.items():
        for y, second in right.items():
            short, full = (first, second) if len(x) < len(y) else (second, first)
            if is_short_for(plain(short), plain(full)) or (
                short.isupper() and len(short) > 1 and short == initials(full)
            ):
                said = f"“{short}”可为“{full}”的简称" if zh else f"“{short}” may be short for “{full}”"
                return _placed(a, b, 0.7, said, zh)
            if min(len(x), len(y)) >= 5 and (near := fuzz.ratio(x, y)) >= CLOSE and not _differs(x, y):
                said = (
                    f"“{first}”与“{second}”写法相近" if zh else f"“{first}” and “{second}” are spelled alike"
                )
                return _placed(a, b, round(0.6 + (near - CLOSE) / 40, 3), said, zh)
    return None


def _differs(x: str, y: str) -> bool:
    """Names that differ by a place, number or compass word are two organisations (华东/华南, 第一/第二)."""
    telling = set(_GIVEN["telling"])
    return any((w in x) != (w in y) for w in telling)


def _placed(a: Named, b: Named, score: float, said: str, zh: bool) -> tuple[float, str]:
    """Less sure where the two stand in different provinces."""
    here, there = (str(o.row.get("place") or "")[:2] for o in (a, b))
    if here and there and here != there:
        return round(score - 0.3, 3), said + ("，但所在省份不同" if zh else ", but in different provinces")
    return score, said
