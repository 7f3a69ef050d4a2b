"""Marks by which results, needs and stations are classed, each with the system it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sanwang.standards.industries import industry


class Mark(NamedTuple):
    """A code and its system: ``ipc``, ``industry`` (GB/T 4754) or ``chain``; C25 of one is not C25 of another."""

    system: str
    code: str


_IPC = re.compile(r"[A-H]\d{2}[A-Z].*")
_LETTERED = re.compile(r"[A-T]\d{2,4}")
_DIGITS = re.compile(r"\d{2,4}")
_CLASS = re.compile(r"[A-H]\d{2}")


def field_marks(codes: Iterable[str] | None) -> list[Mark]:
    """The marks of a station's fields. A letter and two digits are an industry where GB/T 4754 has it, else an IPC
    class; what is neither is the id of a chain."""
    return [_mark(c.replace(" ", "")) for c in codes or () if c.strip()]


def _mark(code: str) -> Mark:
    if _IPC.fullmatch(code):
        return Mark("ipc", code)
    if _DIGITS.fullmatch(code):
        return Mark("industry", code)
    if _LETTERED.fullmatch(code) and industry(code) is not None:
        return Mark("industry", code[1:])
    return Mark("ipc" if _CLASS.fullmatch(code) else "chain", code)


def row_marks(row: Mapping[str, Any]) -> list[Mark]:
    """The marks of a result or a need: chain, IPC symbols, industries."""
    found = [Mark("chain", str(row["chain"]))] if row.get("chain") else []
    found += [Mark("ipc", str(s).replace(" ", "")) for s in row.get("ipc") or ()]
    found += [Mark("industry", str(c).lstrip("ABCDEFGHIJKLMNOPQRST")) for c in row.get("industries") or ()]
    return found


def serves(fields: Iterable[Mark], marks: Iterable[Mark]) -> bool:
    """Whether one of a station's fields equals or begins a mark of the same system."""
    held = list(marks)
    return any(f.system == m.system and m.code.startswith(f.code) and f.code for f in fields for m in held)
