"""The parties around a case: on a circle, an arrow where money or a debt went, a line where they are tied otherwise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sanwang.report.markup import Markup, tag
from sanwang.standards.currencies import shown
from sanwang.study.words import say

_WIDTH, _RADIUS, _TOP = 760.0, 170.0, 40.0
MOST = 14
"""Parties drawn; with more, those with most ties."""

_HALO = "paint-order:stroke;stroke:#fff;stroke-width:3.5px;stroke-linejoin:round"


@dataclass(frozen=True)
class Tie:
    """From one party to another: the words of what ties them, how often, and a sum in fen (0 where it is no money)."""

    one: str
    two: str
    words: str
    count: int
    amount: int


def around(
    ties: Sequence[Tie], names: Mapping[str, str], named: Sequence[str], lang: str, alt: str
) -> Markup:
    """The drawing; ``named`` are the parties that the alert names, drawn dark."""
    weight = {p: sum(t.count for t in ties if p in (t.one, t.two)) for p in names}
    shown_ = sorted(names, key=lambda p: (p not in named, -weight[p], p))[:MOST]
    height = _TOP * 2 + _RADIUS * 2 + 30
    place = {p: _spot(n, len(shown_), height) for n, p in enumerate(shown_)}
    drawn = [t for t in ties if t.one in place and t.two in place]
    parts = [tag("rect", width=_WIDTH, height=height, fill="#fff"), _head()]
    parts += [one for t in drawn for one in _line(t, place, lang)]
    parts += [_party(names[p], place[p], p in named) for p in shown_]
    left = len(names) - len(shown_)
    note = say("around_legend", lang) + (say("around_more", lang, left=left) if left else "")
    parts.append(tag("text", note, x=16, y=height - 10, font_size=12.5, style="fill:#5b6875"))
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH:.0f} {height:.0f}", role="img",
        aria_label=alt, style=f"max-width:{_WIDTH:.0f}px",
    )  # fmt: skip


def _spot(number: int, many: int, height: float) -> tuple[float, float]:
    if many == 1:
        return _WIDTH / 2, height / 2
    angle = 2 * math.pi * number / many - math.pi
    return _WIDTH / 2 + 1.35 * _RADIUS * math.cos(angle), height / 2 - 15 + _RADIUS * math.sin(angle)


def _head() -> Markup:
    arrow = tag("path", d="M0,0L8,4L0,8z", fill="#b3312c")
    return tag("defs", tag("marker", arrow, id="to", viewBox="0 0 8 8", refX=8, refY=4, markerWidth=7, markerHeight=7,
                           orient="auto-start-reverse"))  # fmt: skip


def _line(tie: Tie, place: Mapping[str, tuple[float, float]], lang: str) -> list[Markup]:
    """A bent line, so that ways back lie beside ways there."""
    (x1, y1), (x2, y2) = place[tie.one], place[tie.two]
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    x1, y1, x2, y2 = x1 + 14 * ux, y1 + 14 * uy, x2 - 14 * ux, y2 - 14 * uy
    bend = 0.12 * length
    cx, cy = (x1 + x2) / 2 - bend * uy, (y1 + y2) / 2 + bend * ux
    money = tie.amount > 0
    words = tie.words + (f" {shown(tie.amount, lang=lang)}" if money else "")
    said = words + (f" ×{tie.count}" if tie.count > 1 else "")
    line = tag(
        "path", tag("title", said), d=f"M{x1:.0f},{y1:.0f}Q{cx:.0f},{cy:.0f} {x2:.0f},{y2:.0f}", fill="none",
        stroke="#b3312c" if money else "#8f9ba6", stroke_width=2.2 if money else 1.6,
        stroke_dasharray=None if money else "5 4", marker_end="url(#to)" if money else None,
    )  # fmt: skip
    x, y = (x1 + x2) / 2 - 0.62 * bend * uy, (y1 + y2) / 2 + 0.62 * bend * ux
    return [line, tag("text", said, x=x, y=y, font_size=11.5, text_anchor="middle", style=_HALO)]


def _party(name: str, at: tuple[float, float], named: bool) -> Markup:
    x, y = at
    dot = tag(
        "circle", cx=x, cy=y, r=11, fill="#1f3a54" if named else "#fff", stroke="#1f3a54", stroke_width=1.8
    )
    below = 28 if y >= _TOP + _RADIUS else -18
    label = tag("text", name[:18], x=x, y=y + below, font_size=13, text_anchor="middle",
                font_weight=700 if named else None, style=_HALO)  # fmt: skip
    return tag("g", dot, label)
