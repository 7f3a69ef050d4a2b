"""Column generation: routes priced for every matched pair until none is left that could pay for what it takes.

The relaxation and its bound follow Gilmore and Gomory (1961) and Lasdon (1970): for any prices λ ≥ 0 on the coupling
rows, Σ capacity·λ + Σ over needs of the best reduced cost (at least 0) is an upper bound on every plan. Large programs
take their prices from adaptive subgradient steps instead of linear programs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy.sparse as sp

from sanwang.optimize.program import Relaxed, relax
from sanwang.planning.columns import (
    Columns,
    Policies,
    Rows,
    items_of,
    join,
    matrix,
    none,
    parts,
    rows,
)
from sanwang.planning.engine import Engine
from sanwang.planning.instance import Instance, Pairs
from sanwang.planning.kernel import Floats, Ints, Prices, order_makers, price_pairs

Report = Callable[[int, int, str], None]

_TOLERANCE = 1e-7
_PENALTIES = (10.0, 1e3, 1e5)
"""What one unit short of a least amount costs, in the greatest gain or loss of any route."""
_SHORT = 1e-6
_NOWHERE = np.zeros((0, 5), np.int64)


@dataclass(frozen=True)
class Priced:
    """The best route of each pair at some prices: reduced cost without the need's own price, and the route."""

    best: Floats
    route: Ints
    offer: Ints  # item x place x year


@dataclass(frozen=True)
class Generated:
    """Columns with what they take, the prices of all rows in fen, the relaxation's value and the proven bound."""

    columns: Columns
    matrix: sp.csc_matrix
    gain: Floats
    prices: Floats
    shares: Floats
    relaxation: float
    bound: float
    short: Floats
    exact: bool
    """Whether the relaxation was solved to the end, so that its prices are those of an optimum."""


@dataclass(frozen=True)
class Kept:
    """Routes of an earlier plan that may be kept, and what keeping each is worth beyond its own worth."""

    columns: Columns
    bonus: Floats


def prices_at(given: Instance, policies: Policies, held: Rows, duals: Floats) -> tuple[Prices, Ints]:
    """What a route pays at the given row prices, and the cheapest offer for each item, place and year."""
    layers, years = given.layers, len(given.years)
    yearly = layers.discount[12 * np.arange(years)]
    at = held.offset
    stop = dict(zip(at, [*list(at.values())[1:], held.capacity.size], strict=True))

    def block(kind: str) -> Floats:
        return duals[at[kind] : stop[kind]]

    extra = block("policy")
    base = block("base").reshape(-1, years) + (policies.base.T @ extra)[:, None]
    station = (
        np.rint(layers.base_price[:, None] * yearly)[layers.station_base]
        + base[layers.station_base]
        + block("service").reshape(-1, years)
    )
    maker = np.rint(layers.maker_setup[:, None] * yearly) + block("maker").reshape(-1, years)
    maker = maker + (policies.maker.T @ extra - policies.credit[1])[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        product = np.where(given.budgets > 0, block("product") / given.budgets, 0.0)
    item, offer = _items(given, block("factor").reshape(-1, years), yearly)
    return (
        Prices(
            np.ascontiguousarray(block("achievement")),
            policies.need.T @ extra - policies.credit[0],
            np.ascontiguousarray(station),
            np.ascontiguousarray(maker),
            order_makers(layers.maker_start, layers.maker_members, np.ascontiguousarray(maker)),
            np.where(np.isinf(given.budgets), 0.0, product),
            item,
            yearly,
        ),
        offer,
    )


def _items(given: Instance, duals: Floats, yearly: Floats) -> tuple[Floats, Ints]:
    offers = given.offers
    shape = (max(1, len(offers.items)), len(given.places), yearly.size)
    cost, chosen = np.full(shape, np.inf), np.zeros(shape, np.int64)
    for number, serving in enumerate(offers.serving):
        if serving.size == 0:
            continue  # nobody offers it: no route that takes it
        each = offer_costs(given, number, duals, yearly)
        pick = np.argmin(each, axis=0)
        cost[number] = np.take_along_axis(each, pick[None], axis=0)[0]
        chosen[number] = serving[pick]
    return cost, chosen


def offer_costs(given: Instance, item: int, duals: Floats, yearly: Floats) -> Floats:
    """What an item costs from each offer that serves it, dual price included; offer × place × year."""
    offers, serving = given.offers, given.offers.serving[item]
    units = offers.items[item][2]
    paid = units * offers.price[serving]
    rates = offers.rates[serving]
    crossing = np.where(np.isfinite(rates), rates, 0.0)
    each = np.rint(paid[:, None, None] * yearly) + np.rint(
        paid[:, None, None] * crossing[:, :, None] * yearly
    )
    each = each + (units * duals[serving])[:, None, :]
    each[~np.isfinite(rates)] = np.inf
    small = np.broadcast_to((offers.capacity[serving] < units - 1e-9)[:, None, :], each.shape)
    each[small] = np.inf
    return each


def price(
    given: Instance,
    policies: Policies,
    held: Rows,
    duals: Floats,
    engine: Engine,
    chunks: list[pl.DataFrame],
    floor: float = 0.0,
) -> Priced:
    """The best route of every pair whose reduced cost, before the need's own price, exceeds ``floor``."""
    prices, offer = prices_at(given, policies, held, duals)

    def kernel(chunk: pl.DataFrame) -> pl.DataFrame:
        best = np.full(chunk.height, -np.inf)
        route = np.full((chunk.height, 4), -1, np.int64)
        if chunk.height:
            price_pairs(
                Pairs(*(c.to_numpy() for c in chunk.iter_columns())),
                given.layers,
                prices,
                np.full(chunk.height, floor),
                best,
                route,
                _NOWHERE,
            )
        return pl.DataFrame(
            {
                "best": best,
                "station": route[:, 0],
                "maker": route[:, 1],
                "package": route[:, 2],
                "start": route[:, 3],
            }
        )

    found = engine.map(kernel, chunks)
    table = pl.concat(found) if found else pl.DataFrame()
    if table.is_empty():
        return Priced(np.zeros(0), np.zeros((0, 4), np.int64), offer)
    return Priced(
        table["best"].to_numpy(), table.select("station", "maker", "package", "start").to_numpy(), offer
    )


def chunked(pairs: Pairs, engine: Engine, size: int = 50_000) -> list[pl.DataFrame]:
    """Pairs as frames of at most ``size`` rows, at least as many as the engine runs at a time."""
    frame = pl.DataFrame(pairs._asdict())
    step = max(1, min(size, -(-frame.height // (engine.width * 4))))
    return [frame[i : i + step] for i in range(0, frame.height, step)]


def columns_of(given: Instance, priced: Priced, which: Ints) -> Columns:
    """The routes found for some pairs, as columns."""
    station, maker, package, start = (np.ascontiguousarray(priced.route[which, i]) for i in range(4))
    column, item, year = items_of(given, which, station, start)
    target = given.pairs.target[which]
    offer = priced.offer[item, target[column], year] if item.size else np.zeros(0, np.int64)
    return Columns(
        which, station, maker, package, start, offer, np.cumsum(np.bincount(column, minlength=which.size))
    )


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


class Pool:
    """Columns found so far, each once."""

    def __init__(self) -> None:
        self.parts: list[Columns] = []
        self.seen = np.zeros(0, np.uint64)

    def add(self, new: Columns) -> int:
        """Take those not seen before; says how many."""
        keys = _hash(new)
        keys, first = np.unique(keys, return_index=True)
        fresh = np.sort(first[~np.isin(keys, self.seen)])
        if fresh.size:
            self.parts.append(new.take(fresh) if fresh.size < len(new) else new)
            self.seen = np.union1d(self.seen, keys)
        return int(fresh.size)

    def columns(self) -> Columns:
        """All of them, in the order they came."""
        if len(self.parts) > 1:
            self.parts = [join(self.parts)]
        return self.parts[0] if self.parts else none()


def _hash(columns: Columns) -> Ints:
    mix = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        key = columns.pair.astype(np.uint64)
        for field in (columns.station, columns.maker, columns.package, columns.start):
            key = (key ^ (key >> np.uint64(29))) * mix + (field + 1).astype(np.uint64)
        begins = np.concatenate([[0], columns.ends])[:-1]
        longest = int((columns.ends - begins).max()) if len(columns) else 0
        for step in range(longest):
            has = begins + step < columns.ends
            offer = columns.offer[np.where(has, begins + step, 0)]
            key = (key ^ (key >> np.uint64(31))) * mix + np.where(has, offer + 1, 0).astype(np.uint64)
    return key  # pyright: ignore[reportReturnType]


def generate(
    given: Instance,
    policies: Policies,
    engine: Engine,
    kept: Kept | None = None,
    progress: Report | None = None,
    limit: float = np.inf,
) -> Generated:
    """Columns and prices until no route could pay for what it takes, or ``limit`` seconds have passed."""
    began = time.perf_counter()
    held = rows(given, policies.limit)
    finite = np.where(np.isfinite(held.capacity), held.capacity, 0.0)
    chunks = chunked(given.pairs, engine)
    pool = Pool()
    bonus = kept or Kept(none(), np.zeros(0))
    pool.add(bonus.columns)
    needs = slice(0, len(given.needs))
    duals, best_bound, rounds, exact = np.zeros(held.capacity.size), np.inf, 0, False
    columns, gain, taken = none(), np.zeros(0), sp.csc_matrix((held.capacity.size, 0))
    relaxed = Relaxed(0.0, np.zeros(0), duals, np.zeros(duals.size))
    most, strength = reach(given, policies, bonus), 0
    while True:
        priced = price(given, policies, held, duals, engine, chunks)
        top, _ = best_by_need(given, priced.best)
        top = _with_kept(top, given, columns, taken, gain, duals, bonus)
        if rounds or not np.any(held.capacity < 0):
            best_bound = min(best_bound, float(finite @ duals - duals[needs].sum() + top.sum()))
        reduced = priced.best - duals[needs][given.pairs.need]
        new = np.flatnonzero(reduced > _TOLERANCE * max(1.0, scale_of(gain)))
        added = pool.add(columns_of(given, priced, several(given, reduced, new)))
        exact = rounds > 0 and added == 0
        late = rounds > 0 and time.perf_counter() - began > limit
        if exact and strength < len(_PENALTIES) - 1 and np.any(relaxed.short > _SHORT):
            # No finite penalty is sure to be dear enough: a shortfall stands only against the dearest.
            strength, exact = strength + 1, False
        if exact or late:
            break
        columns = pool.columns()
        gain, taken = weighed(given, columns, policies, held)
        gain[: bonus.bonus.size] += bonus.bonus
        relaxed = scaled(gain, taken, held.capacity, _PENALTIES[strength] * most)
        duals = relaxed.prices
        rounds += 1
        if progress:
            progress(rounds, 0, f"columns 列生成 {len(columns):,}")
    bound = max(best_bound, relaxed.value)
    return Generated(columns, taken, gain, duals, relaxed.shares, relaxed.value, bound, relaxed.short, exact)


def weighed(
    given: Instance, columns: Columns, policies: Policies, held: Rows
) -> tuple[Floats, sp.csc_matrix]:
    """What each column adds to the objective (worth or the region's surplus, with credits), and takes of each row."""
    found = parts(given, columns)
    credit = policies.credit[0][given.pairs.need[columns.pair]] + policies.credit[1][columns.maker]
    transfers = (1.0 - given.layers.limits[6]) * (found.ask_cost + found.finance_cost)
    return found.worth + transfers + credit, matrix(given, columns, found, policies, held)


def reach(given: Instance, policies: Policies, kept: Kept) -> float:
    """Fen that no route's gain exceeds, whether it gains or loses."""
    pairs, layers, offers = given.pairs, given.layers, given.offers
    paid = sum(float(a.max(initial=0.0)) for a in (pairs.ask, layers.base_price, layers.maker_setup))
    rates = [layers.rate, layers.rate, layers.rate, layers.capital_rate, layers.package_interest[None, :]]
    paid *= 1.0 + sum(float(r[np.isfinite(r)].max(initial=0.0)) for r in rates)
    crossing = 1.0 + float(offers.rates[np.isfinite(offers.rates)].max(initial=0.0))
    taken = sum(units * float(offers.price[s].max(initial=0.0)) for (_, _, units), s in zip(
        offers.items, offers.serving, strict=True))  # fmt: skip
    added = sum(float(np.abs(a).max(initial=0.0)) for a in (*policies.credit, kept.bonus))
    return float(pairs.value.max(initial=0.0)) + paid + crossing * taken + added + 1.0


def scaled(gain: Floats, taken: sp.csc_matrix, capacity: Floats, penalty: float) -> Relaxed:
    """The relaxation in fen; solved with the median gain as one. Least amounts asked for may fall short at a price."""
    scale = scale_of(gain)
    found = relax(gain / scale, taken, capacity, penalty=penalty / scale)
    return Relaxed(found.value * scale, found.shares, found.prices * scale, found.short)


def everything(
    given: Instance, policies: Policies, generated: Generated, slack: float, most: int
) -> Columns | None:
    """All routes, with the cheapest offers, whose reduced cost is above −``slack``: no other can be in a plan better by
    more than that. None if there are more than ``most``.
    """
    held = rows(given, policies.limit)
    duals = generated.prices
    prices, offer = prices_at(given, policies, held, duals)
    pairs = given.pairs
    floor = duals[: len(given.needs)][pairs.need] - slack
    found = np.zeros((most, 5), np.int64)
    count = 0
    if pairs.need.size:
        best, route = np.zeros(pairs.need.size), np.zeros((pairs.need.size, 4), np.int64)
        frame = pl.DataFrame(pairs._asdict())
        arrays = Pairs(*(c.to_numpy() for c in frame.iter_columns()))
        count = price_pairs(arrays, given.layers, prices, floor, best, route, found)
    if count > most:
        return None
    found = found[:count]
    column, item, year = items_of(given, found[:, 0], found[:, 1], found[:, 4])
    target = pairs.target[found[:, 0]]
    chosen = offer[item, target[column], year] if item.size else np.zeros(0, np.int64)
    return _columns(found, chosen, np.cumsum(np.bincount(column, minlength=count)))


def _columns(found: Ints, offer: Ints, ends: Ints) -> Columns:
    pair, station, maker, package, start = (np.ascontiguousarray(found[:, i]) for i in range(5))
    return Columns(pair, station, maker, package, start, offer, ends)


def scale_of(gain: Floats) -> float:
    """The median gain above 0, or loss where nothing gains: one enormous budget must not hide the rest."""
    good = gain[gain > 0]
    good = good if good.size else np.abs(gain[gain < 0])
    return float(np.median(good)) if good.size else 1.0


def _with_kept(
    top: Floats,
    given: Instance,
    columns: Columns,
    taken: sp.csc_matrix,
    gain: Floats,
    duals: Floats,
    kept: Kept,
) -> Floats:
    """Best reduced cost by need, with the kept columns, whose bonus the kernel does not know."""
    count = kept.bonus.size
    if count == 0 or len(columns) == 0:
        return top
    need = given.pairs.need[columns.pair[:count]]
    reduced = gain[:count] - taken[:, :count].T @ duals + duals[need]
    full = top.copy()
    np.maximum.at(full, need, reduced)
    return full


def several(given: Instance, reduced: Floats, new: Ints, most: int = 3) -> Ints:
    """The ``most`` best pairs of each need among ``new``, ascending."""
    need = given.pairs.need[new]
    order = np.lexsort((-reduced[new], need))
    ranked = need[order]
    first = np.concatenate([[True], ranked[1:] != ranked[:-1]]) if ranked.size else np.zeros(0, np.bool_)
    begins = np.flatnonzero(first)
    rank = np.arange(ranked.size) - np.repeat(begins, np.diff(np.append(begins, ranked.size)))
    return np.sort(new[order[rank < most]])


def ascend(
    given: Instance,
    policies: Policies,
    held: Rows,
    engine: Engine,
    chunks: list[pl.DataFrame],
    pool: Pool,
    progress: Report | None,
    steps: int,
) -> tuple[Floats, float]:
    """Prices by adaptive subgradient steps, one size a row (Kingma and Ba 2015), and the best bound met.

    Money rows count in twentieths of a budget, so that one step means as much there as one job elsewhere. The routes of
    the second half, when prices are near their end, join the pool.
    """
    count = len(given.needs)
    finite = np.isfinite(held.capacity)
    finite[:count] = False
    capacity = np.where(finite, held.capacity, 0.0)
    unit = np.ones(capacity.size)
    unit[held.offset["product"] : held.offset["policy"]] = 20.0
    duals = np.zeros(capacity.size)
    mean, square = np.zeros(capacity.size), np.zeros(capacity.size)
    best_bound, best_duals, size = np.inf, duals, 0.0
    for step in range(steps):
        priced = price(given, policies, held, duals, engine, chunks)
        top, where = best_by_need(given, priced.best)
        bound = float(capacity @ duals + top.sum())
        if bound < best_bound:
            best_bound, best_duals = bound, duals
        chosen = columns_of(given, priced, where[where >= 0])
        if len(chosen) == 0:
            break
        if step == 0:
            size = 0.1 * float(np.median(top[top > 0]))
        if step >= steps // 2:
            pool.add(chosen)
        taken = matrix(given, chosen, parts(given, chosen), policies, held)
        used = np.asarray(taken.sum(axis=1)).ravel()
        slope = np.where(finite, (capacity - used) * unit, 0.0)
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope * slope
        move = (mean / (1 - 0.9 ** (step + 1))) / (np.sqrt(square / (1 - 0.99 ** (step + 1))) + 1e-3)
        duals = np.maximum(duals - size * 0.03 ** (step / steps) * move * unit, 0.0)
        if progress:
            progress(step + 1, steps, f"prices 试价 ≤ {best_bound / 1e10:,.2f} 亿元")
    return best_duals, best_bound
