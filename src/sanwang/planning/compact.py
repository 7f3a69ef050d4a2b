"""The integer program with factor offers as counts: one binary a route whatever its offers, and for each item, place of
the need and year, how many times each offer serves it. Small where routes times choices of offers would be many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from sanwang.planning.arrays import Floats, Instance, Ints
from sanwang.planning.columns import Columns, Policies, items_of, parts, rows
from sanwang.planning.exact import money_of, pick
from sanwang.planning.generate import scale_of, weighed
from sanwang.planning.pricing import offer_costs


def choose_compact(
    given: Instance, policies: Policies, columns: Columns, time_limit: float, gap: float, seed: int
) -> tuple[Columns, float, float, str]:
    """The best routes among physical ``columns`` with the best offers for them: columns, objective, bound, status
    (none: nothing keeps every row where the bound is -inf, else nothing was found in time)."""
    held = rows(given, policies.limit)
    found = parts(given, columns)
    gain, taken = weighed(given, columns, policies, held)
    gain = gain + found.factor_cost + found.movers
    first, last = held.offset["factor"], held.offset["product"]
    by_row = taken.tocsr()
    bare = sp.vstack([by_row[:first], sp.csr_matrix((last - first, len(columns))), by_row[last:]])
    groups, group, column = _grouped(given, columns)
    cover = sp.csr_matrix((np.ones(column.size), (group, column)), (groups.shape[1], len(columns)))
    served = _served(given, groups)
    count = served.offer.size
    use = first + served.offer * len(given.years) + served.year
    takes = sp.csr_matrix((served.units, (use, np.arange(count))), (held.capacity.size, count))
    gives = sp.csr_matrix((-np.ones(count), (served.group, np.arange(count))), (groups.shape[1], count))
    everything = sp.csc_matrix(sp.bmat([[bare, takes], [cover, gives]]))
    capacity = np.concatenate([held.capacity, np.zeros(groups.shape[1])])
    scale = scale_of(gain)
    most = np.concatenate([np.ones(len(columns)), np.full(count, float(len(given.needs)))])
    worth = np.concatenate([gain, -served.cost]) / scale
    money = money_of(given, held)
    answer = pick(worth, sp.csc_matrix(everything), capacity, money, time_limit, gap, seed, most)
    if answer.status == "none":
        return columns.take(np.zeros(0, np.int64)), -np.inf, answer.bound, "none"
    amounts = answer.amounts
    picked = np.flatnonzero(amounts[: len(columns)])
    chosen = _with_offers(given, columns.take(picked), served, groups, amounts[len(columns) :])
    return chosen, answer.worth * scale, answer.bound * scale, answer.status


class _Served:
    """A column for each offer that can serve a group: group, offer, units, year, cost in fen."""

    def __init__(self, group: Ints, offer: Ints, units: Floats, year: Ints, cost: Floats) -> None:
        self.group, self.offer, self.units, self.year, self.cost = group, offer, units, year, cost


def _grouped(given: Instance, columns: Columns) -> tuple[Floats, Ints, Ints]:
    """What one offer can serve alike: item, place, year (one number) and the chance that the stage begins, a column
    each; and of every item a route takes, its group and its route."""
    items = items_of(given, columns.pair, columns.station, columns.start)
    place = given.pairs.target[columns.pair][items.column]
    key = (items.item * len(given.places) + place) * len(given.years) + items.year
    groups, group = np.unique(np.stack([key.astype(np.float64), items.begun]), axis=1, return_inverse=True)
    return groups, group.reshape(-1).astype(np.int64), items.column


def _served(given: Instance, groups: Floats) -> _Served:
    years, places = len(given.years), len(given.places)
    yearly = given.layers.discount[12 * np.arange(years)]
    costs = [offer_costs(given, i, yearly) for i in range(len(given.offers.items))]
    group, offer, units, when, cost = list[int](), list[int](), list[float](), list[int](), list[float]()
    for number, (key, begun) in enumerate(groups.T.tolist()):
        item, rest = divmod(int(key), places * years)
        place, year = divmod(rest, years)
        paid, crossed, able = (x[:, place, year] for x in costs[item])
        each = np.rint(begun * paid) + np.rint(begun * crossed)
        for which in np.flatnonzero(able).tolist():
            group.append(number)
            offer.append(int(given.offers.serving[item][which]))
            units.append(given.offers.items[item][2])
            when.append(year)
            cost.append(float(each[which]))
    return _Served(
        np.array(group, np.int64),
        np.array(offer, np.int64),
        np.array(units, np.float64),
        np.array(when, np.int64),
        np.array(cost, np.float64),
    )


def _with_offers(
    given: Instance, columns: Columns, served: _Served, groups: Floats, amounts: Ints
) -> Columns:
    """The chosen routes with the counted offers dealt out to them, in order."""
    mine, group, _ = _grouped(given, columns)
    # Groups are sorted by number and chance: those of the chosen routes are some of all.
    where = {key: i for i, key in enumerate(zip(*groups.tolist(), strict=True))}
    asked = np.array([where[k] for k in zip(*mine.tolist(), strict=True)], np.int64)[group]
    order = np.argsort(asked, kind="stable")
    offer = np.zeros(asked.size, np.int64)
    dealt = np.repeat(np.arange(amounts.size), amounts)
    group_of = served.group[dealt]
    # More may have been counted than is asked for where an offer costs nothing: the first of each group are dealt.
    begins = np.searchsorted(group_of, asked[order], side="left")
    rank = np.arange(order.size) - np.searchsorted(asked[order], asked[order], side="left")
    offer[order] = served.offer[dealt[begins + rank]]
    return replace(columns, offer=offer)
