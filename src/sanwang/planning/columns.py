"""Routes as columns of the program: what each is worth, part by part, and what it takes of each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from sanwang.planning import constraints
from sanwang.planning.arrays import Floats, Instance, Ints
from sanwang.planning.gates import Gates, gates

COSTS = ("ask_cost", "base_cost", "maker_cost", "factor_cost", "finance_cost", "barrier_cost")


@dataclass(frozen=True)
class Columns:
    """Routes by number: pair, station, maker, package, start; −1 for none. ``offer`` is flat, ``ends`` cumulates."""

    pair: Ints
    station: Ints
    maker: Ints
    package: Ints
    start: Ints
    offer: Ints
    ends: Ints

    def __len__(self) -> int:
        return int(self.pair.size)

    def take(self, which: npt.NDArray[np.int64]) -> Columns:
        """The columns numbered ``which``, in that order."""
        begins = np.concatenate([[0], self.ends])[:-1][which]
        lengths = self.ends[which] - begins
        return Columns(
            self.pair[which],
            self.station[which],
            self.maker[which],
            self.package[which],
            self.start[which],
            self.offer[spans(begins, lengths)],
            np.cumsum(lengths),
        )


@dataclass(frozen=True)
class Parts:
    """Columns in figures; amounts in fen (whole numbers in float64), years counted from the first of the horizon."""

    base_year: Ints
    maker_year: Ints
    months: Ints
    done: Ints
    probability: Floats
    principal: Floats
    value: Floats
    ask_cost: Floats
    base_cost: Floats
    maker_cost: Floats
    factor_cost: Floats
    finance_cost: Floats
    barrier_cost: Floats
    technology: tuple[Floats, Floats, Floats]
    """The barrier on each leg of the technology's way: to the base, to the maker, to the need."""
    capital: Floats
    movers: Floats
    """The barrier on factor offers."""
    gates: Gates
    drawn: tuple[Floats, Floats, Floats]
    """What of the principal each stage draws, if it is begun."""

    @property
    def worth(self) -> Floats:
        """Value less all costs."""
        return self.value - sum((getattr(self, c) for c in COSTS), np.zeros_like(self.value))


class Items(NamedTuple):
    """A row for each factor item a route takes: column, item, year, stage, and the chance that this begins."""

    column: Ints
    item: Ints
    year: Ints
    stage: Ints
    begun: Floats


def spans(begins: Ints, lengths: Ints) -> Ints:
    """Positions begins[i], begins[i]+1, … for lengths[i] steps, one list after another."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if ends.size else 0
    return np.arange(total) - np.repeat(ends - lengths, lengths) + np.repeat(begins, lengths)


def join(parts: Sequence[Columns]) -> Columns:
    """Columns one after another."""
    shift = np.cumsum([0, *(p.offer.size for p in parts)])
    fields = ("pair", "station", "maker", "package", "start", "offer")
    stacked: dict[str, Ints] = {f: np.concatenate([getattr(p, f) for p in parts]) for f in fields}
    ends = np.concatenate([p.ends + s for p, s in zip(parts, shift, strict=False)])
    return Columns(**stacked, ends=ends)


def none() -> Columns:
    """No column."""
    empty = np.zeros(0, np.int64)
    return Columns(empty, empty, empty, empty, empty, empty, empty)


def months_of(given: Instance, pair: Ints, station: Ints, start: Ints) -> tuple[Ints, Ints, Ints]:
    """The months, from January of the first year, in which development, pilot and production begin."""
    opens = given.layers.opens[start]
    develop = (given.pairs.gap[pair] * int(given.layers.limits[2])).astype(np.int64)
    pilot = np.where(station >= 0, _of(given.layers.base_months, _base(given, station)), 0)
    return opens, opens + develop, opens + develop + pilot


def years_of(given: Instance, pair: Ints, station: Ints, start: Ints) -> tuple[Ints, Ints]:
    """Year of the pilot (meaningful with a station) and of production."""
    _, at_pilot, at_production = months_of(given, pair, station, start)
    return at_pilot // 12, at_production // 12


def shares_of(given: Instance, pair: Ints, station: Ints) -> Floats:
    """The share of the base's uplift that each pair's fit lets through; 0 for a station that is no option."""
    layers, count = given.layers, max(len(given.stations), 1)
    lengths = np.diff(layers.station_start)
    keys = np.repeat(np.arange(lengths.size), lengths) * count + layers.station_members
    wanted = given.pairs.stations[pair] * count + np.maximum(station, 0)
    at = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
    if keys.size == 0:
        return np.zeros(pair.size)
    return np.where((keys[at] == wanted) & (station >= 0), layers.station_share[at], 0.0)


def gates_of(given: Instance, pair: Ints, station: Ints) -> Gates:
    """The stage gates of routes."""
    return gates(given, pair, station, shares_of(given, pair, station))


def items_of(given: Instance, pair: Ints, station: Ints, start: Ints) -> Items:
    """Everything the stages of these routes take, in the order of the stages."""
    layers = given.layers
    row = given.pairs.profile[pair] * 3
    base_year, maker_year = years_of(given, pair, station, start)
    passed = gates_of(given, pair, station)
    stages = (
        (given.pairs.gap[pair] > 0, start, np.ones(pair.size)),
        (station >= 0, base_year, passed.to_pilot),
        (np.ones(pair.size, np.bool_), maker_year, passed.to_production),
    )
    columns, items, years = list[Ints](), list[Ints](), list[Ints]()
    numbers, begun = list[Ints](), list[Floats]()
    for stage, (runs, year, chance) in enumerate(stages):
        begins, finish = layers.item_start[row + stage], layers.item_start[row + stage + 1]
        lengths = np.where(runs, finish - begins, 0)
        columns.append(np.repeat(np.arange(pair.size), lengths))
        items.append(layers.item_members[spans(begins, lengths)])
        years.append(np.repeat(year, lengths))
        numbers.append(np.full(int(lengths.sum()), stage))
        begun.append(np.repeat(chance, lengths))
    column = np.concatenate(columns)
    order = np.argsort(column, kind="stable")
    item, when, stage = (np.concatenate(x)[order] for x in (items, years, numbers))
    return Items(column[order], item, when, stage, np.concatenate(begun)[order])


def uses(given: Instance, columns: Columns) -> Items:
    """The factor items of columns; ``columns.offer`` names the offers chosen for them, row by row."""
    return items_of(given, columns.pair, columns.station, columns.start)


def _base(given: Instance, station: Ints) -> Ints:
    return _of(given.layers.station_base, station)


def _of(values: npt.NDArray[np.generic], index: Ints) -> npt.NDArray[np.int64]:
    """values[index], 0 where the index is −1."""
    if values.size == 0:
        return np.zeros(index.size, np.int64)
    return np.where(index >= 0, values[np.maximum(index, 0)], 0)  # pyright: ignore[reportReturnType]


def parts(given: Instance, columns: Columns) -> Parts:
    """Every amount of every column, as the kernel prices it: expected over the gates, at the plan's start."""
    pairs, layers = given.pairs, given.layers
    p, start = columns.pair, columns.start
    discount, years = layers.discount, len(given.years)
    base = np.where(columns.station >= 0, _base(given, columns.station), -1)
    piloted = columns.station >= 0
    origin, target = pairs.origin[p], pairs.target[p]
    opens, at_pilot, at_production = months_of(given, p, columns.station, start)
    base_year, maker_year = at_pilot // 12, at_production // 12
    place = np.where(piloted, _of(layers.base_place, base), origin)
    where = layers.maker_place[columns.maker]
    where = np.where(where < 0, target, where)
    ask = pairs.ask[p]
    price = np.where(piloted, _of(layers.base_price, base), 0.0)
    setup = layers.maker_setup[columns.maker]
    passed = gates_of(given, p, columns.station)
    when = (discount[12 * start], *(discount[12 * np.minimum(y, years)] for y in (base_year, maker_year)))
    chances = (np.ones(p.size), passed.to_pilot, passed.to_production)
    weight = tuple(w * c for w, c in zip(when, chances, strict=True))
    legs = (
        np.where(piloted, layers.rate[origin, place] * ask, 0.0) * weight[1],
        layers.rate[place, where] * np.where(piloted, price, ask) * weight[2],
        layers.rate[where, target] * setup * weight[2],
    )
    days = np.where(piloted, layers.days[origin, place], 0.0)
    days = days + (layers.days[place, where] + layers.days[where, target])
    financed = columns.package >= 0
    k = np.maximum(columns.package, 0)
    principal = interest = capital = np.zeros(p.size)
    drawn: tuple[Floats, Floats, Floats] = (principal, principal, principal)
    if layers.package_product.size:
        lender = layers.package_place[k]
        principal = np.maximum(ask + price + setup - pairs.budget[p], layers.package_low[k])
        principal = np.where(financed, principal, 0.0)
        drawn = draws(ask, price, setup, principal)
        total = sum((d * w for d, w in zip(drawn, weight, strict=True)), np.zeros(p.size))
        interest = np.rint(total * layers.package_interest[k])
        capital = np.rint(total * np.where(financed, layers.capital_rate[lender, target], 0.0))
        days = days + np.where(financed, layers.capital_days[lender, target], 0.0)
    done = at_production + layers.maker_months[columns.maker] + np.ceil(days / 30).astype(np.int64)
    months = done - opens
    paid, crossed = _item_costs(given, columns)
    border = np.where(piloted, legs[0], 0.0) + (legs[1] + legs[2])
    return Parts(
        base_year,
        maker_year,
        months,
        done,
        passed.success,
        principal,
        np.rint(passed.success * pairs.value[p] * discount[np.minimum(done, discount.size - 1)]),
        np.rint(ask * when[0]),
        np.rint(passed.to_pilot * price * when[1]),
        np.rint(passed.to_production * setup * when[2]),
        paid,
        interest,
        np.rint(border) + capital + crossed,
        legs,
        capital,
        crossed,
        passed,
        drawn,
    )


def draws(ask: Floats, price: Floats, setup: Floats, principal: Floats) -> tuple[Floats, Floats, Floats]:
    """What of the principal is drawn for each stage: own money goes first."""
    own = np.maximum(0.0, ask + price + setup - principal)
    first = np.where(principal > 0, np.maximum(0.0, ask - own), 0.0)
    second = np.where(principal > 0, np.maximum(0.0, ask + price - own) - first, 0.0)
    return first, second, principal - first - second


def years_paid(given: Instance, columns: Columns, found: Parts) -> tuple[Ints, Ints, Ints]:
    """The year in which each stage is paid, at most the one after the last."""
    last = len(given.years)
    return columns.start, np.minimum(found.base_year, last), np.minimum(found.maker_year, last)


def by_stage(given: Instance, columns: Columns, found: Parts) -> Floats:
    """What each stage of each column costs where it is begun: stage × column, fen, present values."""
    pairs, layers = given.pairs, given.layers
    p, size = columns.pair, len(columns)
    to = (np.ones(size), found.gates.to_pilot, found.gates.to_production)
    now = np.stack([layers.discount[12 * y] for y in years_paid(given, columns, found)])
    base = np.where(columns.station >= 0, _base(given, columns.station), -1)
    price = np.where(base >= 0, _of(layers.base_price, base), 0.0)
    paid = np.stack([pairs.ask[p], price, layers.maker_setup[columns.maker]]) * now
    for stage in (1, 2):
        legs = found.technology[:1] if stage == 1 else found.technology[1:]
        crossed = sum(legs, np.zeros(size))
        paid[stage] += np.divide(crossed, to[stage], out=np.zeros(size), where=to[stage] > 0)
    if layers.package_product.size:
        k = np.maximum(columns.package, 0)
        lender = layers.package_place[k]
        rate = layers.package_interest[k] + layers.capital_rate[lender, pairs.target[p]]
        paid += np.stack(found.drawn) * np.where(columns.package >= 0, rate, 0.0) * now
    used = uses(given, columns)
    if used.item.size:
        money, crossed = _payments(given, columns, used)
        np.add.at(paid, (used.stage, used.column), money + crossed)
    return paid


def _payments(given: Instance, columns: Columns, used: Items) -> tuple[Floats, Floats]:
    """By item used: the payment where its stage is begun, and what a border takes of it; present values."""
    offers = given.offers
    units = np.array([u for _, _, u in offers.items])[used.item]
    paid = units * offers.price[columns.offer] * given.layers.discount[12 * used.year]
    return paid, paid * offers.rates[columns.offer, given.pairs.target[columns.pair][used.column]]


def _item_costs(given: Instance, columns: Columns) -> tuple[Floats, Floats]:
    """By column, the expected payments for factor services, and what borders take of them."""
    used, size = uses(given, columns), len(columns)
    if used.item.size == 0:
        return np.zeros(size), np.zeros(size)
    found = _payments(given, columns, used)
    paid, crossed = (_sums(used.column, np.rint(used.begun * each), size) for each in found)
    return paid, crossed


def _sums(column: Ints, amount: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(column, amount, count), np.float64)


@dataclass(frozen=True)
class Rows:
    """Where each kind of row begins among all rows, and every capacity (infinite: no such row in the program)."""

    capacity: Floats
    offset: dict[str, int]

    def key(self, given: Instance, row: int) -> tuple[str, str, str | None, int | None]:
        """Kind, id, service of a base, and year of a row."""
        kind = [k for k, o in self.offset.items() if o <= row][-1]
        number, years = row - self.offset[kind], len(given.years)
        if kind == "need":
            return kind, given.needs[number], None, None
        if kind == "achievement":
            return kind, given.achievements[number], None, None
        if kind == "policy":
            return kind, str(number), None, None
        owner, year = divmod(number, years)
        when = given.years[year]
        if kind == "base":
            return kind, given.bases[owner], None, when
        if kind == "service":
            base, service = given.stations[owner]
            return kind, base, service, when
        if kind == "maker":
            return kind, given.makers[owner] or "", None, when
        if kind == "product":
            return kind, given.products[owner], None, when if given.layers.product_revolves[owner] else None
        return kind, given.offers.ids[owner], None, when


KINDS = tuple(constraints.rows())


def rows(given: Instance, policies: Floats) -> Rows:
    """The rows of the program; ``policies`` are the right-hand sides of the policy rows."""
    years = len(given.years)
    blocks = (
        np.ones(len(given.needs)),
        given.licences,
        given.base_capacity.ravel(),
        np.repeat(given.station_capacity, years),
        given.maker_capacity.ravel(),
        given.offers.capacity.ravel(),
        _shares_of_budgets(given).ravel(),
        policies,
    )
    starts = np.concatenate([[0], np.cumsum([b.size for b in blocks])]).tolist()
    capacity = np.concatenate(blocks)
    if given.reserved is not None:
        size = given.reserved.size
        capacity[:size] = np.maximum(capacity[:size] - given.reserved, 0.0)
    return Rows(capacity, dict(zip(KINDS, starts[:-1], strict=True)))


def _shares_of_budgets(given: Instance) -> Floats:
    """1 for each product and year in which its budget binds: every year where it revolves, else once, in the last."""
    binds = np.isfinite(given.budgets)[:, None] & (
        given.layers.product_revolves[:, None] | (np.arange(len(given.years)) == len(given.years) - 1)
    )
    return np.where(binds, np.where(given.budgets > 0, 1.0, 0.0)[:, None], np.inf)


def back_year(maker_year: Ints, months: Ints) -> Ints:
    """The last year in which a loan may be out: drawn in the year of production at the latest, due ``months`` later."""
    return maker_year + (months + 10) // 12


def _lent(given: Instance, columns: Columns, found: Parts) -> tuple[Ints, Ints, Floats]:
    """Product x year that each financed column takes a share of: row, column, share of the budget."""
    layers, years = given.layers, len(given.years)
    financed = np.flatnonzero(columns.package >= 0)
    rows, taking, shares = list[Ints](), list[Ints](), list[Floats]()
    for names in (layers.package_product, layers.package_guarantee):
        product = names[columns.package[financed]]
        which, product = financed[product >= 0], product[product >= 0]
        back = back_year(found.maker_year[which], layers.package_months[columns.package[which]])
        revolves = layers.product_revolves[product]
        first = np.where(revolves, columns.start[which], years - 1)
        last = np.where(revolves, np.minimum(back, years - 1), years - 1)
        lengths = last - first + 1
        rows.append(spans(product * years + first, lengths))
        taking.append(np.repeat(which, lengths))
        shares.append(np.repeat(found.principal[which] / given.budgets[product], lengths))
    return np.concatenate(rows), np.concatenate(taking), np.concatenate(shares)


@dataclass(frozen=True)
class Policies:
    """Rows a user adds: Σ (need + base + maker coefficient) x ≤ limit; row × need, base, maker.

    ``credit`` is fen added to the objective, not to the worth, for each route of a need and of a maker.
    """

    need: Floats
    base: Floats
    maker: Floats
    limit: Floats
    names: tuple[str, ...]
    credit: tuple[Floats, Floats]


def no_policies(given: Instance) -> Policies:
    """No row."""
    need, base, maker = (np.zeros((0, len(x))) for x in (given.needs, given.bases, given.makers))
    credit = (np.zeros(len(given.needs)), np.zeros(len(given.makers)))
    return Policies(need, base, maker, np.zeros(0), (), credit)


def matrix(given: Instance, columns: Columns, found: Parts, policies: Policies, held: Rows) -> sp.csc_matrix:
    """Rows × columns; principals are shares of the product's budget, so that the solver sees numbers near one."""
    years, count = len(given.years), len(columns)
    every = np.arange(count)
    p = columns.pair
    base = _base(given, columns.station)
    piloted = np.flatnonzero(columns.station >= 0)
    need = given.pairs.need[p]
    at = held.offset
    blocks: list[tuple[Ints, Ints, Floats]] = [
        (at["need"] + need, every, np.ones(count)),
        (at["achievement"] + given.pairs.achievement[p], every, np.ones(count)),
        (at["base"] + base[piloted] * years + found.base_year[piloted], piloted, np.ones(piloted.size)),
        (
            at["service"] + columns.station[piloted] * years + found.base_year[piloted],
            piloted,
            np.ones(piloted.size),
        ),
        (at["maker"] + columns.maker * years + found.maker_year, every, np.ones(count)),
    ]
    used = uses(given, columns)
    if used.item.size:
        units = np.array([u for _, _, u in given.offers.items])[used.item]
        blocks.append((at["factor"] + columns.offer * years + used.year, used.column, units))
    if np.any(columns.package >= 0):
        row, taking, share = _lent(given, columns, found)
        blocks.append((at["product"] + row, taking, share))
    for row in range(policies.limit.size):
        weight = policies.need[row, need] + policies.maker[row, columns.maker]
        if piloted.size:
            weight = weight.copy()
            weight[piloted] += policies.base[row, base[piloted]]
        touched = np.flatnonzero(weight)
        blocks.append((np.full(touched.size, at["policy"] + row), touched, weight[touched]))
    r, c, v = (np.concatenate(x) for x in zip(*blocks, strict=True))
    keep = np.isfinite(held.capacity[r]) & (v != 0)
    return sp.csc_matrix((v[keep], (r[keep], c[keep])), shape=(held.capacity.size, count))
