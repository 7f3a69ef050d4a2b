"""Where things are: the places a Region uses, their cities and provinces, and distances."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.region.region import Region
from sanwang.schema import KINDS
from sanwang.standards import places as gb2260

EARTH_KM = 6371.0088
"""Mean radius of the Earth (IUGG), km."""

_COLUMNS = {
    "place": pl.String,
    "name": pl.String,
    "name_en": pl.String,
    "lat": pl.Float64,
    "lon": pl.Float64,
    "city": pl.String,
    "city_name": pl.String,
    "city_name_en": pl.String,
    "province": pl.String,
    "province_name": pl.String,
}


def gazetteer(region: Region) -> pl.DataFrame:
    """One row per place code used in the Region: names, coordinates (WGS-84 degrees), city and province.

    A zone takes what it lacks from the nearest ancestor that has it; codes known to nobody have null names.
    """
    own = {row["code"]: row for row in region["places"].to_dicts()}
    used = {
        code
        for name, kind in KINDS.items()
        for f in kind.fields.values()
        if f.ref == "places"
        for code in _codes(region[name][f.name])
    }
    rows = [_describe(code, own) for code in sorted(used | set(own))]
    return pl.DataFrame(rows, schema=_COLUMNS)


def _codes(values: pl.Series) -> list[str]:
    """The codes of a column, item by item where it holds lists."""
    flat = values.explode() if isinstance(values.dtype, pl.List) else values
    return flat.drop_nulls().to_list()


def lineage(region: Region, code: str) -> tuple[str, ...]:
    """The place and every place around it, from the nearest outwards; a zone's parents are those of the Region."""
    return tuple(_lineage(code, {row["code"]: row for row in region["places"].to_dicts()}))


def _describe(code: str, own: dict[str, dict[str, object]]) -> dict[str, object]:
    line = _lineage(code, own)
    official = next((c for c in line if gb2260.place(c) is not None), None)
    city = gb2260.city_of(official) if official else None
    province = gb2260.province_of(official) if official else None
    found = {key: _first(key, line, own) for key in ("lat", "lon")}
    return {
        "place": code,
        "name": _first("name", [code], own),
        "name_en": _first("name_en", [code], own),
        **found,
        "city": city,
        "city_name": _first("name", [city], {}) if city else None,
        "city_name_en": _first("name_en", [city], {}) if city else None,
        "province": province,
        "province_name": _first("name", [province], {}) if province else None,
    }


def _lineage(code: str, own: dict[str, dict[str, object]]) -> list[str]:
    line: list[str] = []
    current: str | None = code
    while current and current not in line:
        line.append(current)
        official = gb2260.place(current)
        parent = own[current]["parent"] if current in own else None
        current = str(parent) if parent else (official.parent if official else None)
    return line


def _first(key: str, line: list[str], own: dict[str, dict[str, object]]) -> object:
    for code in line:
        official = gb2260.place(code)
        value = own.get(code, {}).get(key)
        if value is None and official is not None:
            value = getattr(official, key)
        if value is not None:
            return value
    return None


def actor_places(region: Region) -> pl.DataFrame:
    """One row an actor: actor, name, place, city, city_name, province, lat, lon (null where unknown)."""
    where = gazetteer(region).select("place", "city", "city_name", "province", "lat", "lon")
    return (
        region["actors"]
        .select(pl.col("id").alias("actor"), "name", "place")
        .join(where, on="place", how="left", maintain_order="left")
    )


def distance_km(
    lat1: npt.ArrayLike, lon1: npt.ArrayLike, lat2: npt.ArrayLike, lon2: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Great-circle distance in km by the haversine formula (Sinnott 1984); degrees in, broadcast, NaN kept."""
    a, b, c, d = (np.radians(np.asarray(x, dtype=np.float64)) for x in (lat1, lon1, lat2, lon2))
    h = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.minimum(1.0, np.sqrt(h)))
