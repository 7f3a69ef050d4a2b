"""How many achievements and needs are left at each step towards a planned route."""

from __future__ import annotations

import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.planning.plan import Plan
from sanwang.region import Region
from sanwang.study.words import say

OUT_OF_REACH = ("no_match", "trl", "offer", "deadline", "border", "crossing", "budget", "several", "worth")
"""Reasons that leave a need without any route; the others mean that a route exists but others took its place."""

Steps = list[tuple[str, int]]


def reachable(plan: Plan) -> pl.Series:
    """Needs with a feasible route: those planned, and those left out only for want of capacity."""
    open_needs = plan.unmet.filter(~pl.col("reason").is_in(OUT_OF_REACH))["need"]
    return pl.concat([plan.routes["need"], open_needs]).unique().sort()


def achievement_steps(region: Region, matches: Matches, plan: Plan, lang: str) -> Steps:
    """Achievements on offer, matched with a need, matched with a need within reach, in the plan."""
    pairs = matches.frame
    near = pairs.filter(pl.col("need").is_in(reachable(plan).to_list()))
    counts = (
        region["achievements"].height,
        pairs["achievement"].n_unique(),
        _told(plan, "candidate_achievements", near["achievement"].n_unique()),
        plan.routes["achievement"].n_unique(),
    )
    keys = ("step_offered", "step_matched", "step_open", "step_planned")
    return [(say(key, lang), count) for key, count in zip(keys, counts, strict=True)]


def need_steps(region: Region, matches: Matches, plan: Plan, lang: str) -> Steps:
    """Needs, those with a match, those with a feasible route, those in the plan."""
    counts = (
        region["needs"].height,
        matches.frame["need"].n_unique(),
        _told(plan, "candidate_needs", reachable(plan).len()),
        plan.routes["need"].n_unique(),
    )
    keys = ("step_needs", "step_needs_matched", "step_needs_open", "step_planned")
    return [(say(key, lang), count) for key, count in zip(keys, counts, strict=True)]


def _told(plan: Plan, option: str, otherwise: int) -> int:
    """The planner's own count where the plan holds it, else what the reasons say."""
    count = plan.options.get(option)
    return count if isinstance(count, int) else otherwise
