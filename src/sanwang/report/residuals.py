"""Flows over what a model gives, pair by pair, as shaded cells: blue for more, orange for less."""

from __future__ import annotations

import numpy as np
import polars as pl

from sanwang.report.markup import Markup, tag
from sanwang.study.words import say

_CELL, _ROW, _LEFT, _TOP = 52.0, 26.0, 84.0, 52.0
MOST = 40
"""Places drawn; the rest are in the table."""


def residual_grid(pairs: pl.DataFrame, heading: str, lang: str = "zh") -> Markup:
    """The drawing of ``ratio`` by origin (rows) and destination (columns), of the places with the largest flows."""
    size = pl.concat([pairs.select(pl.col(c).alias("place"), "flow") for c in ("origin", "destination")])
    largest = size.group_by("place").agg(pl.col("flow").sum()).sort("flow", "place", descending=[True, False])
    places = sorted(largest["place"].head(MOST).to_list())
    ratio = {(a, b): r for a, b, r in pairs.select("origin", "destination", "ratio").iter_rows()}
    width, height = _LEFT + _CELL * len(places) + 16, _TOP + _ROW * len(places) + 34
    parts = [
        tag("rect", width=width, height=height, fill="#fff"),
        tag("text", say("grid_axes", lang), x=10, y=18, font_size=11.5, style="fill:#5b6875"),
    ]
    for n, place in enumerate(places):
        short = place.removesuffix("市")[:4]
        parts += [
            tag("text", short, x=_LEFT + _CELL * (n + 0.5), y=_TOP - 10, font_size=12, text_anchor="middle"),
            tag("text", short, x=_LEFT - 8, y=_TOP + _ROW * n + 18, font_size=12, text_anchor="end"),
        ]
    for i, a in enumerate(places):
        for j, b in enumerate(places):
            value = ratio.get((a, b))
            x, y = _LEFT + _CELL * j, _TOP + _ROW * i
            middle = x + _CELL / 2
            if value is None or not np.isfinite(value):
                parts.append(tag("text", "–", x=middle, y=y + 18, font_size=12, text_anchor="middle"))
                continue
            depth = min(1.0, abs(np.log(max(value, 1e-3))) / np.log(4))
            far = (31, 111, 168) if value > 1 else (207, 122, 18)
            fill = ",".join(str(round(255 + (c - 255) * depth * 0.8)) for c in far)
            parts += [
                tag("rect", x=x + 1, y=y + 1, width=_CELL - 2, height=_ROW - 2, fill=f"rgb({fill})"),
                tag("text", f"{value:.2f}", x=middle, y=y + 18, font_size=12, text_anchor="middle"),
            ]
    parts.append(
        tag("text", say("residuals_legend", lang), x=10, y=height - 12, font_size=12, style="fill:#5b6875")
    )
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:.0f} {height:.0f}", role="img",
        width=width, height=height, aria_label=heading, style=f"width:{width:.0f}px",
    )  # fmt: skip
