"""The plan as one direct mixed-integer program over every route, and greedily by score: the peers of the benchmark."""

import time

import numpy as np
import polars as pl
import scipy.sparse as sp
from ortools.linear_solver.python import model_builder_helper as mbh

from sanwang.planning.arrays import Pairs
from sanwang.planning.columns import items_of, matrix, no_policies, parts, rows
from sanwang.planning.kernel import price_pairs
from sanwang.planning.pricing import prices_at, with_offers


def every_route(given, most=20_000_000):
    """All routes of positive worth with the cheapest offers, as columns."""
    rules = no_policies(given)
    held = rows(given, rules.limit)
    prices = prices_at(given, rules, held, np.zeros(held.capacity.size))
    frame = pl.DataFrame(given.pairs._asdict())
    arrays = Pairs(*(c.to_numpy() for c in frame.iter_columns()))
    size = given.pairs.need.size
    found = np.zeros((most, 5), np.int64)
    count = price_pairs(
        arrays, given.layers, prices, np.zeros(size), np.zeros(size), np.zeros((size, 4), np.int64), found
    )
    if count > most:
        return None
    return with_offers(given, prices, found[:count])


def direct(given, columns, solver, limit, gap):
    """Worth, bound and seconds of the direct program.

    One binary a route; factor offers are integers per item, place of the need and year that cover what the routes take.
    """
    began = time.perf_counter()
    rules = no_policies(given)
    held = rows(given, rules.limit)
    found = parts(given, columns)
    taken = matrix(given, columns, found, rules, held).tocsr()
    years, places = len(given.years), len(given.places)
    first, last = held.offset["factor"], held.offset["product"]
    capacity = held.capacity.copy()
    taken = sp.csr_matrix(
        sp.vstack([taken[:first], sp.csr_matrix((last - first, len(columns))), taken[last:]])
    )
    items = items_of(given, columns.pair, columns.station, columns.start)
    column = items.column
    key = (items.item * places + given.pairs.target[columns.pair][column]) * years + items.year
    groups, group = np.unique(np.stack([key, items.begun]), axis=1, return_inverse=True)
    size, group = groups.shape[1], group.reshape(-1)
    cover = sp.csr_matrix((np.ones(column.size), (group, column)), (size, len(columns)))
    z_group, z_offer, z_cost, z_units, z_year = [], [], [], [], []
    for g, (k, begun) in enumerate(groups.T.tolist()):
        i, rest = divmod(int(k), places * years)
        place, y = divmod(rest, years)
        units = given.offers.items[i][2]
        for o in given.offers.serving[i].tolist():
            paid = units * given.offers.price[o]
            now = given.layers.discount[12 * y]
            z_group.append(g)
            z_offer.append(o)
            z_year.append(y)
            z_units.append(units)
            crossed = paid * given.offers.rates[o, place]
            z_cost.append(np.rint(begun * paid * now) + np.rint(begun * crossed * now))
    z = len(z_group)
    z_cover = sp.csr_matrix((-np.ones(z), (z_group, np.arange(z))), (size, z))
    z_use = sp.csr_matrix(
        (z_units, (first + np.array(z_offer, int) * years + np.array(z_year, int), np.arange(z))),
        (capacity.size, z),
    )
    matrix_all = sp.csr_matrix(sp.bmat([[taken, z_use], [cover, z_cover]]))
    limit_all = np.concatenate([capacity, np.zeros(size)])
    base = found.worth + found.factor_cost + found.movers
    worth = np.concatenate([base, -np.array(z_cost)])
    keep = np.flatnonzero(np.isfinite(limit_all) & (np.diff(matrix_all.indptr) > 0))
    scale = float(np.median(found.worth))
    helper = mbh.ModelBuilderHelper()
    most = np.concatenate([np.ones(len(columns)), np.full(z, float(len(columns)))])
    helper.fill_model_from_sparse_data(
        np.zeros(worth.size),
        most,
        worth / scale,
        np.full(keep.size, -np.inf),
        limit_all[keep],
        matrix_all[keep],
    )
    helper.set_maximize(True)
    for variable in range(worth.size):
        helper.set_var_integrality(variable, True)
    answer = mbh.ModelSolverHelper(solver)
    answer.enable_output(False)
    answer.set_time_limit_in_seconds(float(limit))
    if solver == "highs":
        answer.set_solver_specific_parameters(f"output_flag=false\nmip_rel_gap={gap}")
    else:
        answer.set_solver_specific_parameters(f"relative_gap_limit:{gap} num_workers:2")
    answer.solve(helper)
    seconds = time.perf_counter() - began
    if not answer.has_solution():
        return None, None, seconds
    return answer.objective_value() * scale, answer.best_objective_bound() * scale, seconds


def greedy(given, columns):
    """Worth when each need takes its highest-scoring achievement, then that pair's best route that still fits."""
    rules = no_policies(given)
    held = rows(given, rules.limit)
    found = parts(given, columns)
    taken = matrix(given, columns, found, rules, held)
    left = held.capacity.copy()
    need = given.pairs.need[columns.pair]
    order = np.lexsort((-found.worth, columns.pair, -given.pairs.score[columns.pair]))
    served, spent = set(), 0.0
    for column in order.tolist():
        if int(need[column]) in served:
            continue
        a, b = taken.indptr[column], taken.indptr[column + 1]
        where, units = taken.indices[a:b], taken.data[a:b]
        if np.all(units <= left[where] + 1e-9):
            left[where] -= units
            served.add(int(need[column]))
            spent += float(found.worth[column])
    return spent
