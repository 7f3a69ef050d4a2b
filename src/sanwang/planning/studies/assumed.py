"""The assumptions behind a plan, each with its value and source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from sanwang.standards import places as gb2260
from sanwang.study.table import Table, column
from sanwang.study.words import money_words, say, word

if TYPE_CHECKING:
    from sanwang.planning.plan import Plan


def _policies(value: Any, lang: str) -> str:  # noqa: ANN401 - as the plan's options hold it
    return "; ".join(f"{word('policies', p['kind'], lang)} {_rest(p, lang)}".strip() for p in value)


def _rest(policy: Mapping[str, Any], lang: str) -> str:
    """What a policy asks for besides its kind: the place by name, money in 万元."""
    said: list[str] = []
    for key, value in policy.items():
        if key == "kind" or value is None:
            continue
        place = gb2260.place(str(value)) if key == "place" else None
        name = "" if place is None else place.name if lang == "zh" else place.name_en or place.name
        said.append(name or (money_words(value, lang) if key == "fen" else _shown(value)))
    return " ".join(said)


def _calibration(value: Any, lang: str) -> str:  # noqa: ANN401 - as the plan's options hold it
    return say("calibration_held", lang, pairs=value["pairs"], needs=value["needs"], ece=f"{value['ece']:.3f}",
               brier=f"{value['brier']:.3f}")  # fmt: skip


_WORDED: Mapping[str, Callable[[Any, str], str]] = {
    "objective": lambda value, lang: word("objectives", value, lang),
    "market": lambda value, lang: word("plans", value, lang),
    "prices": lambda value, lang: word("precision", value, lang),
    "policies": _policies,
    "calibration": _calibration,
    "price_per_change": money_words,
}
"""Options whose values are no numbers: how each is said."""


def assumptions_table(plan: Plan, lang: str) -> Table:
    """One row an option or assumption of the plan: what it is, its value and source, all as text."""
    options = dict(plan.options)
    options.pop("digest", None)
    options.pop("under_way_cash", None)
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
    if key in _WORDED:
        return word("options", key, lang), _WORDED[key](value, lang), ""
    if not (isinstance(value, Mapping) and "value" in value):
        return word("options", key, lang), _shown(value, "–" if key == "years" else ", "), ""
    source = str(value.get("source") or "")
    ends = f"（{_shown(value['low'])}–{_shown(value['high'])}）" if "low" in value and "high" in value else ""
    shown = _shown(value["value"]) + (ends if lang == "zh" else ends.replace("（", " (").replace("）", ")"))
    return str(value.get(lang) or key), shown, word("sources", source, lang)


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
