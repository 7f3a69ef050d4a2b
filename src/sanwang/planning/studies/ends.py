"""A plan at the low and high ends of the chances that matches hold: saved, read again, and proven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from sanwang.errors import InputError
from sanwang.planning.verify import verify

if TYPE_CHECKING:
    from sanwang.planning.plan import Plan
    from sanwang.region import Region

ENDS = ("low", "high")


def span_of(plan: Plan) -> dict[str, object] | None:
    """Worth, bound, number of routes and options of both ends; None where they were not solved."""
    if plan.ends is None:
        return None
    return {
        name: {
            "worth": end.worth,
            "bound": end.bound,
            "routes": end.routes.height,
            "options": dict(end.options),
        }
        for name, end in zip(ENDS, plan.ends, strict=True)
    }


def ends_of(plan: Plan, folder: Path, claim: Mapping[str, Any]) -> tuple[Plan, Plan] | None:
    """The ends of a saved plan: their routes, worth and bound. Raises InputError where a file is missing."""
    told = claim.get("range")
    if told is None:
        return None
    found: list[Plan] = []
    for name in ENDS:
        try:
            routes = pl.read_parquet(folder / f"routes-{name}.parquet")
        except (OSError, pl.exceptions.PolarsError) as error:
            raise InputError(f"{folder}: {error}", f"{folder}：无法读取（{error}）") from error
        one = told[name]
        worth, bound = int(one["worth"]), int(one["bound"])
        found.append(
            replace(plan, routes=routes, worth=worth, bound=bound, options=one["options"], ends=None)
        )
    return found[0], found[1]


def end_problems(region: Region, folder: Path, claim: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the ends of a saved plan, recomputed without the solver."""
    for name in ENDS if claim.get("range") is not None else ():
        told = claim["range"][name]
        routes = pl.read_parquet(folder / f"routes-{name}.parquet")
        found = verify(region, routes, told["options"])
        yield from (f"{name}: {problem}" for problem in found.problems)
        if found.worth != told["worth"] or told["bound"] < told["worth"]:
            yield f"{name}: worth {told['worth']}, should be {found.worth} / 净价值范围不符"


def steady(plan: Plan) -> list[str]:
    """For each route whether its pair is chosen at both ends too, as a phrase's key."""
    if plan.ends is None:
        return []
    low, high = (set(end.routes.select("need", "achievement").rows()) for end in plan.ends)
    names = {(True, True): "both", (True, False): "low", (False, True): "high", (False, False): "none"}
    pairs = plan.routes.select("need", "achievement").rows()
    return [f"steady_{names[p in low, p in high]}" for p in pairs]
