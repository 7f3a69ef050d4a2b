"""Routes as columns of the program: what each is worth, part by part, and what it takes of each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from sanwang.planning.instance import Instance
from sanwang.planning.kernel import Floats, Ints

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

    @property
    def worth(self) -> Floats:
        """Value less all costs."""
        return self.value - sum((getattr(self, c) for c in COSTS), np.zeros_like(self.value))


@dataclass(frozen=True)
class Uses:
    """A row for each factor item a column uses: column, item, offer, year."""

    column: Ints
    item: Ints
    offer: Ints
    year: Ints


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


def years_of(given: Instance, pair: Ints, station: Ints, start: Ints) -> tuple[Ints, Ints]:
    """Year of the pilot (meaningful with a station) and of production."""
    develop = (given.pairs.gap[pair] * int(given.layers.limits[2])).astype(np.int64)
    pilot = np.where(station >= 0, _of(given.layers.base_months, _base(given, station)), 0)
    opens = given.layers.opens[start]
    return (opens + develop) // 12, (opens + develop + pilot) // 12


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


def items_of(given: Instance, pair: Ints, station: Ints, start: Ints) -> tuple[Ints, Ints, Ints]:
    """Column, item and year of everything the stages of these routes take, in the order of the stages."""
    layers = given.layers
    row = given.pairs.profile[pair] * 3
    base_year, maker_year = years_of(given, pair, station, start)
    stages = (
        (given.pairs.gap[pair] > 0, start),
        (station >= 0, base_year),
        (np.ones(pair.size, np.bool_), maker_year),
    )
    columns, items, years = list[Ints](), list[Ints](), list[Ints]()
    for stage, (runs, year) in enumerate(stages):
        begins, finish = layers.item_start[row + stage], layers.item_start[row + stage + 1]
        lengths = np.where(runs, finish - begins, 0)
        columns.append(np.repeat(np.arange(pair.size), lengths))
        items.append(layers.item_members[spans(begins, lengths)])
        years.append(np.repeat(year, lengths))
    column = np.concatenate(columns)
    order = np.argsort(column, kind="stable")
    return column[order], np.concatenate(items)[order], np.concatenate(years)[order]


def uses(given: Instance, columns: Columns) -> Uses:
    """The factor items of columns with the offers chosen for them."""
    column, item, year = items_of(given, columns.pair, columns.station, columns.start)
    return Uses(column, item, columns.offer, year)


def _base(given: Instance, station: Ints) -> Ints:
    return _of(given.layers.station_base, station)


def _of(values: npt.NDArray[np.generic], index: Ints) -> npt.NDArray[np.int64]:
    """values[index], 0 where the index is −1."""
    if values.size == 0:
        return np.zeros(index.size, np.int64)
    return np.where(index >= 0, values[np.maximum(index, 0)], 0)  # pyright: ignore[reportReturnType]


def parts(given: Instance, columns: Columns) -> Parts:
    """Every amount of every column, as the kernel prices it."""
    pairs, layers = given.pairs, given.layers
    p, start = columns.pair, columns.start
    limits, discount = layers.limits, layers.discount
    base = np.where(columns.station >= 0, _base(given, columns.station), -1)
    piloted = columns.station >= 0
    origin, target, gap = pairs.origin[p], pairs.target[p], pairs.gap[p]
    develop = (gap * int(limits[2])).astype(np.int64)
    pilot = np.where(piloted, _of(layers.base_months, base), 0)
    opens = layers.opens[start]
    base_year, maker_year = (opens + develop) // 12, (opens + develop + pilot) // 12
    place = np.where(piloted, _of(layers.base_place, base), origin)
    where = layers.maker_place[columns.maker]
    where = np.where(where < 0, target, where)
    ask = pairs.ask[p]
    price = np.where(piloted, _of(layers.base_price, base), 0.0)
    setup = layers.maker_setup[columns.maker]
    now = discount[12 * start]
    legs = (
        np.where(piloted, layers.rate[origin, place] * ask, 0.0),
        layers.rate[place, where] * np.where(piloted, price, ask),
        layers.rate[where, target] * setup,
    )
    days = np.where(piloted, layers.days[origin, place], 0.0)
    days = days + (layers.days[place, where] + layers.days[where, target])
    financed = columns.package >= 0
    k = np.maximum(columns.package, 0)
    if layers.package_product.size == 0:
        principal = interest = capital = np.zeros(p.size)
    else:
        lender = layers.package_place[k]
        principal = np.maximum(ask + price + setup - pairs.budget[p], layers.package_low[k])
        principal = np.where(financed, principal, 0.0)
        interest = np.rint(np.ceil(principal * layers.package_interest[k] - 1e-6) * now)
        interest = np.where(financed, interest, 0.0)
        rate = np.where(financed, layers.capital_rate[lender, target], 0.0)
        capital = np.rint(np.ceil(principal * rate - 1e-6) * now)
        capital = np.where(financed, capital, 0.0)
        days = days + np.where(financed, layers.capital_days[lender, target], 0.0)
    months = develop + pilot + layers.maker_months[columns.maker] + np.ceil(days / 30).astype(np.int64)
    done = opens + months
    uplift = np.where(piloted, _of(layers.base_uplift, base) * shares_of(given, p, columns.station), 0.0)
    chance = pairs.chance[p] * np.clip(limits[3] - limits[4] * gap + uplift, 0.0, limits[5])
    used = uses(given, columns)
    units = np.array([u for _, _, u in given.offers.items])[used.item] if used.item.size else np.zeros(0)
    paid = units * given.offers.price[used.offer] if used.item.size else np.zeros(0)
    when = discount[12 * used.year]
    crossing = given.offers.rates[used.offer, target[used.column]] if used.item.size else np.zeros(0)
    factors = _sums(used.column, np.rint(paid * when), p.size)
    movers = _sums(used.column, np.rint(paid * crossing * when), p.size)
    border = legs[0] + legs[1] + legs[2]
    return Parts(
        base_year,
        maker_year,
        months,
        done,
        chance,
        principal,
        np.rint(chance * pairs.value[p] * discount[np.minimum(done, discount.size - 1)]),
        np.rint(ask * now),
        np.rint(price * discount[12 * np.minimum(base_year, len(given.years))]),
        np.rint(setup * discount[12 * np.minimum(maker_year, len(given.years))]),
        factors,
        interest,
        np.rint(border * now) + capital + movers,
        legs,
        capital,
        movers,
    )


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
        if kind == "product":
            return kind, given.products[number], None, None
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
        return kind, given.offers.ids[owner], None, when


KINDS = ("need", "achievement", "base", "service", "maker", "factor", "product", "policy")


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
        np.where(given.budgets > 0, np.where(np.isinf(given.budgets), np.inf, 1.0), 0.0),
        policies,
    )
    starts = np.concatenate([[0], np.cumsum([b.size for b in blocks])]).tolist()
    capacity = np.concatenate(blocks)
    if given.reserved is not None:
        size = given.reserved.size
        capacity[:size] = np.maximum(capacity[:size] - given.reserved, 0.0)
    return Rows(capacity, dict(zip(KINDS, starts[:-1], strict=True)))


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
        blocks.append((at["factor"] + used.offer * years + used.year, used.column, units))
    financed = np.flatnonzero(columns.package >= 0)
    for names in (given.layers.package_product, given.layers.package_guarantee):
        if financed.size:
            product = names[columns.package[financed]]
            which = financed[product >= 0]
            product = product[product >= 0]
            share = found.principal[which] / given.budgets[product]
            blocks.append((at["product"] + product, which, share))
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
