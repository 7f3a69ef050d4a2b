"""The map and the Sankey as one SVG file, for a README or a slide."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sanwang.errors import DataError
from sanwang.planning.studies.named import name_routes
from sanwang.report.legs import STAGES
from sanwang.report.map import route_map
from sanwang.report.markup import Markup, tag
from sanwang.report.sankey import sankey
from sanwang.sources.atomic import atomic_path
from sanwang.study.words import language, say

if TYPE_CHECKING:
    from sanwang.planning.plan import Plan
    from sanwang.region import Region

_WIDTH, _HEIGHT = 1240.0, 640.0
_FONTS = '"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif'


def picture(region: Region, plan: Plan, lang: str = "zh") -> str:
    """An SVG of map and Sankey side by side, marked fictional where the region is.

    Raises DataError for a plan without routes or a region without places: there is nothing to draw.
    """
    named = name_routes(region, plan, lang)
    left = (
        None if named.is_empty() else route_map(region, named, lang, 430.0, x=24, y=60, width=430, height=548)
    )
    if left is None:
        raise DataError("a picture needs at least one route between known places; this plan has none")
    right = sankey(named, lang, 740.0, 500.0, x=476, y=100, width=740, height=500)
    style = (files("sanwang.report") / "drawing.css").read_text(encoding="utf-8")
    drawing = tag(
        "svg",
        tag("style", Markup(f"{style}svg{{font-family:{_FONTS}}}")),
        tag("rect", width=_WIDTH, height=_HEIGHT, fill="#fff"),
        tag(
            "text",
            say("title", lang, region=region.name or say("this_region", lang)),
            x=24,
            y=40,
            font_size=22,
            font_weight=700,
            fill="#1f3a54",
        ),
        *_legend(lang),
        left,
        right,
        *_notice(region, lang),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
        font_size=13,
    )
    return f"{drawing}\n"


def write_picture(region: Region, plan: Plan, path: str | Path, lang: str = "zh") -> Path:
    """Write the picture as an SVG file and return its path."""
    text = picture(region, plan, language(lang))
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return Path(path)


def _legend(lang: str) -> list[Markup]:
    spots = [476 + 200 * j for j in range(len(STAGES))]
    swatches = [
        tag("path", d=f"M{x},69h26", class_=f"leg {stage}", stroke_width=4)
        for x, stage in zip(spots, STAGES, strict=True)
    ]
    words = [
        tag("text", say(f"stage_{stage}", lang), x=x + 36, y=74)
        for x, stage in zip(spots, STAGES, strict=True)
    ]
    return [*swatches, *words]


def _notice(region: Region, lang: str) -> list[Markup]:
    if not region.fictional:
        return []
    return [tag("text", say("fictional", lang), x=24, y=_HEIGHT - 18, class_="notice")]
