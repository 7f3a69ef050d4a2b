"""The fit of bases and makers to results declared as a study."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from sanwang.collaboration.fit.fits import FLOOR, Fits
from sanwang.collaboration.fit.fits import fit as find
from sanwang.region import Region
from sanwang.region.names import beside, titles
from sanwang.study.declare import study
from sanwang.study.option import Option, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Table, column, field_column
from sanwang.study.words import say, word


def shown(found: Fits, region: Region, lang: str) -> Shown:
    """Stations by result, the best first, and the results that nobody here could serve."""
    stations = region["bases"].height + region["makers"].height
    results = found.frame["achievement"].n_unique()
    told = say("fit_said", lang, results=results, stations=stations, nobody=found.nobody.height)
    tables = [_fits(found, region, lang), _nobody(found, region, lang)]
    return Shown(say("fit_title", lang), [told], tables, notes=[say("fit_note", lang, floor=f"{FLOOR:g}")])


def _fits(found: Fits, region: Region, lang: str) -> Table:
    frame = station_names(
        beside(found.frame, "achievement", titles(region, lang)["achievement"]), region, lang
    )
    columns = (
        field_column("achievements", "id", "achievement", "id", lang),
        field_column(
            "achievements", "title", "achievement_name", "text", lang, under=("achievement", "achievement_actor")
        ),
        column("side", "text", lang), column("station", "id", lang), column("station_name", "text", lang),
        column("fit", "score", lang), column("reasons", "long", lang),
    )  # fmt: skip
    brief = ("achievement_name", "side", "station_name", "fit", "reasons")
    return Table("fit", say("fit_title", lang), frame, columns, brief=brief, data=found.frame)


def _nobody(found: Fits, region: Region, lang: str) -> Table:
    frame = beside(found.nobody, "achievement", titles(region, lang)["achievement"])
    sides = {s: word("sides", s, lang) for s in ("base", "maker")}
    columns = (
        field_column("achievements", "id", "achievement", "id", lang),
        field_column("achievements", "title", "achievement_name", "text", lang, under=("achievement",)),
        column("side", "text", lang), column("nearest", "score", lang),
    )  # fmt: skip
    named = frame.with_columns(pl.col("side").replace(sides)).rename({"best": "nearest"})
    return Table("nobody", say("nobody_title", lang), named, columns, data=found.nobody)


def station_names(frame: pl.DataFrame, region: Region, lang: str, key: str = "station") -> pl.DataFrame:
    """The frame with ``{key}_name`` of a base or maker, and its side in words."""
    names = titles(region, lang)
    known = pl.concat([names["base"], names["maker"]]).select(
        pl.col("id").alias(key), pl.col("title").alias(f"{key}_name")
    )
    sides = {s: word("sides", s, lang) for s in ("base", "maker")}
    joined = frame.join(known.unique(key, keep="first"), on=key, how="left", maintain_order="left")
    return joined.with_columns(pl.col("side").replace(sides))


def data(found: Fits, region: Region) -> dict[str, object]:
    """Every result, side and station with its fit and reasons, and who nobody here could serve."""
    return {"fit": found.frame, "nobody": found.nobody}


@study("fit", show=shown, data=data)
def fit(
    region: Region,
    *,
    k: Annotated[
        int | None,
        Option(
            "每项成果与环节取几家；缺省全部",
            "stations a result and side; all unless given",
            whole(1),
            names=("-k",),
        ),
    ] = None,
    lang: str = "zh",
) -> Fits:
    """Which bases could pilot and which makers could make each result, from texts and classes, with reasons.

    Processes, materials, equipment, services and codes are read apart; codes may be missing. Raises DataError where
    there are no results, or neither bases nor makers.
    """
    return find(region, k, lang)
