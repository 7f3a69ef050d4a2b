"""Flows drawn from a gravity model whose border effect is known: to see what an estimate is worth."""

from __future__ import annotations

import numpy as np
import polars as pl

from sanwang.factors.panel import PANEL, distances


def simulated_panel(
    places: int = 31,
    years: int = 10,
    border: float = -0.8,
    distance: float = -0.9,
    home: float = 1.0,
    jurisdictions: int = 6,
    spread: float = 1.0,
    per_cell: float = 20.0,
    seed: int = 0,
    heavy: bool = False,
) -> pl.DataFrame:
    """A panel (columns of ``panel.PANEL``) of counts: Poisson around a mean with a lognormal factor of mean one drawn
    for each pair and for each observation (``spread`` is the standard deviation of its logarithm, half the variance
    each), so that errors cluster by pair. Pure for a seed.

    ``heavy``: a few places are far larger than the others (sizes of a t distribution with 3 degrees of freedom that
    stay over the years), pairs stray each way by itself, and counts are negative binomial (variance mean + mean²).
    """
    rng = np.random.default_rng(seed)
    spots = np.column_stack([rng.uniform(25, 42, places), rng.uniform(105, 121, places)])
    km = distances(spots)
    side = np.arange(places) % jurisdictions
    size_out, size_in = rng.normal(0, 0.8, (years, places)), rng.normal(0, 0.8, (years, places))
    if heavy:
        large = np.clip(1.2 * rng.standard_t(3, (2, places)), -4, 4)
        size_out, size_in = large[0] + size_out / 4, large[1] + size_in / 4
    o, d, t = (
        x.ravel() for x in np.meshgrid(np.arange(places), np.arange(places), np.arange(years), indexing="ij")
    )
    crossing = side[o] != side[d]
    log_km = np.log(km[o, d])
    index = size_out[t, o] + size_in[t, d] + distance * (log_km - 6.5) + border * crossing + home * (o == d)
    each = spread / np.sqrt(2)
    of_pair = rng.normal(-(each**2) / 2, each, (places, places))
    first, second = (o, d) if heavy else (np.minimum(o, d), np.maximum(o, d))
    noise = np.exp(of_pair[first, second] + rng.normal(-(each**2) / 2, each, o.size))
    mean = per_cell * np.exp(index) * noise
    flow = rng.poisson(rng.gamma(1.0, mean) if heavy else mean)
    names = np.asarray([f"地点{n + 1}" for n in range(places)])
    sides = np.asarray([f"辖区{n + 1}" for n in range(jurisdictions)])
    low, high = np.minimum(side[o], side[d]), np.maximum(side[o], side[d])
    joined = np.char.add(np.char.add(sides[low], "|"), sides[high])
    frame = pl.DataFrame(
        {
            "origin": names[o], "destination": names[d], "year": t + 2014, "flow": flow.astype(float),
            "log_distance": log_km, "same_place": (o == d).astype(float),
            "border": np.where(crossing, joined, ""), "ties": np.zeros(o.size), "similarity": np.zeros(o.size),
        }
    )  # fmt: skip
    return frame.select(pl.col(c).cast(kind) for c, kind in PANEL.items())
