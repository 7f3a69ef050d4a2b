"""How a plan fares when success, costs and demand turn out otherwise: seeded draws, the program solved again in
each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.collaboration.verdicts import obeyed
from sanwang.errors import OptionError
from sanwang.planning.assumptions import assumptions
from sanwang.planning.columns import Columns, no_policies, parts
from sanwang.planning.engine import LocalEngine
from sanwang.planning.instance import Instance, instance
from sanwang.planning.plan import GAP
from sanwang.planning.routes import route_table
from sanwang.planning.solve import Solved, solve
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
) -> Robustness:
    """Draw and solve. ``success``, ``cost``, ``demand`` are relative standard deviations: of each pair's probability
    (normal, kept within 0…1), of every price (lognormal, mean one) and of every need's value (lognormal, mean one).

    The defaults are assumptions of this project. In ``kept`` and ``realised`` costs above a budget are paid without
    finance. Raises OptionError for a negative spread or no draws.
    """
    if draws < 1 or min(success, cost, demand) < 0:
        raise OptionError("draws must be positive and spreads not negative / 抽样次数须为正，离散度不能为负")
    terms = assumptions()
    given, engine = (
        instance(region, obeyed(region, matches.frame, terms.min_score), years, terms, begin=begin),
        LocalEngine(),
    )
    rules = no_policies(given)
    today = solve(given, rules, engine, time_limit, GAP, seed)
    rng = np.random.default_rng(seed)
    counted: Counter[tuple[int, int]] = Counter()
    whole: Counter[tuple[int, ...]] = Counter()
    rows: list[dict[str, Any]] = []
    for draw in range(draws):
        drawn = _drawn(given, rng, success, cost, demand)
        found = solve(drawn, rules, engine, time_limit, GAP, seed)
        counted.update(_pairs(given, found))
        whole.update(_keys(found.columns))
        then = parts(drawn, today.columns)
        won = rng.random(len(today.columns)) < then.probability
        sure = np.divide(
            then.value, then.probability, out=np.zeros_like(then.value), where=then.probability > 0
        )
        realised = float((np.where(won, sure, 0.0) - (then.value - then.worth)).sum())
        rows.append(
            {
                "draw": draw,
                "replanned": round(found.objective),
                "kept": round(float(then.worth.sum())),
                "realised": round(realised),
            }
        )
        if progress:
            progress(draw + 1, draws, "draws 抽样")
    table = pl.DataFrame(rows)
    return Robustness(table, _quantiles(table), _frequencies(given, today, counted, whole, draws))


def _drawn(given: Instance, rng: np.random.Generator, success: float, cost: float, demand: float) -> Instance:
    pairs, layers = given.pairs, given.layers

    def factor(spread: float, size: int) -> np.ndarray[Any, np.dtype[np.float64]]:
        sigma = np.sqrt(np.log1p(spread**2))
        return np.exp(rng.normal(-sigma * sigma / 2, sigma, size))

    score = np.clip(pairs.score * (1 + rng.normal(0, success, pairs.score.size)), 0.0, 1.0)
    value = np.rint(pairs.value * factor(demand, len(given.needs))[pairs.need])
    ask = np.rint(pairs.ask * factor(cost, len(given.achievements))[pairs.achievement])
    return replace(
        given,
        pairs=pairs._replace(score=score, value=value, ask=ask),
        layers=layers._replace(
            base_price=np.rint(layers.base_price * factor(cost, layers.base_price.size)),
            maker_setup=np.rint(layers.maker_setup * factor(cost, layers.maker_setup.size)),
        ),
        offers=replace(
            given.offers, price=np.rint(given.offers.price * factor(cost, given.offers.price.size))
        ),
    )


def _pairs(given: Instance, found: Solved) -> list[tuple[int, int]]:
    p = found.columns.pair
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
    planned = dict(zip(_pairs(given, today), _keys(today.columns), strict=True))
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
