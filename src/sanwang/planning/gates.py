"""Stage gates: a route is development → pilot → production; each stage is paid only where the one before succeeded.

The technical risk of the missing levels shows before production: a share of it (``pilot_share``, of its logarithm) only
at scale, in a pilot, or without one in production, when its setup is paid. Whether the match holds shows in the first
stage that runs. The chances of all stages multiply to the route's probability.
"""

# pyright: reportUntypedFunctionDecorator=false

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from sanwang.planning.arrays import Bools, Floats, Instance, Ints


class Gates(NamedTuple):
    """By route: the technical chances of development, pilot and production once begun (1 where a stage does not run),
    the chances that pilot and production are begun, and that all goes well. The first stage that runs succeeds only
    where the match holds too."""

    development: Floats
    pilot: Floats
    production: Floats
    to_pilot: Floats
    to_production: Floats
    success: Floats


def _jit(function: Any) -> Any:  # noqa: ANN401 - Numba's dispatcher has no type
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


@_jit
def gate(limits: Floats, gap: int, piloted: bool, uplift: float) -> tuple[float, float, float]:
    """Technical chances of development, pilot and production."""
    ready = min(max(limits[3], 0.0), limits[5])
    whole = min(max(limits[3] - limits[4] * gap + uplift, 0.0), limits[5])
    ceiling = max(whole, ready)
    before = whole / ceiling if ceiling > 0.0 else 1.0
    development = before ** (1.0 - limits[7]) if gap > 0 else 1.0
    pilot = before ** limits[7] if piloted else 1.0
    production = whole / (development * pilot) if development * pilot > 0.0 else 0.0
    return development, pilot, production


@_jit
def _gates(limits: Floats, match: Floats, gap: Ints, piloted: Bools, uplift: Floats, found: Floats) -> None:
    for i in range(match.size):
        development, pilot, production = gate(limits, gap[i], piloted[i], uplift[i])
        found[0, i], found[1, i], found[2, i] = development, pilot, production
        to_pilot = match[i] * development if gap[i] > 0 else 1.0
        found[3, i] = to_pilot
        found[4, i] = match[i] * development * pilot if gap[i] > 0 or piloted[i] else 1.0


def gates(given: Instance, pair: Ints, station: Ints, shares: Floats) -> Gates:
    """The gates of routes; ``shares`` is what each pair's fit lets through of the base's uplift."""
    layers, pairs = given.layers, given.pairs
    piloted = station >= 0
    uplift = np.zeros(pair.size)
    if layers.station_base.size:
        base = layers.station_base[np.maximum(station, 0)]
        uplift = np.where(piloted, layers.base_uplift[base] * shares, 0.0)
    found = np.zeros((5, pair.size))
    match, gap = pairs.chance[pair], pairs.gap[pair]
    _gates(layers.limits, match, gap, piloted, uplift, found)
    development, pilot, production, to_pilot, to_production = found
    technical = np.clip(layers.limits[3] - layers.limits[4] * gap + uplift, 0.0, layers.limits[5])
    return Gates(development, pilot, production, to_pilot, to_production, match * technical)
