"""Flows between provinces or cities on the map: the widest arcs, with what stays at home as circles."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.region import Region
from sanwang.region.geography import gazetteer
from sanwang.report.boundaries import country
from sanwang.report.markup import Markup, tag
from sanwang.study.words import say

if TYPE_CHECKING:
    from sanwang.observatory.contracts import Contracts
    from sanwang.observatory.flows import Matrix

_WIDTH = 760.0
MOST = 24
"""Arcs drawn; all of them are in the table."""


def flow_map(found: Contracts, provinces: pl.DataFrame, heading: str, lang: str = "zh") -> Markup:
    """The drawing; flows with the rest of the nation and abroad have no place on a map and are only in the table."""
    known = {r["name"]: r for r in provinces.to_dicts()}
    shown = [n for n, p in enumerate(found.places) if p in known]
    places = [found.places[n] for n in shown]
    spots = {p: (known[p]["lon"], known[p]["lat"]) for p in places}
    at = np.ix_(shown, shown)
    values, low, high = found.middle[at], found.low[at], found.high[at]

    def words(i: int, j: int) -> str:
        return f"{places[i]} → {places[j]}  ≈{values[i, j]:,.0f}（{low[i, j]:,.0f}–{high[i, j]:,.0f}）"

    heads = frozenset(known[p]["code"][:2] for p in places)
    drawn = min(MOST, int((values > 0).sum()))
    most = f"{np.max(values - np.diag(np.diag(values))):,.0f}"
    note = say("flow_map_note", lang, arcs=drawn, most=most, year=found.year)
    return _drawing(places, spots, heads, values, words, heading, note)


def region_flow_map(
    region: Region, matrix: Matrix, heading: str, fictional: bool, lang: str = "zh"
) -> Markup | None:
    """A workspace's flows between its cities on the map of their provinces; None where no two have coordinates."""
    rows = gazetteer(region).with_columns(pl.coalesce("city_name", "name", "place").alias("called"))
    found = rows.drop_nulls(["lat", "lon", "province"]).group_by("called", maintain_order=True).first()
    known = {r["called"]: r for r in found.to_dicts()}
    shown = [n for n, p in enumerate(matrix.places) if p in known]
    if len(shown) < 2:
        return None
    places = [matrix.places[n] for n in shown]
    values = np.nan_to_num(matrix.values[np.ix_(shown, shown)])
    total = float(values.sum()) or 1.0

    def words(i: int, j: int) -> str:
        return f"{places[i]} → {places[j]}  {values[i, j] / total:.1%}"

    spots = {p: (known[p]["lon"], known[p]["lat"]) for p in places}
    heads = frozenset(str(known[p]["province"])[:2] for p in places)
    note = say("region_map_note", lang, arcs=MOST) + ("　" + say("fictional", lang) if fictional else "")
    return _drawing(places, spots, heads, values, words, heading, note)


def _drawing(
    places: Sequence[str],
    where: Mapping[str, tuple[float, float]],
    heads: frozenset[str],
    values: npt.NDArray[np.float64],
    words: Callable[[int, int], str],
    heading: str,
    note: str,
) -> Markup:
    ground = country(heads, _WIDTH)
    spots = {p: ground.place(*where[p]) for p in places}
    parts = [tag("rect", width=_WIDTH, height=ground.height, fill="#fff")]
    for paths, fill in ((ground.around, "#f4f6f8"), (ground.provinces.values(), "#dfeaf2")):
        parts += [tag("path", d=d, fill=fill, stroke="#b9c4cd", stroke_width=0.7) for d in paths]
    count = range(len(places))
    flows = [(float(values[i, j]), i, j) for i in count for j in count if i != j and values[i, j] > 0]
    flows = sorted(flows, key=lambda f: (-f[0], f[1], f[2]))[:MOST]
    most = max((f[0] for f in flows), default=1.0)
    largest = float(np.diag(values).max()) or 1.0
    for value, i, j in flows:
        parts.append(
            tag(
                "path", tag("title", words(i, j)), d=_arc(spots[places[i]], spots[places[j]]), fill="none",
                stroke="#cf7a12", stroke_linecap="round", stroke_opacity=0.55,
                stroke_width=f"{0.8 + 7 * math.sqrt(value / most):.1f}",
            )
        )  # fmt: skip
    for n, place in enumerate(places):
        x, y = spots[place]
        radius = 4 + 10 * math.sqrt(float(values[n, n]) / largest)
        parts.append(tag("circle", cx=x, cy=y, r=f"{radius:.1f}", fill="#1f6fa8", fill_opacity=0.75))
    parts += _names([(p, *spots[p]) for p in places])
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
