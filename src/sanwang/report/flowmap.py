"""Flows between provinces on the map: the widest arcs, with what stays at home as circles."""

from __future__ import annotations

import math

import numpy as np

from sanwang.observatory.contracts import REST, Contracts, provinces
from sanwang.report.boundaries import country
from sanwang.report.labels import say
from sanwang.report.markup import Markup, tag

_WIDTH = 760.0
MOST = 24
"""Arcs drawn; all of them are in the table."""


def flow_map(found: Contracts, heading: str, lang: str = "zh") -> Markup:
    """The drawing; flows with the rest of the nation have no place on a map and are only in the table."""
    known = {r["name"]: r for r in provinces().to_dicts()}
    shown = [(n, p) for n, p in enumerate(found.places) if p != REST]
    ground = country(frozenset(known[p]["code"][:2] for _, p in shown), _WIDTH)
    spots = {p: ground.place(known[p]["lon"], known[p]["lat"]) for _, p in shown}
    parts = [tag("rect", width=_WIDTH, height=ground.height, fill="#fff")]
    for paths, fill in ((ground.around, "#f4f6f8"), (ground.provinces.values(), "#dfeaf2")):
        parts += [tag("path", d=d, fill=fill, stroke="#b9c4cd", stroke_width=0.7) for d in paths]
    flows = [(float(found.middle[i, j]), i, j) for i, _ in shown for j, _ in shown if i != j]
    flows = sorted(flows, key=lambda f: (-f[0], f[1], f[2]))[:MOST]
    most = max((f[0] for f in flows), default=1.0) or 1.0
    largest = max(float(found.middle[i, i]) for i, _ in shown) or 1.0
    for value, i, j in flows:
        a, b = spots[found.places[i]], spots[found.places[j]]
        low, high = found.low[i, j], found.high[i, j]
        words = f"{found.places[i]} → {found.places[j]}  {value:,.0f}（{low:,.0f}–{high:,.0f}）"
        parts.append(
            tag(
                "path", tag("title", words), d=_arc(a, b), fill="none", stroke="#cf7a12", stroke_linecap="round",
                stroke_width=f"{0.8 + 7 * math.sqrt(value / most):.1f}", stroke_opacity=0.55,
            )
        )  # fmt: skip
    for n, place in shown:
        x, y = spots[place]
        radius = 4 + 10 * math.sqrt(float(found.middle[n, n]) / largest)
        parts.append(tag("circle", cx=x, cy=y, r=f"{radius:.1f}", fill="#1f6fa8", fill_opacity=0.75))
    parts += _names([(p, *spots[p]) for _, p in shown])
    note = say("flow_map_note", lang, arcs=len(flows), most=f"{most:,.0f}", year=found.year)
    parts.append(tag("text", note, x=12, y=ground.height - 14, font_size=13, style="fill:#5b6875"))
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH:.0f} {ground.height:.0f}",
        role="img", aria_label=heading, style=f"max-width:{_WIDTH:.0f}px",
    )  # fmt: skip


def _arc(a: tuple[float, float], b: tuple[float, float]) -> str:
    """Bent to the right of its direction, so that there and back lie apart."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    middle = (a[0] + b[0]) / 2 - dy * 0.22, (a[1] + b[1]) / 2 + dx * 0.22
    return f"M{a[0]:.1f},{a[1]:.1f}Q{middle[0]:.1f},{middle[1]:.1f} {b[0]:.1f},{b[1]:.1f}"


def _names(spots: list[tuple[str, float, float]]) -> list[Markup]:
    """Names to the right of their circles, moved down where they would touch another."""
    drawn: list[Markup] = []
    taken: list[tuple[float, float]] = []
    for name, x, y in sorted(spots, key=lambda s: s[2]):
        short = name.removesuffix("市").removesuffix("省")
        at = y + 5
        while any(abs(at - t) < 16 and abs(x - u) < 60 for u, t in taken):
            at += 4
        taken.append((x, at))
        drawn.append(
            tag(
                "text", short, x=x + 16, y=at, font_size=14, font_weight=700, stroke="#fff", stroke_width=3,
                paint_order="stroke",
            )
        )  # fmt: skip
    return drawn


def matrix_drawing(found: Contracts, heading: str, lang: str = "zh") -> Markup:
    """The matrix as cells: the middle, and under it the interval; every cell is an estimate and says so."""
    count, cell, row, left, top = len(found.places), 92.0, 44.0, 92.0, 54.0
    width, height = left + cell * count + 14, top + row * count + 34
    most = float(np.max(found.middle)) or 1.0
    parts = [
        tag("rect", width=width, height=height, fill="#fff"),
        tag("text", say("grid_axes", lang), x=10, y=18, font_size=11.5, style="fill:#5b6875"),
    ]
    for n, place in enumerate(found.places):
        short = place.removesuffix("市").removesuffix("省")
        parts += [
            tag("text", short, x=left + cell * (n + 0.5), y=top - 10, font_size=13, text_anchor="middle"),
            tag("text", short, x=left - 8, y=top + row * n + 27, font_size=13, text_anchor="end"),
        ]
    for i in range(count):
        for j in range(count):
            x, y = left + cell * j, top + row * i
            depth = math.sqrt(float(found.middle[i, j]) / most)
            mix = ",".join(str(round(255 + (c - 255) * depth * 0.75)) for c in (31, 111, 168))
            dark = "fill:#fff" if depth > 0.7 else None
            said = f"{found.middle[i, j]:,.0f}"
            between = f"{found.low[i, j]:,.0f}–{found.high[i, j]:,.0f}"
            parts += [
                tag("rect", x=x + 1, y=y + 1, width=cell - 2, height=row - 2, fill=f"rgb({mix})"),
                tag(
                    "text",
                    f"≈{said}",
                    x=x + cell / 2,
                    y=y + 19,
                    font_size=13,
                    text_anchor="middle",
                    style=dark,
                ),
                tag(
                    "text", between, x=x + cell / 2, y=y + 35, font_size=11, text_anchor="middle", style=dark
                ),
            ]
    note = say("contracts_legend", lang)
    parts.append(tag("text", note, x=10, y=height - 12, font_size=12, style="fill:#5b6875"))
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:.0f} {height:.0f}", role="img",
        width=width, height=height, aria_label=heading, style=f"width:{width:.0f}px",
    )  # fmt: skip
