"""The pricing kernel: for every matched pair, the route of greatest reduced cost, by dynamic programming.

Layers are start year, pilot station, maker and finance package. What a stage takes is weighed with the chance that it
is begun (``gates``), prices of rows are not: a place is held whether it is used or not. Compiled by Numba; released
from the interpreter's lock, so that chunks of pairs can run side by side.
"""

# pyright: reportUntypedFunctionDecorator=false

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from sanwang.planning.arrays import Floats, Ints, Layers, Pairs
from sanwang.planning.gates import gate

LEVELS = np.array([0.0, 0.05, 0.1, 0.3, 0.6, 1.0])
"""Chances of beginning production at which makers are put in order; a maker costs at any chance at least what it costs
at a lower one."""


class Prices(NamedTuple):
    """What a route pays for rows at their dual prices, in fen, and what serves its factor items."""

    achievement: Floats
    need: Floats  # what policies add or take
    station: Floats  # station x year
    maker: Floats  # maker x year
    maker_order: Ints  # positions of maker_members by cost, level x year x member
    product: Floats  # per fen of principal: product x year, cumulated from the first (0) on
    item_start: (
        Ints  # by item, place of the need and year -> offers, of which any may be cheapest at some chance
    )
    item_paid: Floats
    item_crossed: Floats
    item_held: Floats  # price of the units' rows
    item_offer: Ints


def _jit(function: Any) -> Any:  # noqa: ANN401 - Numba's dispatcher has no type
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


@_jit
def order_makers(start: Ints, members: Ints, setup: Floats, held: Floats, levels: Floats) -> Ints:
    """For each level and year, the positions of each list's makers from the cheapest; level x year x member.

    ``setup`` and ``held`` are maker x year: what is paid where production begins, and what is paid in any case.
    """
    years = setup.shape[1]
    order = np.empty((levels.size, years, members.size), np.int64)
    for level in range(levels.size):
        for year in range(years):
            for row in range(start.size - 1):
                a, b = start[row], start[row + 1]
                keys = np.empty(b - a)
                for i in range(a, b):
                    keys[i - a] = levels[level] * setup[members[i], year] + held[members[i], year]
                ranks = np.argsort(keys, kind="mergesort")
                for i in range(b - a):
                    order[level, year, a + i] = members[a + ranks[i]]
    return order


@_jit
def cheapest(prices: Prices, cell: int, chance: float) -> tuple[float, int]:
    """What an item costs from the offer that is cheapest at a chance of being used, and where that offer is listed
    (inf and −1: nobody offers it)."""
    least, at = np.inf, -1
    for i in range(prices.item_start[cell], prices.item_start[cell + 1]):
        cost = np.rint(chance * prices.item_paid[i]) + np.rint(chance * prices.item_crossed[i])
        cost += prices.item_held[i]
        if cost < least:
            least, at = cost, i
    return least, at


@_jit
def choose_offers(prices: Prices, cells: Ints, chances: Floats) -> Ints:
    """The offer chosen for each cell at a chance of being used (−1: nobody offers it)."""
    chosen = np.full(cells.size, -1)
    for i in range(cells.size):
        at = cheapest(prices, cells[i], chances[i])[1]
        if at >= 0:
            chosen[i] = prices.item_offer[at]
    return chosen


@_jit
def held_price(layers: Layers, prices: Prices, product: int, start: int, back: int) -> float:
    """What holding a fen of a product's budget costs: the years until it is back, or for good."""
    years = prices.product.shape[1] - 1
    if layers.product_revolves[product]:
        return prices.product[product, min(back, years - 1) + 1] - prices.product[product, start]
    return prices.product[product, years] - prices.product[product, years - 1]


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
    lists = layers.maker_start.size - 1
    places = layers.rate.shape[0]
    widest = 0
    for row in range(layers.station_start.size - 1):
        widest = max(widest, layers.station_start[row + 1] - layers.station_start[row])
    to_base, to_maker, success = np.zeros(widest + 1), np.zeros(widest + 1), np.zeros(widest + 1)
    rungs = np.zeros(widest + 1, np.int64)
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
        for s in range(sa - 1, sb):
            uplift = 0.0
            if s >= sa:
                uplift = (
                    layers.base_uplift[layers.station_base[layers.station_members[s]]]
                    * layers.station_share[s]
                )
            grown, scaled, made = gate(layers.limits, gap, s >= sa, uplift)
            at = s - sa + 1
            to_base[at] = pairs.chance[p] * grown if gap > 0 else 1.0
            to_maker[at] = pairs.chance[p] * grown * scaled if gap > 0 or s >= sa else 1.0
            whole = min(max(layers.limits[3] - layers.limits[4] * gap + uplift, 0.0), layers.limits[5])
            success[at] = pairs.chance[p] * whole
            rungs[at] = np.searchsorted(LEVELS, to_maker[at], side="right") - 1
        for start in range(years):
            opens = layers.opens[start]
            if opens + develop + quickest[marks] > pairs.left[p]:
                break
            now = discount[12 * start]
            fixed = layers.limits[6] * np.rint(pairs.ask[p] * now) + prices.achievement[a] + prices.need[n]
            if gap > 0:
                for i in range(layers.item_start[item_row], layers.item_start[item_row + 1]):
                    cell = (layers.item_members[i] * places + target) * years + start
                    fixed += cheapest(prices, cell, 1.0)[0]
            for s in range(sa - 1, sb):
                if s < sa:
                    if gap > gap_limit:
                        continue
                    station, base, place, pilot, paid = -1, -1, origin, 0, 0.0
                    base_year = start
                else:
                    station = layers.station_members[s]
                    base = layers.station_base[station]
                    place, pilot = layers.base_place[base], layers.base_months[base]
                    paid = layers.base_price[base]
                    base_year = (opens + develop) // 12
                maker_year = (opens + develop + pilot) // 12
                if base_year >= years or maker_year >= years:
                    continue
                least = opens + develop + pilot + quickest[marks]
                if least > pairs.left[p]:
                    continue
                at = s - sa + 1
                chance, piloted, made = success[at], to_base[at], to_maker[at]
                then, later_on = discount[12 * base_year], discount[12 * maker_year]
                spent = fixed
                if station >= 0:
                    spent += prices.station[station, base_year] + np.rint(piloted * paid * then)
                    for i in range(layers.item_start[item_row + 1], layers.item_start[item_row + 2]):
                        cell = (layers.item_members[i] * places + target) * years + base_year
                        spent += cheapest(prices, cell, piloted)[0]
                for i in range(layers.item_start[item_row + 2], layers.item_start[item_row + 3]):
                    cell = (layers.item_members[i] * places + target) * years + maker_year
                    spent += cheapest(prices, cell, made)[0]
                # Two fen for what rounding may add to value and setup.
                hope = chance * pairs.value[p] * discount[least] + 2.0 - spent
                rung, level = rungs[at], LEVELS[rungs[at]]
                for j in range(ma, mb):
                    maker = prices.maker_order[rung, maker_year, j]
                    # A maker's price may be negative where a policy asks for it: only makers in order bound the rest.
                    least_cost = (
                        level * layers.maker_setup[maker] * later_on + prices.maker[maker, maker_year]
                    )
                    if not hope - least_cost > top:
                        break  # the rest cost as much or more
                    where = layers.maker_place[maker]
                    where = target if where < 0 else where
                    setup = layers.maker_setup[maker]
                    days, border = 0.0, 0.0
                    bill = prices.maker[maker, maker_year] + np.rint(made * setup * later_on)
                    if station >= 0:
                        rate = layers.rate[origin, place]
                        if np.isinf(rate):
                            continue
                        border += piloted * (rate * pairs.ask[p]) * then
                        days += layers.days[origin, place]
                    rate, last = layers.rate[place, where], layers.rate[where, target]
                    if np.isinf(rate) or np.isinf(last):
                        continue
                    onward = rate * (paid if station >= 0 else pairs.ask[p]) + last * setup
                    border += made * onward * later_on
                    days += layers.days[place, where] + layers.days[where, target]
                    work = opens + develop + pilot + layers.maker_months[maker]
                    done = work + int(np.ceil(days / 30))
                    if done > pairs.left[p]:
                        continue
                    before = -bill - spent - np.rint(border)
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
                        # Own money goes first; what is drawn is drawn for the stage that is begun.
                        own = max(0.0, pairs.ask[p] + paid + setup - principal)
                        first = max(0.0, pairs.ask[p] - own)
                        second = max(0.0, pairs.ask[p] + paid - own) - first
                        drawn = first * now + piloted * second * then
                        drawn += made * (principal - first - second) * later_on
                        cost = layers.limits[6] * np.rint(drawn * layers.package_interest[k])
                        cost += np.rint(drawn * capital)
                        back = maker_year + (layers.package_months[k] + 10) // 12
                        cost += principal * held_price(layers, prices, layers.package_product[k], start, back)
                        if layers.package_guarantee[k] >= 0:
                            cost += principal * held_price(
                                layers, prices, layers.package_guarantee[k], start, back
                            )
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
