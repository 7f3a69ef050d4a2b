"""A line of worth against a factor, as SVG: the frontier of a sweep."""

from __future__ import annotations

from collections.abc import Sequence

from sanwang.report.markup import Markup, tag
from sanwang.study.words import FEN_PER_WAN

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720.0, 320.0, 90.0, 24.0, 20.0, 48.0

_APART = 52.0
"""Least distance between two labels of the axis."""


def frontier(points: Sequence[tuple[float, int]], across: str, up: str) -> Markup:
    """The picture of (factor, worth in fen); axes start at zero and are labelled with the ends and each factor."""
    wide = max((x for x, _ in points), default=1.0) or 1.0
    tall = max((y for _, y in points), default=1) or 1

    def at(x: float, y: float) -> tuple[float, float]:
        inside = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
        return _LEFT + inside[0] * x / wide, _TOP + inside[1] * (1 - y / tall)

    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in (at(x, y) for x, y in points))
    zero, ceiling = at(0, 0)[1], at(0, tall)[1]
    parts = [tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, stroke="#d7dee6") for y in (zero, ceiling)]
    parts += [
        _text(f"{tall / FEN_PER_WAN:,.0f}", _LEFT - 8, ceiling + 4, "end"),
        _text("0", _LEFT - 8, zero + 4, "end"),
        _text(up, _LEFT, _TOP - 6, "start"),
        _text(across, _WIDTH - _RIGHT, _HEIGHT - 6, "end"),
        tag("polyline", points=line, fill="none", stroke="#1f6f8b", stroke_width=2.5),
    ]
    last = -_APART
    for x, y in points:
        a, b = at(x, y)
        parts.append(tag("circle", cx=a, cy=b, r=4, fill="#1f6f8b"))
        if a - last >= _APART:
            parts.append(_text(f"×{x:g}", a, zero + 18, "middle"))
            last = a
    box = f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}"
    drawing = tag("svg", *parts, viewBox=box, role="img", aria_label=f"{across} → {up}", class_="frontier")
    return tag("section", drawing, id="frontier")


def _text(words: str, x: float, y: float, anchor: str) -> Markup:
    return tag("text", words, x=x, y=y, text_anchor=anchor, font_size=13, fill="#33414f")
