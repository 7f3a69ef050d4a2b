"""A price before and after, a row a place, on a logarithmic axis: hollow before, filled after."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from sanwang.report.markup import Markup, tag

_WIDTH, _LEFT, _RIGHT, _TOP, _ROW, _BOTTOM = 900.0, 250.0, 150.0, 40.0, 22.0, 40.0
_BEFORE, _AFTER, _UP, _DOWN = "#5b6875", "#1f6fa8", "#cf7a12", "#17876a"


class Pair(NamedTuple):
    """A row: its group, its name, the values before and after (None where there is none), a remark at its end."""

    group: str
    name: str
    before: float | None
    after: float | None
    remark: str = ""


def drawn(
    rows: Sequence[tuple[str, str, float | None, float | None, str]], heading: str, note: str = ""
) -> Markup | None:
    """The drawing of plain rows (group, name, before, after, remark); None where there is none."""
    return dumbbell([Pair(*row) for row in rows], heading, note) if rows else None


def dumbbell(rows: Sequence[Pair], heading: str, note: str = "") -> Markup:
    """The drawing; values are positive. A line that rises is orange, one that falls green; the remark says the rest."""
    values = [v for r in rows for v in (r.before, r.after) if v is not None and v > 0] or [1.0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + 1e-9)
    high = max(high, low + 1)
    height = _TOP + _ROW * len(rows) + _BOTTOM

    def across(value: float) -> float:
        share = (math.log10(max(value, 10.0**low)) - low) / (high - low)
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * share

    parts = [tag("rect", width=_WIDTH, height=height, fill="#fff")]
    for power in range(low, high + 1):
        for times in (1, 2, 5) if power < high else (1,):
            x, bold = across(times * 10.0**power), times == 1
            parts.append(
                tag(
                    "line",
                    x1=x,
                    x2=x,
                    y1=_TOP - 8,
                    y2=height - _BOTTOM,
                    stroke="#c9d1d8" if bold else "#eef1f3",
                )
            )
            parts.append(
                tag("text", f"{times * 10.0**power:g}", x=x, y=_TOP - 14, font_size=12, text_anchor="middle")
            )
    group = ""
    for i, row in enumerate(rows):
        y = _TOP + _ROW * (i + 0.5)
        if row.group != group:
            group = row.group
            parts.append(tag("line", x1=8, x2=_WIDTH - 8, y1=y - _ROW / 2, y2=y - _ROW / 2, stroke="#d9dfe4"))
            parts.append(tag("text", group, x=10, y=y + 5, font_size=13, font_weight=700))
        parts.append(tag("text", row.name, x=_LEFT - 14, y=y + 5, font_size=13, text_anchor="end"))
        parts += _marks(row, y, across)
    if note:
        parts.append(tag("text", note, x=10, y=height - 12, font_size=12.5, style="fill:#5b6875"))
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH:.0f} {height:.0f}", role="img",
        aria_label=heading, style=f"max-width:{_WIDTH:.0f}px",
    )  # fmt: skip


def _marks(row: Pair, y: float, across: object) -> list[Markup]:
    place = across if callable(across) else float
    made: list[Markup] = []
    if row.before is not None and row.after is not None:
        colour = _UP if row.after > row.before * 1.0005 else _DOWN
        made.append(
            tag(
                "line", x1=place(row.before), x2=place(row.after), y1=y, y2=y, stroke=colour, stroke_width=3.0
            )
        )
    if row.before is not None:
        made.append(
            tag("circle", cx=place(row.before), cy=y, r=6.0, fill="#fff", stroke=_BEFORE, stroke_width=2.0)
        )
    if row.after is not None:
        made.append(tag("circle", cx=place(row.after), cy=y, r=3.6, fill=_AFTER))
    if row.remark:
        made.append(
            tag("text", row.remark, x=_WIDTH - _RIGHT + 12, y=y + 4, font_size=12, style="fill:#5b6875")
        )
    return made
