"""Innovation points (创新积分) of firms under a scheme: score, bounds, rank among peers, what moves it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.engine.port import Engine, Report
from sanwang.errors import OptionError
from sanwang.finance.conditions import Fact, eligible
from sanwang.finance.scheme import Indicator, Scheme, load_scheme, marks
from sanwang.finance.weights import least_shifts, rank_draws, ranks

Floats = npt.NDArray[np.float64]

_FIRMS = {
    "actor": pl.String, "stage": pl.String, "stage_from": pl.String, "score": pl.Float64, "lower": pl.Float64,
    "upper": pl.Float64, "rank": pl.Int64, "peers": pl.Int64, "rank_best": pl.Int64, "rank_worst": pl.Int64,
    "rank_p5": pl.Float64, "rank_p95": pl.Float64, "rank_kept": pl.Float64, "shift": pl.Float64,
    "shift_against": pl.String, "missing": pl.Int64,
}  # fmt: skip
_PARTS = {
    "actor": pl.String, "group": pl.String, "indicator": pl.String, "value": pl.Float64, "year": pl.Int64,
    "mark": pl.Float64, "weight": pl.Float64, "contribution": pl.Float64, "missing": pl.Boolean,
    "gain_full": pl.Float64, "peer_value": pl.Float64, "gain_to_peer": pl.Float64, "source": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Points:
    """``firms``: one row a firm, best first within its stage. ``parts``: one row a firm and indicator.

    ``lower`` and ``upper`` are the scores with every missing indicator at its worst and best; ``rank_best`` and
    ``rank_worst`` the ranks if everyone's missing values fell that way. ``rank_p5``, ``rank_p95`` and ``rank_kept``
    (share of draws with the same rank) come from random weights, ``shift`` is the least share of weight that must move
    before the firm ties with ``shift_against`` (null: no shift does). ``gain_full`` is what full marks would add,
    ``gain_to_peer`` what the peers' upper quartile ``peer_value`` would. ``unstaged``: firms without a stage, and why.
    ``unused``: rows of the table that the scheme does not count, and why.
    """

    scheme: Scheme
    firms: pl.DataFrame
    parts: pl.DataFrame
    unstaged: pl.DataFrame
    unused: pl.DataFrame
    year: int
    draws: int
    seed: int


def score(
    points: pl.DataFrame,
    actors: pl.DataFrame,
    scheme: Scheme | None = None,
    *,
    year: int | None = None,
    draws: int = 2000,
    concentration: float = 100.0,
    seed: int = 1,
    engine: Engine | None = None,
    progress: Report | None = None,
) -> Points:
    """Score every firm that ``points`` (actor, indicator, year, value, source) speaks of.

    Its latest values up to ``year`` count.     ``actors`` gives ``founded`` and ``size``, from which
    the scheme's rules tell the stage, unless a firm states it.
    Pure; the same seed gives the same draws. Raises OptionError for draws or a concentration that are not positive.
    """
    if draws < 1 or not concentration > 0:
        raise OptionError("draws and concentration must be positive / 抽样次数与集中度须为正")
    scheme = scheme or load_scheme()
    rows = points.filter(pl.col("year") <= year) if year is not None else points
    at = year if year is not None else int(rows["year"].max() or 0)  # pyright: ignore[reportArgumentType]  # years are integers
    latest, unused = _latest(rows, scheme)
    stages, unstaged = _stages(latest, rows, actors, scheme, at)
    drawn = _Draws(draws, concentration, seed, engine, progress)
    firms, parts = list[dict[str, Any]](), list[pl.DataFrame]()
    for stage in scheme.stages:
        names = [a for a, (s, _) in stages.items() if s == stage.id]
        if names:
            lines, frame = _one_stage(names, latest, scheme, stage.id, drawn)
            firms += [line | {"stage_from": stages[line["actor"]][1]} for line in lines]
            parts.append(frame)
    return Points(
        scheme,
        pl.DataFrame(firms, schema=_FIRMS),
        pl.concat(parts) if parts else pl.DataFrame(schema=_PARTS),
        unstaged,
        unused,
        at,
        draws,
        seed,
    )


def as_rows(found: Points) -> pl.DataFrame:
    """The scores as rows of the points table, indicator 创新积分: what a product's ``points_min`` is compared with."""
    return found.firms.select(
        "actor",
        pl.lit("创新积分").alias("indicator"),
        pl.lit(found.year, pl.Int64).alias("year"),
        pl.col("score").alias("value"),
        pl.lit(found.scheme.name).alias("source"),
    )


def _latest(rows: pl.DataFrame, scheme: Scheme) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The latest sound value a firm and indicator; and the rows that do not count, with the reason."""
    known = [i.name for i in scheme.indicators] + [scheme.stage_indicator]
    why = (
        pl.when(~pl.col("indicator").is_in(known))
        .then(pl.lit("方案中没有该指标 / not in the scheme"))
        .when(pl.col("value").is_null() | ~pl.col("value").cast(pl.Float64).is_finite())
        .then(pl.lit("不是有限的数 / not a finite number"))
    )
    told = rows.with_columns(why.alias("why"), pl.col("value").cast(pl.Float64))
    good = told.filter(pl.col("why").is_null()).sort("year", maintain_order=True)
    last = good.unique(["actor", "indicator"], keep="last", maintain_order=True)
    columns = ["actor", "indicator", "year", "value", "why"]
    return last, told.filter(pl.col("why").is_not_null()).select(columns)


def _stages(
    latest: pl.DataFrame, rows: pl.DataFrame, actors: pl.DataFrame, scheme: Scheme, year: int
) -> tuple[dict[str, tuple[str, str]], pl.DataFrame]:
    """Each firm's stage and how it is known; and the firms without one."""
    told = dict(
        latest.filter(pl.col("indicator") == scheme.stage_indicator).select("actor", "value").iter_rows()
    )
    about = {r["id"]: r for r in actors.to_dicts()}
    found, lost = dict[str, tuple[str, str]](), list[tuple[str, str]]()
    for actor in rows["actor"].drop_nulls().unique().sort().to_list():
        stated = told.get(actor)
        if stated is not None:
            if stated in range(1, len(scheme.stages) + 1):
                found[actor] = (scheme.stages[int(stated) - 1].id, "stated")
            else:
                lost.append((actor, f"阶段 {stated:g} 不存在 / there is no stage {stated:g}"))
            continue
        who = about.get(actor, {})
        born = who.get("founded")
        facts: dict[str, Fact | None] = {
            "age_years": year - born if isinstance(born, int) else None,
            "size": who.get("size"),
        }
        rule = next((s.id for s in scheme.stages if s.rule and eligible(f"cel: {s.rule}", facts)[0]), None)
        if rule is not None:
            found[actor] = (rule, "rule")
        else:
            lacking = [k for k, v in facts.items() if v is None]
            lost.append(
                (actor, f"缺少 / unknown: {', '.join(lacking)}" if lacking else "没有规则适用 / no rule fits")
            )
    return found, pl.DataFrame(lost, schema={"actor": pl.String, "why": pl.String}, orient="row")


@dataclass(frozen=True)
class _Draws:
    """How weights are drawn, and where."""

    count: int
    concentration: float
    seed: int
    engine: Engine | None
    progress: Report | None


def _one_stage(
    names: list[str],
    latest: pl.DataFrame,
    scheme: Scheme,
    stage: str,
    draws: _Draws,
) -> tuple[list[dict[str, Any]], pl.DataFrame]:
    weight, full = scheme.weights(stage), scheme.full_marks
    row = {a: i for i, a in enumerate(names)}
    column = {x.name: j for j, x in enumerate(scheme.indicators)}
    values = np.full((len(names), len(column)), np.nan)
    origin: dict[tuple[str, str], tuple[int, str | None]] = {}
    for actor, name, year, value, source in latest.select(
        "actor", "indicator", "year", "value", "source"
    ).iter_rows():
        if actor in row and name in column:
            values[row[actor], column[name]] = value
            origin[actor, name] = (year, source)
    known = ~np.isnan(values)
    mark = np.column_stack([marks(x, values[:, j]) for j, x in enumerate(scheme.indicators)])
    worst = np.array([min(k[1] for k in x.knots) for x in scheme.indicators])
    best = np.array([max(k[1] for k in x.knots) for x in scheme.indicators])
    filling = worst if scheme.missing == "worst" else _median(mark, worst)
    filled = np.where(known, mark, filling)
    low, high = np.where(known, mark, worst), np.where(known, mark, best)
    scores, least, most = (full * (m @ weight) for m in (filled, low, high))
    rank = ranks(scores)
    how = (draws.engine, draws.progress)
    drawn = rank_draws(filled, weight, draws.count, draws.concentration, draws.seed, *how)
    moves = least_shifts(filled, weight, *how)
    order = np.lexsort((np.array(names), -np.round(scores, 10)))
    lines = list[dict[str, Any]]()
    for i in order.tolist():
        shift, against = moves[i]
        p5, p95 = np.quantile(drawn[:, i], [0.05, 0.95])
        others = np.arange(len(names)) != i
        lines.append(
            {
                "actor": names[i], "stage": stage, "score": scores[i], "lower": least[i], "upper": most[i],
                "rank": int(rank[i]), "peers": len(names),
                "rank_best": 1 + int((least[others] > most[i] + 1e-9).sum()),
                "rank_worst": 1 + int((most[others] > least[i] + 1e-9).sum()),
                "rank_p5": float(p5), "rank_p95": float(p95), "rank_kept": float((drawn[:, i] == rank[i]).mean()),
                "shift": shift if math.isfinite(shift) else None,
                "shift_against": names[against] if against >= 0 else None,
                "missing": int((~known[i] & (weight > 0)).sum()),
            }
        )  # fmt: skip
    quartile = _quartile(mark, worst)
    parts = [
        {
            "actor": names[i], "group": x.group, "indicator": x.name,
            "value": float(values[i, j]) if known[i, j] else None, "year": origin.get((names[i], x.name), (None,))[0],
            "mark": float(filled[i, j]), "weight": float(weight[j]),
            "contribution": float(full * weight[j] * filled[i, j]),
            "missing": not known[i, j], "gain_full": float(full * weight[j] * (best[j] - filled[i, j])),
            "peer_value": _value_at(x, quartile[j]),
            "gain_to_peer": float(full * weight[j] * max(0.0, quartile[j] - filled[i, j])),
            "source": origin.get((names[i], x.name), (None, None))[1],
        }
        for i in order.tolist()
        for j, x in enumerate(scheme.indicators)
    ]  # fmt: skip
    return lines, pl.DataFrame(parts, schema=_PARTS)


def _quartile(mark: Floats, worst: Floats) -> Floats:
    """The upper quartile of the marks that are known, by indicator."""
    return np.array(
        [
            float(np.quantile(c[~np.isnan(c)], 0.75)) if (~np.isnan(c)).any() else w
            for c, w in zip(mark.T, worst, strict=True)
        ]
    )


def _median(mark: Floats, worst: Floats) -> Floats:
    return np.array(
        [
            float(np.median(c[~np.isnan(c)])) if (~np.isnan(c)).any() else w
            for c, w in zip(mark.T, worst, strict=True)
        ]
    )


def _value_at(indicator: Indicator, mark: float) -> float | None:
    """A value that earns the mark, on the transformation's scale; null where marks are not monotone."""
    knots = sorted(indicator.knots, key=lambda k: k[1])
    xs, ys = [k[0] for k in knots], [k[1] for k in knots]
    if xs not in (sorted(xs), sorted(xs, reverse=True)):
        return None
    scale = {"log": math.log, "log1p": math.log1p}.get(indicator.transform, float)
    back = {"log": math.exp, "log1p": math.expm1}.get(indicator.transform, float)
    return back(float(np.interp(mark, ys, [scale(x) for x in xs])))
