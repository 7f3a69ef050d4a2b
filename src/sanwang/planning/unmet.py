"""Why a need is left out, decided from how far its best pair came."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from sanwang.planning.columns import Policies, rows
from sanwang.planning.engine import Engine
from sanwang.planning.generate import chunked, price, weighed
from sanwang.planning.instance import Instance, Pairs
from sanwang.planning.kernel import Floats
from sanwang.planning.solve import Solved

_WORDS = {
    "no_match": ("没有得分足够的成果", "no achievement scores high enough"),
    "no_value": (
        "没有预算也没有预期收益，无法估值",
        "neither budget nor value is given, so it cannot be valued",
    ),
    "trl": ("相近成果的成熟度差距过大", "the achievements that fit are too far from the TRL required"),
    "maker": ("没有能承接的产线", "no maker can take it on"),
    "deadline": (
        "任何路线都赶不上截止日期或规划期末",
        "no route is done by the deadline or the end of the horizon",
    ),
    "budget": (
        "预算不足，也没有额度合适的金融产品",
        "the budget does not cover it and no product's ticket fits",
    ),
    "border": (
        "扣除跨域成本后价值为负；没有壁垒则为正",
        "worth less than nothing after border costs, more than nothing without them",
    ),
    "crossing": (
        "跨行政区不允许，区内又没有可行路线",
        "crossing is not allowed, and there is no route without it",
    ),
    "worth": ("最好的路线价值也不为正", "even the best route is worth nothing"),
    "capacity": (
        "有可行路线，但所需的中试、承制、资金或要素已排满",
        "routes exist, but the base, maker, money or factor they need is taken",
    ),
    "competition": (
        "有可行路线，但成果的许可已给了价值更高的需求",
        "routes exist, but the licences went to needs worth more",
    ),
}
_CODES = {"no_value": "worth", "maker": "capacity"}
_SCHEMA = {"need": pl.String, "reason": pl.String, "detail_zh": pl.String, "detail_en": pl.String}
_CLOSED = 1e300


def unmet(
    given: Instance,
    open_borders: Instance,
    policies: Policies,
    solved: Solved,
    engine: Engine,
    met: Set[str] = frozenset(),
) -> pl.DataFrame:
    """Needs without a route: need, reason, and the reason in words (detail_zh, detail_en).

    ``open_borders`` is the same instance without barriers; needs ``met`` otherwise are not among them.
    """
    met = met | {given.needs[n] for n in given.pairs.need[solved.columns.pair].tolist()}
    left = [n for n in given.needs if n not in met]
    why = dict.fromkeys(left, "no_match")
    why |= {n: "no_value" for n in left if given.matched.get(n) is False}
    number = {name: i for i, name in enumerate(given.needs)}
    asked = np.zeros(len(given.needs), np.bool_)
    asked[[number[n] for n in left if given.matched.get(n)]] = True
    for need, reason in _reasons(given, open_borders, policies, solved, engine, asked).items():
        why[given.needs[need]] = reason
    table = [
        {"need": n, "reason": _CODES.get(r, r), "detail_zh": _WORDS[r][0], "detail_en": _WORDS[r][1]}
        for n, r in why.items()
    ]
    return pl.DataFrame(table, schema=_SCHEMA)


def _reasons(
    given: Instance,
    open_borders: Instance,
    policies: Policies,
    solved: Solved,
    engine: Engine,
    asked: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> dict[int, str]:
    """By need, why no route was chosen: gates are opened one after another until a route appears."""
    if not asked.any():
        return {}
    which = np.flatnonzero(asked[given.pairs.need])
    here, free = _only(given, which), _only(open_borders, which)
    held = rows(here, policies.limit)
    nothing = np.zeros(held.capacity.size)
    count = len(given.needs)

    def best(instance: Instance, duals: Floats, floor: float) -> Floats:
        found = price(instance, policies, held, duals, engine, chunked(instance.pairs, engine), floor)
        top = np.full(count, -np.inf)
        np.maximum.at(top, instance.pairs.need, found.best)
        return top

    worth = best(here, nothing, -np.inf)
    unlicensed = nothing.copy()
    if len(solved.columns):
        _, taken = weighed(given, solved.columns, policies, held)
        full = np.asarray(taken.sum(axis=1)).ravel() >= held.capacity - 1e-9
        licences = slice(held.offset["achievement"], held.offset["base"])
        unlicensed[licences] = np.where(full[licences], _CLOSED, 0.0)
    elsewhere = best(here, unlicensed, 0.0)
    unbarred = best(free, nothing, -np.inf)
    rich = here.pairs._replace(budget=np.full(which.size, np.inf))
    funded = best(replace(here, pairs=rich), nothing, -np.inf)
    layers, pairs = here.layers, here.pairs
    made = np.zeros(count, np.bool_)
    np.logical_or.at(made, pairs.need, layers.maker_start[pairs.marks] < layers.maker_start[pairs.marks + 1])
    stations = layers.station_start[pairs.stations] < layers.station_start[pairs.stations + 1]
    gate = (pairs.gap <= layers.limits[0]) | ((pairs.gap <= layers.limits[1]) & stations)
    ready = np.zeros(count, np.bool_)
    np.logical_or.at(ready, pairs.need, gate)
    closed = bool(np.isinf(layers.rate).any())
    reasons: dict[int, str] = {}
    for n in np.flatnonzero(asked).tolist():
        if worth[n] > 0:
            reasons[n] = "capacity" if elsewhere[n] > 0 else "competition"
        elif unbarred[n] > 0:
            reasons[n] = "crossing" if closed and worth[n] == -np.inf else "border"
        elif worth[n] > -np.inf:
            reasons[n] = "worth"
        elif n not in set(pairs.need.tolist()):
            reasons[n] = "competition"
        elif not ready[n]:
            reasons[n] = "trl"
        elif not made[n]:
            reasons[n] = "maker"
        elif funded[n] > -np.inf:
            reasons[n] = "budget"
        else:
            reasons[n] = "deadline"
    return reasons


def _only(given: Instance, which: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Instance:
    fields: dict[str, Any] = {name: field[which] for name, field in given.pairs._asdict().items()}
    return replace(given, pairs=Pairs(**fields))
