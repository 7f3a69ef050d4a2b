"""The plan's frames with names beside the identifiers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from sanwang.planning.constraints import words
from sanwang.region.names import beside, place_names, titles
from sanwang.study.words import FEN_PER_WAN, reason_words, say, word

if TYPE_CHECKING:
    from sanwang.collaboration.matches import Matches
    from sanwang.planning.plan import Plan
    from sanwang.region import Region

STOPS = ("origin", "base", "maker", "need")
"""Where a route stops; the frame has ``{stop}_place`` for each."""

PARTS = ("ask_cost", "base_cost", "maker_cost", "factor_cost", "finance_cost", "barrier_cost")
"""The parts of a route's cost, in fen."""


def name_routes(region: Region, plan: Plan, lang: str) -> pl.DataFrame:
    """``plan.routes`` with ``{key}_name``, ``{key}_actor`` for what a route uses, ``{stop}_spot`` (city code),
    ``{stop}_city``, ``{stop}_province`` for where it stops, and ``path`` (cities in words)."""
    names = titles(region, lang)
    frame = plan.routes
    for key in ("need", "achievement", "base", "maker", "product"):
        frame = beside(frame, key, names[key])
    places = place_names(region, lang)
    for stop in STOPS:
        here = places.select(
            pl.col("place").alias(f"{stop}_place"),
            pl.col("spot").alias(f"{stop}_spot"),
            pl.col("spot_name").alias(f"{stop}_city"),
            pl.col("province").alias(f"{stop}_province"),
        )
        frame = frame.join(here, on=f"{stop}_place", how="left", maintain_order="left")
    return frame.with_columns(_path(lang))


_PATH = re.compile(r"(?P<stops>.*) (?P<year>\d{4})(?: \((?P<paid>.*)\))?", re.DOTALL)


def _path(lang: str) -> pl.Expr:
    unknown = say("nowhere", lang)
    cities = [
        pl.when(pl.col(key).is_not_null()).then(pl.coalesce(f"{stop}_city", pl.lit(unknown)))
        for stop, key in zip(STOPS, ("achievement", "base", "maker", "need"), strict=True)
    ]
    return pl.concat_str(*cities, separator=" → ", ignore_nulls=True).alias("path")


def path_words(region: Region, frame: pl.DataFrame, lang: str, *columns: str) -> pl.DataFrame:
    """A frame of changes with the paths in its columns (``R → B → M → N 2026 (P)``) by name instead of by id, without
    the need, and ``need_name``."""
    known = {i: t for f in titles(region, lang).values() for i, t in f.select("id", "title").iter_rows() if t}

    def named(path: str) -> str:
        found = _PATH.fullmatch(path)
        if found is None:
            return path
        stops = [known.get(s, s) for s in found["stops"].split(" → ")[:-1]]
        year = say("path_year", lang, year=found["year"])
        paid = (
            say("path_paid", lang, product=known.get(found["paid"], found["paid"])) if found["paid"] else ""
        )
        return " → ".join(stops) + year + paid

    shown = frame.with_columns(pl.col(c).map_elements(named, pl.String) for c in columns)
    return beside(shown, "need", titles(region, lang)["need"])


def name_unmet(region: Region, plan: Plan, lang: str) -> pl.DataFrame:
    """``plan.unmet`` with need_name, need_actor, reason_words, detail, and the need's trl, budget and deadline."""
    facts = region["needs"].select(pl.col("id").alias("need"), "trl_required", "budget", "deadline")
    reasons = {code: reason_words(code, lang) for code in plan.unmet["reason"].unique().drop_nulls()}
    return (
        beside(plan.unmet, "need", titles(region, lang)["need"])
        .join(facts.unique("need", keep="first"), on="need", how="left", maintain_order="left")
        .with_columns(
            pl.col("reason").replace(reasons).alias("reason_words"),
            pl.col("detail_zh" if lang == "zh" else "detail_en").alias("detail"),
        )
    )


def name_usage(region: Region, plan: Plan, lang: str) -> pl.DataFrame:
    """``plan.usage`` with kind_words, unit_words, name, actor and rate; money is in 万元.

    Rate is used over capacity, null where capacity is null or 0.
    """
    known = pl.concat(
        [
            f.select(
                pl.lit(kind).alias("kind"),
                "id",
                pl.col("title").alias("name"),
                pl.col("actor_name").alias("actor"),
            )
            for kind, f in titles(region, lang).items()
        ]
    ).unique(["kind", "id"], keep="first")
    scale = pl.when(pl.col("unit") == "fen").then(FEN_PER_WAN).otherwise(1)
    return plan.usage.join(known, on=["kind", "id"], how="left", maintain_order="left").with_columns(
        pl.col("used") / scale,
        pl.col("capacity") / scale,
        pl.col("kind").replace({k: words(k, lang) for k in plan.usage["kind"].unique()}).alias("kind_words"),
        _worded("unit", "units", plan.usage, lang),
        pl.when(pl.col("capacity") > 0).then(pl.col("used") / pl.col("capacity")).alias("rate"),
    )


def _worded(key: str, section: str, frame: pl.DataFrame, lang: str) -> pl.Expr:
    words = {code: word(section, code, lang) for code in frame[key].drop_nulls().unique()}
    return pl.col(key).replace(words).alias(f"{key}_words")


def name_matches(region: Region, matches: Matches, plan: Plan, lang: str) -> pl.DataFrame:
    """``matches.frame`` with need_name, achievement_name and the route that uses the pair, if any."""
    names = titles(region, lang)
    used = plan.routes.select("need", "achievement", "route").unique(["need", "achievement"], keep="first")
    frame = beside(beside(matches.frame, "need", names["need"]), "achievement", names["achievement"])
    return frame.join(used, on=["need", "achievement"], how="left", maintain_order="left")
