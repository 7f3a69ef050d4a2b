"""A Region, its matches and a horizon as arrays: what the pricing kernel and the program read.

Amounts are fen in float64 (exact below 2^53); places, achievements, needs and the rest are numbered from 0 in the order
of their ids; place 0 is "unknown".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl

from sanwang.planning.arrays import Instance, Ints, Layers, Pairs
from sanwang.planning.assumptions import Assumptions
from sanwang.planning.borders import Market, borders, closures
from sanwang.planning.capacity import able, yearly
from sanwang.planning.chances import with_chances
from sanwang.planning.packages import obey, packages, terms_of
from sanwang.planning.requirements import factor_offers, profiles_of
from sanwang.planning.station_lists import makers_of, numbers, stations_of
from sanwang.planning.stations import fitted_of, lists
from sanwang.region import Region

_OPEN = np.inf


def instance(
    region: Region,
    matches: pl.DataFrame,
    years: range,
    given: Assumptions,
    market: Market = "today",
    begin: int = 0,
    closed: Sequence[str] = (),
    objective: str = "firm",
) -> Instance:
    """The arrays of a Region over the pairs whose score reaches ``min_score``. Nothing starts before the month
    ``begin`` (0: January) of the first year."""
    walls = borders(region, market, closures(closed))
    homes: dict[str | None, str | None] = dict(region["actors"].select("id", "place").iter_rows())
    needs, achievements = region["needs"].sort("id"), region["achievements"].sort("id")
    trl = numbers(achievements["trl"], 0).astype(np.int64)

    def at(place: str | None) -> int:
        return walls.index.get(place, 0)

    owner = np.array([at(homes.get(a)) for a in achievements["owner"].to_list()], np.int64)
    target = np.array([at(homes.get(a)) for a in needs["actor"].to_list()], np.int64)
    known, matched = _known(matches, needs, achievements, given)
    n, a = known["n"].to_numpy().astype(np.int64), known["a"].to_numpy().astype(np.int64)
    bases, makers = (region[k].drop_nulls("id").sort("id") for k in ("bases", "makers"))
    required = numbers(needs["trl_required"], 0).astype(np.int64)
    gap = np.maximum(0, required[n] - np.where(trl[a] > 0, trl[a], required[n]))
    profile, profiles = profiles_of(region, achievements, needs, a, n)
    offers, item_start, item_members = factor_offers(region, walls, homes, profiles, years)
    asked, offered = known["need"].to_list(), known["achievement"].to_list()
    fits = fitted_of(region)
    piloted = lists(fits.bases, asked, offered, able(bases))
    stations, station_capacity, combos, station_start, station_members, shares = stations_of(
        bases, piloted, trl[a], (trl[a] > 0) & (required[n] > 0) & (trl[a] >= required[n])
    )
    made, maker_start, maker_members, own = makers_of(makers, fits, asked, offered)
    value = numbers(needs["value"], np.nan)
    value = np.where(np.isnan(value), numbers(needs["budget"], np.nan), value)
    rate, days = walls.matrices("technology")
    capital_rate, capital_days = walls.matrices("capital")
    money = packages(region, homes, walls, needs, achievements, trl, dt.date(years.start, begin + 1, 1))
    obey(money, region, needs["id"].to_list(), achievements["id"].to_list())
    default = int(given.default_months)
    layers = Layers(
        (1.0 + given.discount_rate) ** (-np.maximum(np.arange(12 * len(years) + 1) - begin, 0) / 12),
        np.maximum(12 * np.arange(len(years)), begin),
        rate,
        days,
        capital_rate,
        capital_days,
        station_start,
        station_members,
        shares,
        np.array([b for b, _, _ in stations], np.int64),
        numbers(bases["price"], 0.0),
        numbers(bases["months"], default).astype(np.int64),
        numbers(bases["success_uplift"], 0.0),
        np.array([at(p or homes.get(x)) for p, x in bases.select("place", "actor").iter_rows()], np.int64),
        maker_start,
        maker_members,
        np.append(numbers(makers["setup"], 0.0), np.zeros(own)),
        np.append(numbers(makers["months"], default), np.full(own, default)).astype(np.int64),
        np.array(
            [*(at(p or homes.get(x)) for p, x in makers.select("place", "actor").iter_rows()), *[-1] * own],
            np.int64,
        ),
        item_start,
        item_members,
        **money,
        limits=np.array(
            [
                given.gap_limit,
                given.gap_limit_pilot,
                given.months_per_level,
                given.technical_probability,
                given.probability_per_level,
                given.probability_cap,
                0.0 if objective == "region" else 1.0,
                given.pilot_share,
            ]
        ),
    )
    pairs = Pairs(
        n,
        a,
        known["score"].to_numpy().astype(np.float64),
        gap,
        combos,
        made,
        profile,
        owner[a],
        target[n],
        value[n],
        numbers(needs["budget"], _OPEN)[n],
        numbers(achievements["ask"], 0.0)[a],
        _months_left(needs, years)[n],
        known["chance"].to_numpy().astype(np.float64),
    )
    base_ids = tuple(bases["id"].to_list())
    return Instance(
        pairs,
        layers,
        offers,
        walls,
        years,
        tuple(needs["id"].to_list()),
        tuple(achievements["id"].to_list()),
        tuple((base_ids[b], s) for b, s, _ in stations),
        base_ids,
        (*makers["id"].to_list(), *[None] * own),
        tuple(region["products"].sort("id")["id"].to_list()),
        numbers(achievements["licences"], _OPEN),
        station_capacity,
        yearly(bases, years, 0.0),
        np.vstack([yearly(makers, years, 0.0), np.full((own, len(years)), _OPEN)]),
        numbers(region["products"].sort("id")["budget"], _OPEN),
        matched,
        terms_of(region),
    )


def _known(
    matches: pl.DataFrame, needs: pl.DataFrame, achievements: pl.DataFrame, given: Assumptions
) -> tuple[pl.DataFrame, dict[str, bool]]:
    """Pairs with both ends known and enough score, and needs matched → valued."""
    left = needs.select(
        need="id", n=pl.int_range(pl.len()), valued=pl.coalesce("value", "budget").is_not_null()
    )
    right = achievements.select(
        achievement="id", a=pl.int_range(pl.len()), closed=pl.col("licences").eq(0).fill_null(False)
    )
    pairs = (
        with_chances(matches, given)
        .select("need", "achievement", "score", "chance")
        .filter(pl.col("score") >= given.min_score)
        .join(left, on="need")
        .join(right, on="achievement")
        .sort("n", "a")
    )
    matched = dict(pairs.select("need", "valued").unique().iter_rows())
    return pairs.filter(pl.col("valued") & ~pl.col("closed")).unique(["n", "a"], maintain_order=True), matched


def _months_left(needs: pl.DataFrame, years: range) -> Ints:
    """Whole months from January of the first year to the deadline's evening, or to the end of the horizon."""
    horizon = len(years) * 12
    after = pl.col("deadline").dt.offset_by("1d")
    due = needs.select((after.dt.year().cast(pl.Int64) - years[0]) * 12 + after.dt.month().cast(pl.Int64) - 1)
    return np.minimum(due.to_series().fill_null(horizon).to_numpy(), horizon).astype(np.int64)
