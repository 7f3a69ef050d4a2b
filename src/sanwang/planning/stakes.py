"""What is at stake in a route, stage by stage: what is lost if it stops where, and how far the outcome may lie off."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sanwang.planning.arrays import Floats, Instance
from sanwang.planning.columns import Columns, Parts, by_stage, years_paid
from sanwang.planning.gates import gates

STAGES = ("development", "pilot", "production")


class Stakes(NamedTuple):
    """Stage × route: whether a stage runs, the chance that the route stops there, and what is lost then (fen, present
    values, all paid so far). By route the standard deviation of what it brings, what is drawn of its loan, what of
    that is out where it stops (both expected), and what a pilot adds before it is paid for: chances that its uplift
    raises, and setups not paid because it says stop."""

    runs: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
    stops: Floats
    lost: Floats
    spread: Floats
    drawn: Floats
    exposed: Floats
    pilot: Floats


def stakes(given: Instance, columns: Columns, found: Parts) -> Stakes:
    """What is at stake in each column."""
    pairs, p = given.pairs, columns.pair
    passed = found.gates
    runs = np.stack([pairs.gap[p] > 0, columns.station >= 0, np.ones(p.size, np.bool_)])
    first = np.argmax(runs, axis=0)
    match = np.where(first == np.arange(3)[:, None], pairs.chance[p], 1.0)
    begun = np.stack([np.ones(p.size), passed.to_pilot, passed.to_production])
    chances = np.stack([passed.development, passed.pilot, passed.production])
    stops = np.where(runs, begun * (1 - match * chances), 0.0)
    paid = by_stage(given, columns, found)
    lost = np.cumsum(paid, axis=0)
    gained = (
        given.pairs.value[p] * given.layers.discount[np.minimum(found.done, given.layers.discount.size - 1)]
    )
    outcomes = np.concatenate([-lost, (gained - lost[2])[None]])
    weights = np.concatenate([stops, (1 - stops.sum(axis=0))[None]])
    mean = (weights * outcomes).sum(axis=0)
    spread = np.sqrt((weights * (outcomes - mean) ** 2).sum(axis=0))
    now = np.stack([given.layers.discount[12 * y] for y in years_paid(given, columns, found)])
    out = np.stack(found.drawn) * now
    exposed = (stops * np.cumsum(out, axis=0)).sum(axis=0)
    bare = gates(given, p, np.full(p.size, -1), np.zeros(p.size))
    pilot = (passed.success - bare.success) * gained + (bare.to_production - passed.to_production) * paid[2]
    return Stakes(
        runs, stops, lost, spread, (begun * out).sum(axis=0), exposed, np.where(runs[1], pilot, 0.0)
    )
