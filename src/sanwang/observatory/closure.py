"""The funnel from result to market: how far results come, where they leave the region, how long each step takes.

Times to a step are estimated by Kaplan and Meier (1958), since many results are still under way when the table ends;
the share closed inside the region by Aalen and Johansen (1978), with signing outside it as the competing end. Plain
shares have Wilson's (1927) interval. Nothing here reads a clock: the table ends at its last date.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from sanwang.errors import DataError, OptionError
from sanwang.region import Region
from sanwang.region.geography import gazetteer
from sanwang.study.proportions import wilson

STEPS = ("published", "matched", "planned", "contracted", "paid", "production")
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Closure:
    """``funnel``: step, reached, share (of published), kept (of the step before). ``groups``: kind (origin, year,
    chain), group, published, contracted, production, inside, share, low, high. ``leaks``: place, contracted, share:
    where results signed outside the region went. ``times``: step, reached (the step before), done, median, low, high
    (days; null where fewer than half got there). ``curves``: step, months, share.

    ``closed``: in production inside the region; ``share`` of published with its interval; ``expected`` within
    ``years`` with its interval. ``notices``: rows that cannot be true, in Chinese and English; they are left out.
    """

    inside: tuple[str, ...]
    published: int
    closed: int
    share: tuple[float, float, float]
    years: float
    expected: tuple[float, float, float]
    funnel: pl.DataFrame
    groups: pl.DataFrame
    leaks: pl.DataFrame
    times: pl.DataFrame
    curves: pl.DataFrame
    until: str
    notices: tuple[tuple[str, str], ...]


def closure(
    region: Region,
    inside: Sequence[str] = (),
    chains: Mapping[str, str] | None = None,
    years: float = 5.0,
    seed: int = 0,
) -> Closure:
    """The closure of a Region from its ``progress`` table. ``inside``: names or codes of provinces; those of the
    achievements' owners if not given. ``chains`` names the chain of an achievement.

    A later step implies the earlier ones; ``seed`` breaks ties in the incidence. Raises DataError without progress,
    OptionError for places nobody knows or years that are not positive.
    """
    if years <= 0:
        raise OptionError("years must be positive / 年数须为正")
    rows = region["progress"].drop_nulls(["achievement", "step", "date"])
    if rows.is_empty():
        raise DataError("没有 progress 成果进展表 / no row in progress")
    where = gazetteer(region)
    province = dict(where.select("place", pl.coalesce("province_name", "name", "place")).iter_rows())
    owners = dict(region["actors"].select("id", "place").drop_nulls().iter_rows())
    origin = {
        a: province.get(owners.get(o, ""), "")
        for a, o in region["achievements"].select("id", "owner").iter_rows()
    }
    home = _home(inside, where, [p for p in origin.values() if p])
    steps, notices = _steps(rows, province)
    end = rows["date"].max()
    wide = _wide(steps, end)
    reached = [int((wide["last"] >= n).sum()) for n in range(len(STEPS))]
    wide = wide.with_columns(
        pl.col("place").is_in(list(home)).alias("inside"),
        pl.col("achievement").replace_strict(origin, default="").alias("origin"),
        pl.col("d0").dt.year().cast(pl.String).alias("year"),
        pl.col("achievement")
        .replace_strict(dict(chains or {}), default="", return_dtype=pl.String)
        .alias("chain"),
    )
    closed = int(((wide["last"] == len(STEPS) - 1) & wide["inside"]).sum())
    funnel = pl.DataFrame(
        {
            "step": STEPS, "reached": reached, "share": [r / reached[0] for r in reached],
            "kept": [None, *(b / a if a else None for a, b in pairwise(reached))],
        },
        schema_overrides={"kept": pl.Float64},
    )  # fmt: skip
    times, curves = _times(wide, end)
    return Closure(
        tuple(home), reached[0], closed, wilson(closed, reached[0]), years, _expected(wide, end, years, seed),
        funnel, _groups(wide), _leaks(wide), times, curves, str(end), tuple(notices),
    )  # fmt: skip


def _home(inside: Sequence[str], where: pl.DataFrame, origins: list[str]) -> list[str]:
    if not inside:
        return sorted(set(origins))
    known = {str(v): str(n) for c in ("province", "province_name") for v, n in
             where.select(pl.col(c), pl.col("province_name").alias("n")).drop_nulls().iter_rows()}  # fmt: skip
    if wrong := [p for p in inside if p not in known]:
        raise OptionError(
            f"{wrong}: 本工作区没有这些省份 / no such province here; {sorted(set(known.values()))}"
        )
    return sorted({known[p] for p in inside})


def _steps(rows: pl.DataFrame, province: Mapping[str, str]) -> tuple[pl.DataFrame, list[tuple[str, str]]]:
    """First date of each step and the place of the latest step that names one; steps dated before an earlier one are
    told and left out."""
    frame = rows.with_columns(
        pl.col("step").replace_strict({s: n for n, s in enumerate(STEPS)}, default=None).alias("n"),
        pl.col("place").replace(province).alias("where"),
    ).drop_nulls("n")
    first = frame.sort("date", "id").group_by("achievement", "n", maintain_order=True).first()
    first = first.sort("achievement", "n")
    before = pl.col("date").cum_max().shift(1).over("achievement")
    wrong = first.filter(pl.col("date") < before)
    notices = [
        (f"{r['achievement']} {r['step']} {r['date']} 早于前一环节，未计入",
         f"{r['achievement']} {r['step']} {r['date']} is dated before an earlier step and left out")
        for r in wrong.to_dicts()
    ]  # fmt: skip
    good = first.filter((pl.col("date") >= before) | before.is_null())
    return good.select("achievement", "n", "date", "where"), notices


def _wide(steps: pl.DataFrame, end: Any) -> pl.DataFrame:  # noqa: ANN401 - a date
    """One row an achievement: last step, dates d0…d5 (null where not told), place of its contract or production."""
    wide = steps.group_by("achievement", maintain_order=True).agg(
        pl.col("n").max().alias("last"),
        *(pl.col("date").filter(pl.col("n") == n).first().alias(f"d{n}") for n in range(len(STEPS))),
        pl.col("where").filter(pl.col("n") >= 3).drop_nulls().last().alias("place"),
    )
    start = pl.coalesce(*(f"d{n}" for n in range(len(STEPS))))
    return wide.with_columns(start.alias("d0"), pl.lit(end).alias("end"))


def _groups(wide: pl.DataFrame) -> pl.DataFrame:
    rows: list[dict[str, object]] = []
    for kind in ("origin", "year", "chain"):
        for (name,), part in wide.filter(pl.col(kind) != "").sort(kind).group_by(kind, maintain_order=True):
            made = int((part["last"] == len(STEPS) - 1).sum())
            inside = int(((part["last"] == len(STEPS) - 1) & part["inside"]).sum())
            share, low, high = wilson(inside, part.height)
            rows.append(
                {"kind": kind, "group": str(name), "published": part.height,
                 "contracted": int((part["last"] >= 3).sum()), "production": made, "inside": inside, "share": share,
                 "low": low, "high": high}
            )  # fmt: skip
    schema = {"kind": pl.String, "group": pl.String, "published": pl.Int64, "contracted": pl.Int64,
              "production": pl.Int64, "inside": pl.Int64, "share": pl.Float64, "low": pl.Float64,
              "high": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _leaks(wide: pl.DataFrame) -> pl.DataFrame:
    signed = wide.filter(pl.col("last") >= 3)
    gone = signed.filter(pl.col("place").is_not_null() & ~pl.col("inside"))
    counted = gone.group_by("place").agg(pl.len().cast(pl.Int64).alias("contracted"))
    return counted.with_columns((pl.col("contracted") / max(1, signed.height)).alias("share")).sort(
        "contracted", "place", descending=[True, False]
    )


def _times(wide: pl.DataFrame, end: Any) -> tuple[pl.DataFrame, pl.DataFrame]:  # noqa: ANN401 - a date
    fitter, _, percentile = _lifelines()
    rows: list[dict[str, object]] = []
    curves: list[dict[str, object]] = []
    for n in range(1, len(STEPS)):
        part = wide.filter((pl.col("last") >= n - 1) & pl.col(f"d{n - 1}").is_not_null())
        part = part.filter((pl.col("last") < n) | pl.col(f"d{n}").is_not_null())
        days = (pl.coalesce(f"d{n}", "end") - pl.col(f"d{n - 1}")).dt.total_days()
        held = part.select(days.alias("days"), pl.col(f"d{n}").is_not_null().alias("done"))
        row: dict[str, object] = {"step": STEPS[n], "reached": held.height, "done": int(held["done"].sum())}
        if held.height:
            fit = fitter().fit(held["days"].to_numpy(), held["done"].to_numpy())
            ends = percentile(fit.confidence_interval_, 0.5).to_numpy().ravel()
            # The upper curve reaches one half last, so its crossing is the upper end.
            row |= {
                "median": _finite(fit.median_survival_time_),
                "low": _finite(ends.min()),
                "high": _finite(ends.max()),
            }
            months = np.arange(0, 61)
            share = 1 - fit.survival_function_at_times(months * DAYS_A_YEAR / 12).to_numpy()
            last = held["days"].max()
            points: list[dict[str, object]] = [
                {"step": STEPS[n], "months": int(m), "share": float(s)}
                for m, s in zip(months, share, strict=True)
                if m * DAYS_A_YEAR / 12 <= float(str(last))
            ]
            curves += points
        rows.append(row)
    schema = {"step": pl.String, "reached": pl.Int64, "done": pl.Int64, "median": pl.Float64, "low": pl.Float64,
              "high": pl.Float64}  # fmt: skip
    drawn = pl.DataFrame(curves, schema={"step": pl.String, "months": pl.Int64, "share": pl.Float64})
    return pl.DataFrame(rows, schema=schema), drawn


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _expected(wide: pl.DataFrame, end: Any, years: float, seed: int) -> tuple[float, float, float]:  # noqa: ANN401
    """Cumulative incidence of production inside the region within so many years of publishing."""
    _, johansen, _ = _lifelines()
    last = len(STEPS) - 1
    made = (pl.col("last") == last) & pl.col("inside") & pl.col(f"d{last}").is_not_null()
    gone = (pl.col("last") >= 3) & ~pl.col("inside") & pl.col("place").is_not_null()
    when = (
        pl.when(made).then(pl.col(f"d{last}")).when(gone).then(pl.coalesce("d3", "d4", "d5")).otherwise("end")
    )
    held = wide.select(
        ((when - pl.col("d0")).dt.total_days()).clip(lower_bound=0).alias("days"),
        pl.when(made).then(1).when(gone).then(2).otherwise(0).alias("event"),
    )
    if not (held["event"] == 1).any():
        return 0.0, 0.0, wilson(0, held.height)[2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = johansen(calculate_variance=True, seed=seed).fit(
            held["days"].to_numpy().astype(float), held["event"].to_numpy(), event_of_interest=1
        )
    at = float(fit.cumulative_density_.loc[: years * DAYS_A_YEAR].iloc[-1, 0])
    ends = fit.confidence_interval_.loc[: years * DAYS_A_YEAR].iloc[-1]
    if ends.isna().any():  # the variance does not exist once nobody is left to wait for
        return at, *wilson(int((held["event"] == 1).sum()), held.height)[1:]
    return at, float(ends.min()), float(ends.max())


def _lifelines() -> tuple[Any, Any, Any]:
    try:
        from lifelines import AalenJohansenFitter, KaplanMeierFitter
        from lifelines.utils import qth_survival_times
    except ImportError as error:
        raise OptionError(
            "closure needs the extra: pip install 'sanwang[observatory]' / 闭环分析需安装 observatory 附加包"
        ) from error
    return (
        KaplanMeierFitter,
        AalenJohansenFitter,
        lambda frame, q: qth_survival_times(q, frame),  # pyright: ignore[reportUnknownLambdaType]
    )
