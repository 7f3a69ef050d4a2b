"""The best route of every pair at given row prices, and all routes near enough to matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba
import numpy as np

from sanwang.engine.local import Local
from sanwang.engine.port import Engine, Handle, run
from sanwang.planning.arrays import Floats, Instance, Ints, Layers, Pairs
from sanwang.planning.columns import Columns, Policies, Rows, items_of, rows
from sanwang.planning.kernel import LEVELS, Prices, choose_offers, order_makers, price_pairs

if TYPE_CHECKING:
    from sanwang.planning.generate import Generated


@dataclass(frozen=True)
class Priced:
    """The best route of each pair at some prices: reduced cost without the need's own price, and the route."""

    best: Floats
    route: Ints
    prices: Prices


def prices_at(given: Instance, policies: Policies, held: Rows, duals: Floats) -> Prices:
    """What a route pays at the given row prices, and the offers that may serve each item, place and year."""
    layers, years = given.layers, len(given.years)
    yearly = layers.discount[12 * np.arange(years)]
    at = held.offset
    stop = dict(zip(at, [*list(at.values())[1:], held.capacity.size], strict=True))

    def block(kind: str) -> Floats:
        return duals[at[kind] : stop[kind]]

    extra = block("policy")
    base = block("base").reshape(-1, years) + (policies.base.T @ extra)[:, None]
    station = base[layers.station_base] + block("service").reshape(-1, years)
    maker = block("maker").reshape(-1, years) + (policies.maker.T @ extra - policies.credit[1])[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        each = block("product").reshape(-1, years) / given.budgets[:, None]
    each = np.where((given.budgets > 0) & np.isfinite(given.budgets), each.T, 0.0).T
    product = np.concatenate([np.zeros((len(each), 1)), np.cumsum(each, axis=1)], axis=1)
    setup = layers.maker_setup[:, None] * yearly
    maker = np.ascontiguousarray(maker)
    order = order_makers(layers.maker_start, layers.maker_members, setup, maker, LEVELS)
    return Prices(
        np.ascontiguousarray(block("achievement")),
        policies.need.T @ extra - policies.credit[0],
        np.ascontiguousarray(station),
        maker,
        order,
        np.ascontiguousarray(product),
        *_items(given, block("factor").reshape(-1, years), yearly),
    )


def _items(given: Instance, duals: Floats, yearly: Floats) -> tuple[Ints, Floats, Floats, Floats, Ints]:
    """By item, place and year, the offers of which none is dearer than another both where used and where not."""
    places, years = len(given.places), yearly.size
    starts, parts = [np.zeros(1, np.int64)], [(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0, np.int64))]
    total = 0
    for number, serving in enumerate(given.offers.serving):
        paid, crossed, able = offer_costs(given, number, yearly)
        each = given.offers.items[number][2] * duals[serving]
        ends, which = _undominated(paid + crossed, each, able)
        offer, cell = np.divmod(which, places * years)
        place, year = np.divmod(cell, years)
        parts.append(
            (paid[offer, place, year], crossed[offer, place, year], each[offer, year], serving[offer])
        )
        starts.append(total + ends)
        total += which.size
    paid, crossed, held, offers = (np.concatenate(x) for x in zip(*parts, strict=True))
    return np.concatenate(starts), paid, crossed, held, offers


@numba.njit(cache=True, nogil=True)
def _undominated(paid: Floats, held: Floats, able: Ints) -> tuple[Ints, Ints]:
    """Ends of each place's and year's list, and the lists of offers (as offer x place x year), cheapest where used
    first; ``paid`` is offer x place x year, ``held`` offer x year."""
    offers, places, years = paid.shape
    ends = np.zeros(places * years, np.int64)
    kept = np.empty(max(1, offers * places * years), np.int64)
    count = 0
    keys = np.empty(offers)
    for place in range(places):
        for year in range(years):
            for offer in range(offers):
                keys[offer] = paid[offer, place, year] if able[offer, place, year] else np.inf
            least = np.inf
            for offer in np.argsort(keys, kind="mergesort"):
                if not np.isfinite(keys[offer]):
                    break
                if held[offer, year] < least:
                    least = held[offer, year]
                    kept[count] = (offer * places + place) * years + year
                    count += 1
            ends[place * years + year] = count
    return ends, kept[:count]


def offer_costs(given: Instance, item: int, yearly: Floats) -> tuple[Floats, Floats, Ints]:
    """What an item costs from each offer that serves it where the stage is begun, offer × place × year: the payment,
    what a border takes of it, and whether the offer can serve it at all."""
    offers, serving = given.offers, given.offers.serving[item]
    units = offers.items[item][2]
    pay = units * offers.price[serving]
    rates = offers.rates[serving]
    crossing = np.where(np.isfinite(rates), rates, 0.0)
    shape = (serving.size, len(given.places), yearly.size)
    paid = np.broadcast_to((pay[:, None] * yearly)[:, None, :], shape)
    crossed = (pay[:, None] * crossing)[:, :, None] * yearly
    able = np.isfinite(rates)[:, :, None] & (offers.capacity[serving] >= units - 1e-9)[:, None, :]
    return np.ascontiguousarray(paid), crossed, able.astype(np.int64)


FEW = 20_000
"""Pairs that are priced sooner than they are sent."""


@dataclass(frozen=True)
class Chunks:
    """Pairs to be priced again and again: held by the engine once, and cut into spans."""

    engine: Engine
    held: Handle
    spans: tuple[tuple[int, int], ...]

    def drop(self) -> None:
        """Let the engine forget the pairs."""
        self.engine.drop(self.held)


def chunked(pairs: Pairs, layers: Layers, engine: Engine, size: int = 50_000) -> Chunks:
    """Pairs in spans of at most ``size``, several for each that the engine runs at a time.

    Few pairs are priced in milliseconds: they stay on the threads of this process.
    """
    count = pairs.need.size
    if count <= FEW and engine.name != "local":
        engine = Local()
    step = max(1, min(size, -(-count // (engine.width * 4))))
    spans = tuple((i, min(i + step, count)) for i in range(0, count, step))
    return Chunks(engine, engine.share((pairs, layers)), spans)


def price(
    given: Instance,
    policies: Policies,
    held: Rows,
    duals: Floats,
    chunks: Chunks,
    floor: float = 0.0,
) -> Priced:
    """The best route of every pair of ``chunks`` whose reduced cost, before the need's own price, exceeds ``floor``."""
    prices = prices_at(given, policies, held, duals)
    engine = chunks.engine
    at = engine.share((prices, floor))
    found = run(engine, price_span, chunks.spans, chunks.held, at, compiled=True)
    engine.drop(at)
    if not found:
        return Priced(np.zeros(0), np.zeros((0, 4), np.int64), prices)
    return Priced(np.concatenate([b for b, _ in found]), np.concatenate([r for _, r in found]), prices)


def price_span(
    span: tuple[int, int], given: tuple[Pairs, Layers], at: tuple[Prices, float]
) -> tuple[Floats, Ints]:
    """The best reduced cost and route of the pairs from one to another (a block of an engine)."""
    pairs, layers = given
    part = pairs.at(slice(*span))
    size = span[1] - span[0]
    best, route = np.full(size, -np.inf), np.full((size, 4), -1, np.int64)
    prices, floor = at
    price_pairs(part, layers, prices, np.full(size, floor), best, route, np.zeros((0, 5), np.int64))
    return best, route


def columns_of(given: Instance, priced: Priced, which: Ints) -> Columns:
    """The routes found for some pairs, as columns."""
    route = np.column_stack([which, priced.route[which]])
    return with_offers(given, priced.prices, route)


def with_offers(given: Instance, prices: Prices, route: Ints) -> Columns:
    """Routes (pair, station, maker, package, start) as columns, each item from the offer that is cheapest for it."""
    pair, station, maker, package, start = (np.ascontiguousarray(route[:, i]) for i in range(5))
    items = items_of(given, pair, station, start)
    cell = (items.item * len(given.places) + given.pairs.target[pair][items.column]) * len(given.years)
    offer = choose_offers(prices, cell + items.year, items.begun)
    ends = np.cumsum(np.bincount(items.column, minlength=pair.size))
    return Columns(pair, station, maker, package, start, offer, ends)


def best_by_need(given: Instance, best: Floats) -> tuple[Floats, Ints]:
    """The best reduced cost of each need, at least 0, and the pair that has it (−1: none)."""
    need = given.pairs.need
    top, where = np.zeros(len(given.needs)), np.full(len(given.needs), -1, np.int64)
    if need.size:
        order = np.lexsort((-best, need))
        first = order[np.concatenate([[True], need[order][1:] != need[order][:-1]])]
        good = first[best[first] > 0]
        top[need[good]], where[need[good]] = best[good], good
    return top, where


def several(given: Instance, reduced: Floats, new: Ints, most: int = 3) -> Ints:
    """The ``most`` best pairs of each need among ``new``, ascending."""
    need = given.pairs.need[new]
    order = np.lexsort((-reduced[new], need))
    ranked = need[order]
    first = np.concatenate([[True], ranked[1:] != ranked[:-1]]) if ranked.size else np.zeros(0, np.bool_)
    begins = np.flatnonzero(first)
    rank = np.arange(ranked.size) - np.repeat(begins, np.diff(np.append(begins, ranked.size)))
    return np.sort(new[order[rank < most]])


def everything(
    given: Instance, policies: Policies, generated: Generated, slack: float, most: int
) -> Columns | None:
    """All routes, with the cheapest offers, whose reduced cost is above −``slack``: no other can be in a plan better by
    more than that. None if there are more than ``most``.
    """
    held = rows(given, policies.limit)
    duals = generated.prices
    prices = prices_at(given, policies, held, duals)
    pairs = given.pairs
    floor = duals[: len(given.needs)][pairs.need] - slack
    found = np.zeros((most, 5), np.int64)
    count = 0
    if pairs.need.size:
        best, route = np.zeros(pairs.need.size), np.zeros((pairs.need.size, 4), np.int64)
        count = price_pairs(pairs, given.layers, prices, floor, best, route, found)
    if count > most:
        return None
    return with_offers(given, prices, found[:count])
