"""The workbench's words in both languages, from ``words.csv``, and how values are shown and typed values read."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from sanwang.errors import OptionError
from sanwang.exchange.clock import at_home
from sanwang.exchange.process import processes, spoken, words
from sanwang.standards.currencies import shown
from sanwang.standards.currencies import typed as whole_units
from sanwang.standards.places import place
from sanwang.study.option import Unreadable, money

MONEY = {"amount", "retained", "paid", "refunded", "price", "total", "technology", "fee", "asked", "held", "to_seller",
         "to_buyer"} | {name for name, row in words("fields").items() if row["type"] == "money"}  # fmt: skip
"""Columns and fields that hold money in the smallest part."""


PLACES = ("origin", "destination", "place")
"""Columns that hold a GB/T 2260 code."""


@cache
def _table() -> Mapping[str, tuple[str, str]]:
    text = (files("sanwang.web") / "words.csv").read_text(encoding="utf-8")
    return {r["key"]: (r["zh"], r["en"]) for r in csv.DictReader(text.splitlines())}


def said(key: str, lang: str, **terms: object) -> str:
    """The words of a key in a language, its blanks filled. Raises KeyError for a key that there is none of."""
    return _table()[key][0 if lang == "zh" else 1].format(**terms)


def column(name: str, lang: str) -> str | None:
    """What a column is called; None for one that people are not shown."""
    if f"column.{name}" in _table():
        return said(f"column.{name}", lang)
    return spoken("fields", name, lang) if name in words("fields") else None


def value(name: str, held: Any, lang: str, currency: str = "CNY") -> str:  # noqa: ANN401 - any column's
    """A column's value as people read it."""
    if held is None or held == "" or held == [] or held == {}:
        return "–"
    if name in MONEY and isinstance(held, int):
        return shown(held, currency, lang)
    if name.endswith("_at") and isinstance(held, int):
        return at_home(held).strftime("%Y-%m-%d %H:%M")
    if name in ("why",) and isinstance(held, str):
        return spoken("reasons", held, lang)
    if name in PLACES and isinstance(held, str) and (known := place(held)) is not None:
        return known.name if lang == "zh" else known.name_en or known.name
    if f"value.{name}.{held}" in _table():
        return said(f"value.{name}.{held}", lang)
    if isinstance(held, list):
        return "；".join(str(one) for one in held)
    if isinstance(held, Mapping):
        return "；".join(f"{k}: {v}" for k, v in held.items())
    return str(held)


def state(process: str, name: str, lang: str) -> str:
    """What a state is called."""
    return processes()[process].state(name, lang)


def typed(name: str, kind: str, text: str, currency: str = "CNY") -> Any:  # noqa: ANN401 - by the field's type
    """What a person typed into a field, by the field's type; None for nothing. Raises OptionError in words.

    Money is read in whole units of its currency, and kept in the currency's smallest part.
    """
    text = text.strip()
    if not text:
        return None
    if kind == "money":
        return _money(name, text, currency)
    if kind == "int":
        if not re.fullmatch(r"\d{1,15}", text):
            raise _wrong(name, "a whole number", "整数")
        return int(text)
    if kind in ("yes", "yesno"):
        return text == "yes"
    if kind == "day":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise _wrong(name, "a day such as 2026-12-31", "日期，如 2026-12-31") from None
    if kind == "amounts":
        return [_money(name, one, currency) for one in re.split(r"[;；\n]+", text) if one.strip()]
    if kind == "list":
        return [one for one in re.split(r"[;；\n]+", text) if one.strip()]
    return text


def _money(name: str, text: str, currency: str) -> int:
    """An amount as people type it, in yuan where no unit stands behind it (the form says so)."""
    if currency != "CNY":
        return amount_of(text, currency)["amount"]
    try:
        return money().read(f"{text}元" if re.fullmatch(r"[\d,，.\s]+", text) else text)  # pyright: ignore[reportReturnType]
    except Unreadable as error:
        raise _wrong(name, error.en.removesuffix(" is wanted"), error.zh.removeprefix("应为")) from error


def amount_of(text: str, currency: str) -> dict[str, Any]:
    """An amount typed in whole units, in the currency's smallest part. Raises OptionError."""
    amount, code = whole_units(text, currency)
    return {"amount": amount, "currency": code}


def _wrong(name: str, en: str, zh: str) -> OptionError:
    return OptionError(
        f"{spoken('fields', name, 'en')}: {en} is wanted", f"{spoken('fields', name, 'zh')}：应为{zh}"
    )
