"""Regions as sets of places: those that ship by name, and any places joined by +."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sanwang.errors import OptionError


@dataclass(frozen=True)
class Place:
    """A region by name: the names of its parts (itself for a single place), and its stand-in if it has one."""

    name: str
    en: str
    parts: tuple[str, ...]
    codes: tuple[str, ...] = ()
    stand_in: str | None = None


@cache
def regions() -> Mapping[str, Place]:
    """The regions that ship, by name."""
    text = (files("sanwang.region") / "groups.toml").read_text(encoding="utf-8")
    rows: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {
        name: Place(name, r["en"], tuple(r["parts"]), tuple(r["codes"]), r.get("stand_in"))
        for name, r in rows.items()
    }


def place(word: str) -> Place:
    """A region by name, or places joined by +. Raises OptionError for nothing or a place named twice."""
    known = regions()
    for one in known.values():
        if word.strip() in (one.name, one.en):
            return one
    parts = tuple(p.strip() for p in word.replace("＋", "+").split("+") if p.strip())
    if not parts or len(set(parts)) < len(parts):
        raise OptionError(
            f"{word!r}: 应为区域名，或以 + 连接的不同地点 / a region, or different places joined by +"
        )
    return Place("+".join(parts), "+".join(parts), parts)
