"""The region with the plan's routes: legs between cities as arcs, coloured by stage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from sanwang.region.geography import gazetteer
from sanwang.report.boundaries import Outlines, city_middle, outlines
from sanwang.report.legs import STAGES, Stop, legs, stops
from sanwang.report.markup import Markup, tag
from sanwang.standards import places as gb2260
from sanwang.study.words import money_words, say

if TYPE_CHECKING:
    from sanwang.region import Region

Point = tuple[float, float]
_BEND = {"pilot": 0.13, "make": 0.2, "apply": 0.27}
_FONT = 13.0
_LARGE = 19.0
"""Size of labels on a narrow screen; the drawing is scaled down there."""


def route_map(
    region: Region, named: pl.DataFrame, lang: str, width: float = 660.0, /, **box: object
) -> Markup | None:
    """An SVG of the provinces that routes touch (of all actors where there is no route); None without places.

    ``named`` are routes with the city of each stop; ``box`` places the drawing within another.
    """
    touched = stops(named)
    frame = outlines(_provinces(region, touched), width)
    if frame is None:
        return None
    where = {stop.spot: frame.place(*at) for stop in touched if (at := _coordinates(region, stop.spot))}
    found, _ = legs(named)
    drawn = found.filter(pl.col("start").is_in(list(where)) & pl.col("end").is_in(list(where)))
    names = {stop.spot: stop.name for stop in touched}
    return tag(
        "svg",
        _markers(),
        tag("g", *_ground(frame), class_="ground"),
        tag("g", *_arcs(drawn, where, names, touched, lang), class_="arcs"),
        tag("g", *_cities(touched, where, frame.width, lang), class_="cities"),
        viewBox=f"0 0 {frame.width:.0f} {frame.height:.0f}",
        class_="map",
        **box,
        role="img",
        aria_label=say("map", lang),
    )


def _provinces(region: Region, touched: list[Stop]) -> set[str]:
    found = {stop.province for stop in touched if stop.province}
    if found:
        return found
    homes = gazetteer(region).filter(pl.col("place").is_in(region["actors"]["place"].drop_nulls().to_list()))
    return set(homes["province"].drop_nulls())


def _coordinates(region: Region, spot: str) -> Point | None:
    """Longitude and latitude of a city: GB/T 2260's seat, else the region's own place, else the middle."""
    official = gb2260.place(spot)
    if official is not None and official.lat is not None and official.lon is not None:
        return official.lon, official.lat
    own = region["places"].filter(
        (pl.col("code") == spot) & pl.col("lat").is_not_null() & pl.col("lon").is_not_null()
    )
    return (own["lon"][0], own["lat"][0]) if own.height else city_middle(spot)


def _markers() -> Markup:
    heads = (
        tag(
            "marker",
            tag("path", d="M0,0.6L7,3.5L0,6.4Z", class_=f"head {stage}"),
            id=f"to-{stage}",
            viewBox="0 0 7 7",
            refX=5.5,
            refY=3.5,
            markerWidth=7,
            markerHeight=7,
            markerUnits="userSpaceOnUse",
            orient="auto",
        )
        for stage in STAGES
    )
    return tag("defs", *heads)


def _ground(frame: Outlines) -> list[Markup]:
    return [
        tag("rect", width=frame.width, height=frame.height, rx=4, class_="sea"),
        *(tag("path", d=d, class_="around") for d in frame.around),
        *(tag("path", d=d, class_="city") for d in frame.cities.values()),
        *(tag("path", d=d, class_="province") for d in frame.provinces.values()),
    ]


def _radius(routes: int, most: int) -> float:
    return 3.0 + 10.0 * math.sqrt(routes / max(1, most))


def _arcs(
    found: pl.DataFrame, where: dict[str, Point], names: dict[str, str], touched: list[Stop], lang: str
) -> list[Markup]:
    most = max((stop.routes for stop in touched), default=1)
    radius = {stop.spot: _radius(stop.routes, most) for stop in touched}
    between = found.filter(pl.col("start") != pl.col("end"))
    widest = max(between["routes"].to_list(), default=1)
    arcs: list[Markup] = []
    # Thick legs first, so that thin ones stay visible on top.
    for row in between.iter_rows(named=True):
        start, end, stage = row["start"], row["end"], row["stage"]
        d = _arc(where[start], where[end], radius[start], radius[end] + 2, _BEND[stage])
        told = _leg_words(row, names, lang)
        share = row["routes"] / widest
        arcs.append(
            tag(
                "path",
                tag("title", told),
                d=d,
                class_=f"leg {stage}",
                stroke_width=f"{0.8 + 5.2 * math.sqrt(share):.1f}",
                stroke_opacity=f"{0.35 + 0.5 * share:.2f}",
                marker_end=f"url(#to-{stage})",
                data_ends=f"{start} {end}",
            )
        )
    return arcs


def _leg_words(row: dict[str, object], names: dict[str, str], lang: str) -> str:
    stage = say(f"stage_{row['stage']}", lang)
    worth = money_words(int(str(row["worth"])), lang)
    start, end = names[str(row["start"])], names[str(row["end"])]
    return say("leg_tip", lang, stage=stage, start=start, end=end, count=row["routes"], worth=worth)


def _arc(a: Point, b: Point, near: float, far: float, bend: float) -> str:
    """A quadratic curve from circle to circle, bent to the right of its direction."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.hypot(dx, dy) or 1.0
    control = ((a[0] + b[0]) / 2 - dy * bend, (a[1] + b[1]) / 2 + dx * bend)
    start, end = _toward(a, control, min(near, length / 3)), _toward(b, control, min(far, length / 3))
    return f"M{start[0]:.1f},{start[1]:.1f}Q{control[0]:.1f},{control[1]:.1f} {end[0]:.1f},{end[1]:.1f}"


def _toward(a: Point, b: Point, step: float) -> Point:
    length = math.hypot(b[0] - a[0], b[1] - a[1]) or 1.0
    return a[0] + (b[0] - a[0]) * step / length, a[1] + (b[1] - a[1]) * step / length


def _cities(touched: list[Stop], where: dict[str, Point], width: float, lang: str) -> list[Markup]:
    shown = [stop for stop in touched if stop.spot in where]
    most = max((stop.routes for stop in shown), default=1)
    radius = {stop.spot: _radius(stop.routes, most) for stop in shown}
    labels = _label_spots(shown, where, radius, width)
    marks: list[Markup] = []
    for stop in shown:
        x, y = where[stop.spot]
        lx, ly, anchor = labels[stop.spot]
        told = say("map_within", lang, city=stop.name, count=stop.routes)
        marks.append(
            tag(
                "g",
                tag("title", told),
                tag("circle", cx=x, cy=y, r=radius[stop.spot]),
                tag("text", short(stop.name), x=lx, y=ly, text_anchor=anchor),
                class_="stop",
                data_filter=stop.name,
                data_spot=stop.spot,
                tabindex=0,
                role="button",
                aria_label=told,
            )
        )
    return marks


def short(name: str) -> str:
    """A city's name as maps write it: without 市."""
    return name.removesuffix("市") if len(name) > 2 else name


def _label_spots(
    shown: list[Stop], where: dict[str, Point], radius: dict[str, float], width: float
) -> dict[str, tuple[float, float, str]]:
    """For each city the place of its label that covers least of other labels and circles; big cities choose first."""
    taken = [
        (x - radius[s], y - radius[s], x + radius[s], y + radius[s])
        for s, (x, y) in where.items()
        if s in radius
    ]
    chosen: dict[str, tuple[float, float, str]] = {}
    for stop in shown:
        x, y = where[stop.spot]
        r, long = radius[stop.spot] + 4, _FONT * max(1.0, ems(short(stop.name)))
        offers = [
            (x + r, y + 5, "start", x + r),
            (x - r, y + 5, "end", x - r - long),
            (x, y - r - 1, "middle", x - long / 2),
            (x, y + r + _FONT - 2, "middle", x - long / 2),
        ]
        boxes = [(left, ly - _FONT, left + long, ly + 3) for _, ly, _, left in offers]
        spill = long * _LARGE / _FONT
        outside = [x + r + spill > width, x - r - spill < 0, False, False]
        best = min(range(4), key=lambda k: (outside[k], sum(_overlap(boxes[k], t) for t in taken), k))
        taken.append(boxes[best])
        chosen[stop.spot] = offers[best][:3]
    return chosen


def ems(text: str) -> float:
    """About how many font sizes a label is long."""
    return sum(1.0 if ord(c) > 0x2E7F else 0.55 for c in text)


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return max(0.0, wide) * max(0.0, high)
