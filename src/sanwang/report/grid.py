"""A matrix of flows as shaded cells, rows to columns, each share of the whole written in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sanwang.report.markup import Markup, tag
from sanwang.study.words import say

if TYPE_CHECKING:
    from sanwang.observatory.flows import Matrix

_CELL, _ROW, _LEFT, _TOP = 58.0, 28.0, 84.0, 56.0


def grid(matrix: Matrix, heading: str, fictional: bool, lang: str = "zh") -> Markup:
    """The drawing: per cent of all that flows, darker for more; a dash where nobody knows."""
    count = len(matrix.places)
    total = float(np.nansum(matrix.values)) or 1.0
    most = float(np.nanmax(matrix.values)) or 1.0
    width, height = _LEFT + _CELL * count + 16, _TOP + _ROW * count + 36
    parts = [
        tag("rect", width=width, height=height, fill="#fff"),
        tag("text", say("grid_axes", lang), x=10, y=_TOP - 12, font_size=11.5, style="fill:#5b6875"),
    ]
    for n, place in enumerate(matrix.places):
        short = place.removesuffix("市")[:4]
        parts.append(
            tag(
                "text",
                short,
                x=_LEFT + _CELL * (n + 0.5),
                y=_TOP - 30,
                font_size=12.5,
                text_anchor="middle",
            )
        )
        parts.append(
            tag("text", short, x=_LEFT - 8, y=_TOP + _ROW * n + 19, font_size=12.5, text_anchor="end")
        )
    for i in range(count):
        for j in range(count):
            value = matrix.values[i, j]
            x, y = _LEFT + _CELL * j, _TOP + _ROW * i
            if np.isnan(value):
                parts.append(tag("text", "–", x=x + _CELL / 2, y=y + 19, font_size=12, text_anchor="middle"))
                continue
            depth = (value / most) ** 0.5
            mix = [round(255 + (c - 255) * depth * 0.85) for c in (31, 111, 168)]
            parts.append(
                tag(
                    "rect",
                    x=x + 1,
                    y=y + 1,
                    width=_CELL - 2,
                    height=_ROW - 2,
                    fill=f"rgb({mix[0]},{mix[1]},{mix[2]})",
                )
            )
            dark = "fill:#fff" if depth > 0.7 else None
            shown = f"{value / total:.1%}"
            parts.append(
                tag("text", shown, x=x + _CELL / 2, y=y + 19, font_size=12, text_anchor="middle", style=dark)
            )
    note = say("grid_legend", lang) + ("　" + say("fictional", lang) if fictional else "")
    parts.append(tag("text", note, x=10, y=height - 12, font_size=12, style="fill:#5b6875"))
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:.0f} {height:.0f}", role="img",
        width=width, height=height, aria_label=heading, style=f"width:{width:.0f}px",
    )  # fmt: skip
