"""A matrix of places and activities as coloured cells: location quotients, the certain ones marked."""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl

from sanwang.report.markup import Markup, tag
from sanwang.study.words import say

_CELL, _ROW, _LEFT, _TOP = 92.0, 34.0, 110.0, 66.0


def heat(cells: pl.DataFrame, names: Mapping[str, str], fictional: bool, lang: str = "zh") -> Markup:
    """The drawing of ``cells`` (place, activity, lq, low, specialised); quotients above 1 blue, below 1 grey-orange.

    A cell in bold with a dot is above 1 beyond its interval; empty cells have no item.
    """
    places = (
        cells.group_by("place")
        .agg(pl.col("count").sum().round(9))
        .sort("count", "place", descending=[True, False])["place"]
        .to_list()
    )
    activities = sorted(
        cells["activity"].unique().to_list(), key=lambda a: list(names).index(a) if a in names else 99
    )
    width = _LEFT + _CELL * len(activities) + 16
    height = _TOP + _ROW * len(places) + 34
    parts = [tag("rect", width=width, height=height, fill="#fff")]
    for j, activity in enumerate(activities):
        shown = names.get(activity, activity)
        for n, line in enumerate((shown[:6], shown[6:12])):
            x = _LEFT + _CELL * (j + 0.5)
            parts.append(
                tag("text", line, x=x, y=26 + 17 * n, font_size=13, text_anchor="middle", font_weight=700)
            )
    by = {(r["place"], r["activity"]): r for r in cells.to_dicts()}
    for i, place in enumerate(places):
        y = _TOP + _ROW * i
        parts.append(tag("text", place, x=_LEFT - 10, y=y + 22, font_size=13.5, text_anchor="end"))
        for j, activity in enumerate(activities):
            parts.append(_cell(by.get((place, activity)), _LEFT + _CELL * j, y, lang))
    note = say("heat_legend", lang) + ("　" + say("fictional", lang) if fictional else "")
    parts.append(tag("text", note, x=16, y=height - 12, font_size=12.5, style="fill:#5b6875"))
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:.0f} {height:.0f}", role="img",
        aria_label=say("heat_title", lang), style=f"max-width:{width:.0f}px",
    )  # fmt: skip


def _cell(row: dict[str, float] | None, x: float, y: float, lang: str) -> Markup:
    if row is None or not row["count"]:
        return tag("rect", x=x + 1, y=y + 1, width=_CELL - 2, height=_ROW - 2, fill="#f5f7f8")
    depth = max(-1.0, min(1.0, math.log2(row["lq"]) / 2)) if row["lq"] > 0 else -1.0
    base = (31, 111, 168) if depth > 0 else (207, 122, 18)
    mix = [round(255 + (c - 255) * abs(depth) * 0.75) for c in base]
    sure = bool(row["specialised"])
    shown = f"{row['lq']:.2f}{' •' if sure else ''}"
    tip = say("heat_tip", lang, count=f"{row['count']:g}", low=f"{row['low']:.2f}", high=f"{row['high']:.2f}")
    return tag(
        "g",
        tag("title", tip),
        tag("rect", x=x + 1, y=y + 1, width=_CELL - 2, height=_ROW - 2, fill=f"rgb({mix[0]},{mix[1]},{mix[2]})"),
        tag("text", shown, x=x + _CELL / 2, y=y + 22, font_size=13, text_anchor="middle",
            font_weight=700 if sure else 400, style="fill:#fff" if depth > 0.75 else None),
    )  # fmt: skip
