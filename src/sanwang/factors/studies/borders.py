"""What borders cost declared as a study: terms with intervals, barriers for the plan, what stays unexplained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
import polars.selectors as cs

from sanwang.engine.port import Engine, Report
from sanwang.errors import DataError
from sanwang.factors.borders import ELASTICITY, barriers
from sanwang.factors.gravity import Gravity, common_border, difference, gravity, placebo
from sanwang.factors.panel import Panel, panel
from sanwang.region import Region
from sanwang.region.groups import regions
from sanwang.sources.atomic import atomic_path
from sanwang.study.cells import guarded
from sanwang.study.declare import study
from sanwang.study.drawing import Drawing
from sanwang.study.option import Option, real, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Column, Style, Table
from sanwang.study.words import say, word


@dataclass(frozen=True)
class BorderCosts:
    """The gravity estimate, the panel it was made from, and the barriers it gives (None where the data carry none)."""

    gravity: Gravity
    panel: Panel
    barriers: pl.DataFrame
    common: float
    """The one effect of all borders, and below what it is where there are none (``placebo``)."""
    placebo: tuple[float, ...] = ()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the estimate's own
        if name.startswith("__") or name == "gravity":
            raise AttributeError(name)
        return getattr(self.gravity, name)


def shown(found: BorderCosts, region: Region, lang: str) -> Shown:
    """Terms, barriers and the pairs farthest from what the model gives, drawn."""
    heading = say("residuals_title", lang)
    given = {"pairs": found.gravity.pairs, "heading": heading, "lang": lang}
    drawn = Drawing("residuals", heading, "sanwang.report.residuals:residual_grid", given)
    told, notes = _sentences(found.gravity, found.panel, lang), _cautions(found.gravity, found.panel, lang)
    notes = [*_placebo_words(found, lang), *notes]
    tables = [
        _terms_table(found.gravity, lang), _barriers_table(found.barriers, lang), _pairs_table(found.gravity, lang),
    ]  # fmt: skip
    return Shown(say("borders_title", lang), told, tables, [drawn], notes)


def _sentences(found: Gravity, given: Panel, lang: str) -> list[str]:
    """What was found."""
    said = [
        say(
            "border_said", lang, term=term_word(r["term"], lang), percent=f"{r['percent']:+.0%}",
            low=f"{r['percent_low']:+.0%}", high=f"{r['percent_high']:+.0%}", level=f"{found.level:.0%}",
        )
        + (say("border_few", lang, pairs=r["pairs"]) if r["unreliable"] else "")
        for r in found.terms.to_dicts()
        if str(r["term"]).startswith("border")
    ]  # fmt: skip
    return said + _differences(found, lang)


def _cautions(found: Gravity, given: Panel, lang: str) -> list[str]:
    """What was assumed, and how far to trust it."""
    said: list[str] = []
    said.append(say("border_coverage", lang))
    said.append(given.assumed[0 if lang == "zh" else 1])
    said.append(
        say("border_counts", lang, n=found.observations, zeros=found.zeros, separated=found.separated)
    )
    if found.reset is not None:
        said.append(
            say("border_reset_bad" if found.reset < 0.01 else "border_reset", lang, p=f"{found.reset:.3f}")
        )
    if found.dropped:
        said.append(say("border_dropped", lang, terms="、".join(term_word(t, lang) for t in found.dropped)))
    if given.unplaced:
        said.append(say("border_unplaced", lang, places="、".join(given.unplaced)))
    return said


def _placebo_words(found: BorderCosts, lang: str) -> list[str]:
    """What borders cost that are none, beside the real ones."""
    if not found.placebo:
        return []
    low, high = np.quantile(found.placebo, (0.05, 0.95))
    beyond = sum(abs(p) >= abs(found.common) for p in found.placebo)
    return [
        say("border_placebo", lang, draws=len(found.placebo), low=float(low), high=float(high), real=found.common,
            beyond=beyond)
    ]  # fmt: skip


def _differences(found: Gravity, lang: str) -> list[str]:
    """Regions' borders two by two: by how much the one lowers flows more than the other."""
    own = [t for t in found.terms["term"] if t.startswith("border:") and "|" not in t and t != "border:other"]
    told: list[str] = []
    for one, other in combinations(own, 2):
        gap, error, p = difference(found, one, other)
        words = (term_word(one, lang), term_word(other, lang))
        told.append(
            say(
                "border_gap",
                lang,
                one=words[0],
                other=words[1],
                gap=f"{gap:+.2f}",
                error=f"{error:.2f}",
                p=f"{p:.3f}",
            )
        )
    return told


def term_word(term: str, lang: str) -> str:
    """A term in words; a pair of jurisdictions by their names."""
    head, _, rest = term.partition(":")
    if not rest:
        return word("gravity_terms", head, lang)
    if rest == "other":
        return word("gravity_terms", "other", lang)
    return f"{word('gravity_terms', head, lang)} {rest.replace('|', '–')}"


def _table(
    name: str, heading: str, frame: pl.DataFrame, lang: str, note: str = "", /, **styles: Style
) -> Table:
    columns = tuple(Column(k, word("border_columns", k, lang), s) for k, s in styles.items())
    return Table(name, heading, frame, columns, note)


def _terms_table(found: Gravity, lang: str) -> Table:
    """Estimates with clustered errors and intervals, and effects in per cent."""
    frame = found.terms.with_columns(pl.Series("said", [term_word(t, lang) for t in found.terms["term"]]))
    return _table("terms", say("terms_title", lang), frame, lang, say("terms_note", lang), said="text",
                  estimate="real", error="real", low="real", high="real", percent="percent",
                  percent_low="percent", percent_high="percent", pairs="int")  # fmt: skip


def _barriers_table(rows: pl.DataFrame, lang: str) -> Table:
    """The rows for the plan's table, with their interval."""
    return _table("barriers", say("barriers_title", lang), rows, lang, say("barriers_note", lang), origin="text",
                  destination="text", cost_rate="percent", cost_low="percent", cost_high="percent",
                  source="long")  # fmt: skip


def _pairs_table(found: Gravity, lang: str) -> Table:
    """Pairs farthest from what the model gives, in either direction."""
    frame = found.pairs.filter(pl.col("fitted") > 0)
    frame = frame.with_columns(
        pl.col("ratio").map_batches(lambda r: np.abs(np.log(np.maximum(r.to_numpy(), 1e-6))), pl.Float64).alias("far")
    )  # fmt: skip
    return _table("pairs", say("pairs_title", lang), frame.sort("far", descending=True).head(40), lang, origin="text",
                  destination="text", ratio="percent")  # fmt: skip


def data(found: BorderCosts, region: Region) -> dict[str, object]:
    """Terms, barriers and diagnostics."""
    one, given = found.gravity, found.panel
    return {
        "level": one.level, "observations": one.observations, "zeros": one.zeros, "separated": one.separated,
        "dropped": list(one.dropped), "reset": one.reset, "unknown_pairs": given.unknown,
        "unplaced": list(given.unplaced), "terms": one.terms, "barriers": found.barriers, "pairs": one.pairs,
        "common": found.common, "placebo": list(found.placebo),
    }  # fmt: skip


_ENDS = {"barriers": "cost_rate", "barriers-low": "cost_low", "barriers-high": "cost_high"}


def files(
    found: BorderCosts, region: Region, folder: Path, options: Mapping[str, object], lang: str
) -> list[Path]:
    """``barriers.csv`` and the ends of its interval in the form of the plan's table."""
    written: list[Path] = []
    for stem, column_ in _ENDS.items():
        rows = found.barriers.with_columns(pl.col(column_).alias("cost_rate")).drop("cost_low", "cost_high")
        if region.fictional:
            rows = rows.with_columns(
                (pl.lit(say("fictional", lang) + "；") + pl.col("source")).alias("source")
            )
        with atomic_path(folder / f"{stem}.csv") as path:
            path.write_text(guarded(rows).write_csv(), encoding="utf-8-sig", newline="")
        written.append(folder / f"{stem}.csv")
    return written


@study("borders", show=shown, data=data, files=files)
def borders(
    region: Region,
    *,
    factor: Annotated[
        Literal["technology", "talent", "capital", "data", "equipment"], Option("要素", "the factor")
    ] = "technology",
    measure: Annotated[Literal["value", "count"], Option("金额或项数", "value or count")] = "value",
    by: Annotated[Literal["city", "province"], Option("按城市或省份", "by city or province")] = "city",
    split: Annotated[
        Literal["one", "pair", "region"],
        Option(
            "一个效应、每对辖区、每个区域并比较", "one effect, one a pair of jurisdictions, or one a region"
        ),
    ] = "pair",
    missing: Annotated[
        Literal["unknown", "zero"], Option("未列出的地点对", "pairs that are not listed")
    ] = "unknown",
    elasticity: Annotated[
        float, Option("流量对成本的弹性（假设）", "how flows answer to cost, assumed", real(0.1, 50))
    ] = ELASTICITY,
    draws: Annotated[
        int, Option("安慰剂检验次数", "draws of borders that are none", whole(0, 999), names=("--placebo",))
    ] = 39,
    engine: Engine | None = None,
    progress: Report | None = None,
) -> BorderCosts:
    """How much less flows across borders than size and distance give (PPML, clustered by pair), as barriers.

    Raises DataError where the flows are too few to carry the estimate.
    """
    given = panel(region, factor, measure, by, missing)
    regional = {name: where.parts for name, where in regions().items()}
    found = _steady(
        gravity(
            given.frame, "one" if split == "one" else "pair" if split == "pair" else regional, engine=engine
        )
    )
    _enough(found, given)
    common = float(f"{common_border(given.frame):.6g}")
    none = (
        placebo(given.frame, draws=draws, engine=engine, progress=progress)
        if np.isfinite(common)
        else np.zeros(0)
    )
    told = tuple(float(f"{p:.6g}") for p in none.tolist() if np.isfinite(p))
    made = barriers(found, given.frame, factor, elasticity, regional)
    return BorderCosts(found, given, made, common, told)


def _steady(found: Gravity) -> Gravity:
    """The estimate to six digits: the iterations stop at a tolerance, and threads add up in any order beyond it."""
    rounded = cs.float().round_sig_figs(6)
    reset = None if found.reset is None else float(f"{found.reset:.4g}")
    return replace(
        found, terms=found.terms.with_columns(rounded), pairs=found.pairs.with_columns(rounded), reset=reset
    )


def _enough(found: Gravity, given: Panel) -> None:
    """Fixed effects and terms take degrees of freedom; an estimate on hardly any left over means nothing."""
    frame = given.frame
    ends = [frame.select("year", c).n_unique() for c in ("origin", "destination")]
    spent = sum(ends) - frame["year"].n_unique() + found.terms.height
    if found.observations - spent < LEAST_FREE:
        raise DataError(
            f"{found.observations} observations cannot carry {spent} effects; at least {LEAST_FREE} more are wanted",
            f"{found.observations} 个观测不足以估计 {spent} 个效应；观测至少要比效应多 {LEAST_FREE} 个",
        )


LEAST_FREE = 10
"""Degrees of freedom below which no barrier is given out (assumption of this project)."""
