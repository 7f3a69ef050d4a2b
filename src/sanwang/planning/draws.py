"""Draws of what may turn out otherwise: success, prices, values and a maker's delay, with shocks that routes share.

Every draw keeps the mean. Success follows a beta distribution (it cannot pass 1, and clipping at 1 would bias it down),
prices and values a lognormal, delays a lognormal on the maker's months. A share of each variance is common: to a
sector, a province, or all prices; a Gaussian copula joins the parts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import beta

from sanwang.planning.arrays import Instance

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MOST = 0.5
"""A beta's standard deviation as a share of the greatest that its mean allows: beyond, it has two humps."""


@dataclass(frozen=True)
class Spread:
    """Relative standard deviations of success, cost, demand and delay, and the share of variance in common."""

    success: float = 0.15
    cost: float = 0.2
    demand: float = 0.25
    delay: float = 0.2
    common: float = 0.5


class Changes(NamedTuple):
    """What one draw changes of an instance: little beside the whole, so that a draw is quickly sent."""

    chance: Floats
    value: Floats
    ask: Floats
    base_price: Floats
    maker_setup: Floats
    maker_months: Ints
    offer_price: Floats


def changes_in(one: Instance) -> Changes:
    """What a draw may have changed."""
    pairs, layers = one.pairs, one.layers
    setup, months = layers.maker_setup, layers.maker_months
    return Changes(pairs.chance, pairs.value, pairs.ask, layers.base_price, setup, months, one.offers.price)


def changed(given: Instance, to: Changes) -> Instance:
    """The instance with one draw's changes."""
    return replace(
        given,
        pairs=given.pairs._replace(chance=to.chance, value=to.value, ask=to.ask),
        layers=given.layers._replace(
            base_price=to.base_price, maker_setup=to.maker_setup, maker_months=to.maker_months
        ),
        offers=replace(given.offers, price=to.offer_price),
    )


def drawn(given: Instance, rng: np.random.Generator, spread: Spread) -> Instance:
    """The instance with one draw of everything uncertain."""
    pairs, layers, offers = given.pairs, given.layers, given.offers
    sector = layers.need_sector[pairs.need] if layers.need_sector.size else pairs.need * 0
    homes = [given.borders.province(p) or "" for p in given.places]
    province = np.unique(homes, return_inverse=True)[1].astype(np.int64)
    by_need = np.zeros(len(given.needs), np.int64)
    by_need[pairs.need] = province[pairs.target]
    own, shared = np.sqrt(1 - spread.common), np.sqrt(spread.common)

    def mixed(*groups: Ints) -> Floats:
        """Standard normals with common parts, one for each grouping."""
        parts = [rng.standard_normal(int(g.max(initial=-1)) + 1)[g] for g in groups]
        both = np.sum(parts, axis=0) / np.sqrt(len(parts))
        return own * rng.standard_normal(groups[0].size) + shared * both

    def factor(size: float, z: Floats) -> Floats:
        sigma = np.sqrt(np.log1p(size**2))
        return np.exp(sigma * z - sigma * sigma / 2)

    needs = mixed(layers.need_sector, by_need) if layers.need_sector.size else mixed(by_need)
    price = rng.standard_normal()

    def priced(values: Floats) -> Floats:
        z = own * rng.standard_normal(values.size) + shared * price
        return np.rint(values * factor(spread.cost, z))

    ask = factor(spread.cost, own * rng.standard_normal(len(given.achievements)) + shared * price)
    late = factor(spread.delay, mixed(np.maximum(province[layers.maker_place], 0)))
    changes = Changes(
        success(pairs.chance, spread.success, mixed(sector, province[pairs.target])),
        np.rint(pairs.value * factor(spread.demand, needs)[pairs.need]),
        np.rint(pairs.ask * ask[pairs.achievement]),
        priced(layers.base_price),
        priced(layers.maker_setup),
        np.rint(layers.maker_months * late).astype(np.int64),
        priced(offers.price),
    )
    return changed(given, changes)


def success(chance: Floats, size: float, z: Floats) -> Floats:
    """Chances redrawn with the same mean: a beta with the relative deviation ``size``, where its mean allows that."""
    sure = (chance <= 0) | (chance >= 1) | (size == 0)
    mean = np.where(sure, 0.5, chance)
    most = mean * (1 - mean)
    variance = np.minimum((mean * size) ** 2, _MOST**2 * most)
    weight = most / np.maximum(variance, 1e-12) - 1
    found = beta.ppf(ndtr(z), mean * weight, (1 - mean) * weight)
    return np.where(sure, chance, np.asarray(found, np.float64))
