"""From border effects to the ``barriers`` table that the plan reads, with their uncertainty.

A border with effect β on the logarithm of flows is worth a tariff τ with (1 + τ)^−ε = exp(β), so τ = exp(−β/ε) − 1
(Head and Mayer 2014, Handbook of International Economics 4, ch. 3). ε, how strongly flows answer to cost, is not
estimated here: its default is that chapter's preferred figure for trade in goods and an assumption for technology.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from sanwang.errors import DataError, OptionError
from sanwang.factors.gravity import Gravity
from sanwang.standards.places import resolve

ELASTICITY = 5.03
"""Head and Mayer (2014), table 3.5: the median of structural estimates from tariffs."""

BARRIERS = {
    "origin": pl.String, "destination": pl.String, "factor": pl.String, "cost_rate": pl.Float64,
    "delay_days": pl.Int64, "source": pl.String, "cost_low": pl.Float64, "cost_high": pl.Float64,
}  # fmt: skip
"""The barriers table, and the interval of its cost rate."""


def cost_rates(found: Gravity, elasticity: float = ELASTICITY) -> pl.DataFrame:
    """Each border term with its cost rate: term, cost_rate, cost_low, cost_high (never negative) and helps (flows are
    larger across it: the rate is written as 0).

    Raises OptionError for an elasticity that is not positive, DataError where no border was estimated.
    """
    if not elasticity > 0:
        raise OptionError("the elasticity must be positive / 弹性须为正")
    rows = found.terms.filter(pl.col("term").str.starts_with("border"))
    if rows.is_empty():
        raise DataError("没有估计出边界效应 / no border was estimated")
    raw = {
        name: np.expm1(-rows[column].to_numpy() / elasticity)
        for name, column in (("cost_rate", "estimate"), ("cost_low", "high"), ("cost_high", "low"))
    }
    columns = {name: np.maximum(values, 0.0) for name, values in raw.items()}
    return pl.DataFrame({"term": rows["term"], **columns, "helps": raw["cost_rate"] < 0})


def barriers(
    found: Gravity,
    frame: pl.DataFrame,
    factor: str,
    elasticity: float = ELASTICITY,
    regions: Mapping[str, Sequence[str]] | None = None,
) -> pl.DataFrame:
    """Rows for the ``barriers`` table (columns BARRIERS), both ways for each pair of jurisdictions of the panel.

    Delays are not estimated and stay unknown. ``source`` tells method, interval and elasticity. Where each pair has its
    own term that is used; else its region's (``regions`` as given to ``gravity``) or the common one. Raises as
    ``cost_rates``.
    """
    rates = {r["term"]: r for r in cost_rates(found, elasticity).to_dicts()}
    rows: list[dict[str, object]] = []
    for crossing in sorted(set(frame["border"]) - {""}):
        a, b = crossing.split("|")
        rate = rates.get(f"border:{crossing}") or rates.get(_term(crossing, regions)) or rates.get("border")
        if rate is None:
            continue
        told = (
            f"引力模型估计（PPML，按地点对聚类），{found.level:.0%} 区间 "
            f"{rate['cost_low']:.3f}…{rate['cost_high']:.3f}，弹性 {elasticity:g} 为假设"
        )
        for origin, destination in ((a, b), (b, a)):
            rows.append(
                {
                    "origin": _code(origin), "destination": _code(destination), "factor": factor,
                    "cost_rate": round(rate["cost_rate"], 6), "delay_days": None, "source": told,
                    "cost_low": round(rate["cost_low"], 6), "cost_high": round(rate["cost_high"], 6),
                }
            )  # fmt: skip
    return pl.DataFrame(rows, schema=BARRIERS)


def _term(crossing: str, regions: Mapping[str, Sequence[str]] | None) -> str:
    """The term of a pair of jurisdictions where each region has its own."""
    home = {p: name for name, places in (regions or {}).items() for p in places}
    a, b = (home.get(x) for x in crossing.split("|"))
    return f"border:{a}" if a is not None and a == b else "border:other"


def _code(name: str) -> str:
    return resolve(name).code or name
