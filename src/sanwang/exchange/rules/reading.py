"""Rules as dated data: each with its article, its source, how it was read, and from when until when it is in force.

``read`` says how: ``text`` (the article itself), ``excerpt`` (a passage), ``report`` (somebody says so), ``own`` (the
exchange's own rule, no law). What is neither text nor own is shown as to be verified.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from sanwang.errors import OptionError

ALWAYS = date(1900, 1, 1)
FOREVER = date(9999, 12, 31)
READ = ("text", "excerpt", "report", "own")


@dataclass(frozen=True)
class Rule:
    """One value of a rule for a place and a span of days."""

    name: str
    value: Any
    zh: str
    en: str
    article: str
    source: str
    read: str
    place: str
    start: date
    end: date

    @property
    def verified(self) -> bool:
        """Whether its own text was read, or it is the exchange's own."""
        return self.read in ("text", "own")

    def said(self, lang: str) -> str:
        """What it says with article and source; marked where it is to be verified."""
        zh = lang == "zh"
        words = f"{self.zh if zh else self.en}（{self.source} {self.article}）".replace(" ）", "）")
        mark = (
            ""
            if self.verified
            else ("［待核实：仅见摘录或报道］" if zh else " [to be verified: read in excerpt or report]")
        )
        return words + mark


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule that ships."""
    here = files("sanwang.exchange") / "rules"
    found: list[Rule] = []
    for name in ("contracts", "registration", "shares", "tax", "border", "house", "vouchers", "stops"):
        text = (here / f"{name}.toml").read_text(encoding="utf-8")
        found += [_rule(row) for row in tomllib.loads(text)["rule"]]
    return tuple(found)


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        name=row["name"],
        value=row["value"],
        zh=row["zh"],
        en=row["en"],
        article=row.get("article", ""),
        source=row["source"],
        read=row["read"],
        place=row.get("place", ""),
        start=row.get("from", ALWAYS),
        end=row.get("until", FOREVER),
    )


def in_force(name: str, on: date, place: str = "") -> Rule:
    """The rule of that name on a day, a place's own before the general one. Raises OptionError where there is none."""
    found = [
        r
        for r in rules()
        if r.name == name and r.start <= on <= r.end and r.place in ("", place[:2] + "0000")
    ]
    if not found:
        raise OptionError(f"no rule {name!r} is known for {on}", f"没有 {on} 的规则 {name!r}")
    return max(found, key=lambda r: (bool(r.place), r.start))


def figure(name: str, on: date | None = None) -> Any:  # noqa: ANN401 - numbers and words
    """The value of a general rule; of the newest where no day is given."""
    return in_force(name, on or date(9999, 12, 30)).value


def applying(kind: str, on: date, place: str) -> list[Rule]:
    """Rules on show for a contract of a type, on a day, with the seller in a place."""
    names = dict.fromkeys(
        r.name for r in rules() if r.name.split(".")[0] in ("contract", kind, "registration", "tax")
    )
    found = [known(name, on, place) for name in names]
    return [r for r in found if r is not None]


def known(name: str, on: date, place: str = "") -> Rule | None:
    """The rule of that name on a day, or None."""
    try:
        return in_force(name, on, place)
    except OptionError:
        return None


def faults() -> list[str]:
    """What is wrong with the rules: overlapping or missing days, an unknown way of reading."""
    found = [f"{r.name}: read is {r.read!r}" for r in rules() if r.read not in READ]
    for key in dict.fromkeys((r.name, r.place) for r in rules()):
        spans = sorted((r.start, r.end) for r in rules() if (r.name, r.place) == key)
        for (_, end), (start, _) in pairwise(spans):
            if start != end + timedelta(days=1):
                found.append(f"{key[0]} {key[1]}: {'overlap' if start <= end else 'hole'} at {start}")
    return found
