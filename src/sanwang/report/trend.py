"""Lines over years, one a region: colours that colour-blind readers tell apart, and names at the lines' ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from sanwang.report.markup import Markup, tag

_COLOURS = ("#1f6fa8", "#cf7a12", "#17876a", "#8a4f9e", "#5b6875")
_DOTTED = 30
PUBLISHED, DERIVED = "published", "derived"
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 540.0, 250.0, 64.0, 112.0, 40.0, 30.0


def trend(
    heading: str,
    unit: str,
    lines: Mapping[str, Sequence[tuple[int, float]]],
    kinds: Mapping[str, Sequence[str]] | None = None,
    note: str = "",
) -> Markup:
    """The drawing of lines by name; the axis begins at zero. Points are (year, value), in order.

    ``kinds`` says how each point came about: a line is broken where that changes, and dashed where it is
    derived from other figures.
    """
    years = sorted({y for points in lines.values() for y, _ in points})
    tall = max((v for points in lines.values() for _, v in points), default=1.0) or 1.0
    first, last = years[0], years[-1]
    inside = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def at(year: int, value: float) -> tuple[float, float]:
        across = (year - first) / max(1, last - first)
        return _LEFT + inside[0] * across, _TOP + inside[1] * (1 - value / tall)

    parts = [
        tag("rect", width=_WIDTH, height=_HEIGHT, fill="#fff"),
        tag("text", f"{heading}（{unit}）" if unit else heading, x=10, y=20, font_size=14, font_weight=700),
    ]
    for share in (0.0, 0.5, 1.0):
        y = at(first, tall * share)[1]
        parts.append(tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, stroke="#d9dfe4"))
        parts.append(
            tag("text", _figure(tall * share), x=_LEFT - 8, y=y + 4, font_size=12, text_anchor="end")
        )
    for year in (first, last) if last > first else (first,):
        parts.append(
            tag("text", str(year), x=at(year, 0)[0], y=_HEIGHT - 10, font_size=12, text_anchor="middle")
        )
    ends: list[tuple[float, str, str]] = []
    for n, (name, points) in enumerate(lines.items()):
        colour = _COLOURS[n % len(_COLOURS)]
        spots = [at(y, v) for y, v in sorted(points)]
        for kind, run in groupby(
            zip((kinds or {}).get(name) or [PUBLISHED] * len(spots), spots, strict=True), _kind
        ):
            path = " ".join(f"{x:.1f},{y:.1f}" for _, (x, y) in run)
            dash = {"stroke_dasharray": "5 4"} if kind == DERIVED else {}
            parts.append(tag("polyline", points=path, fill="none", stroke=colour, stroke_width=2.2, **dash))
        if len(spots) <= _DOTTED:
            parts += [tag("circle", cx=x, cy=y, r=2.6, fill=colour) for x, y in spots]
        ends.append((spots[-1][1] + 4, name, colour))
    lowest = 0.0
    for y, name, colour in sorted(ends):
        lowest = max(y, lowest + 15)
        parts.append(
            tag("text", name, x=_WIDTH - _RIGHT + 8, y=lowest, font_size=12.5, style=f"fill:{colour}")
        )
    if note:
        parts.append(tag("text", note, x=10, y=_HEIGHT + 8, font_size=11, style="fill:#5b6875"))
    tall_ = _HEIGHT + (16 if note else 0)
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH:.0f} {tall_:.0f}", role="img",
        aria_label=heading, style=f"max-width:{_WIDTH:.0f}px",
    )  # fmt: skip


def _kind(point: tuple[str, tuple[float, float]]) -> str:
    return point[0]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}".rstrip("0").rstrip(".")
