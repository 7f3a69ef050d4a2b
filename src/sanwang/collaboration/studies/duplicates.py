"""Near-duplicates declared as a study."""

from __future__ import annotations

import polars as pl

from sanwang.collaboration.duplicates import duplicates as find
from sanwang.collaboration.studies.pairs import pairs_shown
from sanwang.engine.port import Engine
from sanwang.region import Region
from sanwang.study.declare import Report, study
from sanwang.study.shown import Shown


def shown(found: pl.DataFrame, region: Region, lang: str) -> Shown:
    """The pairs, for a person to decide on."""
    return pairs_shown("duplicates", found, lang)


def data(found: pl.DataFrame, region: Region) -> dict[str, object]:
    """Every pair."""
    return {"pairs": found}


@study("duplicates", show=shown, data=data)
def duplicates(
    region: Region, *, lang: str = "zh", progress: Report | None = None, engine: Engine | None = None
) -> pl.DataFrame:
    """Pairs of achievements, and of needs, that may be one: reworded, copied, or in two languages.

    The likeness is an order and not a probability.
    """
    return find(region, lang, progress=progress, engine=engine)
