"""Every study by name: its group, where its mathematics lives, the tables it needs, and what it is called.

The names stand in ``studies.csv``; reading it loads no mathematics, so help is quick.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sanwang.errors import OptionError

if TYPE_CHECKING:
    from sanwang.study.declare import Study

GROUPS = ("data", "match", "plan", "chain", "finance", "factors", "measure", "exchange")
"""Groups of studies and commands, in the order of the help."""


@dataclass(frozen=True)
class Entry:
    """One study as the registry knows it; ``old`` are its former command names."""

    name: str
    group: str
    module: str
    needs: tuple[str, ...]
    uses: tuple[str, ...]
    old: tuple[str, ...]
    zh: str
    en: str
    about_zh: str
    about_en: str

    def title(self, lang: str) -> str:
        """What the study is called."""
        return self.zh if lang == "zh" else self.en

    def about(self, lang: str) -> str:
        """One sentence on what it answers."""
        return self.about_zh if lang == "zh" else self.about_en


def _words(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split(";")))


@cache
def entries() -> Mapping[str, Entry]:
    """Every study's entry by name, in the order of the help."""
    text = (files("sanwang.study") / "studies.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType({
        r["name"]: Entry(
            r["name"], r["group"], r["module"], _words(r["needs"]), _words(r["uses"]), _words(r["old"]),
            r["zh"], r["en"], r["about_zh"], r["about_en"],
        )
        for r in rows
    })  # fmt: skip


@cache
def groups() -> Mapping[str, tuple[str, str]]:
    """What each group is called, in Chinese and English."""
    text = (files("sanwang.study") / "groups.toml").read_text(encoding="utf-8")
    return MappingProxyType({k: (v[0], v[1]) for k, v in tomllib.loads(text).items()})


def get(name: str) -> Study[Any]:
    """The study of that name, its mathematics loaded. Raises OptionError for a name that is none."""
    from importlib import import_module

    if name not in entries():
        known = ", ".join(entries())
        raise OptionError(
            f"no study is called {name!r}; there are {known}", f"没有名为 {name!r} 的研究；有 {known}"
        )
    module = import_module(entries()[name].module)
    found: Study[Any] = getattr(module, name)
    return found
