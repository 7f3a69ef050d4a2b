"""The closure of the region: the funnel, its leaks, its times and the one number, declared as a study."""

from __future__ import annotations

from typing import Annotated, Literal

import polars as pl

from sanwang.observatory.closure import STEPS, Closure
from sanwang.observatory.closure import closure as measure
from sanwang.region import Region
from sanwang.study.declare import Ask, study
from sanwang.study.drawing import Drawing
from sanwang.study.option import PLACE, Option, real
from sanwang.study.shown import Shown
from sanwang.study.table import Column, Style, Table
from sanwang.study.words import say, word


def shown(found: Closure, region: Region, lang: str) -> Shown:
    """Funnel, groups, leaks and times, with the funnel and the curves drawn."""
    return Shown(
        say("closure_title", lang),
        _sentences(found, lang),
        _tables(found, lang),
        _drawings(found, lang),
        [n[0 if lang == "zh" else 1] for n in found.notices],
    )


def _drawings(found: Closure, lang: str) -> list[Drawing]:
    rows = found.funnel.with_columns(
        pl.Series("words", [word("progress_steps", s, lang) for s in found.funnel["step"]], pl.String)
    )
    given: dict[str, object] = {
        "rows": rows.to_dicts(), "published": found.published, "closed": found.closed, "lang": lang,
    }  # fmt: skip
    funnel = Drawing("funnel-drawn", say("closure_funnel", lang), "sanwang.report.narrowing:narrowing", given)
    lines = {
        word("progress_steps", s, lang): [
            (int(m), float(v))
            for m, v in found.curves.filter(pl.col("step") == s).select("months", "share").iter_rows()
        ]
        for s in STEPS[1:]
    }
    lines = {n: p for n, p in lines.items() if len(p) > 1}
    if not lines:
        return [funnel]
    curves: dict[str, object] = {"heading": say("closure_curves", lang), "unit": "", "lines": lines}
    return [funnel, Drawing("curves-drawn", say("closure_times", lang), "sanwang.report.trend:trend", curves)]


def _sentences(found: Closure, lang: str) -> list[str]:
    """The one number and what it means."""
    between = "、" if lang == "zh" else ", "
    share, low, high = (f"{v:.1%}" for v in found.share)
    at, least, most = (f"{v:.1%}" for v in found.expected)
    said = [
        say("closure_said", lang, inside=between.join(found.inside), published=found.published, closed=found.closed,
            share=share, low=low, high=high, until=found.until),
        say("closure_expected", lang, years=f"{found.years:g}", share=at, low=least, high=most),
    ]  # fmt: skip
    if found.leaks.height:
        where = between.join(f"{r['place']} {r['contracted']}" for r in found.leaks.head(5).to_dicts())
        total = int(found.leaks["contracted"].sum())
        signed = int(found.funnel.filter(pl.col("step") == "contracted")["reached"][0])
        said.append(say("closure_leaks", lang, gone=total, signed=signed, where=where))
    return said


def _table(name: str, heading: str, frame: pl.DataFrame, lang: str, /, **styles: Style) -> Table:
    columns = tuple(Column(k, word("closure_columns", k, lang), s) for k, s in styles.items())
    return Table(name, heading, frame, columns)


def _tables(found: Closure, lang: str) -> list[Table]:
    """Funnel, groups, leaks and times."""

    def steps(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.Series("said", [word("progress_steps", s, lang) for s in frame["step"]], pl.String)
        )

    groups = found.groups.with_columns(
        pl.Series("kind", [word("closure_kinds", k, lang) for k in found.groups["kind"]], pl.String)
    )
    return [
        _table("funnel", say("closure_funnel", lang), steps(found.funnel), lang, said="text", reached="int",
               share="percent", kept="percent"),
        _table("groups", say("closure_groups", lang), groups, lang, kind="text", group="text", published="int",
               contracted="int", production="int", inside="int", share="percent", low="percent", high="percent"),
        _table("leaks", say("closure_away", lang), found.leaks, lang, place="text", contracted="int",
               share="percent"),
        _table(
            "times", say("closure_times", lang),
            steps(found.times).rename({"low": "low_days", "high": "high_days"}).with_columns(
                pl.col("median", "low_days", "high_days").cast(pl.Int64)
            ), lang, said="text", reached="int", done="int", median="int", low_days="int", high_days="int"),
    ]  # fmt: skip


def data(found: Closure, region: Region) -> dict[str, object]:
    """Everything, ready for JSON."""
    return {
        "inside": list(found.inside), "until": found.until, "published": found.published,
        "closed": found.closed, "share": list(found.share), "years": found.years, "expected": list(found.expected),
        "funnel": found.funnel.to_dicts(), "groups": found.groups.to_dicts(), "leaks": found.leaks.to_dicts(),
        "times": found.times.to_dicts(), "notices": [n[0] for n in found.notices],
    }  # fmt: skip


@study("closure", show=shown, data=data)
def closure(
    region: Region,
    *,
    inside: Annotated[
        tuple[str, ...],
        Option(
            "算作区域内的省份；缺省取成果所在省份",
            "provinces inside; those of the results unless given",
            PLACE,
            many=True,
        ),
    ] = (),
    years: Annotated[float, Option("几年之内闭环", "closed within how many years", real(0.1, 100))] = 5.0,
    by: Annotated[Literal["none", "chain"], Option("按产业链分组", "grouped by chain")] = "none",
    ask: Ask,
) -> Closure:
    """The funnel from published to in production: what reached which step, where it leaks, how long it takes.

    The share closed inside the region stands with its Wilson interval; what is expected within ``years`` comes from
    the Aalen-Johansen estimator. Raises DataError where nothing was published.
    """
    return measure(region, inside, _chains(region, ask) if by == "chain" else None, years)


def _chains(region: Region, ask: Ask) -> dict[str, str]:
    """The chain of each achievement: that of its best link, by words and classes."""
    found = ask("chain", region, words_only=True)
    rows = found.placing.frame.filter(pl.col("kind") == "achievements")
    best = rows.sort("score", descending=True, maintain_order=True).unique(
        "item", keep="first", maintain_order=True
    )
    return {str(i): found.names.get(c) or str(c) for i, c in best.select("item", "chain").iter_rows()}
