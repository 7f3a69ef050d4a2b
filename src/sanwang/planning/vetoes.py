"""A veto on a route of a plan: the same Region with one more decision, to be planned again."""

from __future__ import annotations

from datetime import date

import polars as pl

from sanwang.errors import OptionError
from sanwang.region import Region


def without(region: Region, routes: pl.DataFrame, route: str, why: str, who: str, when: date) -> Region:
    """The Region in which a person rejected the route's pair of need and result; ``replan`` shows what moves.

    Raises OptionError where no route has that name or nobody decides.
    """
    found = routes.filter(pl.col("route") == route)
    if found.is_empty():
        raise OptionError(f"no route is called {route!r} in this plan / 方案中没有这条路线")
    if not who.strip():
        raise OptionError("say who decides / 请写明决定人")
    row = found.row(0, named=True)
    said = pl.DataFrame(
        {
            "subject": [row["need"]],
            "other": [row["achievement"]],
            "verdict": ["reject"],
            "who": [who],
            "when": [when],
            "why": [why],
        }
    )
    return region.with_tables(decisions=pl.concat([region["decisions"], said], how="diagonal"))
