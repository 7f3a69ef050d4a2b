"""How many achievements and needs are left at each step towards a planned route."""

from __future__ import annotations

from typing import Any

import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.collaboration.verdicts import obeyed
from sanwang.planning.plan import Plan
from sanwang.region import Region
from sanwang.study.words import say

WITHIN_REACH = ("capacity", "competition")
"""Reasons that mean a route exists but others took its place; with any other there is none."""

Steps = list[tuple[str, int]]


def reachable(plan: Plan) -> pl.Series:
    """Needs with a feasible route: those planned, and those left out only for want of capacity."""
    open_needs = plan.unmet.filter(pl.col("reason").is_in(WITHIN_REACH))["need"]
    return pl.concat([plan.routes["need"], open_needs]).unique().sort()


def usable(region: Region, matches: Matches, plan: Plan) -> pl.DataFrame:
    """The pairs the plan could use: those of enough score, less conflicts and what persons rejected."""
    assumed: Any = plan.options.get("assumptions") or {}
    least = float(assumed.get("min_score", {}).get("value", 0.0))
    pairs = obeyed(region, matches.frame, least).filter(pl.col("score") >= least)
    known = {k: region[k]["id"].to_list() for k in ("needs", "achievements")}
    return pairs.filter(
        pl.col("need").is_in(known["needs"]) & pl.col("achievement").is_in(known["achievements"])
    )


def achievement_steps(region: Region, pairs: pl.DataFrame, plan: Plan, lang: str) -> Steps:
    """Achievements on offer, matched with a need (in ``pairs``, the usable ones), matched with a need within reach, in
    the plan."""
    near = pairs.filter(pl.col("need").is_in(reachable(plan).to_list()))
    counts = (
        region["achievements"].height,
        pairs["achievement"].n_unique(),
        near["achievement"].n_unique(),
        plan.routes["achievement"].n_unique(),
    )
    keys = ("step_offered", "step_matched", "step_open", "step_planned")
    return [(say(key, lang), count) for key, count in zip(keys, counts, strict=True)]


def need_steps(region: Region, pairs: pl.DataFrame, plan: Plan, lang: str) -> Steps:
    """Needs, those with a match (in ``pairs``, the usable ones), those with a feasible route, those in the plan."""
    counts = (
        region["needs"].height,
        pairs["need"].n_unique(),
        reachable(plan).len(),
        plan.routes["need"].n_unique(),
    )
    keys = ("step_needs", "step_needs_matched", "step_needs_open", "step_planned")
    return [(say(key, lang), count) for key, count in zip(keys, counts, strict=True)]
