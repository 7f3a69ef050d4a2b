"""A plan's routes drawn: on the map with its legend, and as flows for wide and narrow screens."""

from __future__ import annotations

import polars as pl

from sanwang.region import Region
from sanwang.report.legs import STAGES, legs
from sanwang.report.map import route_map
from sanwang.report.markup import Markup, tag
from sanwang.report.sankey import sankey
from sanwang.study.words import say


def mapped(region: Region, named: pl.DataFrame, lang: str) -> Markup:
    """The map of the routes; a sentence where no place can be located."""
    drawn = route_map(region, named, lang)
    if drawn is None:
        return tag("p", say("map_none", lang), class_="about")
    _, missing = legs(named)
    remark = [tag("p", say("map_missing", lang, count=missing), class_="about")] if missing else []
    keys = [tag("li", tag("span", class_=f"swatch {s}"), say(f"stage_{s}", lang)) for s in STAGES]
    aside = tag("div", tag("ul", *keys, class_="legend"), *remark, class_="aside")
    return tag("div", drawn, aside, class_="with-aside")


def flowing(named: pl.DataFrame, lang: str) -> Markup | None:
    """Origin, conversion and application as flows; None without routes."""
    if named.is_empty():
        return None
    wide = tag("div", sankey(named, lang), class_="for-wide")
    small = tag("div", sankey(named, lang, 400.0, 440.0), class_="for-narrow")
    return tag("div", wide, small)
