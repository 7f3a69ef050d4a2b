"""What a border costs: gravity by Poisson pseudo-maximum likelihood with origin-year and destination-year effects.

Estimator: Santos Silva and Tenreyro (2006, Review of Economics and Statistics 88:641), computed by pyfixest as in
Correia, Guimarães and Zylkin (2020, Stata Journal 20:95); the fixed effects stand for multilateral resistance.
RESET is their test: the square of the fitted index, here of its part between places, must not matter.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine, Report, run
from sanwang.errors import DataError, OptionError
from sanwang.factors.gravity_errors import jackknifed, shuffled, without_places

Floats = npt.NDArray[np.float64]
TERMS = ("log_distance", "same_place", "ties", "similarity")
FEW_PAIRS = 10
"""With fewer clusters than this behind a term its interval is told to be unreliable (Cameron and Miller 2015)."""


@dataclass(frozen=True)
class Gravity:
    """``terms``: term, estimate, error (the larger of that clustered by unordered pair and that of leaving out places),
    low, high (level), pairs (how many pairs the term is 1 or varies in), percent with percent_low and percent_high: for
    borders by how much flows would be larger without it, for others by how much one unit more changes them; unreliable
    where pairs are few or where some places alone carry the term.

    ``covariance`` is that of the terms in their order, to these errors. ``reset``: p-value (small: the form does
    not fit).
    ``separated``: observations dropped because their effects are minus infinity. ``dropped``: terms that do not vary
    beside the effects. ``pairs``: origin, destination, flow and fitted summed over years (over the mean positive
    flow), and their ratio: what neither size nor distance nor borders explain.
    """

    terms: pl.DataFrame
    covariance: Floats
    observations: int
    zeros: int
    separated: int
    dropped: tuple[str, ...]
    reset: float | None
    level: float
    pairs: pl.DataFrame


def gravity(
    frame: pl.DataFrame,
    borders: Literal["one", "pair"] | Mapping[str, Sequence[str]] = "one",
    terms: Sequence[str] = TERMS,
    level: float = 0.95,
    engine: Engine | None = None,
) -> Gravity:
    """Estimate from a panel (columns of ``panel.PANEL``; terms that are absent are refused).

    ``borders``: one effect for every border, one for each pair of jurisdictions, or one for each region, given as its
    jurisdictions (borders between regions or outside them then have the effect ``other``).
    Raises OptionError for unknown terms, a negative flow or a missing package; DataError where nothing flows or nothing
    is left to estimate.
    """
    if unknown := [t for t in terms if t not in frame.columns]:
        raise OptionError(f"unknown terms {unknown}; there are {list(TERMS)} / 未知的解释变量")
    flow = frame["flow"].to_numpy()
    if (flow < 0).any():
        raise OptionError("a flow is negative / 流量不能为负")
    if flow.sum() == 0:
        raise DataError("全部流量为零，无法估计 / nothing flows")
    marks = _marks(frame["border"].to_list(), borders)
    columns, named = _columns(frame, marks, terms)
    fit, alone = _with_errors(_fit(columns, list(named)), engine)
    return Gravity(
        _terms(fit, named, level, alone), fit.cover, len(fit.link), int((flow == 0).sum()), fit.separated,
        tuple(named[t] for t in named if t not in fit.names), _reset(fit), level, _pairs(fit),
    )  # fmt: skip


def _marks(crossing: list[str], borders: Literal["one", "pair"] | Mapping[str, Sequence[str]]) -> list[str]:
    if borders == "one":
        return ["border" if c else "" for c in crossing]
    if borders == "pair":
        return [f"border:{c}" if c else "" for c in crossing]
    home = {p: name for name, places in borders.items() for p in places}

    def mark(c: str) -> str:
        if not c:
            return ""
        a, b = (home.get(x) for x in c.split("|"))
        return f"border:{a}" if a is not None and a == b else "border:other"

    return [mark(c) for c in crossing]


Columns = dict[str, npt.NDArray[Any]]


def _columns(frame: pl.DataFrame, marks: list[str], terms: Sequence[str]) -> tuple[Columns, dict[str, str]]:
    """The estimator's columns, and its plain names with the names shown. What is constant it drops itself."""
    flow = frame["flow"].to_numpy()
    origin, destination = pl.col("origin"), pl.col("destination")
    ids = frame.select(
        pl.struct(origin, "year").rank("dense").alias("origin_year"),
        pl.struct(destination, "year").rank("dense").alias("destination_year"),
        pl.struct(pl.min_horizontal(origin, destination), pl.max_horizontal(origin, destination).alias("high"))
        .rank("dense").alias("pair"),
    )  # fmt: skip
    columns: Columns = {name: ids[name].to_numpy() for name in ids.columns}
    columns["flow"] = flow / flow[flow > 0].mean()
    columns["row"] = np.arange(flow.size)
    columns["origin"], columns["destination"] = frame["origin"].to_numpy(), frame["destination"].to_numpy()
    named: dict[str, str] = {}
    for term in terms:
        columns[f"x{len(named)}"] = frame[term].to_numpy().astype(float)
        named[f"x{len(named)}"] = term
    for mark in sorted(set(marks) - {""}):
        columns[f"x{len(named)}"] = np.asarray([float(m == mark) for m in marks])
        named[f"x{len(named)}"] = mark
    return columns, named


@dataclass(frozen=True)
class _Fit:
    """``used``: the columns less the separated observations; ``link``: the fitted index of those."""

    names: list[str]
    beta: Floats
    cover: Floats
    separated: int
    used: Columns
    link: Floats


def _fit(columns: Columns, names: list[str]) -> _Fit:
    try:
        import pandas as pd
        from pyfixest.estimation import fepois
    except ImportError as error:
        raise OptionError(
            "gravity needs the extra: pip install 'sanwang[observatory]' / 引力模型需安装 observatory 附加包"
        ) from error
    formula = f"flow ~ {' + '.join(names)} | origin_year + destination_year"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit: Any = fepois(
                formula,
                data=pd.DataFrame(columns),
                vcov={"CRV1": "pair"},
                separation_check=["fe", "ir"],
                iwls_maxiter=100,
            )
        except (ValueError, RuntimeError, ZeroDivisionError, np.linalg.LinAlgError) as error:
            raise DataError(f"引力模型无法估计：{error} / gravity cannot be estimated") from error
    kept = [str(n) for n in fit._coefnames]
    if not kept:
        raise DataError("固定效应之外没有可估计的项 / nothing varies beside the fixed effects")
    held: Any = fit._data
    rows = np.asarray(held["row"], dtype=np.int64)
    used = {name: values[rows] for name, values in columns.items()}
    return _Fit(
        kept, np.asarray(fit.coef(), dtype=float), np.asarray(fit._vcov, dtype=float), len(columns["flow"]) - len(rows),
        used, np.asarray(fit.predict(type="link"), dtype=float),
    )  # fmt: skip


def _reset(fit: _Fit) -> float | None:
    """The p-value of the square of what lies between places. The effects' part of the index is left out: they are
    fitted to the noise, and its square then matters even where the form is right."""
    part = np.column_stack([fit.used[n] for n in fit.names]) @ fit.beta
    if part.std() == 0:
        return None
    square = ((part - part.mean()) / part.std()) ** 2
    try:
        again = _fit({**fit.used, "square": square, "row": np.arange(square.size)}, [*fit.names, "square"])
    except DataError:
        return None
    if "square" not in again.names:
        return None
    at = again.names.index("square")
    return float(2 * (1 - NormalDist().cdf(abs(again.beta[at]) / np.sqrt(again.cover[at, at]))))


def _with_errors(fit: _Fit, engine: Engine | None) -> tuple[_Fit, frozenset[str]]:
    """The fit with its covariance scaled to the larger errors, and the terms that some places alone carry."""
    with engine_of(engine) as used:
        shared = used.share((fit.used, fit.names))
        masks = without_places(fit.used["origin"], fit.used["destination"])
        found = run(used, one_estimate, masks, shared)
    left_out = jackknifed(found, fit.names)
    clustered = np.sqrt(np.diag(fit.cover))
    larger = np.array(
        [max(c, left_out[n] or 0.0) for n, c in zip(fit.names, clustered.tolist(), strict=True)]
    )
    scale = np.divide(larger, clustered, out=np.ones_like(larger), where=clustered > 0)
    alone = frozenset(n for n, error in left_out.items() if error is None)
    return replace(fit, cover=fit.cover * np.outer(scale, scale)), alone


def one_estimate(kept: npt.NDArray[np.bool_], given: tuple[Columns, list[str]]) -> dict[str, float]:
    """The estimates by term on some of the observations (a block of an engine), to nine digits as above."""
    used, names = given
    part = {name: values[kept] for name, values in used.items()}
    part["row"] = np.arange(int(kept.sum()))
    try:
        again = _fit(part, names)
    except DataError:
        return {}
    return {n: float(f"{b:.9g}") for n, b in zip(again.names, again.beta.tolist(), strict=True)}


def common_border(frame: pl.DataFrame, terms: Sequence[str] = TERMS) -> float:
    """The one effect of all borders on the logarithm of flows, without its error; nan where it cannot be estimated."""
    columns, named = _columns(frame, _marks(frame["border"].to_list(), "one"), terms)
    try:
        fit = _fit(columns, list(named))
    except DataError:
        return float("nan")
    return {named[n]: float(b) for n, b in zip(fit.names, fit.beta, strict=True)}.get("border", float("nan"))


def placebo(
    frame: pl.DataFrame,
    terms: Sequence[str] = TERMS,
    draws: int = 39,
    seed: int = 0,
    engine: Engine | None = None,
    progress: Report | None = None,
) -> Floats:
    """What borders cost that are none: ``common_border`` with the jurisdictions dealt anew among the places each time.

    Shape (draws,); nan where a draw cannot be estimated. An estimate that is no farther from nothing than these says
    little.
    """
    rng = np.random.default_rng(seed)
    with engine_of(engine) as used:
        shared = used.share((frame, tuple(terms)))
        dealt = (shuffled(frame, rng).select("border") for _ in range(draws))
        told = used.stream(one_placebo, dealt, shared, total=draws, label="placebo 安慰剂", progress=progress)
        return np.asarray(list(told))


def one_placebo(borders: pl.DataFrame, given: tuple[pl.DataFrame, tuple[str, ...]]) -> float:
    """The common effect of borders dealt anew (a block of an engine), to nine digits: beyond them the estimator's own
    threads add up in any order."""
    frame, terms = given
    return float(f"{common_border(frame.with_columns(borders['border']), terms):.9g}")


def _terms(fit: _Fit, named: Mapping[str, str], level: float, alone: frozenset[str]) -> pl.DataFrame:
    z = NormalDist().inv_cdf(0.5 + level / 2)
    rows: list[dict[str, object]] = []
    for n, name in enumerate(fit.names):
        shown, estimate, error = named[name], float(fit.beta[n]), float(np.sqrt(fit.cover[n, n]))
        values, counts = np.unique(fit.used[name], return_counts=True)
        held = int(np.unique(fit.used["pair"][fit.used[name] != values[counts.argmax()]]).size)
        if shown.startswith("border"):
            held = int(np.unique(fit.used["pair"][fit.used[name] == 1]).size)
        sign = -1.0 if shown.startswith("border") else 1.0
        effect = [float(np.expm1(sign * b)) for b in (estimate, estimate - z * error, estimate + z * error)]
        rows.append(
            {
                "term": shown, "estimate": estimate, "error": error, "low": estimate - z * error,
                "high": estimate + z * error, "pairs": held, "percent": effect[0],
                "percent_low": min(effect[1:]), "percent_high": max(effect[1:]),
                "unreliable": held < FEW_PAIRS or name in alone,
            }
        )  # fmt: skip
    return pl.DataFrame(rows)


def _pairs(fit: _Fit) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "origin": fit.used["origin"], "destination": fit.used["destination"],
            "flow": fit.used["flow"].astype(float), "fitted": np.exp(fit.link),
        },
        schema_overrides={"origin": pl.String, "destination": pl.String},
    )  # fmt: skip
    added = frame.group_by("origin", "destination").agg(pl.col("flow").sum(), pl.col("fitted").sum())
    return added.with_columns((pl.col("flow") / pl.col("fitted")).alias("ratio")).sort(
        "origin", "destination"
    )


def difference(found: Gravity, one: str, other: str) -> tuple[float, float, float]:
    """Estimate of ``one`` less that of ``other``, its standard error and two-sided p-value (normal).

    Raises OptionError for terms that were not estimated.
    """
    names = found.terms["term"].to_list()
    if one not in names or other not in names:
        raise OptionError(f"{one}, {other}: estimated are {names} / 没有估计这一项")
    a, b = names.index(one), names.index(other)
    gap = float(found.terms["estimate"][a] - found.terms["estimate"][b])
    cover = found.covariance
    error = float(np.sqrt(max(0.0, cover[a, a] + cover[b, b] - 2 * cover[a, b])))
    p = 2 * (1 - NormalDist().cdf(abs(gap) / error)) if error > 0 else float("nan")
    return gap, error, p
