"""Flows as ribbons from origins on the left to destinations on the right; small places are gathered as others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sanwang.report.markup import Markup, tag
from sanwang.study.words import say

_WIDTH, _HEIGHT, _BOX, _GAP, _LEFT = 760.0, 460.0, 14.0, 7.0, 110.0
_COLOURS = ("#1f6fa8", "#cf7a12", "#17876a", "#8a4f9e", "#b3443c", "#3f7f93", "#8c7a2b", "#6a5fb0", "#5b6875")
MOST = 8
"""Places drawn by name; the others are one."""


def ribbons(
    places: Sequence[str], values: npt.NDArray[np.float64], heading: str, note: str, lang: str = "zh"
) -> Markup:
    """The drawing of a square matrix of flows; what nobody knows is left out."""
    names, flows = _gathered(list(places), np.nan_to_num(values), lang)
    total = float(flows.sum()) or 1.0
    room = _HEIGHT - 70 - _GAP * (len(names) - 1)
    parts = [tag("rect", width=_WIDTH, height=_HEIGHT, fill="#fff")]
    sides = [_tops(flows.sum(axis=1) / total * room), _tops(flows.sum(axis=0) / total * room)]
    used = [tops.copy() for tops in sides]
    right = _WIDTH - _LEFT - _BOX
    for i, name in enumerate(names):
        for j, other in enumerate(names):
            thick = float(flows[i, j] / total * room)
            y0, y1 = float(used[0][i]), float(used[1][j])
            used[0][i] += thick
            used[1][j] += thick
            if thick < 0.15:
                continue
            middle = (_LEFT + _BOX + right) / 2
            left, low, deep = _LEFT + _BOX, y0 + thick, y1 + thick
            above = f"M{left},{y0:.1f}C{middle:.0f},{y0:.1f} {middle:.0f},{y1:.1f} {right},{y1:.1f}"
            below = f"V{deep:.1f}C{middle:.0f},{deep:.1f} {middle:.0f},{low:.1f} {left},{low:.1f}Z"
            words = f"{name} → {other}  {flows[i, j] / total:.1%}"
            parts.append(
                tag(
                    "path",
                    tag("title", words),
                    d=above + below,
                    fill=_COLOURS[i % len(_COLOURS)],
                    fill_opacity=0.45,
                )
            )
    for side, tops in enumerate(sides):
        sums = flows.sum(axis=1 - side) / total
        for n, name in enumerate(names):
            tall = float(sums[n]) * room
            x = right if side else _LEFT
            parts += [
                tag("rect", x=x, y=f"{tops[n]:.1f}", width=_BOX, height=f"{max(tall, 1):.1f}",
                    fill=_COLOURS[n % len(_COLOURS)]),
                tag("text", f"{name} {sums[n]:.0%}", x=x + _BOX + 8 if side else x - 8,
                    y=f"{tops[n] + tall / 2 + 4:.1f}", font_size=12.5, text_anchor="start" if side else "end"),
            ]  # fmt: skip
    parts.append(tag("text", note, x=12, y=_HEIGHT - 12, font_size=12, style="fill:#5b6875"))
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}", role="img",
        aria_label=heading, style=f"max-width:{_WIDTH:.0f}px",
    )  # fmt: skip


def _tops(heights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 24 + np.concatenate([[0.0], np.cumsum(heights + _GAP)[:-1]])


def _gathered(
    places: list[str], values: npt.NDArray[np.float64], lang: str
) -> tuple[list[str], npt.NDArray[np.float64]]:
    """The largest places by what they send and receive, in their order, and the others as one."""
    short = [p.removesuffix("市").removesuffix("省") for p in places]
    if len(places) <= MOST + 1:
        return short, values
    size = values.sum(axis=0) + values.sum(axis=1)
    kept = sorted(np.argsort(-size, kind="stable")[:MOST].tolist())
    where = np.asarray([kept.index(n) if n in kept else MOST for n in range(len(places))])
    flows = np.zeros((MOST + 1, MOST + 1))
    np.add.at(flows, (where[:, None], where[None, :]), values)
    return [*(short[n] for n in kept), say("ribbons_others", lang)], flows
