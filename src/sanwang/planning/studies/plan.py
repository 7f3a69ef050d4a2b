"""The plan declared as a study: what it shows, what it writes, and how a saved one is proven without the solver."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.engine.port import Engine
from sanwang.errors import InputError
from sanwang.planning.chances import Level
from sanwang.planning.gains import gains
from sanwang.planning.plan import GAP, Plan
from sanwang.planning.plan import plan as make
from sanwang.planning.studies import tables
from sanwang.planning.studies.asked import ASSUMED, POLICIES, Start, Today, Years, horizon
from sanwang.planning.studies.assumed import assumptions_table
from sanwang.planning.studies.chain_summary import summary_table
from sanwang.planning.studies.ends import ENDS, end_problems, ends_of, span_of
from sanwang.planning.studies.funnel import achievement_steps, need_steps, usable
from sanwang.planning.studies.gates import cash_table, gates_table, route_cash_table, stake_words
from sanwang.planning.studies.headline import both, key_figures, sentences, span_sentences
from sanwang.planning.studies.named import name_routes
from sanwang.planning.studies.route_sheets import route_sheets
from sanwang.planning.verify import EARLIER, verify_folder
from sanwang.region import Region
from sanwang.region.scenario import Market, Policy, Scenario
from sanwang.sources.atomic import atomic_path
from sanwang.study.declare import Ask, Report, study
from sanwang.study.drawing import Drawing
from sanwang.study.loading import load
from sanwang.study.option import Option, real, share, whole
from sanwang.study.saving import plain
from sanwang.study.sheet import sheets_table
from sanwang.study.shown import Shown
from sanwang.study.table import Table, written
from sanwang.study.words import percent_words, say, word

_HERO = ("worth", "range", "met", "routes", "strong", "crossing")
_CALIBRATED = ("worth", "range", "met", "routes", "probability", "crossing")
"""Key figures where the chances are calibrated; without that no probability is told."""
_TYPES = {
    str(t): t
    for t in (
        pl.Null(),
        pl.String(),
        pl.Int64(),
        pl.Float64(),
        pl.Boolean(),
        pl.Date(),
        pl.UInt32(),
        pl.Int32(),
    )
}
_FRAMES = ("routes", "unmet", "usage", "bottlenecks", "one_more", "borders", "cash")


def shown(found: Plan, region: Region, lang: str) -> Shown:
    """Routes, what is left out and why, what binds, borders, use of capacity, matches, chains and assumptions."""
    matches = _matches(found)
    sheets = route_sheets(region, found, lang)
    every: list[Table | None] = [
        tables.routes_table(region, found, lang),
        tables.unmet_table(region, found, lang),
        tables.stations_table(region, found, lang),
        tables.reasons_table(found, lang),
        sheets_table("dossier", say("dossier", lang), sheets, word("columns", "route", lang)),
        tables.costs_table(found, lang),
        gates_table(region, found, lang),
        cash_table(found, lang),
        route_cash_table(region, found, lang),
        tables.gains_table(found, lang),
        tables.route_gains_table(found, lang),
        tables.province_table(region, found, lang),
        tables.one_more_table(region, found, lang),
        tables.bottlenecks_table(region, found, lang),
        tables.borders_table(found, lang),
        tables.usage_table(region, found, lang),
        summary_table(region, lang),
        tables.matches_table(region, matches, found, lang),
        assumptions_table(found, lang),
    ]
    figures = {f.key: (f.label, f.words, f.remark) for f in key_figures(region, found, lang)}
    return Shown(
        say("title", lang, region=region.name or say("this_region", lang)),
        [*sentences(region, found, lang), *span_sentences(found, lang)],
        [t for t in every if t is not None],
        _drawings(found, region, matches, lang),
        [
            *both(found, lang),
            *stake_words(found, lang),
            *_status(found, lang),
            *_closed(found, region, lang),
            *matches.notices,
            say("money_note", lang),
            say("unknown_note", lang),
        ],
        [figures[k] for k in (_CALIBRATED if found.options.get("calibration") else _HERO) if k in figures],
        sheets=sheets,
    )


def _matches(found: Plan) -> Matches:
    return found.matches if found.matches is not None else Matches(Matches.empty(), "", (), 0.0)


def _status(found: Plan, lang: str) -> list[str]:
    return [say("out_of_time", lang, gap=f"{found.gap:.2%}")] if found.status == "time limit" else []


def _closed(found: Plan, region: Region, lang: str) -> list[str]:
    """A warning where the plan names records that are not public: the paper is for those who may see them."""
    shut = pl.col("openness").is_not_null() & (pl.col("openness") != "public")
    named = {"needs": found.routes["need"], "achievements": found.routes["achievement"]}
    hidden = sum(
        region[k].filter(shut & pl.col("id").is_in(ids.to_list())).height for k, ids in named.items()
    )
    return [say("plan_closed", lang, count=hidden)] if hidden else []


def _drawings(found: Plan, region: Region, matches: Matches, lang: str) -> list[Drawing]:
    named, pairs = name_routes(region, found, lang), usable(region, matches, found)
    drawn = [
        Drawing("map", say("map", lang), "sanwang.report.routes:mapped",
                {"region": region, "named": named, "lang": lang}, say("map_about", lang), wide=False),
        Drawing("flow", say("sankey", lang), "sanwang.report.routes:flowing",
                {"named": named, "lang": lang}, say("sankey_about", lang), wide=False),
        Drawing("funnel", say("funnel", lang), "sanwang.report.funnel:funnel",
                {"steps": achievement_steps(region, pairs, found, lang)}, wide=False),
        Drawing("needs-funnel", say("needs_funnel", lang), "sanwang.report.funnel:funnel",
                {"steps": need_steps(region, pairs, found, lang)}, wide=False),
    ]  # fmt: skip
    if not found.unmet.is_empty():
        rows = tables.reasons_table(found, lang).frame.to_dicts()
        lines = [(r["words"], float(r["count"]), f"{r['count']:,}") for r in rows]
        drawn.append(Drawing("reasons-drawn", say("unmet_reasons", lang), "sanwang.report.bars:bars",
                             {"lines": lines, "filters": "unmet"}, wide=False))  # fmt: skip
    if not found.routes.is_empty():
        rows = (
            tables.costs_table(found, lang)
            .frame.sort("amount", descending=True, maintain_order=True)
            .to_dicts()
        )
        lines = [
            (
                r["name"],
                float(r["amount"]),
                f"{written(r['amount'], 'money')} ({percent_words(r['share'] or 0, 0)})",
            )
            for r in rows
        ]
        heading = say("cost_parts", lang) + word("columns", "wan", lang)
        drawn.append(
            Drawing("costs-drawn", heading, "sanwang.report.bars:bars", {"lines": lines}, wide=False)
        )
    return drawn


def data(found: Plan, region: Region) -> dict[str, object]:
    """Worth and bound in fen, the gap, every route and unmet need, use of capacity, prices and borders."""
    frames = {name: getattr(found, name) for name in _FRAMES}
    return {
        "worth": found.worth, "reached": found.reached, "bound": found.bound, "gap": found.gap,
        "gains": gains(found.routes, found.options), "status": found.status, **frames, "range": span_of(found),
        "types": {n: {c: str(t) for c, t in f.schema.items()} for n, f in frames.items()},
        "options": {k: plain(v) for k, v in found.options.items()},
        "encoder": _matches(found).encoder, "matching_notices": list(_matches(found).notices),
    }  # fmt: skip


def files(found: Plan, region: Region, folder: Path, options: Mapping[str, object], lang: str) -> list[Path]:
    """``routes.parquet``, for programs, the matches a plan was made from, and where asked a Word file a route."""
    written_: list[Path] = []
    ends = (
        []
        if found.ends is None
        else [(f"routes-{e}", p.routes) for e, p in zip(ENDS, found.ends, strict=True)]
    )
    for name, frame in (("routes", found.routes), ("pairs", _matches(found).frame), *ends):
        with atomic_path(folder / f"{name}.parquet") as path:
            frame.write_parquet(path)
        written_.append(folder / f"{name}.parquet")
    if options.get("sheets"):
        sheets = route_sheets(region, found, lang)
        written_ += load("sanwang.report.word:write_sheets")(
            sheets, folder / "sheets", lang, region.fictional
        )
    return written_


def check(region: Region, folder: Path, options: Mapping[str, Any]) -> tuple[str, ...]:
    """What is wrong with a saved plan: feasibility, amounts and policies recomputed without solver or generator, of
    the plan and of those at both ends of its range."""
    claim = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return (*verify_folder(region, folder).problems, *end_problems(region, folder, claim))


def reread(region: Region, folder: Path, claim: Mapping[str, Any]) -> Plan:
    """The plan of a saved folder; its claims (worth, prices, reasons) are those of the folder's own frames.

    Raises InputError where the folder's total is not that of its routes, or its bound lies below it.
    """
    if "cash" not in claim:
        raise InputError(*EARLIER)
    try:
        routes = pl.read_parquet(folder / "routes.parquet")
        pairs = pl.read_parquet(folder / "pairs.parquet")
        frames: dict[str, Any] = {n: _frame(claim[n], claim["types"][n]) for n in _FRAMES if n != "routes"}
        worth, bound = int(claim["worth"]), int(claim["bound"])
    except (OSError, KeyError, ValueError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{folder}: {error}", f"{folder}：无法读取（{error}）") from error
    if worth != sum(routes["worth"].to_list()):
        raise InputError("the plan's worth is not the sum of its routes", "方案净价值不等于各路线之和")
    reached = None if claim.get("reached") is None else int(claim["reached"])
    surplus = sum((routes["worth"] + routes["ask_cost"] + routes["finance_cost"]).to_list())
    if claim["options"].get("objective") == "region" and reached not in (None, surplus):
        raise InputError("the region's surplus is not that of the routes", "区域净价值与各路线不符")
    if bound < (worth if reached is None else reached):
        raise InputError("the bound lies below the worth", "上界低于方案净价值")
    notices = tuple(claim["matching_notices"])
    matches = Matches(pairs, str(claim["encoder"]), notices, 0.0)
    found = Plan(
        routes,
        worth=worth,
        bound=bound,
        status=str(claim["status"]),
        seconds=0.0,
        options=claim["options"],
        matches=matches,
        reached=reached,
        **frames,
    )
    return replace(found, ends=ends_of(found, folder, claim))  # fmt: skip


def _frame(rows: list[dict[str, Any]], types: Mapping[str, str]) -> pl.DataFrame:
    schema = {c: _TYPES[t] for c, t in types.items()}
    return pl.DataFrame(rows, schema=schema, orient="row")


@study("plan", show=shown, data=data, files=files, check=check, reread=reread)
def plan(
    region: Region,
    matches: Matches | None = None,
    *,
    k: Annotated[
        int, Option("每条需求考虑几项成果", "results considered a need", whole(1, 1000), names=("-k",))
    ] = 20,
    years: Years = None,
    start: Start = None,
    today: Today = None,
    market: Annotated[
        Market | None,
        Option("市场：today 现状、unified 统一、segmented 分割", "market: today, unified or segmented"),
    ] = None,
    assumptions: Annotated[
        Mapping[str, float] | None,
        Option("改写假设，如 discount_rate=0.05", "assumptions changed, as discount_rate=0.05", ASSUMED),
    ] = None,
    policies: Annotated[
        tuple[Policy, ...] | None,
        Option("政策约束（TOML 文件的 [[policy]]）", "policies, as [[policy]] of a TOML file", POLICIES),
    ] = None,
    time_limit: Annotated[float, Option("求解秒数上限", "seconds for the solver", real(1))] = 60.0,
    gap: Annotated[float, Option("允许的差距", "gap at which the search may stop", share())] = GAP,
    seed: Annotated[int, Option("随机种子", "seed", whole(0))] = 0,
    span: Annotated[
        bool,
        Option(
            "另在匹配概率的低值与高值下求解，给出净价值范围",
            "solve at the low and high chances that matches hold too, for the range of the worth",
        ),
    ] = True,
    sheets: Annotated[
        bool, Option("每条路线另写一页 Word（sheets 目录）", "a Word page a route too, in the folder sheets")
    ] = False,
    objective: Annotated[
        Literal["firm", "region"],
        Option("目标：firm 企业净价值、region 区域净价值", "objective: the firms' surplus or the region's"),
    ] = "firm",
    one_more: Annotated[
        int, Option("对前几项瓶颈各加一份再求解", "bottlenecks solved again with one more", whole(0, 50))
    ] = 6,
    blocks: Annotated[
        int | None,
        Option(
            "把需求分成几块分别求解，以价格协调；缺省时大方案自动分块",
            "blocks of needs solved apart and brought together by prices; large plans are cut unasked",
            whole(1, 100_000),
        ),
    ] = None,
    scenario: Scenario | None = None,
    lang: str = "zh",
    progress: Report | None = None,
    engine: Engine | None = None,
    ask: Ask,
) -> Plan:
    """The best set of routes over the matched pairs, with a proven bound and the price of everything that binds.

    ``matches`` are those of ``match``, made with ``k`` results a need unless given. A scenario's market, assumptions
    and policies hold unless given here. Raises ConflictError where the policies cannot all be met.
    """
    given = scenario or Scenario()
    ahead, begin = horizon(years, start, today)
    pairs = matches if matches is not None else ask("match", region, k=k)

    def made_at(level: Level) -> Plan:
        return make(
            region, pairs, ahead, time_limit, seed, {**given.assumptions, **(assumptions or {})} or None, progress,
            gap, market or given.market, tuple(policies if policies is not None else given.policy), begin=begin,
            solved_again=one_more if level == "middle" else 0, objective=objective, level=level,
            engine=engine, blocks=blocks,
        )  # fmt: skip

    found = made_at("middle")
    ends = None if not span else (made_at("low"), made_at("high"))
    return replace(found, matches=pairs, ends=ends)
