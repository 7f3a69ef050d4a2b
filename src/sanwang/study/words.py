"""The words of the report in Chinese and English, read once from ``words.toml``, and how figures are written."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sanwang.errors import OptionError

if TYPE_CHECKING:
    from sanwang.study.result import Result
    from sanwang.study.table import Table

FEN_PER_WAN = 1_000_000
"""Fen in ten thousand yuan (万元)."""


@cache
def _labels() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("sanwang.study") / "words.toml").read_text(encoding="utf-8"))


def language(lang: str) -> str:
    """The language asked for; raises OptionError for one the report does not speak."""
    if lang not in ("zh", "en"):
        raise OptionError(
            f"lang is {lang!r}; the report speaks 'zh' or 'en'", f"lang 为 {lang!r}，应为 'zh' 或 'en'"
        )
    return lang


def word(section: str, key: str, lang: str) -> str:
    """The label of a key in a section of ``words.toml``; the key itself where it has none."""
    pair = _labels()[section].get(key)
    return key if pair is None else pair[0 if lang == "zh" else 1]


def say(key: str, lang: str, **terms: object) -> str:
    """A phrase with its blanks filled."""
    pair = _labels()["phrases"][key]
    return pair[0 if lang == "zh" else 1].format_map(terms)


def reason_words(code: str, lang: str) -> str:
    """Why a need was left out, in words."""
    return word("reasons", code, lang)


def money_words(fen: int, lang: str) -> str:
    """An amount for a sentence: ``3.21 亿元``, ``812 万元``; in English ``CNY 321 million``."""
    yuan = fen / 100
    if lang == "zh":
        return f"{yuan / 1e8:,.2f} 亿元" if abs(yuan) >= 1e8 else f"{yuan / 1e4:,.0f} 万元"
    return f"CNY {yuan / 1e6:,.0f} million" if abs(yuan) >= 1e8 else f"CNY {yuan / 1e6:,.2f} million"


def amount_words(hundredths: int, currency: str, lang: str) -> str:
    """An amount of any currency in hundredths, as lists hold them, for a sentence; none named is the yuan."""
    if currency in ("", "CNY"):
        return money_words(hundredths, lang)
    return f"{hundredths / 100:,.2f} {currency}"


def percent_words(share: float, digits: int = 1) -> str:
    """A share as percent."""
    return f"{share * 100:.{digits}f}%"


def gap_words(gap: float) -> str:
    """The gap rounded up, so that "at most" stays true."""
    return f"{math.ceil(gap * 10_000 - 1e-6) / 100:.2f}%"


def meaning(key: str, lang: str) -> str:
    """What a figure is and how it was come by, from the section ``meanings``; empty where the label says all."""
    pair = _labels()["meanings"].get(key)
    return "" if pair is None else pair[0 if lang == "zh" else 1]


def meanings(tables: Sequence[Table]) -> list[tuple[str, str]]:
    """Label and meaning of every column that has one, each once."""
    return list(dict.fromkeys((c.label, c.meaning) for t in tables for c in t.columns if c.meaning))


def provenance(result: Result[Any]) -> list[tuple[str, str]]:
    """Label and text: study, region, data digest, options and version of a result."""
    lang, made = result.lang, result.made_from
    asked = made["asked"]
    lines = [
        (say("study_name", lang), result.study.entry.title(lang)),
        (say("region_name", lang), result.region.name or "—"),
        (say("digest", lang), str(made["digest"])),
        (say("version", lang), str(made["version"])),
    ]
    if isinstance(asked, dict) and asked:
        words = " ".join(_typed(result, str(k), v) for k, v in asked.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # JSON
        lines.append((say("asked", lang), words))
    return lines


def _typed(result: Result[Any], name: str, value: object) -> str:
    """An option as it is typed on the command line: ``--words-only``, ``--price 20万``, ``--years 2026-2030``."""
    one = result.study.declared.get(name)
    spelled = "--" + name.replace("_", "-")
    if isinstance(value, bool):
        return spelled if value else spelled.replace("--", "--no-", 1)
    if (
        one is not None
        and one.option.type is not None
        and one.option.type.name == "money"
        and isinstance(value, int)
    ):
        return f"{spelled} {value / FEN_PER_WAN:g}万"
    if isinstance(value, dict):
        return f"{spelled} " + ",".join(f"{k}={v}" for k, v in value.items())  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return " ".join(f"{spelled} {v}" for v in value)  # pyright: ignore[reportUnknownVariableType]
    return spelled if value is None else f"{spelled} {value}"
