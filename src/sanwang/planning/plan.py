"""The plan: which routes, what they are worth, what holds them back, and how far from the best that could be."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal, get_args

import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine
from sanwang.errors import OptionError, SanwangError
from sanwang.planning import prices
from sanwang.planning.arrays import Instance
from sanwang.planning.assumptions import assumptions, described
from sanwang.planning.cash import SCHEMA as CASH
from sanwang.planning.cash import cash
from sanwang.planning.chances import Level, at_level, found_on, told, weighed
from sanwang.planning.columns import Columns, Policies
from sanwang.planning.conflicts import explain_conflict
from sanwang.planning.instance import instance
from sanwang.planning.one_more import SCHEMA as ONE_MORE
from sanwang.planning.one_more import one_more
from sanwang.planning.parts import COSTS
from sanwang.planning.policies import checked, rows_of
from sanwang.planning.routes import numbered, route_table, usage
from sanwang.planning.solve import Solved, solve
from sanwang.planning.unmet import unmet
from sanwang.planning.verify import verify
from sanwang.region import Region
from sanwang.region.scenario import Market, Policy

Objective = Literal["firm", "region"]
Report = Callable[[int, int, str], None]

GAP = 1e-4
"""Relative gap at which the integer search may stop when nothing else is asked for."""


@dataclass(frozen=True)
class Plan:
    """Chosen routes, needs left out, use of capacity, prices, what borders take; amounts in fen.

    ``bound`` is above the objective of every plan over the matched pairs: the worth, with policies' credits, or the
    region's surplus where that was asked for.
    """

    routes: pl.DataFrame
    unmet: pl.DataFrame
    usage: pl.DataFrame
    bottlenecks: pl.DataFrame
    borders: pl.DataFrame
    worth: int
    bound: int
    status: str
    seconds: float
    options: Mapping[str, object]
    matches: Matches | None = None
    ends: tuple[Plan, Plan] | None = None
    """The same program solved at the low and at the high end of the chances that matches hold."""
    reached: int | None = None
    """What the objective reaches, where it is more than the worth: the region's surplus, or credits of policies."""
    cash: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CASH))
    """The firms' own cash by need and month: what each stage costs, what is drawn for it, what is due (``cash``)."""
    one_more: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ONE_MORE))
    """What one more realistic unit of the first bottlenecks is worth, solved again: kind, id, unit, low, high (fen)."""

    @property
    def gap(self) -> float:
        """The share of the bound that could at most still be gained."""
        reached = self.worth if self.reached is None else self.reached
        return (self.bound - reached) / max(1, abs(self.bound))

    def explain(self, route: str) -> pl.DataFrame:
        """The terms of a route's worth: term, fen (costs negative); they add up to its worth exactly."""
        found = self.routes.filter(pl.col("route") == route)
        if found.is_empty():
            raise OptionError(f"no route is called {route!r} in this plan", f"方案中没有路线 {route!r}")
        row = found.row(0, named=True)
        terms = {"value": row["value"]} | {part: -row[part] for part in COSTS}
        return pl.DataFrame({"term": list(terms), "fen": list(terms.values())})

    def rents(self, by: str = "net") -> pl.DataFrame:
        """The bottlenecks' rents summed by ``net`` or by ``city``."""
        if by not in ("net", "city"):
            raise OptionError(f"rents by {by!r}: choose net or city", f"租值按 {by!r}：应为 net 或 city")
        return prices.by_net(self.bottlenecks) if by == "net" else prices.by_city(self.bottlenecks)


def plan(
    region: Region,
    matches: Matches,
    years: range = range(2026, 2031),
    time_limit: float = 60.0,
    seed: int = 0,
    changes: Mapping[str, float] | None = None,
    progress: Report | None = None,
    gap: float = GAP,
    market: Market = "today",
    policies: Sequence[Policy] = (),
    engine: Engine | None = None,
    level: Level = "middle",
    begin: int = 0,
    closed: Sequence[str] = (),
    solved_again: int = 0,
    objective: Objective = "firm",
    blocks: int | None = None,
) -> Plan:
    """The best set of routes over the matched pairs (docs/plan.md), verified before it is given.

    ``changes`` replaces assumptions, ``market`` the barriers (today, unified, segmented), ``policies`` add rows.
    Nothing starts before the month ``begin`` (0: January) of the first year; ``closed``
    borders (``technology``, or ``110000>130000:technology``) let nothing through.
    The ``objective`` is the firms' surplus or the region's, to which licences and interest are transfers.
    ``solved_again`` bottlenecks are solved again with one more unit each. ``blocks`` cuts the needs into so many blocks
    solved apart, which large plans are anyway.
    Raises OptionError for years that are no range or are empty, or an unknown assumption or policy, ConflictError where
    the policies cannot all be met, with the smallest set that conflicts. ``level`` takes the low or high end of the
    priors, or of the calibration's interval, that a match holds.
    """
    began = time.perf_counter()
    if not 0 <= begin < 12:
        raise OptionError(f"the month {begin} is none of 0 to 11", f"月份 {begin} 应为 0 至 11")
    if not isinstance(years, range) or len(years) == 0:  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may
        raise OptionError(
            f"years is {years!r}; a range such as range(2026, 2031) with a year in it is wanted",
            f"years 为 {years!r}，应为含有年份的 range，如 range(2026, 2031)",
        )
    if market not in get_args(Market):
        raise OptionError(
            f"market {market!r}: one of {', '.join(get_args(Market))} is wanted",
            f"市场 {market!r}：应为 {'、'.join(get_args(Market))} 之一",
        )
    given = assumptions(at_level(changes, level))
    known = found_on(region, matches)
    pairs = weighed(region, matches, given, known, level)
    problem = instance(region, pairs, years, given, market, begin, closed, objective)
    rules = rows_of(region, problem, policies)
    with engine_of(engine) as used:
        found = solve(problem, rules, used, time_limit, gap, seed, progress=progress, blocks=blocks)
        if found.status in ("infeasible", "none"):
            explain_conflict(region, problem, policies, used)
        options = options_of(
            asdict(given), years, problem, region, market, policies, found, gap, begin
        ) | told(known, level)
        options["objective"] = objective
        if closed:
            options["closed"] = list(closed)
        opened = instance(region, pairs, years, given, "unified", begin, objective=objective)
        left = unmet(problem, opened, rules, found, used)
        made = assemble(region, problem, rules, found, found.columns, left, options, began)
        if solved_again == 0 or not found.exact:
            return made
        binding = made.bottlenecks
        more = one_more(problem, rules, found, binding, used, solved_again, time_limit / 4, seed)
        return replace(made, one_more=more)


def assemble(
    region: Region,
    problem: Instance,
    rules: Policies,
    found: Solved,
    columns: Columns,
    left: pl.DataFrame,
    options: Mapping[str, object],
    began: float,
    going: pl.DataFrame | None = None,
) -> Plan:
    """A verified Plan of ``columns``, beside the contracts ``going`` on. A route in which the verification finds
    anything wrong is left out and told in ``options["repaired"]``. Raises SanwangError where that does not mend it.
    """
    routes = route_table(problem, columns)
    if going is not None:
        routes = numbered(pl.concat([routes, going]))
    routes, wrong = _mended(region, routes, options)
    if wrong:
        options = {**options, "repaired": wrong}
    carried = 0 if going is None else sum(going["worth"].to_list())
    worth = sum(routes["worth"].to_list())
    elsewhere = worth - carried - round(found.objective)
    return Plan(
        routes,
        left,
        usage(problem, routes),
        prices.bottlenecks(problem, rules, found),
        prices.border_bill(problem, columns),
        worth,
        max(worth, round(found.bound) + carried + max(0, elsewhere)),
        found.status,
        time.perf_counter() - began,
        options,
        reached=worth + max(0, -elsewhere) if abs(elsewhere) > routes.height else None,
        cash=cash(problem, columns).filter(pl.col("need").is_in(routes["need"].to_list())),
    )


def _mended(
    region: Region, routes: pl.DataFrame, options: Mapping[str, object]
) -> tuple[pl.DataFrame, list[str]]:
    """The routes that the verification lets stand, and what was wrong with the others."""
    wrong: list[str] = []
    while not (verified := verify(region, routes, options)).ok:
        named = [p.split(":")[0] for p in verified.problems]
        bad = pl.col("route").is_in(named)
        if routes.filter(bad).is_empty():
            raise SanwangError(f"the plan failed its own verification: {verified.problems[0]}")
        wrong += verified.problems
        routes = numbered(routes.filter(~bad))
    return routes, wrong


def options_of(
    given: Mapping[str, float],
    years: range,
    problem: Instance,
    region: Region,
    market: Market,
    policies: Sequence[Policy],
    found: Solved,
    gap: float,
    begin: int = 0,
) -> dict[str, object]:
    """What a plan was made with: the verifier and the report read it."""
    notes = described()
    return {
        "years": [years[0], years[-1]],
        "start": f"{years[0]}-{begin + 1:02d}",
        "pairs": int(problem.pairs.need.size),
        "digest": region.digest,
        "market": market,
        "policies": list(checked(policies)),
        "candidate_routes": found.count,
        "prices": "exact" if found.exact else "approximate",
        "gap_wanted": gap,
        "assumptions": {k: {**notes[k], "value": v} for k, v in given.items()},
    }
