"""Routes in figures: what each is worth, part by part, expected over its gates and discounted to the plan's start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sanwang.planning.arrays import Floats, Instance, Ints
from sanwang.planning.columns import Columns, Items, base_of, gates_of, months_of, number_of, uses
from sanwang.planning.gates import Gates

COSTS = ("ask_cost", "base_cost", "maker_cost", "factor_cost", "finance_cost", "barrier_cost")


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


def parts(given: Instance, columns: Columns) -> Parts:
    """Every amount of every column, as the kernel prices it: expected over the gates, at the plan's start."""
    pairs, layers = given.pairs, given.layers
    p, start = columns.pair, columns.start
    discount, years = layers.discount, len(given.years)
    base = np.where(columns.station >= 0, base_of(given, columns.station), -1)
    piloted = columns.station >= 0
    origin, target = pairs.origin[p], pairs.target[p]
    opens, at_pilot, at_production = months_of(given, p, columns.station, start)
    base_year, maker_year = at_pilot // 12, at_production // 12
    place = np.where(piloted, number_of(layers.base_place, base), origin)
    where = layers.maker_place[columns.maker]
    where = np.where(where < 0, target, where)
    ask = pairs.ask[p]
    price = np.where(piloted, number_of(layers.base_price, base), 0.0)
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
    base = np.where(columns.station >= 0, base_of(given, columns.station), -1)
    price = np.where(base >= 0, number_of(layers.base_price, base), 0.0)
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
