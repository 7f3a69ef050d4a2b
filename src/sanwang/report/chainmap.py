"""A chain as a layered drawing: links in columns from upstream to downstream, coloured by verdict.

Layers by longest path, order within a layer by barycentre sweeps (Sugiyama, Tagawa and Toda 1981). Type never shrinks:
a long chain makes the drawing taller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING

from sanwang.report.markup import Markup, tag
from sanwang.study.words import say, word

if TYPE_CHECKING:
    from sanwang.collaboration.chains.chain import Chain
    from sanwang.collaboration.chains.diagnosis import Diagnosed, Diagnosis

_BOX, _HEIGHT, _DOWN, _ACROSS, _TOP, _SIDE, _SLOT = 176.0, 58.0, 20.0, 62.0, 56.0, 16.0, 18.0
_NAME = 11
"""Characters of a name on one line."""

_FILLS = {
    "strong": ("#e2f2ec", "#17876a"),
    "weak": ("#fdf0d9", "#cf7a12"),
    "missing": ("#fbe3e1", "#b3312c"),
    "unknown": ("#f2f2f2", "#767676"),
}
"""Verdict → fill and border; the verdict is also written, for readers who see no difference."""


def chain_map(
    one: Diagnosis, fillers: Mapping[str, str], lang: str = "zh", pages: Mapping[str, str] | None = None
) -> Markup:
    """The drawing of a diagnosed chain. ``fillers`` says by link what could close its gap, in a few words; ``pages``
    gives by link the address that its box leads to."""
    drawn = _layout(one.chain)
    by_link = {d.link: d for d in one.links}
    closing = set(one.chain.cycles)
    parts = [
        tag("rect", width=drawn.width, height=drawn.height, fill="#fff"),
        *_heads(one.chain, drawn.columns, lang),
    ]
    for a, b in one.chain.edges:
        either = a in one.chain.links[one.chain.index[b]].either
        bends = [drawn.at[s] for s in drawn.bends.get((a, b), ())]
        parts.append(_edge(drawn.at[a], bends, drawn.at[b], (a, b) in closing, either, drawn.height - 50))
    boxes = {k: _box(by_link[k], drawn.at[k], fillers.get(k, ""), lang) for k in by_link}
    parts += [tag("a", box, href=pages[k]) if pages and k in pages else box for k, box in boxes.items()]
    parts += _legend(drawn.height, one, lang)
    label = say("chain_map_alt", lang, name=one.chain.name, links=len(one.links))
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {drawn.width:.0f} {drawn.height:.0f}",
        width=drawn.width, height=drawn.height, role="group" if pages else "img", aria_label=label, class_="chain",
        style=f"width:{drawn.width:.0f}px",
    )  # fmt: skip


@dataclass(frozen=True)
class _Layout:
    """Where boxes stand (left, top of the middle line), and the slots through which long lines pass."""

    columns: list[list[str]]
    at: dict[str, tuple[float, float]]
    bends: dict[tuple[str, str], tuple[str, ...]]
    width: float
    height: float


def _layout(chain: Chain) -> _Layout:
    """Links by tier and depth; a line over several columns takes a slot in each, so that it passes behind no box."""
    depth: dict[str, int] = {}
    for link in chain.order:
        depth[link] = 1 + max((depth[i] for group in chain.needs[link] for i in group), default=-1)
    rank = {"upstream": 0, "midstream": 1, "downstream": 2}
    tiered = all(k.tier in rank for k in chain.links)
    keys = {k.id: (rank[k.tier or ""] if tiered else 0, depth[k.id]) for k in chain.links}
    number = {key: n for n, key in enumerate(sorted(set(keys.values())))}
    column = {link: number[key] for link, key in keys.items()}
    columns = [[k.id for k in chain.links if column[k.id] == n] for n in range(len(number))]
    bends: dict[tuple[str, str], tuple[str, ...]] = {}
    lines: list[tuple[str, str]] = []
    for a, b in chain.edges:
        slots = tuple(f"{a}\0{b}\0{n}" for n in range(column[a] + 1, column[b]))
        for n, slot in enumerate(slots, column[a] + 1):
            columns[n].append(slot)
        bends[a, b] = slots
        stops = (a, *slots, b)
        lines += pairwise(stops)
    _untangle(columns, lines)
    at, height = _places(columns)
    width = 2 * _SIDE + len(columns) * _BOX + max(0, len(columns) - 1) * _ACROSS
    return _Layout(columns, at, bends, width, height)


def _untangle(columns: list[list[str]], lines: Sequence[tuple[str, str]]) -> None:
    """Order each column by the mean place of its neighbours, to and fro."""
    near: dict[str, list[str]] = {k: [] for c in columns for k in c}
    for a, b in lines:
        near[a].append(b)
        near[b].append(a)
    height = {link: (n + 0.5) / len(c) for c in columns for n, link in enumerate(c)}
    for sweep in range(12):
        for column in columns if sweep % 2 == 0 else columns[::-1]:
            middle = {k: fmean([height[o] for o in near[k]]) if near[k] else height[k] for k in column}
            column.sort(key=lambda k, m=middle: (m[k], k))
            height.update({link: (n + 0.5) / len(column) for n, link in enumerate(column)})


def _places(columns: Sequence[Sequence[str]]) -> tuple[dict[str, tuple[float, float]], float]:
    """Left edge and middle of every box and slot, and the drawing's height; columns are centred."""
    sizes = [[_SLOT if "\0" in k else _HEIGHT + _DOWN for k in column] for column in columns]
    tallest = max(sum(s) for s in sizes)
    found: dict[str, tuple[float, float]] = {}
    for n, (column, size) in enumerate(zip(columns, sizes, strict=True)):
        y = _TOP + (tallest - sum(size)) / 2
        for link, high in zip(column, size, strict=True):
            found[link] = (_SIDE + n * (_BOX + _ACROSS), y + high / 2)
            y += high
    return found, _TOP + tallest + 56


def _heads(chain: Chain, columns: Sequence[Sequence[str]], lang: str) -> list[Markup]:
    """The name of each tier over its columns."""
    tiers = {k.id: k.tier for k in chain.links}
    boxes = [[k for k in c if k in tiers] for c in columns]
    parts: list[Markup] = []
    last = None
    for n, column in enumerate(boxes):
        tier = tiers[column[0]]
        if tier is not None and tier != last:
            x = _SIDE + n * (_BOX + _ACROSS)
            parts.append(
                tag(
                    "text",
                    word("tiers", tier, lang),
                    x=x,
                    y=36,
                    font_size=17,
                    font_weight=700,
                    fill="#1f3a54",
                )
            )
        last = tier
    return parts


def _edge(
    start: tuple[float, float],
    bends: Sequence[tuple[float, float]],
    end: tuple[float, float],
    closing: bool,
    either: bool,
    floor: float,
) -> Markup:
    colour = "#b3312c" if closing else "#8f9ba6"
    dash = "7 4" if closing else "2 3" if either else None
    if end[0] > start[0]:
        x, y = start[0] + _BOX, start[1]
        path = f"M{x:.0f},{y:.0f}"
        for left, middle in bends:
            path += _curve(x, y, left, middle) + f"H{left + _BOX:.0f}"
            x, y = left + _BOX, middle
        path += _curve(x, y, end[0] - 5, end[1])
        tip = f"M{end[0] - 7:.0f},{end[1] - 4:.0f}l7,4l-7,4z"
    else:  # back: below all boxes
        x1, x2 = start[0] + _BOX / 2, end[0] + _BOX / 2
        y1 = start[1] + _HEIGHT / 2
        out, into = x1 + _BOX / 2 + _ACROSS * 0.3, x2 - _BOX / 2 - _SIDE * 0.6
        path = f"M{x1:.0f},{y1:.0f}C{x1:.0f},{y1 + 12:.0f} {out:.0f},{y1 + 6:.0f} {out:.0f},{y1 + 18:.0f}"
        path += f"V{floor:.0f}H{into:.0f}V{end[1]:.0f}H{x2 - _BOX / 2 - 5:.0f}"
        tip = f"M{x2 - _BOX / 2 - 7:.0f},{end[1] - 4:.0f}l7,4l-7,4z"
    line = tag("path", d=path, fill="none", stroke=colour, stroke_width=1.6, stroke_dasharray=dash)
    return tag("g", line, tag("path", d=tip, fill=colour))


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    bend = (x2 - x1) / 2
    return f"C{x1 + bend:.0f},{y1:.0f} {x2 - bend:.0f},{y2:.0f} {x2:.0f},{y2:.0f}"


def _box(found: Diagnosed, at: tuple[float, float], filler: str, lang: str) -> Markup:
    x, y = at[0], at[1] - _HEIGHT / 2
    fill, border = _FILLS[found.verdict]
    verdict = word("verdicts", found.verdict, lang)
    name = found.name if len(found.name) <= _NAME else found.name[: _NAME - 1] + "…"
    made = say("chain_box", lang, makers=found.makers, cover=_cover(found), results=found.achievements)
    below = filler if len(filler) <= 16 else filler[:15] + "…"
    return tag(
        "g",
        tag("title", f"{found.name}（{found.link}）：{verdict}。{'；'.join(found.reasons)}"),
        tag("rect", x=x, y=y, width=_BOX, height=_HEIGHT, rx=6, fill=fill, stroke=border, stroke_width=1.8,
            stroke_dasharray="6 3" if found.verdict in ("missing", "unknown") else None),
        tag("text", name, x=x + 10, y=y + 20, font_size=14, font_weight=700),
        tag("text", verdict, x=x + _BOX - 8, y=y + 20, font_size=13, text_anchor="end",
            font_weight=700, style=f"fill:{border}"),
        tag("text", made, x=x + 10, y=y + 37, font_size=12),
        tag("text", below, x=x + 10, y=y + 52, font_size=11.5, style=f"fill:{border}"),
    )  # fmt: skip


def _cover(found: Diagnosed) -> str:
    return "–" if found.cover is None else f"{found.cover:.0%}"


def _legend(height: float, one: Diagnosis, lang: str) -> list[Markup]:
    parts: list[Markup] = []
    x = _SIDE
    for verdict, (fill, border) in _FILLS.items():
        parts.append(tag("rect", x=x, y=height - 30, width=22, height=14, rx=3, fill=fill, stroke=border))
        text = word("verdicts", verdict, lang)
        parts.append(tag("text", text, x=x + 28, y=height - 18, font_size=12.5))
        x += 66 + 7.0 * len(text)
    notes = [say("chain_legend", lang)]
    if one.fictional:
        notes.append(say("fictional", lang))
    parts.append(tag("text", "　".join(notes), x=x + 8, y=height - 18, font_size=12.5, style="fill:#5b6875"))
    return parts
