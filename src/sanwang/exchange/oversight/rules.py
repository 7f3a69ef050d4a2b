"""Rules as rows: what they read, when they speak, in which words, on which article, from when until when.

A rule reads features of the closed list, the amounts of the fact itself and its own limits, nothing else; a name that
speaks of a protected trait is refused. The shipped pack stands in ``rules/watch.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, cast

from sanwang.errors import OptionError
from sanwang.exchange.oversight.features import Feature, features, protected
from sanwang.exchange.oversight.grammar import FACTOR, Node, parse
from sanwang.exchange.rules.reading import ALWAYS, FOREVER, READ

OWN = {"amount": ("fen", "本笔金额", "its amount"), "extra": ("fen", "对照金额", "the amount beside it")}
"""Columns of the fact itself that a rule may read: unit and words."""

SEVERITIES = ("high", "medium", "low")
_TEXTS = ("zh", "en", "says_zh", "says_en", "cost_zh", "cost_en", "source")
_KEYS = {"code", "on", "when", "limits", "severity", "read", "article", "from", "until", "author_zh", "author_en",
         *_TEXTS}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A rule that may be run: ``on`` is the kind of fact it looks at, ``when`` its expression."""

    code: str
    on: str
    when: str
    limits: Mapping[str, int]
    severity: str
    zh: str
    en: str
    says_zh: str
    says_en: str
    cost_zh: str
    cost_en: str
    article: str
    source: str
    read: str
    start: date
    end: date
    author_zh: str
    author_en: str
    tree: Node = field(repr=False, compare=False)

    def label(self, lang: str) -> str:
        """What it is called."""
        return self.zh if lang == "zh" else self.en

    def basis(self, lang: str) -> str:
        """Its source and article, marked where the text itself was not read, or as the exchange's own."""
        named = f"{self.source} {self.article}".strip()
        if self.read in ("excerpt", "report"):
            return named + (
                "［待核实：仅见摘录或报道］" if lang == "zh" else " [to be verified: excerpt or report]"
            )
        own = {"zh": "（自定，非法规）", "en": " (the exchange's own, no law)"}
        return named + (own[lang] if self.read == "own" else "")

    @property
    def reads(self) -> tuple[Feature, ...]:
        """The features it reads, in order."""
        known = features()
        return tuple(known[n] for n in dict.fromkeys(self.tree.names()) if n in known)

    def written(self) -> dict[str, Any]:
        """The rule as a row that ``rule`` reads again."""
        row = {k: v for k, v in asdict(self).items() if k not in ("tree", "start", "end")}
        return row | {"from": self.start.isoformat(), "until": self.end.isoformat()}


def rule(row: Mapping[str, Any]) -> Rule:
    """A rule from its row. Raises OptionError for the first thing that is wrong with it."""
    if unknown := sorted(set(row) - _KEYS):
        raise _wrong(row, f"no field is called {unknown[0]}", f"没有栏目 {unknown[0]}")
    for name in ("code", "on", "when", "severity", "read", *_TEXTS):
        if not isinstance(row.get(name), str) or not row[name]:
            raise _wrong(row, f"{name} is missing", f"缺 {name}")
    tree = parse(row["when"])
    made = Rule(
        **{n: row[n] for n in ("code", "on", "when", "severity", "read", *_TEXTS)},
        limits=dict(row.get("limits") or {}), article=row.get("article", ""), start=_day(row, "from", ALWAYS),
        end=_day(row, "until", FOREVER), author_zh=row.get("author_zh", ""), author_en=row.get("author_en", ""),
        tree=tree,
    )  # fmt: skip
    for en, zh in _faults(made):
        raise _wrong(row, en, zh)
    return made


def _wrong(row: Mapping[str, Any], en: str, zh: str) -> OptionError:
    return OptionError(f"rule {row.get('code', '?')}: {en}", f"规则 {row.get('code', '?')}：{zh}")


def _day(row: Mapping[str, Any], name: str, else_: date) -> date:
    value = row.get(name)
    if value is None or isinstance(value, date):
        return value or else_
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _wrong(row, f"{name} is no date", f"{name} 不是日期") from error


def _faults(made: Rule) -> Iterator[tuple[str, str]]:
    known = features()
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,40}", made.code):
        yield "its code wants small letters", "代码须为小写字母"
    if made.severity not in SEVERITIES or made.read not in READ:
        yield "severity or read is none that is known", "severity 或 read 不是已知的"
    if made.start > made.end:
        yield "it ends before it begins", "截止早于开始"
    for name in made.tree.names():
        if protected(name):
            yield f"{name} speaks of a trait that no rule may read", f"{name} 属于规则不得读取的特征"
        if name not in known and name not in OWN and name not in made.limits:
            yield f"{name} is no feature", f"没有特征 {name}"
        if name in known and made.on not in known[name].on:
            yield f"{name} is no feature of {made.on}", f"{name} 不是 {made.on} 的特征"
    for name, value in made.limits.items():
        if (
            name in known
            or name in OWN
            or not isinstance(cast("object", value), int)
            or not 0 <= value < 2**53
        ):
            yield (
                f"the limit {name} wants a whole number and a name of its own",
                f"参数 {name} 须为整数且不重名",
            )
    yield from _products(made.tree, made.limits)


def _products(tree: Node, limits: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """A product is of two, one of them small: none leaves 64 bits."""
    if tree.op == "*":
        small = [
            p
            for p in tree.parts
            if (p.number if p.op == "number" else limits.get(p.name, FACTOR + 1)) <= FACTOR
        ]
        if not small or any(p.op not in ("name", "number") for p in tree.parts):
            yield f"a product wants a number of at most {FACTOR}", f"乘数须不超过 {FACTOR}"
    for part in tree.parts:
        yield from _products(part, limits)


@cache
def pack() -> tuple[Rule, ...]:
    """The rules that ship."""
    text = (files("sanwang.exchange") / "rules" / "watch.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    author = {n: read[n] for n in ("author_zh", "author_en")}
    return tuple(rule(author | row) for row in read["rule"])
