"""A consortium as a drawing: members on the left, what is asked on the right, a line where one has it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sanwang.report.markup import Markup, tag
from sanwang.study.words import say

if TYPE_CHECKING:
    from sanwang.collaboration.chains.consortium import Consortium, Team

_WIDTH, _ROW, _LEFT, _RIGHT, _TOP = 900.0, 64.0, 360.0, 340.0, 52.0


def team_drawing(found: Consortium, team: Team, lang: str = "zh") -> Markup:
    """The drawing of one team; who alone has a capability is drawn with a thick line."""
    asked = [c.name for c in found.target.capabilities]
    rows = max(len(team.members), len(asked) + len(found.missing))
    height = _TOP + rows * _ROW + 40
    left = {m.actor: _TOP + (n + 0.5) * rows * _ROW / len(team.members) for n, m in enumerate(team.members)}
    names = [*asked, *found.missing]
    right = {c: _TOP + (n + 0.5) * rows * _ROW / len(names) for n, c in enumerate(names)}
    parts = [tag("rect", width=_WIDTH, height=height, fill="#fff")]
    for x, heading in ((16.0, say("team_members", lang)), (_WIDTH - _RIGHT, say("team_asked", lang))):
        parts.append(tag("text", heading, x=x, y=30, font_size=16, font_weight=700, fill="#1f3a54"))
    for member in team.members:
        for name in member.covers:
            sole = name in member.alone
            y1, y2 = left[member.actor], right[name]
            end = _WIDTH - _RIGHT
            path = (
                f"M{_LEFT:.0f},{y1:.0f}C{_LEFT + 90:.0f},{y1:.0f} {end - 90:.0f},{y2:.0f} {end:.0f},{y2:.0f}"
            )
            stroke = "#1f6fa8" if member.actor == team.leader else "#8f9ba6"
            parts.append(tag("path", d=path, fill="none", stroke=stroke, stroke_width=4 if sole else 1.8))
    for member in team.members:
        lead = member.actor == team.leader
        y = left[member.actor] - 24
        border = "#1f6fa8" if lead else "#8f9ba6"
        out = (
            "–" if member.without is None else "∞" if math.isinf(member.without) else f"+{member.without:.2f}"
        )
        small = say("team_member", lang, city=member.city or "–", share=f"{member.share:.0%}", without=out)
        parts.append(
            tag(
                "g",
                tag("title", "；".join(f"{k}：{v}" for k, v in member.covers.items())),
                tag(
                    "rect",
                    x=16,
                    y=y,
                    width=_LEFT - 16,
                    height=48,
                    rx=6,
                    fill="#e8f1f8" if lead else "#f5f7f8",
                    stroke=border,
                ),
                tag("text", _short(member.name, 22), x=26, y=y + 20, font_size=14, font_weight=700),
                tag("text", f"{'、'.join(member.roles)}｜{small}", x=26, y=y + 39, font_size=12),
            )
        )
    for name, y in right.items():
        open_ = name in found.missing
        fill, border = ("#fbe3e1", "#b3312c") if open_ else ("#e2f2ec", "#17876a")
        shown = _short(name, 22) + (say("team_open", lang) if open_ else "")
        parts.append(
            tag(
                "rect",
                x=_WIDTH - _RIGHT,
                y=y - 17,
                width=_RIGHT - 16,
                height=34,
                rx=6,
                fill=fill,
                stroke=border,
            )
        )
        parts.append(tag("text", shown, x=_WIDTH - _RIGHT + 10, y=y + 5, font_size=13.5))
    note = say("team_legend", lang) + ("　" + say("fictional", lang) if found.fictional else "")
    parts.append(tag("text", note, x=16, y=height - 14, font_size=12.5, style="fill:#5b6875"))
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH:.0f} {height:.0f}", role="img",
        aria_label=say("team_alt", lang, name=found.target.name), style=f"max-width:{_WIDTH:.0f}px",
    )  # fmt: skip


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
