"""Planning again when things have changed: routes under way stay, the rest changes only where it pays."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.collaboration.verdicts import verdicts
from sanwang.errors import OptionError
from sanwang.planning.assumptions import assumptions
from sanwang.planning.chances import found_on, told, weighed
from sanwang.planning.columns import Columns, Policies, items_of, join, matrix, none, parts, rows
from sanwang.planning.engine import Engine, LocalEngine
from sanwang.planning.generate import Kept
from sanwang.planning.instance import Instance, instance
from sanwang.planning.kernel import Floats
from sanwang.planning.plan import GAP, Plan, assemble, options_of
from sanwang.planning.policies import rows_of
from sanwang.planning.routes import offers_of
from sanwang.planning.solve import solve
from sanwang.planning.unmet import unmet
from sanwang.region import Region
from sanwang.region.scenario import Market, Policy

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Replan:
    """The new plan, and every difference from the earlier one: need, what, before, after, reason (zh, en)."""

    plan: Plan
    changes: pl.DataFrame


def replan(
    region: Region,
    matches: Matches,
    earlier: pl.DataFrame,
    under_way: Sequence[str] = (),
    price_per_change: int = 0,
    years: range = range(2026, 2031),
    time_limit: float = 60.0,
    seed: int = 0,
    gap: float = GAP,
    market: Market = "today",
    policies: Sequence[Policy] = (),
    engine: Engine | None = None,
    progress: Report | None = None,
) -> Replan:
    """Plan again beside the routes of an ``earlier`` plan.

    Routes named in ``under_way`` stay as they are, unless the workspace no longer allows them (a base closed, a need
    withdrawn), which is told. Any other earlier route that is kept counts ``price_per_change`` fen more than its worth,
    so that one is given up only for a gain above that. Raises OptionError for a route the earlier plan does not have.
    """
    began = time.perf_counter()
    if missing := set(under_way) - set(earlier["route"].to_list()):
        raise OptionError(f"the earlier plan has no route {sorted(missing)} / 原方案中没有")
    engine = engine or LocalEngine()
    given = assumptions()
    known = found_on(region, matches)
    pairs = weighed(region, matches, given, known)
    problem = instance(region, pairs, years, given, market)
    rules = rows_of(region, problem, policies)
    columns, names, gone = _recognised(problem, earlier)
    gone |= _vetoed(region, earlier)
    fixed = np.isin(np.array(names, dtype=object), list(under_way)) if names else np.zeros(0, np.bool_)
    stay, broken = _fitting(problem, columns.take(np.flatnonzero(fixed)), rules)
    gone |= {[n for n, f in zip(names, fixed, strict=True) if f][i]: _NO_ROOM for i in broken}
    lasting = columns.take(np.flatnonzero(fixed)).take(stay)
    free = columns.take(np.flatnonzero(~fixed))
    rest, reserved = _beside(problem, rules, lasting)
    still = np.isin(problem.pairs.need[free.pair], problem.pairs.need[lasting.pair], invert=True)
    free = free.take(np.flatnonzero(still))
    kept = Kept(free, np.full(len(free), float(price_per_change)))
    found = solve(reserved, rest, engine, time_limit, gap, seed, kept, progress)
    chosen = join([lasting, found.columns])
    options = options_of(asdict(given), years, problem, region, market, policies, found, gap)
    opened = instance(region, pairs, years, given, "unified")
    left = unmet(problem, opened, rules, replace(found, columns=chosen), engine)
    options |= told(known) | {"under_way": sorted(under_way), "price_per_change": price_per_change}
    made = assemble(
        region, problem, rules, replace(found, generated=None, exact=False), chosen, left, options, began
    )
    return Replan(made, _changes(earlier, made, gone))


_GONE = ("工作区中已没有该路线所需的某一项", "the workspace no longer has something the route needs")
_LATE = ("按现在的数据该路线已不可行", "the route is no longer feasible with the data of now")
_NO_ROOM = ("能力已不足以保留在途路线", "no capacity is left for the route under way")


def _vetoed(region: Region, earlier: pl.DataFrame) -> dict[str, tuple[str, str]]:
    """By route, who rejected its pair, when and why (zh, en)."""
    said = verdicts(region)
    pairs = earlier.select("route", "need", "achievement").rows()
    words = {r: said.of(n, a) for r, n, a in pairs if said.words and said.rejected(n, a)}
    return {r: (w.said("zh"), w.said("en")) for r, w in words.items() if w is not None}


def _recognised(
    problem: Instance, earlier: pl.DataFrame
) -> tuple[Columns, list[str], dict[str, tuple[str, str]]]:
    """Earlier routes as columns of the new instance, their names, and why the others are not among them."""
    pairs, layers = problem.pairs, problem.layers
    pair = {
        (problem.needs[n], problem.achievements[a]): i
        for i, (n, a) in enumerate(zip(pairs.need.tolist(), pairs.achievement.tolist(), strict=True))
    }
    station = {name: i for i, name in enumerate(problem.stations)} | {(None, None): -1}
    maker = {name: i for i, name in enumerate(problem.makers)}
    product = {name: i for i, name in enumerate(problem.products)}
    package: dict[tuple[str | None, str | None], int] = {(None, None): -1}
    for k, (f, g) in enumerate(
        zip(layers.package_product.tolist(), layers.package_guarantee.tolist(), strict=True)
    ):
        package[problem.products[f], problem.products[g] if g >= 0 else None] = k
    offer = {name: i for i, name in enumerate(problem.offers.ids)}
    used: dict[str, list[str]] = {}
    for name, one in offers_of(earlier).select("route", "offer").iter_rows():
        used.setdefault(name, []).append(one)
    found: list[tuple[int, int, int, int, int]] = []
    offers: list[list[int]] = []
    names: list[str] = []
    gone: dict[str, tuple[str, str]] = {}
    for r in earlier.to_dicts():
        key = (
            pair.get((r["need"], r["achievement"])),
            station.get((r["base"], r["service"])),
            maker.get(r["maker"]),
            package.get((r["product"], r["guarantee"])),
        )
        listed = [offer.get(o) for o in used.get(r["route"], [])]
        known = r["product"] is None or r["product"] in product
        begun = r["start"] - problem.years[0]
        if None in key or None in listed or not known or not 0 <= begun < len(problem.years):
            gone[r["route"]] = _GONE
            continue
        found.append((*key, begun))  # pyright: ignore[reportArgumentType]
        offers.append([o for o in listed if o is not None])
        names.append(r["route"])
    if not found:
        return none(), [], gone
    table = np.array(found, np.int64)
    p, s, m, k, start = (np.ascontiguousarray(table[:, i]) for i in range(5))
    lengths = np.array([len(o) for o in offers], np.int64)
    flat = np.array([o for listed in offers for o in listed], np.int64)
    columns = Columns(p, s, m, k, start, flat, np.cumsum(lengths))
    asked, _, _ = items_of(problem, p, s, start)
    whole = np.bincount(asked, minlength=p.size) == lengths
    good = np.flatnonzero(whole)
    good = good[_feasible(problem, columns.take(good))]
    gone |= {n: _LATE for i, n in enumerate(names) if i not in set(good.tolist())}
    return columns.take(good), [names[i] for i in good.tolist()], gone


def _feasible(problem: Instance, columns: Columns) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Columns that pass the gates of now: field, gap, deadline, ticket."""
    pairs, layers = problem.pairs, problem.layers
    found, p = parts(problem, columns), columns.pair
    limit = np.where(columns.station >= 0, layers.limits[1], layers.limits[0])
    good = (pairs.gap[p] <= limit) & (found.done <= pairs.left[p]) & np.isfinite(found.worth)
    for i in range(len(columns)):
        marks, combo = pairs.marks[p[i]], pairs.stations[p[i]]
        makers = layers.maker_members[layers.maker_start[marks] : layers.maker_start[marks + 1]]
        stations = layers.station_members[layers.station_start[combo] : layers.station_start[combo + 1]]
        good[i] &= columns.maker[i] in makers
        good[i] &= columns.station[i] < 0 or columns.station[i] in stations
        k = columns.package[i]
        outlay = pairs.ask[p[i]] + layers.maker_setup[columns.maker[i]]
        outlay += (
            layers.base_price[layers.station_base[columns.station[i]]] if columns.station[i] >= 0 else 0.0
        )
        if k < 0:
            good[i] &= outlay <= pairs.budget[p[i]]
        else:
            n, a = pairs.need[p[i]], pairs.achievement[p[i]]
            sector = (
                layers.either_package[k, layers.need_sector[n]]
                | layers.either_package[k, layers.achievement_sector[a]]
            )
            good[i] &= outlay > pairs.budget[p[i]] and found.principal[i] <= layers.package_high[k]
            good[i] &= (
                not layers.package_lease[k] or found.principal[i] <= layers.maker_setup[columns.maker[i]]
            )
            good[i] &= bool(layers.need_package[n, k] and layers.achievement_package[a, k] and sector)
    return good


def _taken(problem: Instance, columns: Columns, rules: Policies) -> Floats:
    held = rows(problem, rules.limit)
    return np.asarray(
        matrix(problem, columns, parts(problem, columns), rules, held).sum(axis=1), np.float64
    ).ravel()


def _fitting(problem: Instance, columns: Columns, rules: Policies) -> tuple[np.ndarray[Any, Any], list[int]]:
    """Positions of the columns that fit the capacities together, the worthiest first, and of those that do not."""
    held = rows(problem, rules.limit)
    found = parts(problem, columns)
    taken = matrix(problem, columns, found, rules, held)
    left = held.capacity[: held.offset["policy"]].copy()
    stay: list[int] = []
    for column in np.argsort(-found.worth, kind="stable").tolist():
        use = np.asarray(taken[: left.size, column].todense()).ravel()
        if np.all(use <= left + 1e-9):
            left = left - use
            stay.append(column)
    return np.array(sorted(stay), np.int64), sorted(set(range(len(columns))) - set(stay))


def _beside(problem: Instance, rules: Policies, lasting: Columns) -> tuple[Policies, Instance]:
    """The problem that is left beside lasting routes: their needs closed, their use reserved, policies reduced."""
    if len(lasting) == 0:
        return rules, problem
    use = _taken(problem, lasting, rules)
    at = rows(problem, rules.limit).offset["policy"]
    closed = np.isin(problem.pairs.need, problem.pairs.need[lasting.pair])
    left = np.where(closed, -1, problem.pairs.left)
    rest = replace(rules, limit=rules.limit - use[at:])
    return rest, replace(problem, pairs=problem.pairs._replace(left=left), reserved=use[:at])


_CHANGE = {
    "need": pl.String,
    "what": pl.String,
    "before": pl.String,
    "after": pl.String,
    "reason_zh": pl.String,
    "reason_en": pl.String,
}
_SAME = ("achievement", "base", "maker", "product", "guarantee", "start", "offers")


def _changes(earlier: pl.DataFrame, made: Plan, gone: dict[str, tuple[str, str]]) -> pl.DataFrame:
    old = {r["need"]: r for r in earlier.to_dicts()}
    new = {r["need"]: r for r in made.routes.to_dicts()}
    why = {r["need"]: (r["detail_zh"], r["detail_en"]) for r in made.unmet.to_dicts()}
    table: list[dict[str, Any]] = []
    for need in sorted({*old, *new}):
        a, b = old.get(need), new.get(need)
        if a and b and all(a[c] == b[c] for c in _SAME):
            continue
        if a is None:
            what, (zh, en) = "added", ("空出的能力可用", "capacity has become free")
        elif b is None:
            what, (zh, en) = (
                "dropped",
                gone.get(a["route"], why.get(need, ("需求已撤回", "the need was withdrawn"))),
            )
        else:
            what, (zh, en) = (
                "changed",
                gone.get(a["route"], ("改动所得高于变更价格", "worth more than the price of a change")),
            )
        table.append(
            {
                "need": need,
                "what": what,
                "before": _line(a),
                "after": _line(b),
                "reason_zh": zh,
                "reason_en": en,
            }
        )
    return pl.DataFrame(table, schema=_CHANGE)


def _line(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    stops = [row["achievement"], row["base"], row["maker"], row["need"]]
    return " → ".join(s for s in stops if s) + f" {row['start']}"
