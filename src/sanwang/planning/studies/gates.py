"""What a plan shows of its stages: chances, what is lost if a route stops where, pilots, and cash month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from sanwang.collaboration.bands import band_words
from sanwang.planning.studies.named import name_routes
from sanwang.study.table import Column, Table, column
from sanwang.study.words import money_words, say, word

if TYPE_CHECKING:
    from sanwang.planning.plan import Plan
    from sanwang.region import Region

STAGES = ("development", "pilot", "production")


def gates_table(region: Region, plan: Plan, lang: str) -> Table | None:
    """By route: the chance of each stage, what has been paid if it stops there (fen), the spread of the worth, and what
    a pilot adds beside what it costs. The chance of the match is told as the strength of its evidence."""
    if plan.routes.is_empty() or "lost_production" not in plan.routes.columns:
        return None
    frame = name_routes(region, plan, lang).with_columns(
        pl.Series("evidence", [band_words(s, lang) for s in plan.routes["match_score"].to_list()], pl.String),
        net_pilot=pl.col("pilot_gain") - pl.col("base_cost"),
    )
    columns = (
        column("route", "id", lang), column("need_name", "text", lang), column("evidence", "text", lang),
        *(_told(f"{s}_chance", "percent", lang) for s in STAGES),
        *(_told(f"lost_{s}", "money", lang) for s in STAGES),
        column("worth", "money", lang), _told("spread", "money", lang), _told("pilot_gain", "money", lang),
        column("base_cost", "money", lang), _told("net_pilot", "money", lang),
    )  # fmt: skip
    brief = ("route", "need_name", *(f"lost_{s}" for s in STAGES), "worth", "spread")
    return Table("gates", say("gates_table", lang), frame, columns, say("gates_note", lang), brief)


def _told(key: str, style: str, lang: str) -> Column:
    wan = word("columns", "wan", lang) if style == "money" else ""
    return Column(key, word("columns", key, lang) + wan, style)  # pyright: ignore[reportArgumentType]  # a style by name


def cash_table(plan: Plan, lang: str) -> Table | None:
    """By month: what the firms pay of their own if every stage comes to be, and what is to be expected (fen)."""
    if plan.cash.is_empty():
        return None
    own = pl.col("paid") - pl.col("drawn") + pl.col("repaid")
    frame = (
        plan.cash.group_by("month")
        .agg(
            own_if_all=own.sum(),
            own_expected=(own * pl.col("chance")).sum().round().cast(pl.Int64),
            drawn=(pl.col("drawn") * pl.col("chance")).sum().round().cast(pl.Int64),
            repaid=(pl.col("repaid") * pl.col("chance")).sum().round().cast(pl.Int64),
        )
        .sort("month")
    )
    columns = (
        _told("month", "text", lang),
        *(_told(c, "money", lang) for c in ("own_if_all", "own_expected", "drawn", "repaid")),
    )
    return Table("cash", say("cash_table", lang), frame, columns, say("cash_note", lang))


def route_cash_table(region: Region, plan: Plan, lang: str) -> Table | None:
    """By route and month: what its firm pays, draws and repays if it comes to that (fen)."""
    if plan.cash.is_empty():
        return None
    named = name_routes(region, plan, lang).select("route", "need", "need_name")
    frame = plan.cash.join(named, on="need", how="left", maintain_order="left")
    frame = frame.sort("route", "month", maintain_order=True).with_columns(
        own=pl.col("paid") - pl.col("drawn") + pl.col("repaid"),
        cash_what=pl.col("what").replace(
            {w: say(f"cash_{w}", lang) for w in plan.cash["what"].unique().to_list()}
        ),
    )
    columns = (
        column("route", "id", lang), column("need_name", "text", lang), _told("month", "text", lang),
        _told("cash_what", "text", lang), *(_told(c, "money", lang) for c in ("paid", "drawn", "repaid", "own")),
    )  # fmt: skip
    return Table("route_cash", say("route_cash_table", lang), frame, columns, data=plan.cash)


def stake_words(plan: Plan, lang: str) -> list[str]:
    """What is expected to be paid beside what would be if every stage came to be, and the spread of the worth."""
    routes = plan.routes
    if routes.is_empty() or "lost_production" not in routes.columns:
        return []
    squares = sum(s * s for s in routes["spread"].to_list())
    return [
        say(
            "says_stakes", lang,
            cost=money_words(int(routes["cost"].sum()), lang),
            whole=money_words(int(routes["lost_production"].sum()), lang),
            spread=money_words(round(squares**0.5), lang),
        )
    ]  # fmt: skip
