"""Planning again declared as a study: routes under way stay, others change only where it pays, each change is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import polars as pl

from sanwang.engine.port import Engine
from sanwang.planning.plan_files import read_cash, read_routes, read_unmet
from sanwang.planning.replan import Replan
from sanwang.planning.replan import replan as run
from sanwang.planning.studies import plan as planned
from sanwang.planning.studies.asked import Start, Today, Years, horizon
from sanwang.planning.studies.columns import styled
from sanwang.planning.studies.named import path_words
from sanwang.region import Region
from sanwang.study.declare import Ask, Report, study
from sanwang.study.option import FILE, TEXT, Option, money, real, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Column, Table, column
from sanwang.study.words import money_words, say, word


def shown(found: Replan, region: Region, lang: str) -> Shown:
    """The changes first, then the plan's own tables."""
    lead = say("replan_lead", lang, worth=money_words(found.plan.worth, lang), count=found.changes.height)
    whole_ = planned.shown(found.plan, region, lang)
    return Shown(say("replan_title", lang), [lead, *whole_.headline], [_changes(found, region, lang), *whole_.tables],
                 whole_.drawings, whole_.notes, whole_.figures, sheets=whole_.sheets)  # fmt: skip


def _changes(found: Replan, region: Region, lang: str) -> Table:
    whats = {w: word("whats", w, lang) for w in found.changes["what"].unique().to_list()}
    frame = path_words(region, found.changes, lang, "before", "after").with_columns(
        pl.col("what").replace(whats)
    )
    columns = (
        Column("need", word("columns", "need", lang), "id"),
        *styled(lang, need_name="text", what="text", before="long", after="long"),
        column("reason_zh" if lang == "zh" else "reason_en", "long", lang),
    )
    return Table("changes", say("changes_table", lang), frame, columns, data=found.changes)


def data(found: Replan, region: Region) -> dict[str, object]:
    """The changes, and the new plan."""
    return {"changes": found.changes, **planned.data(found.plan, region)}


def files(
    found: Replan, region: Region, folder: Path, options: Mapping[str, object], lang: str
) -> list[Path]:
    """The new plan's own files, from which it is read back."""
    return planned.files(found.plan, region, folder, {}, lang)


@study("replan", show=shown, data=data, files=files)
def replan(
    region: Region,
    *,
    earlier: Annotated[Path, Option("原方案目录", "the earlier plan's folder", FILE, argument=True)],
    under_way: Annotated[tuple[str, ...], Option("在途路线", "routes under way", TEXT, many=True)] = (),
    price: Annotated[int, Option("每项变更的价格，如 20万", "price of a change, such as 20万", money())] = 0,
    k: Annotated[
        int, Option("每条需求考虑几项成果", "results considered a need", whole(1, 1000), names=("-k",))
    ] = 20,
    years: Years = None,
    start: Start = None,
    today: Today = None,
    time_limit: Annotated[float, Option("求解秒数上限", "seconds for the solver", real(1))] = 60.0,
    lang: str = "zh",
    progress: Report | None = None,
    engine: Engine | None = None,
    ask: Ask,
) -> Replan:
    """Plan again beside an earlier plan: routes under way stay, another is given up only for a gain above ``price``.

    The earlier plan's market, assumptions and policies hold; decisions are those of the workspace.

    Raises InputError where the folder holds no plan, OptionError for a route that it does not have.
    """
    routes, told = read_routes(earlier)
    span, begin = horizon(years, start, today)
    assumed = {k: float(v["value"]) for k, v in told["assumptions"].items()}
    matches: Any = ask("match", region, k=k)
    named = [n.strip() for word_ in under_way for n in word_.replace("，", ",").split(",") if n.strip()]
    made = run(
        region, matches, routes, named, price, years=span, begin=begin, time_limit=time_limit, progress=progress,
        market=told.get("market", "today"), policies=told.get("policies") or (), changes=assumed,
        left_out=read_unmet(earlier), told=told, cash=read_cash(earlier),
        engine=engine,
    )  # fmt: skip
    return replace(made, plan=replace(made.plan, matches=matches))
