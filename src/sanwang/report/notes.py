"""What a reader must know beside the figures: assumptions with sources, data digest and version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import polars as pl

from sanwang.report.labels import say, word
from sanwang.report.table import Table, column

if TYPE_CHECKING:
    from sanwang.collaboration.matches import Matches
    from sanwang.planning.plan import Plan
    from sanwang.region import Region

VERSION = version("sanwang")
"""The version of the software that writes the report."""


def assumptions_table(plan: Plan, lang: str) -> Table:
    """One row an option of the plan: assumption, amount, source, all as text."""
    rows = [
        (label, amount, source)
        for key, value in plan.options.items()
        for label, amount, source in _rows(key, value, lang)
    ]
    names = ("assumption", "amount", "source")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    columns = (
        column("assumption", "text", lang),
        column("amount", "text", lang),
        column("source", "long", lang),
    )
    return Table("assumptions", say("assumptions", lang), frame, columns)


def _rows(key: str, value: object, lang: str) -> list[tuple[str, str, str]]:
    """An option may be a plain value, or hold ``value`` with ``source`` and labels ``zh`` and ``en``."""
    held = _held(value)
    if held is None:
        return [(key, _shown(value), "")]
    label = held.get(lang) or held.get("label") or key
    source = held.get(f"source_{lang}") or held.get("source") or ""
    amount = _shown(held.get("value"))
    unit = str(held.get("unit") or "")
    return [(str(label), f"{amount} {unit}".strip(), str(source))]


def _held(value: object) -> Mapping[str, Any] | None:
    if isinstance(value, Mapping) and "value" in value:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        held = {f.name: getattr(value, f.name) for f in fields(value)}
        return held if "value" in held else None
    return None


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{k}={_shown(v)}" for k, v in value.items())
    if isinstance(value, range):
        return (
            f"{value.start}–{value.stop - 1}" if value.step == 1 and len(value) > 1 else _shown(list(value))
        )
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return ", ".join(map(_shown, value))
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def provenance(region: Region, matches: Matches, plan: Plan, lang: str) -> list[tuple[str, str]]:
    """Label and text: region, data digest, version, encoder, status, and what matching had to say."""
    lines = [
        (say("region_name", lang), region.name or "—"),
        (say("digest", lang), region.digest),
        (say("version", lang), VERSION),
        (say("encoder", lang), matches.encoder),
        (say("status", lang), plan.status),
    ]
    return lines + [(say("notice", lang), notice) for notice in matches.notices]


def remarks(lang: str) -> list[str]:
    """Sentences on how money and empty cells are to be read."""
    return [say("money_note", lang), say("unknown_note", lang)]


def heading(name: str, lang: str) -> str:
    """A column heading by key."""
    return word("columns", name, lang)
