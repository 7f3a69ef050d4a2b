"""Industries of GB/T 4754-2017: sections and divisions by table, groups and classes by form."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_FORM = re.compile(r"([A-T])?(\d{2})(\d{0,2})")


@dataclass(frozen=True)
class Industry:
    """A section (C) or division (C34): its code, the section above it, its name; English for sections only."""

    code: str
    parent: str | None
    name: str
    name_en: str | None


@cache
def _industries() -> dict[str, Industry]:
    text = (files("sanwang.standards") / "data" / "gbt4754.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        r["code"]: Industry(r["code"], r["parent"] or None, r["name"], r["name_en"] or None) for r in rows
    }


@cache
def _by_word() -> dict[str, str]:
    names = {i.name: code for code, i in reversed(_industries().items())}
    digits = {code[1:]: code for code in _industries() if len(code) == 3}
    return names | digits


def industry(code: str) -> Industry | None:
    """The section or division of a canonical code; a group or class gives its division."""
    return _industries().get(code[:3])


def normalise_industry(text: str) -> str | None:
    """A code in canonical form (section letter and digits) from a code or a name, or None.

    ``34``, ``C34``, ``3425``, ``C3425``, ``制造业`` and ``通用设备制造业`` are understood.
    Section and division must agree.
    """
    word = text.strip()
    if word.upper() in _industries():
        return word.upper()
    if word in _by_word():
        return _by_word()[word]
    match = _FORM.fullmatch(word.upper())
    division = _by_word().get(match[2]) if match else None
    if match is None or division is None or (match[1] or division[0]) != division[0]:
        return None
    return division + match[3]


def division_name(code: str) -> str:
    """The name of the division (or section) a code lies in; the code itself where it is unknown."""
    found = industry(code)
    return found.name if found else code
