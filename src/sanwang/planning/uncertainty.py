"""How a plan fares when success, costs and demand turn out otherwise: seeded draws, the program solved again in
each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.engine.choose import engine_of
from sanwang.engine.local import Local
from sanwang.engine.port import Engine
from sanwang.errors import OptionError
from sanwang.planning.arrays import Bools, Instance
from sanwang.planning.assumptions import assumptions
from sanwang.planning.chances import found_on, weighed
from sanwang.planning.columns import Columns, Policies, no_policies
from sanwang.planning.draws import Changes, Spread, changed, changes_in, drawn
from sanwang.planning.hedge import hedged, tail_mean, worths
from sanwang.planning.instance import instance
from sanwang.planning.parts import Parts, parts
from sanwang.planning.plan import GAP
from sanwang.planning.pool import Pool
from sanwang.planning.routes import route_table
from sanwang.planning.solve import Solved, solve
from sanwang.planning.stakes import STAGES, stakes
from sanwang.region import Region

Report = Callable[[int, int, str], None]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Robustness:
    """``draws``: worth in fen when the plan is made anew in each draw (``replanned``), when today's plan is kept
    (``kept``), and what today's plan brings with success or failure drawn route by route (``realised``).
    ``quantiles`` sums them up. ``routes``: how often each pair of need and achievement is chosen, and each whole
    route of today's plan, the steadiest first.
    """

    draws: pl.DataFrame
    quantiles: pl.DataFrame
    routes: pl.DataFrame
    hedged: pl.DataFrame
    """Two plans over draws that neither was made from: the one for expected amounts, and the one for mean and bad tail;
    plan, routes, mean, tail (mean of the worst tenth), fen."""


def robustness(
    region: Region,
    matches: Matches,
    draws: int = 100,
    seed: int = 0,
    success: float = 0.15,
    cost: float = 0.2,
    demand: float = 0.25,
    years: range = range(2026, 2031),
    time_limit: float = 30.0,
    progress: Report | None = None,
    begin: int = 0,
    delay: float = 0.2,
    common: float = 0.5,
    caution: float = 0.5,
    engine: Engine | None = None,
) -> Robustness:
    """Draw and solve. ``success``, ``cost``, ``demand``, ``delay`` are relative standard deviations of each pair's
    probability, of every price, of every need's value and of makers' months; the share ``common`` of each variance is
    shared by sector, province or all prices (``planning.draws``). ``caution`` is the weight of the bad tail in a second
    plan, made from the same draws and compared with today's on draws of their own.

    The defaults are assumptions of this project. In ``kept`` and ``realised`` costs above a budget are paid without
    finance. Raises OptionError for a negative spread or no draws.
    """
    if (
        draws < 1
        or min(success, cost, demand, delay) < 0
        or not 0 <= min(common, caution) <= max(common, caution) <= 1
    ):
        raise OptionError(
            "draws must be positive, spreads not negative, common and caution from 0 to 1",
            "抽样次数须为正，离散度不能为负，共同冲击与谨慎程度应在 0 至 1 之间",
        )
    spread = Spread(success, cost, demand, delay, common)
    terms = assumptions()
    pairs = weighed(region, matches, terms, found_on(region, matches))
    given = instance(region, pairs, years, terms, begin=begin)
    rules = no_policies(given)
    with engine_of(engine) as used:
        today = solve(given, rules, used, time_limit, GAP, seed)
    rng = np.random.default_rng(seed)
    counted: Counter[tuple[int, int]] = Counter()
    whole: Counter[tuple[int, ...]] = Counter()
    rows: list[dict[str, Any]] = []
    made: list[Instance] = []
    pool = Pool()
    pool.add(today.columns)
    for draw in range(draws):
        one = drawn(given, rng, spread)
        made.append(one)
        then = parts(one, today.columns)
        late = then.done > one.pairs.left[today.columns.pair]
        value = np.where(late, 0.0, then.value)
        realised = _realised(one, today.columns, then, late, rng)
        kept = round(float((then.worth - then.value + value).sum()))
        rows.append({"draw": draw, "replanned": 0, "kept": kept, "realised": round(realised)})
    with engine_of(engine) as used:
        shared = used.share((given, rules, time_limit, seed))
        solved = used.stream(
            replanned, map(changes_in, made), shared, total=draws, label="draws 抽样", progress=progress
        )
        for row, (columns, objective) in zip(rows, solved, strict=True):
            counted.update(_pairs(given, columns))
            whole.update(_keys(columns))
            pool.add(columns)
            row["replanned"] = round(objective)
    table = pl.DataFrame(rows)
    cautious = hedged(given, pool.columns(), made, caution)
    fresh = [drawn(given, rng, spread) for _ in range(draws)]
    steady = _frequencies(given, today, counted, whole, draws)
    return Robustness(
        table, _quantiles(table), steady, _outside(fresh, {"today": today.columns, "hedged": cautious})
    )


def replanned(drawn_: Changes, given: tuple[Instance, Policies, float, int]) -> tuple[Columns, float]:
    """The plan made anew in one draw, and what it is worth in fen (a block of an engine, solved to the end)."""
    problem, rules, time_limit, seed = given
    found = solve(changed(problem, drawn_), rules, Local(1), time_limit, GAP, seed)
    return found.columns, found.objective


def _realised(one: Instance, columns: Columns, then: Parts, late: Bools, rng: np.random.Generator) -> float:
    """What routes bring with success drawn stage by stage: one that stops has cost what was paid so far."""
    risk = stakes(one, columns, then)
    luck = rng.random(len(columns))
    stop = (luck[:, None] >= np.cumsum(risk.stops, axis=0).T).sum(axis=1)
    won = stop == len(STAGES)
    lost = risk.lost[np.minimum(stop, len(STAGES) - 1), np.arange(len(columns))]
    sure = np.divide(then.value, then.probability, out=np.zeros(len(columns)), where=then.probability > 0)
    return float((np.where(won & ~late, sure, 0.0) - lost).sum())


def _outside(fresh: list[Instance], plans: dict[str, Columns]) -> pl.DataFrame:
    """Mean and tail of plans over draws that neither was made from."""
    rows: list[dict[str, Any]] = []
    for name, columns in plans.items():
        totals = worths(fresh, columns).sum(axis=1)
        rows.append(
            {
                "plan": name,
                "routes": len(columns),
                "mean": round(float(totals.mean())),
                "tail": round(tail_mean(totals)),
            }
        )
    return pl.DataFrame(rows)


def _pairs(given: Instance, columns: Columns) -> list[tuple[int, int]]:
    p = columns.pair
    return list(zip(given.pairs.need[p].tolist(), given.pairs.achievement[p].tolist(), strict=True))


def _keys(columns: Columns) -> list[tuple[int, ...]]:
    fields = (columns.pair, columns.station, columns.maker)
    return list(zip(*(f.tolist() for f in fields), strict=True))


def _quantiles(table: pl.DataFrame) -> pl.DataFrame:
    names = ("replanned", "kept", "realised")
    rows = [
        {"quantile": q} | {n: round(float(np.quantile(table[n].to_numpy(), q))) for n in names}
        for q in QUANTILES
    ]
    return pl.DataFrame(rows)


def _frequencies(
    given: Instance,
    today: Solved,
    counted: Counter[tuple[int, int]],
    whole: Counter[tuple[int, ...]],
    draws: int,
) -> pl.DataFrame:
    planned = dict(zip(_pairs(given, today.columns), _keys(today.columns), strict=True))
    every = set(counted) | set(planned)
    rows = [
        {
            "need": given.needs[n],
            "achievement": given.achievements[a],
            "chosen": counted[n, a] / draws,
            "same_route": whole[planned[n, a]] / draws if (n, a) in planned else None,
            "in_plan": (n, a) in planned,
        }
        for n, a in every
    ]
    schema = {
        "need": pl.String,
        "achievement": pl.String,
        "chosen": pl.Float64,
        "same_route": pl.Float64,
        "in_plan": pl.Boolean,
    }
    table = pl.DataFrame(rows, schema=schema)
    worth = route_table(given, today.columns).select("need", "achievement", "route", "worth")
    return table.join(worth, on=["need", "achievement"], how="left").sort(
        ["chosen", "in_plan", "need", "achievement"], descending=[True, True, False, False]
    )
