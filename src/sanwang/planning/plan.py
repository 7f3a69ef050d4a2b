"""The plan: which routes, what they are worth, and how far from the best that could be."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.errors import OptionError, SanwangError
from sanwang.optimize.program import choose
from sanwang.planning.assumptions import assumptions, described
from sanwang.planning.master import build, usage
from sanwang.planning.network import network
from sanwang.planning.routes import COSTS, PRODUCTS, candidates, route_table
from sanwang.planning.unmet import unmet
from sanwang.planning.verify import verify
from sanwang.region import Region

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Plan:
    """Chosen routes, needs left out, use of capacity; amounts in fen. ``bound`` holds over all candidate routes."""

    routes: pl.DataFrame
    unmet: pl.DataFrame
    usage: pl.DataFrame
    worth: int
    bound: int
    status: str
    seconds: float
    options: Mapping[str, object]

    @property
    def gap(self) -> float:
        """The share of the bound that could at most still be gained."""
        return (self.bound - self.worth) / max(1, abs(self.bound))

    def explain(self, route: str) -> pl.DataFrame:
        """The terms of a route's worth: term, fen (costs negative); they add up to its worth exactly."""
        found = self.routes.filter(pl.col("route") == route)
        if found.is_empty():
            raise OptionError(f"no route is called {route!r} in this plan")
        row = found.row(0, named=True)
        terms = {"value": row["value"]} | {part: -row[part] for part in COSTS}
        return pl.DataFrame({"term": list(terms), "fen": list(terms.values())})


def plan(
    region: Region,
    matches: Matches,
    years: range = range(2026, 2031),
    time_limit: float = 60.0,
    seed: int = 0,
    changes: Mapping[str, float] | None = None,
    progress: Report | None = None,
) -> Plan:
    """The best set of routes over the matched pairs (docs/plan.md), verified before it is given.

    ``changes`` replaces assumptions by name. Raises OptionError for an empty horizon or an unknown assumption.
    """
    began = time.perf_counter()
    if len(years) == 0:
        raise OptionError("the horizon has no year")
    given = assumptions(changes)
    net = network(region)
    pool, traces = candidates(net, matches.frame, years, given, progress)
    master = build(net, pool)
    if progress:
        progress(0, 1, f"solve 求解 ({len(pool):,})")
    choice = choose(master.worth, master.matrix, master.capacity, time_limit, seed)
    chosen = [pool[i] for i in choice.columns]
    routes = route_table(chosen, net.place, net)
    worth = sum(r.worth for r in chosen)
    options = _options(asdict(given), years, len(pool), region)
    found = verify(region, routes, options)
    if not found.ok:
        raise SanwangError(f"the plan failed its own verification: {found.problems[0]}")
    return Plan(
        routes,
        unmet(net, traces, pool, chosen),
        usage(net, chosen),
        worth,
        max(worth, round(choice.bound)),
        choice.status,
        time.perf_counter() - began,
        options,
    )


def _options(given: Mapping[str, float], years: range, pool: int, region: Region) -> dict[str, object]:
    notes = described()
    return {
        "years": [years[0], years[-1]],
        "candidate_routes": pool,
        "products_per_route": PRODUCTS,
        "digest": region.digest,
        "assumptions": {k: {**notes[k], "value": v} for k, v in given.items()},
    }
