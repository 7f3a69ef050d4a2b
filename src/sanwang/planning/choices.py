"""Why each route goes through its base and its maker, and who would be the best alternative."""

from __future__ import annotations

import polars as pl

from sanwang.collaboration.fit.fits import SIDES, band
from sanwang.planning.capacity import able
from sanwang.planning.stations import Stations, fitted_of
from sanwang.region import Region

COLUMNS = {
    "route": pl.String,
    "side": pl.String,
    "station": pl.String,
    "fit": pl.Float64,
    "band": pl.String,
    "why": pl.String,
    "alternative": pl.String,
    "alternative_fit": pl.Float64,
    "alternative_why": pl.String,
}


def choices(region: Region, routes: pl.DataFrame, lang: str = "zh") -> pl.DataFrame:
    """A row a route and side: the base or maker it takes, its fit (0…1, and in bands strong, fair, weak, none), why it
    fits, and the best alternative with capacity, null where nobody else could do it. Routes without a base have no row
    for it."""
    fits = fitted_of(region)
    found: list[tuple[object, ...]] = []
    for side, stations in (("base", fits.bases), ("maker", fits.makers)):
        rows = region[SIDES[stations.side]].drop_nulls("id").sort("id")
        open_ = dict(zip(rows["id"].to_list(), able(rows), strict=True))
        with_room = [open_[i] for i in stations.ids]
        for route, need, result, chosen in routes.select("route", "need", "achievement", side).iter_rows():
            if chosen in stations.ids:
                found.append((route, side, chosen, *_told(stations, with_room, need, result, chosen, lang)))
    frame = pl.DataFrame(found, schema=COLUMNS, orient="row")
    return frame.sort("route", "side", maintain_order=True)


def _told(
    stations: Stations, with_room: list[bool], need: str, result: str, chosen: str, lang: str
) -> tuple[object, ...]:
    """Fit, band, why, and the alternative with its fit and why."""
    place = stations.ids.index(chosen)
    fit = float(stations.fit(need, result)[place])
    others = {s: f for s, f in stations.options(need, result, with_room).items() if s != place}
    said = (round(fit, 3), band(fit), stations.why(need, result, place, lang))
    if not others:
        return (*said, None, None, None)
    best = max(others, key=lambda s: (others[s], -s))
    return (*said, stations.ids[best], round(others[best], 3), stations.why(need, result, best, lang))
