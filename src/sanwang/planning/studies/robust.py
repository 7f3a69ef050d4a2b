"""Robustness declared as a study: draws of success, cost and demand, and which routes are steady."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import polars as pl

from sanwang.engine.port import Engine
from sanwang.planning.studies.asked import Start, Today, Years, horizon
from sanwang.planning.studies.columns import styled
from sanwang.planning.uncertainty import Robustness, robustness
from sanwang.region import Region
from sanwang.study.declare import Ask, Report, study
from sanwang.study.option import Option, real, share, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Column, Table
from sanwang.study.words import money_words, say, word


@dataclass(frozen=True)
class Robust:
    """The draws and what they say, with the spreads and the number of draws they were made with."""

    robustness: Robustness
    spreads: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the draws' own
        if name.startswith("__") or name == "robustness":
            raise AttributeError(name)
        return getattr(self.robustness, name)


def shown(found: Robust, region: Region, lang: str) -> Shown:
    """The interval of the plan's worth, and how often each route is chosen."""
    one = found.robustness
    return Shown(
        say("robust_title", lang),
        _sentences(found, lang),
        [_quantiles(one, lang), _hedged(one, lang), _steadiness(one, lang)],
        notes=[say("middle_note", lang)],
    )


def _sentences(found: Robust, lang: str) -> list[str]:
    """The median and the 90 % interval, and how many routes are steady."""
    by = {r["quantile"]: r for r in found.robustness.quantiles.to_dicts()}
    lead = say(
        "robust_lead",
        lang,
        **found.spreads,
        kept=money_words(by[0.5]["kept"], lang),
        low=money_words(by[0.05]["kept"], lang),
        high=money_words(by[0.95]["kept"], lang),
        replanned=money_words(by[0.5]["replanned"], lang),
    )
    steady = found.robustness.routes.filter(pl.col("chosen") >= 0.9).height
    return [lead, say("robust_steady", lang, count=steady)]


def _quantiles(found: Robustness, lang: str) -> Table:
    """Quantiles of the plan's worth over the draws."""
    columns = styled(lang, quantile="percent", replanned="money", kept="money", realised="money")
    return Table("quantiles", say("quantiles_table", lang), found.quantiles, columns)


def _hedged(found: Robustness, lang: str) -> Table:
    """Today's plan and the cautious one over draws of their own."""
    names = {n: word("plans", n, lang) for n in ("today", "hedged")}
    frame = found.hedged.with_columns(pl.col("plan").replace(names))
    columns = styled(lang, plan="text", routes="int", mean="money", tail="money")
    return Table(
        "hedged", say("hedged_table", lang), frame, columns, say("hedged_note", lang), data=found.hedged
    )


def _steadiness(found: Robustness, lang: str) -> Table:
    """How often each pair is chosen, the steadiest first."""
    columns = (
        Column("need", word("columns", "need", lang), "id"),
        Column("achievement", word("columns", "achievement", lang), "id"),
        *styled(lang, chosen="percent", same_route="percent", route="id", worth="money"),
    )
    return Table("steadiness", say("steadiness_table", lang), found.routes, columns)


def data(found: Robust, region: Region) -> dict[str, object]:
    """The spreads, quantiles (fen), routes and every draw."""
    one = found.robustness
    return {
        "spreads": dict(found.spreads),
        "quantiles": one.quantiles,
        "routes": one.routes,
        "hedged": one.hedged,
        "draws": one.draws,
    }


@study("robust", show=shown, data=data)
def robust(
    region: Region,
    *,
    draws: Annotated[int, Option("抽样次数", "draws", whole(1, 100_000))] = 100,
    seed: Annotated[int, Option("随机种子", "seed", whole(0))] = 0,
    success: Annotated[float, Option("成功概率的离散度", "spread of success", real(0))] = 0.15,
    cost: Annotated[float, Option("成本的离散度", "spread of costs", real(0))] = 0.2,
    demand: Annotated[float, Option("需求价值的离散度", "spread of demand", real(0))] = 0.25,
    delay: Annotated[float, Option("承制周期的离散度", "spread of makers' months", real(0))] = 0.2,
    common: Annotated[
        float, Option("共同冲击占方差的份额", "share of variance that is common", share())
    ] = 0.5,
    caution: Annotated[float, Option("坏尾部的权重", "weight of the bad tail", share())] = 0.5,
    k: Annotated[
        int, Option("每条需求考虑几项成果", "results considered a need", whole(1, 1000), names=("-k",))
    ] = 20,
    years: Years = None,
    start: Start = None,
    today: Today = None,
    progress: Report | None = None,
    engine: Engine | None = None,
    ask: Ask,
) -> Robust:
    """Draw probabilities, costs and values, plan anew in each draw, and count how often each route is chosen.

    The spreads are relative standard deviations and assumptions of this project unless given.
    """
    spreads: dict[str, Any] = {
        "draws": draws,
        "seed": seed,
        "success": success,
        "cost": cost,
        "demand": demand,
        "delay": delay,
        "common": common,
        "caution": caution,
    }
    span, begin = horizon(years, start, today)
    matches = ask("match", region, k=k)
    found = robustness(region, matches, years=span, begin=begin, progress=progress, engine=engine, **spreads)
    return Robust(found, spreads)
