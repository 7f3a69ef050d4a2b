"""The triangle as a Sankey diagram: city of origin → pilot → maker → city of application."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

from sanwang.report.legs import STAGES, STOPS
from sanwang.report.map import ems, short
from sanwang.report.markup import Markup, tag
from sanwang.study.words import say

Node = tuple[int, str]
_MOST = 12
_GAP = 9.0
_BAR = 12.0
_FONT, _SMALL = 13.0, 11.5
"""Sizes of labels in a wide and in a narrow drawing, as in ``style.css``."""
_NARROW = 500.0
_KEYS = {"origin": "achievement", "base": "base", "maker": "maker", "need": "need"}


@dataclass(frozen=True)
class _Box:
    y: float
    height: float


def sankey(
    named: pl.DataFrame, lang: str, width: float = 1040.0, height: float = 460.0, /, **box: object
) -> Markup:
    """An SVG whose four columns are the cities of a route's stops."""
    walks = _walks(named, lang)
    flows = Counter((j, walk[j], walk[j + 1]) for walk in walks for j in range(3))
    boxes = _layout(walks, flows, height - 34)
    font = _FONT if width > _NARROW else _SMALL
    longest = max(
        ems(f"{short(label)} {n}") for j in (0, 3) for label, n in Counter(w[j] for w in walks).items()
    )
    edge = min(width / 5, longest * font + 14)
    xs = [edge + j * (width - 2 * edge - _BAR) / 3 for j in range(4)]
    return tag(
        "svg",
        *_headings(xs, width, lang, narrow=width <= _NARROW),
        tag("g", *_ribbons(flows, boxes, xs), class_="ribbons", transform="translate(0,30)"),
        tag("g", *_nodes(boxes, walks, xs, _cities(named)), class_="nodes", transform="translate(0,30)"),
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        class_="sankey",
        **box,
        role="img",
        aria_label=say("sankey", lang),
    )


def _walks(named: pl.DataFrame, lang: str) -> list[tuple[str, ...]]:
    """For each route the label of its node in each column; small cities of a column are put together."""
    absent = {"base": say("no_pilot", lang), "maker": say("no_maker", lang)}
    columns: list[list[str]] = []
    for stop in STOPS:
        cities = named[f"{stop}_city"].to_list()
        used = named[_KEYS[stop]].to_list()
        labels = [
            absent.get(stop, "") if u is None else c or say("nowhere", lang)
            for u, c in zip(used, cities, strict=True)
        ]
        columns.append(_gathered(labels, lang))
    return list(zip(*columns, strict=True))


def _cities(named: pl.DataFrame) -> set[str]:
    return {city for stop in STOPS for city in named[f"{stop}_city"].drop_nulls()}


def _gathered(labels: list[str], lang: str) -> list[str]:
    order = sorted(Counter(labels).items(), key=lambda item: (-item[1], item[0]))
    if len(order) <= _MOST:
        return labels
    small = {label for label, _ in order[_MOST - 1 :]}
    rest = say("others", lang, count=len(small))
    return [rest if label in small else label for label in labels]


def _layout(
    walks: list[tuple[str, ...]], flows: Counter[tuple[int, str, str]], height: float
) -> dict[Node, _Box]:
    """Boxes of the nodes, ordered so that ribbons cross little (barycentre sweeps; Sugiyama et al. 1981)."""
    sizes = [Counter(walk[j] for walk in walks) for j in range(4)]
    orders = [[label for label, _ in sorted(s.items(), key=lambda i: (-i[1], i[0]))] for s in sizes]
    for sweep in range(6):
        for j in range(1, 4) if sweep % 2 == 0 else range(2, -1, -1):
            other = j - 1 if sweep % 2 == 0 else j + 1
            rank = {label: i for i, label in enumerate(orders[other])}
            orders[j] = sorted(orders[j], key=lambda label: (_pull(j, label, other, rank, flows), label))
    most = max(len(order) for order in orders)
    unit = (height - _GAP * (most - 1)) / max(1, len(walks))
    boxes: dict[Node, _Box] = {}
    for j, order in enumerate(orders):
        y = (height - unit * len(walks) - _GAP * (len(order) - 1)) / 2
        for label in order:
            boxes[j, label] = _Box(y, sizes[j][label] * unit)
            y += sizes[j][label] * unit + _GAP
    return boxes


def _pull(
    j: int, label: str, other: int, rank: dict[str, int], flows: Counter[tuple[int, str, str]]
) -> float:
    low = min(j, other)
    ends = ((n, b if low == j else a, a if low == j else b) for (k, a, b), n in flows.items() if k == low)
    mine = [(n, rank[far]) for n, far, near in ends if near == label]
    return sum(n * r for n, r in mine) / max(1, sum(n for n, _ in mine))


def _ribbons(flows: Counter[tuple[int, str, str]], boxes: dict[Node, _Box], xs: list[float]) -> list[Markup]:
    total = sum(n for (j, _, _), n in flows.items() if j == 0)
    unit = sum(box.height for (j, _), box in boxes.items() if j == 0) / max(1, total)
    leaving: Counter[Node] = Counter()
    arriving: Counter[Node] = Counter()
    order = sorted(
        flows.items(), key=lambda f: (f[0][0], boxes[f[0][0], f[0][1]].y, boxes[f[0][0] + 1, f[0][2]].y)
    )
    ribbons: list[Markup] = []
    for (j, a, b), n in order:
        y0 = boxes[j, a].y + leaving[j, a] * unit
        y1 = boxes[j + 1, b].y + arriving[j + 1, b] * unit
        leaving[j, a] += n
        arriving[j + 1, b] += n
        told = f"{a} → {b}：{n}"
        d = _ribbon(xs[j] + _BAR, y0, xs[j + 1], y1, n * unit)
        ends = f"{j}:{a}|{j + 1}:{b}"
        ribbons.append(tag("path", tag("title", told), d=d, class_=f"ribbon {STAGES[j]}", data_ends=ends))
    return ribbons


def _ribbon(x0: float, y0: float, x1: float, y1: float, thick: float) -> str:
    m = (x0 + x1) / 2
    above = f"M{x0:.1f},{y0:.1f}C{m:.1f},{y0:.1f} {m:.1f},{y1:.1f} {x1:.1f},{y1:.1f}"
    below = f"L{x1:.1f},{y1 + thick:.1f}C{m:.1f},{y1 + thick:.1f} {m:.1f},{y0 + thick:.1f} {x0:.1f},{y0 + thick:.1f}Z"
    return above + below


def _nodes(
    boxes: dict[Node, _Box], walks: list[tuple[str, ...]], xs: list[float], cities: set[str]
) -> list[Markup]:
    sizes = Counter((j, label) for walk in walks for j, label in enumerate(walk))
    marks: list[Markup] = []
    for (j, label), box in boxes.items():
        city = label in cities
        outside = j == 0
        x = xs[j] - 6 if outside else xs[j] + _BAR + 6
        text = tag(
            "text",
            f"{short(label)} ",
            tag("tspan", str(sizes[j, label])),
            x=x,
            y=box.y + box.height / 2 + 4.5,
            text_anchor="end" if outside else "start",
        )
        bar = tag("rect", x=xs[j], y=box.y, width=_BAR, height=max(1.5, box.height), rx=1.5)
        told = tag("title", f"{label}：{sizes[j, label]}")
        marks.append(
            tag(
                "g",
                told,
                bar,
                text,
                class_="node",
                data_node=f"{j}:{label}",
                data_filter=label if city else None,
                tabindex=0,
                role="button" if city else None,
            )
        )
    return marks


def _headings(xs: list[float], width: float, lang: str, narrow: bool) -> list[Markup]:
    keys = ("column_origin", "column_pilot", "column_make", "column_apply")
    words = [say(key, lang) for key in keys]
    if narrow:
        words = [w.split(" · ")[-1] for w in words]
    spots = [(0.0, "start"), (xs[1] + _BAR / 2, "middle"), (xs[2] + _BAR / 2, "middle"), (width, "end")]
    return [
        tag("text", w, x=x, y=14, text_anchor=anchor, class_="column")
        for w, (x, anchor) in zip(words, spots, strict=True)
    ]
