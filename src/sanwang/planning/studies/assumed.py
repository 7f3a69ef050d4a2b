"""The assumptions behind a plan, each with its value and source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from sanwang.study.table import Table, column
from sanwang.study.words import say, word

if TYPE_CHECKING:
    from sanwang.planning.plan import Plan


def assumptions_table(plan: Plan, lang: str) -> Table:
    """One row an option or assumption of the plan: what it is, its value and source, all as text."""
    options = dict(plan.options)
    options.pop("digest", None)
    going: Any = options.pop("under_way", None)
    if going:
        options["under_way"] = [r["need"] for r in going]
    assumed = options.pop("assumptions", {})
    whole = options | (dict(assumed) if isinstance(assumed, Mapping) else {})
    names = ("assumption", "amount", "source")
    rows = [_row(key, value, lang) for key, value in whole.items()]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    columns = (
        column("assumption", "long", lang),
        column("amount", "text", lang),
        column("source", "long", lang),
    )
    return Table("assumptions", say("assumptions", lang), frame, columns)


def _row(key: str, value: object, lang: str) -> tuple[str, str, str]:
    """An option is a plain value, or holds ``value`` with ``source`` and its meaning in ``zh`` and ``en``."""
    if not (isinstance(value, Mapping) and "value" in value):
        return word("options", key, lang), _shown(value, "–" if key == "years" else ", "), ""
    source = str(value.get("source") or "")
    return str(value.get(lang) or key), _shown(value["value"]), word("sources", source, lang)


def _shown(value: object, between: str = ", ") -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{k}={_shown(v)}" for k, v in value.items())
    if isinstance(value, range):
        return (
            f"{value.start}–{value.stop - 1}" if value.step == 1 and len(value) > 1 else _shown(list(value))
        )
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return between.join(map(_shown, value))
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)
