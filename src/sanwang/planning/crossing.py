"""Which routes cross a provincial border: one definition for the plan, its page and every comparison."""

from __future__ import annotations

import polars as pl

from sanwang.region import Region
from sanwang.region.names import place_names


def crossing(region: Region, routes: pl.DataFrame) -> pl.Series:
    """Whether the result's owner and the need's firm lie in different provinces, a value a route; null where either
    place is unknown. A zone lies where its division lies."""
    province: dict[str, str] = dict(
        place_names(region, "zh").select("place", "province").drop_nulls().iter_rows()
    )

    def at(column: str) -> pl.Expr:
        return pl.col(column).replace_strict(province, default=None, return_dtype=pl.String)

    return routes.select(crossing=at("origin_place") != at("need_place")).to_series()
