"""The pricing kernel: for every matched pair, the route of greatest reduced cost, by dynamic programming.

Layers are start year, pilot station, maker and finance package; factor offers are chosen per item beforehand, because
their cost does not depend on the rest of the route. Compiled by Numba; released from the interpreter's lock, so that
chunks of pairs can run side by side.
"""

# pyright: reportUntypedFunctionDecorator=false

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from sanwang.planning.instance import Layers, Pairs

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Prices(NamedTuple):
    """What a route pays besides its own cost, in fen: a dual price per row of the program (0 for a plain cost)."""

    achievement: Floats
    need: Floats  # what policies add or take
    station: Floats  # station x year, the base's own price included
    maker: Floats  # maker x year, setup (discounted) included
    maker_order: Ints  # positions of maker_members by cost, year x member
    product: Floats  # per fen of principal
    item: Floats  # item x place of the need x year, all in
    yearly: Floats  # discount at the start of each year


def _jit(function: Any) -> Any:  # noqa: ANN401 - Numba's dispatcher has no type
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


@_jit
def order_makers(start: Ints, members: Ints, cost: Floats) -> Ints:
    """For each year, the positions of each list's makers from the cheapest; year x member."""
    years = cost.shape[1]
    order = np.empty((years, members.size), np.int64)
    for year in range(years):
        for row in range(start.size - 1):
            a, b = start[row], start[row + 1]
            keys = np.empty(b - a)
            for i in range(a, b):
                keys[i - a] = cost[members[i], year]
            ranks = np.argsort(keys, kind="mergesort")
            for i in range(b - a):
                order[year, a + i] = members[a + ranks[i]]
    return order


@_jit
def price_pairs(
    pairs: Pairs, layers: Layers, prices: Prices, floor: Floats, best: Floats, route: Ints, every: Ints
) -> int:
    """Fill ``best`` (reduced cost, −inf: none) and ``route`` (pair × station, maker, package, start).

    Routes at or below the pair's ``floor`` are not looked for. −1 stands for no pilot and for own funds. Where
    ``every`` has rows, all routes above the floor are written there (pair, station, maker, package, start) as far as
    they fit, and their number is returned.
    """
    collect = every.shape[0] > 0
    count = 0
    discount = layers.discount
    months_all = discount.size - 1
    years = months_all // 12
    gap_limit, gap_limit_pilot, per_level = layers.limits[0], layers.limits[1], layers.limits[2]
    technical, per_gap, cap = layers.limits[3], layers.limits[4], layers.limits[5]
    lists = layers.maker_start.size - 1
    quickest = np.full(lists, 1_000_000)
    for row in range(lists):
        for i in range(layers.maker_start[row], layers.maker_start[row + 1]):
            quickest[row] = min(quickest[row], layers.maker_months[layers.maker_members[i]])
    for p in range(pairs.need.size):
        top = floor[p]
        best[p] = -np.inf
        n, a, gap = pairs.need[p], pairs.achievement[p], pairs.gap[p]
        marks = pairs.marks[p]
        ma, mb = layers.maker_start[marks], layers.maker_start[marks + 1]
        if ma == mb:
            continue
        origin, target = pairs.origin[p], pairs.target[p]
        develop = int(gap * per_level)
        sa = layers.station_start[pairs.stations[p]]
        sb = layers.station_start[pairs.stations[p] + 1]
        if gap > gap_limit_pilot:
            sb = sa
        item_row = pairs.profile[p] * 3
        for start in range(years):
            opens = layers.opens[start]
            if opens + develop + quickest[marks] > pairs.left[p]:
                break
            now = discount[12 * start]
            fixed = layers.limits[6] * np.rint(pairs.ask[p] * now) + prices.achievement[a] + prices.need[n]
            if gap > 0:
                for i in range(layers.item_start[item_row], layers.item_start[item_row + 1]):
                    fixed += prices.item[layers.item_members[i], target, start]
            for s in range(sa - 1, sb):
                if s < sa:
                    if gap > gap_limit:
                        continue
                    station, base, place, pilot, uplift, paid = -1, -1, origin, 0, 0.0, 0.0
                    base_year = start
                else:
                    station = layers.station_members[s]
                    base = layers.station_base[station]
                    place, pilot = layers.base_place[base], layers.base_months[base]
                    uplift = layers.base_uplift[base] * layers.station_share[s]
                    paid = layers.base_price[base]
                    base_year = (opens + develop) // 12
                maker_year = (opens + develop + pilot) // 12
                if base_year >= years or maker_year >= years:
                    continue
                least = opens + develop + pilot + quickest[marks]
                if least > pairs.left[p]:
                    continue
                chance = technical - per_gap * gap + uplift
                chance = min(max(chance, 0.0), cap)
                chance = pairs.chance[p] * chance
                spent = fixed
                if station >= 0:
                    spent += prices.station[station, base_year]
                    for i in range(layers.item_start[item_row + 1], layers.item_start[item_row + 2]):
                        spent += prices.item[layers.item_members[i], target, base_year]
                for i in range(layers.item_start[item_row + 2], layers.item_start[item_row + 3]):
                    spent += prices.item[layers.item_members[i], target, maker_year]
                hope = chance * pairs.value[p] * discount[least] + 1.0 - spent
                # A maker's price may be negative where a policy asks for it: only the cheapest of all bounds the rest.
                if not hope - prices.maker[prices.maker_order[maker_year, ma], maker_year] > top:
                    continue
                for j in range(ma, mb):
                    maker = prices.maker_order[maker_year, j]
                    if not hope - prices.maker[maker, maker_year] > top:
                        break  # the rest cost as much or more
                    where = layers.maker_place[maker]
                    where = target if where < 0 else where
                    setup = layers.maker_setup[maker]
                    days, border = 0.0, 0.0
                    if station >= 0:
                        rate = layers.rate[origin, place]
                        if np.isinf(rate):
                            continue
                        border += rate * pairs.ask[p]
                        days += layers.days[origin, place]
                    rate, last = layers.rate[place, where], layers.rate[where, target]
                    if np.isinf(rate) or np.isinf(last):
                        continue
                    border += rate * (paid if station >= 0 else pairs.ask[p])
                    border += last * setup
                    days += layers.days[place, where] + layers.days[where, target]
                    work = opens + develop + pilot + layers.maker_months[maker]
                    done = work + int(np.ceil(days / 30))
                    if done > pairs.left[p]:
                        continue
                    before = -prices.maker[maker, maker_year] - spent - np.rint(border * now)
                    worth = np.rint(chance * pairs.value[p] * discount[done]) + before
                    if not worth > top:
                        continue
                    short = pairs.ask[p] + paid + setup - pairs.budget[p]
                    if short <= 0:
                        if collect:
                            if count < every.shape[0]:
                                every[count, 0], every[count, 1], every[count, 2] = p, station, maker
                                every[count, 3], every[count, 4] = -1, start
                            count += 1
                            continue
                        top = worth
                        best[p] = worth
                        route[p, 0], route[p, 1], route[p, 2], route[p, 3] = station, maker, -1, start
                        continue
                    for k in range(layers.package_product.size):
                        if not (layers.need_package[n, k] and layers.achievement_package[a, k]):
                            continue
                        if not (
                            layers.either_package[k, layers.need_sector[n]]
                            or layers.either_package[k, layers.achievement_sector[a]]
                        ):
                            continue
                        principal = max(short, layers.package_low[k])
                        if principal > layers.package_high[k]:
                            continue
                        if layers.package_lease[k] and principal > setup:
                            continue
                        capital = layers.capital_rate[layers.package_place[k], target]
                        if np.isinf(capital):
                            continue
                        slow = days + layers.capital_days[layers.package_place[k], target]
                        later = work + int(np.ceil(slow / 30))
                        if later > pairs.left[p]:
                            continue
                        interest = np.rint(np.ceil(principal * layers.package_interest[k] - 1e-6) * now)
                        cost = layers.limits[6] * interest
                        cost += np.rint(np.ceil(principal * capital - 1e-6) * now)
                        cost += prices.product[layers.package_product[k]] * principal
                        if layers.package_guarantee[k] >= 0:
                            cost += prices.product[layers.package_guarantee[k]] * principal
                        financed = np.rint(chance * pairs.value[p] * discount[later]) + before - cost
                        if financed > top:
                            if collect:
                                if count < every.shape[0]:
                                    every[count, 0], every[count, 1], every[count, 2] = p, station, maker
                                    every[count, 3], every[count, 4] = k, start
                                count += 1
                                continue
                            top = financed
                            best[p] = financed
                            route[p, 0], route[p, 1] = station, maker
                            route[p, 2], route[p, 3] = k, start
    return count
