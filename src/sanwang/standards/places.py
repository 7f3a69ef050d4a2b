"""Places of GB/T 2260: codes, names, parents, and what became of former ones. Sources: data/SOURCES.md."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

import polars as pl

Status = Literal["current", "renamed", "merged", "ambiguous", "unknown"]

_MUNICIPALITIES = ("11", "12", "31", "50")
_SUFFIX = re.compile(
    r"(特别行政区|新区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|地区|林区|省|市|盟|区|县)$"
)


@dataclass(frozen=True)
class Place:
    """A division: its six-digit code, names, level (1 province, 2 prefecture, 3 county), parent, seat (WGS-84)."""

    code: str
    name: str
    name_en: str
    level: int
    parent: str | None
    lat: float | None
    lon: float | None


@dataclass(frozen=True)
class Resolution:
    """What a text stands for: a code where it is certain, the candidates where it is not."""

    status: Status
    code: str | None = None
    candidates: tuple[str, ...] = ()


def _read(name: str) -> Iterator[dict[str, str]]:
    text = (files("sanwang.standards") / "data" / name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


@cache
def _places() -> dict[str, Place]:
    return {
        r["code"]: Place(
            r["code"],
            r["name"],
            r["name_en"],
            int(r["level"]),
            r["parent"] or None,
            float(r["lat"]) if r["lat"] else None,
            float(r["lon"]) if r["lon"] else None,
        )
        for r in _read("places.csv")
    }


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Full, short and (for provinces and prefectures) English names → codes."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for place in _places().values():
        found[place.name][place.code] = None
        if len(short := _SUFFIX.sub("", place.name)) > 1:
            found[short][place.code] = None
        found[place.name_en.casefold()][place.code] = None
    return {name: tuple(codes) for name, codes in found.items()}


@cache
def _former() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    codes: defaultdict[str, set[str]] = defaultdict(set)
    names: defaultdict[str, set[str]] = defaultdict(set)
    for row in _read("places_history.csv"):
        codes[row["code"]].add(row["new_code"])
        for name in {row["name"], _SUFFIX.sub("", row["name"])}:
            if len(name) > 1:
                names[name].add(row["new_code"])
    return dict(codes), dict(names)


def place(code: str) -> Place | None:
    """The current division of a six-digit code, or None."""
    return _places().get(code)


def ancestors(code: str) -> tuple[str, ...]:
    """The codes above a code, nearest first; empty for provinces and unknown codes."""
    found: list[str] = []
    current = place(code)
    while current is not None and current.parent:
        found.append(current.parent)
        current = place(current.parent)
    return tuple(found)


def province_of(code: str) -> str | None:
    """The code of the province-level division a code lies in."""
    line = (code, *ancestors(code))
    return line[-1] if place(code) else None


def city_of(code: str) -> str | None:
    """The prefecture-level code; the municipality itself for Beijing, Tianjin, Shanghai and Chongqing.

    A county that stands directly under its province is its own city, a province has none below it and is itself.
    """
    line = [p for c in (code, *ancestors(code)) if (p := place(c))]
    if not line:
        return None
    second = next((p.code for p in line if p.level == 2), None)
    municipality = line[-1].code if line[-1].code[:2] in ("11", "12", "31", "50") else None
    return municipality or second or code


@lru_cache(maxsize=65_536)
def resolve(text: str, within: str | None = None) -> Resolution:
    """The division a code or name stands for; former ones are followed to what they became.

    ``within`` (a code) settles names that several divisions share. Codes may have 6, 9 or 12 digits; a name may
    carry its parents (河北省石家庄市裕华区).
    """
    text = re.sub(r"\s+", " ", text.strip())
    if re.fullmatch(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}", text):
        return _resolve_code(text[:6].ljust(6, "0"))
    found = [c for c in _names().get(text, _names().get(text.casefold(), ())) if _inside(c, within)]
    former = [c for c in sorted(_former()[1].get(text, ())) if _inside(c, within)]
    if found:
        return _settle(found, [c for c in former if text in _recent()])
    nested = _nested(text, within) or _reversed(text, within)
    if nested:
        return _settle(nested, [])
    return _followed(former)


def _resolve_code(code: str) -> Resolution:
    if code in _places():
        return Resolution("current", code, (code,))
    return _followed(sorted(_former()[0].get(code, ())))


def _followed(codes: list[str]) -> Resolution:
    if not codes:
        return Resolution("unknown")
    if len(codes) == 1:
        return Resolution("renamed", codes[0], (codes[0],))
    return Resolution("merged", None, tuple(codes))


def _inside(code: str, within: str | None) -> bool:
    return within is None or code == within or within in ancestors(code)


def _settle(codes: list[str], former: list[str]) -> Resolution:
    """The one of the highest level where it is alone there: 吉林 is the province. 朝阳 (also a district of Beijing) and
    江北区 (until 2025 also in Chongqing) stay ambiguous."""
    top = min(_places()[c].level for c in codes)
    best = [c for c in codes if _places()[c].level == top]
    rivals = [c for c in codes if c[:2] in _MUNICIPALITIES and c not in best and top == 2]
    rivals += [c for c in former if c in _places() and not _inside(c, best[0]) and top == 3]
    if len(best) == 1 and not rivals:
        return Resolution("current", best[0], tuple(best))
    return Resolution("ambiguous", None, tuple(dict.fromkeys([*codes, *rivals])))


def _reversed(text: str, within: str | None) -> list[str]:
    """Codes for a name written from the inside out: Nanshan, Shenzhen; 黄岛, 青岛."""
    parts = [p.strip(" )") for p in re.split(r"[,，(（]", text) if p.strip(" )")]
    parts = [p for p in parts if p.casefold() not in ("china", "中国", "p.r. china", "prc")]
    if len(parts) == 1 and parts[0] != text:
        return [
            c for c in _names().get(parts[0], _names().get(parts[0].casefold(), ())) if _inside(c, within)
        ]
    for order in (parts, parts[::-1]) if 2 <= len(parts) <= 3 else ():
        inside = [within]
        for part in reversed(order):
            names = _names().get(part, _names().get(_english(part), ()))
            inside = [c for c in names for w in inside if _inside(c, w) and c != w]
        if found := [c for c in inside if c]:
            return list(dict.fromkeys(found))
    return []


def _english(part: str) -> str:
    return re.sub(r" (?:city|province|district|county|municipality|shi|qu)$", "", part.casefold()).replace(
        "'", ""
    )


@cache
def known_names() -> tuple[str, ...]:
    """Every current name in full."""
    return tuple(p.name for p in _places().values())


@cache
def _recent() -> frozenset[str]:
    """Names of divisions abolished since 2020: people still write them, and another division may bear the same name."""
    return frozenset(
        r["name"] for r in _read("places_history.csv") if r["kind"] == "撤销" and r["year"] >= "2020"
    )


def _nested(text: str, within: str | None) -> list[str]:
    """Codes for a name written with its parents: the longest known beginning, then the rest inside it."""
    for cut in range(len(text) - 1, 1, -1):
        rest = text[cut:].strip(" ·,，-")
        outer = [c for c in _names().get(text[:cut].strip(), ()) if _inside(c, within)]
        inner = [c for o in outer for c in _rest(rest, o)]
        if inner:
            return list(dict.fromkeys(inner))
    return []


def _rest(rest: str, outer: str) -> list[str]:
    if not rest:
        return []
    direct = [c for c in _names().get(rest, ()) if c != outer and _inside(c, outer)]
    return direct or _nested(rest, outer)


def all_places() -> pl.DataFrame:
    """Every current division: code, name, name_en, level, parent, lat, lon."""
    return pl.DataFrame(list(_places().values()))
