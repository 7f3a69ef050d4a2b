"""The arrays that the pricing kernel and the program read: pairs, what routes pass through, offers, capacities.

Amounts are fen in float64 (exact below 2^53); places, achievements, needs and the rest are numbered from 0 in the order
of their ids; place 0 is "unknown".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sanwang.planning.borders import Borders

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Pairs(NamedTuple):
    """Matched pairs, a row each; ``budget`` is infinite where none is given, ``left`` months to the deadline."""

    need: Ints
    achievement: Ints
    score: Floats
    gap: Ints
    stations: Ints
    marks: Ints
    profile: Ints
    origin: Ints
    target: Ints
    value: Floats
    budget: Floats
    ask: Floats
    left: Ints
    chance: Floats  # that the match holds

    def at(self, which: slice | Ints) -> Pairs:
        """Some of the pairs."""
        fields: Any = self
        return Pairs(*(field[which] for field in fields))


class Layers(NamedTuple):
    """What routes pass through. Lists of lists are kept as (start, members): ``members[start[i]:start[i+1]]``."""

    discount: Floats  # by month from January of the first year; 1 up to the plan's start
    opens: Ints  # by year: the month in which a route that starts in it begins
    rate: Floats  # technology, place x place
    days: Floats
    capital_rate: Floats
    capital_days: Floats
    station_start: Ints  # by (options, TRL) combination -> stations
    station_members: Ints
    station_share: Floats  # of the base's uplift, by member: what its fit lets through
    station_base: Ints
    base_price: Floats
    base_months: Ints
    base_uplift: Floats
    base_place: Ints
    maker_start: Ints  # by list of options -> makers
    maker_members: Ints
    maker_setup: Floats
    maker_months: Ints
    maker_place: Ints  # -1: where the need is
    item_start: Ints  # by profile * 3 + stage -> items
    item_members: Ints
    package_product: Ints
    package_guarantee: Ints  # -1: none
    package_lease: Bools
    package_low: Floats
    package_high: Floats
    package_interest: Floats  # share of the principal over the term
    package_months: Ints
    package_place: Ints
    product_revolves: Bools  # by product: what comes back can be lent again
    need_package: Bools  # need x package
    achievement_package: Bools
    either_package: Bools  # package x sector set: eligible by industry
    need_sector: Ints
    achievement_sector: Ints
    limits: Floats  # gap_limit, gap_limit_pilot, months_per_level, technical p, p per level, cap, transfers,
    # pilot_share.
    # Transfers: 1 where what the firm pays to owner and lender counts as cost, 0 where only the region's surplus does


@dataclass(frozen=True)
class Offers:
    """Factor offers, and the items (class and units a stage takes) they can serve."""

    ids: tuple[str, ...]
    price: Floats
    capacity: Floats
    place: Ints
    rates: Floats  # offer x place of the need
    items: tuple[tuple[str, str, float], ...]
    serving: tuple[Ints, ...]  # by item -> offers


@dataclass(frozen=True)
class Instance:
    """The whole problem: arrays, ids, capacities (infinite where the table gives none)."""

    pairs: Pairs
    layers: Layers
    offers: Offers
    borders: Borders
    years: range
    needs: tuple[str, ...]
    achievements: tuple[str, ...]
    stations: tuple[tuple[str, str | None], ...]
    bases: tuple[str, ...]
    makers: tuple[str | None, ...]
    products: tuple[str, ...]
    licences: Floats
    station_capacity: Floats
    base_capacity: Floats  # by year, as makers' and offers'
    maker_capacity: Floats
    budgets: Floats
    matched: Mapping[str, bool]
    """Needs with at least one match above the least score → whether they can be valued."""
    terms: Mapping[str, tuple[bool, int]]
    """By product whether its budget revolves, and its months."""
    reserved: Floats | None = None
    """What routes under way already take of each row, policies left out."""

    @property
    def places(self) -> tuple[str | None, ...]:
        """Place codes by number."""
        return tuple(self.borders.index)
