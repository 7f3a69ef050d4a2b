"""Place names and codes in a sheet: the workspace's own places, then GB/T 2260 current and former, then zones."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import polars as pl

from sanwang.sources.cells.reading import Fault, Parsed, PlaceParser
from sanwang.standards import places as gb2260
from sanwang.standards import zones


def place_parser(own: pl.DataFrame | None, open_ended: bool = False) -> PlaceParser:
    """A function from a code or name to a place code.

    ``own`` is the workspace's table of places; with ``open_ended`` an unknown code is kept, as in that table itself.
    """
    codes = {} if own is None else {c: c for c in own["code"].drop_nulls().to_list()}
    names = {} if own is None else dict(own.drop_nulls(["code", "name"]).select("name", "code").iter_rows())

    def parse(text: str) -> Parsed:
        found = codes.get(text) or names.get(text)
        if found or (open_ended and gb2260.place(text) is None and not text.isdecimal()):
            return found or text, None
        return _official(text)

    return parse


def _official(text: str) -> Parsed:
    found = gb2260.resolve(text)
    if found.status == "current":
        return found.code, None
    if zone := zones.zone(text):
        return zone.code, Fault("place_zone", (("zone", zone.name), ("now", _named(zone.code))), "warning")
    if found.status in ("renamed", "merged") and found.code:
        return found.code, Fault("place_changed", (("now", _named(found.code)),), "warning")
    if found.candidates:
        return None, Fault("place_ambiguous", (("choices", "、".join(_named(c) for c in found.candidates)),))
    if part := zones.part_of(text):
        return part[0], Fault("place_part", (("part", part[1]), ("now", _named(part[0]))), "warning")
    near = "、".join(zones.nearest(text)) or "–"
    return None, Fault("place", (("near", near),))


def _named(code: str) -> str:
    place = gb2260.place(code)
    return f"{code} {place.name}" if place else code


def settle(text: str, hints: Sequence[str]) -> tuple[str, str] | None:
    """The one candidate of an ambiguous name that the row's other cells point at, and the hint that did; None
    if none does.

    Hints are credit codes (their division), codes and texts that name a division (a firm's name, a heading
    above the rows).
    """
    candidates = gb2260.resolve(text).candidates
    for hint in hints:
        exact = [c for c in candidates if hint[2:8] == c and _CREDIT_CODE.fullmatch(hint)]
        fits = exact or [c for c in candidates if _points_at(hint, c)]
        if len(fits) == 1:
            return fits[0], hint
    return None


_CREDIT_CODE = re.compile(r"[0-9A-Z]{2}\d{6}[0-9A-Z]{9,10}")


def _points_at(hint: str, code: str) -> bool:
    if _CREDIT_CODE.fullmatch(hint):
        return hint[2:6] == code[:4]
    line = (code, *gb2260.ancestors(code))
    return any(_short(c) in hint for c in line if _short(c))


def _short(code: str) -> str:
    place = gb2260.place(code)
    bare = (
        re.sub(r"(特别行政区|(?:维吾尔|壮族|回族)?自治区|省|市)$", "", place.name)
        if place and place.level < 3
        else ""
    )
    return bare if len(bare) > 1 else ""


def place_list(parse: PlaceParser) -> Callable[[str], tuple[list[str], list[Fault]]]:
    """A reader of several places in one cell: names by any separator, groups of provinces (京津冀), 不限 and
    全国 as none."""

    def read(text: str) -> tuple[list[str], list[Fault]]:
        found: list[str] = []
        faults: list[Fault] = []
        for piece in _pieces(text, parse):
            codes = zones.GROUPS.get(piece.removesuffix("地区").removesuffix("三地"))
            if codes:
                found += codes
                continue
            value, fault = parse(piece)
            found += [value] if isinstance(value, str) else []
            faults += [fault] if fault else []
        return list(dict.fromkeys(found)), faults

    return read


def _pieces(text: str, parse: PlaceParser) -> list[str]:
    pieces = [p.strip() for p in re.split(r"[;；、,，/|\n]|\s{2,}", text) if p.strip()]
    done: list[str] = []
    for piece in pieces:
        known = parse(piece)[0] or piece in zones.GROUPS
        parts = [piece] if known else [p for p in re.split(r"\s+|[及和与]|以及|\band\b", piece) if p]
        done += parts if len(parts) > 1 and all(parse(p)[0] or p in zones.GROUPS for p in parts) else [piece]
    return done
