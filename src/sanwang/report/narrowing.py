"""Bars that narrow from step to step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sanwang.report.markup import Markup, tag
from sanwang.study.words import say, word

_WIDTH, _ROW, _LEFT = 760.0, 44.0, 96.0


def narrowing(rows: Sequence[Mapping[str, Any]], published: int, closed: int, lang: str) -> Markup:
    """How many reached each step, and of the last how many stayed inside.

    Rows hold ``words``, ``reached``, ``share`` and ``kept`` (the share of the step before).
    """
    height = _ROW * len(rows) + 40
    most = max(1, published)
    scale = (_WIDTH - _LEFT - 190) / most
    parts = [tag("rect", width=_WIDTH, height=height, fill="#fff")]
    for n, row in enumerate(rows):
        y = 10 + _ROW * n
        wide = scale * row["reached"]
        kept = "" if row["kept"] is None else f"　{word('closure_columns', 'kept', lang)} {row['kept']:.0%}"
        parts += [
            tag(
                "text",
                row["words"],
                x=_LEFT - 10,
                y=y + 21,
                font_size=14,
                text_anchor="end",
            ),
            tag(
                "rect", x=_LEFT, y=y, width=f"{wide:.1f}", height=_ROW - 14, fill="#1f6fa8", fill_opacity=0.85
            ),
            tag(
                "text",
                f"{row['reached']}（{row['share']:.0%}）{kept}",
                x=_LEFT + wide + 8,
                y=y + 20,
                font_size=13,
            ),
        ]
    y = 10 + _ROW * (len(rows) - 1)
    parts += [
        tag("rect", x=_LEFT, y=y, width=f"{scale * closed:.1f}", height=_ROW - 14, fill="#17876a"),
        tag("text", say("closure_inside", lang, closed=closed), x=_LEFT, y=height - 12, font_size=12.5,
            style="fill:#17876a"),
    ]  # fmt: skip
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH:.0f} {height:.0f}", role="img",
        aria_label=say("closure_funnel", lang), style=f"max-width:{_WIDTH:.0f}px",
    )  # fmt: skip
