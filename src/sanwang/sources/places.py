"""Place names and codes in a sheet: the workspace's own places first, then GB/T 2260, current and former."""

from __future__ import annotations

import polars as pl

from sanwang.sources.cells import Fault, Parsed, PlaceParser
from sanwang.standards import places as gb2260


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
    names = "、".join(_named(code) for code in found.candidates)
    match found.status:
        case "current":
            return found.code, None
        case "renamed" | "merged" if found.code:
            return found.code, Fault("place_changed", (("now", names),), severity="warning")
        case "ambiguous" | "merged":
            return None, Fault("place_ambiguous", (("choices", names),))
        case _:
            return None, Fault("place")


def _named(code: str) -> str:
    place = gb2260.place(code)
    return f"{code} {place.name}" if place else code
