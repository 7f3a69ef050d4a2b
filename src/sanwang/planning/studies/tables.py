"""Which tables a plan shows and which columns each has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from sanwang.collaboration.bands import band_words
from sanwang.collaboration.studies.fit import station_names
from sanwang.collaboration.studies.match import pair_columns
from sanwang.planning.choices import choices
from sanwang.planning.constraints import policies, words
from sanwang.planning.gains import PARTIES, gains, route_gains
from sanwang.planning.studies.named import PARTS, STOPS, name_matches, name_routes, name_unmet, name_usage
from sanwang.region.names import place_names
from sanwang.schema import word_for
from sanwang.standards import places as gb2260
from sanwang.study.table import Column, Table, column, field_column
from sanwang.study.words import reason_words, say, word

if TYPE_CHECKING:
    from sanwang.collaboration.matches import Matches
    from sanwang.planning.plan import Plan
    from sanwang.region import Region


def routes_table(region: Region, plan: Plan, lang: str) -> Table:
    """Every route, names beside identifiers, with the parts of its cost."""
    c, f = column, field_column
    columns = (
        c("route", "id", lang),
        f("needs", "id", "need", "id", lang),
        c("need_name", "text", lang, under=("need", "need_actor")),
        c("need_actor", "text", lang),
        f("achievements", "id", "achievement", "id", lang),
        f(
            "achievements",
            "title",
            "achievement_name",
            "text",
            lang,
            under=("achievement", "achievement_actor"),
        ),
        Column("achievement_actor", word("columns", "owner", lang), "text"),
        c("worth", "money", lang),
        c("evidence", "text", lang),
        *([c("probability", "percent", lang)] if plan.options.get("calibration") else []),
        f("bases", "id", "base", "id", lang),
        c("base_name", "text", lang, under=("base",)),
        f("makers", "id", "maker", "id", lang),
        c("maker_name", "text", lang, under=("maker",)),
        f("products", "id", "product", "id", lang),
        c("product_name", "text", lang, under=("product",)),
        c("path", "long", lang),
        c("start", "year", lang),
        c("end", "year", lang),
        c("months", "int", lang),
        c("match_score", "score", lang),
        c("value", "money", lang),
        c("cost", "money", lang),
        *(c(part, "money", lang, page=False) for part in (*PARTS, "principal")),
        *(c(year, "year", lang, page=False) for year in ("base_year", "maker_year")),
    )
    brief = ("route", "need_name", "achievement_name", "start", "end", "evidence", "probability", "worth")
    frame = name_routes(region, plan, lang)
    bands = [band_words(s, lang) for s in frame["match_score"].to_list()]
    frame = frame.with_columns(pl.Series("evidence", bands, pl.String))
    named = [c for c in frame.columns if c.endswith("_name")]
    whole = frame.select(*plan.routes.columns, *(n for n in named if n not in plan.routes.columns))
    return Table("routes", say("routes", lang), frame, columns, brief=brief, data=whole, folded=True)


def unmet_table(region: Region, plan: Plan, lang: str) -> Table:
    """Every need left out and why, in words."""
    columns = (
        field_column("needs", "id", "need", "id", lang),
        column("need_name", "text", lang, under=("need", "need_actor")),
        column("need_actor", "text", lang),
        Column("reason_words", word("columns", "reason", lang), "text"),
        column("detail", "long", lang),
        field_column("needs", "trl_required", "trl_required", "int", lang),
        Column(
            "budget",
            field_column("needs", "budget", "budget", "money", lang).label + word("columns", "wan", lang),
            "money",
        ),
        field_column("needs", "deadline", "deadline", "text", lang),
    )
    brief = ("need", "need_name", "reason_words", "detail")
    return Table("unmet", say("unmet", lang), name_unmet(region, plan, lang), columns, brief=brief)


def stations_table(region: Region, plan: Plan, lang: str) -> Table | None:
    """Why each route goes through its base and maker, and the best alternative; None where no route has one."""
    found = choices(region, plan.routes, lang)
    if found.is_empty():
        return None
    named = station_names(station_names(found, region, lang), region, lang, "alternative")
    bands = {b: word("bands", b, lang) for b in ("strong", "fair", "weak", "none")}
    columns = (
        column("route", "id", lang), column("side", "text", lang), column("station", "id", lang),
        column("station_name", "text", lang), column("fit", "score", lang), column("band", "text", lang),
        column("why", "long", lang), column("alternative", "id", lang), column("alternative_name", "text", lang),
        column("alternative_fit", "score", lang), column("alternative_why", "long", lang),
    )  # fmt: skip
    brief = ("route", "side", "station_name", "band", "why", "alternative_name")
    frame = named.with_columns(pl.col("band").replace(bands))
    return Table("stations", say("stations_title", lang), frame, columns, brief=brief, data=found)


def usage_table(region: Region, plan: Plan, lang: str) -> Table:
    """What the plan takes of each achievement, base, maker, product and factor, against its capacity."""
    columns = (
        Column("kind_words", word("columns", "kind", lang), "text"),
        column("id", "id", lang),
        column("name", "text", lang, under=("id", "actor")),
        column("actor", "text", lang),
        column("year", "year", lang),
        column("used", "real", lang),
        column("capacity", "real", lang),
        column("rate", "percent", lang),
        Column("unit_words", word("columns", "unit", lang), "text"),
    )
    return Table("usage", say("usage", lang), name_usage(region, plan, lang), columns, data=plan.usage)


MATCH_ROWS = 20_000
"""Rows of matches shown beside a plan before deeper ranks are left out."""


def matches_table(region: Region, matches: Matches, plan: Plan, lang: str, limit: int = MATCH_ROWS) -> Table:
    """The matches down to the deepest rank that keeps about ``limit`` rows, and all that routes use."""
    whole = name_matches(region, matches, plan, lang)
    depth = _depth(whole, limit)
    frame = whole.filter((pl.col("rank") <= depth) | pl.col("route").is_not_null())
    columns = (*pair_columns(lang), column("route", "id", lang))
    cut = frame.height < whole.height
    note = say("matches_cut", lang, ranks=depth, total=f"{whole.height:,}") if cut else ""
    return Table("matches", say("matches", lang), frame, columns, note)


def _depth(matches: pl.DataFrame, limit: int) -> int:
    """The deepest rank at which the number of rows is at most ``limit`` (1 at least)."""
    running = matches.group_by("rank").len().sort("rank").with_columns(pl.col("len").cum_sum())
    kept = running.filter(pl.col("len") <= limit)["rank"].to_list()
    return max(kept, default=1)


def province_table(region: Region, plan: Plan, lang: str) -> Table:
    """How many routes start, are piloted, are made and end in each province."""
    routes = name_routes(region, plan, lang)
    names = place_names(region, lang).select("province", "province_name").unique("province", keep="first")
    frame = pl.DataFrame({"province": []}, schema={"province": pl.String})
    for stop, key in zip(STOPS, ("origin", "pilot", "maker", "need"), strict=True):
        found = routes.drop_nulls(f"{stop}_province").group_by(pl.col(f"{stop}_province").alias("province"))
        worth = [pl.col("worth").sum().alias("need_worth")] if stop == "need" else []
        counted = found.agg(pl.len().cast(pl.Int64).alias(f"{key}_routes"), *worth)
        frame = frame.join(counted, on="province", how="full", coalesce=True)
    frame = (
        frame.join(names, on="province", how="left")
        .with_columns(pl.exclude("province", "province_name").fill_null(0))
        .sort("province")
    )
    columns = (
        Column("province_name", word("columns", "province", lang), "text"),
        *(column(f"{key}_routes", "int", lang) for key in ("origin", "pilot", "maker", "need")),
        column("need_worth", "money", lang),
    )
    return Table("provinces", say("by_province", lang), frame, columns)


def bottlenecks_table(region: Region, plan: Plan, lang: str) -> Table:
    """What one more unit of each thing that binds would be worth, with the interval where it was computed."""
    frame = plan.bottlenecks.filter(pl.col("kind") != "need")
    titled = {
        k: v for kind in ("achievement", "base", "maker", "product") for k, v in _titles(region, kind).items()
    }
    places = {r["place"]: r["spot_name"] for r in place_names(region, lang).to_dicts()}
    nets = {n: word("nets", n, lang) for n in frame["net"].unique().to_list()}
    rules = frame.filter(pl.col("kind") == "policy")["id"].unique().to_list()
    titled |= {r: words(r.partition(",")[0], lang) for r in rules if r.partition(",")[0] in policies()}
    frame = frame.with_columns(
        pl.col("net").replace(nets),
        pl.col("kind").replace({k: words(k, lang) for k in frame["kind"].unique().to_list()}),
        pl.col("id").replace_strict(titled, default="", return_dtype=pl.String).alias("name"),
        pl.col("city").replace_strict(places, default=pl.col("city"), return_dtype=pl.String),
        pl.col("unit").replace({u: word("units", u, lang) for u in frame["unit"].unique().to_list()}),
        # A budget's price is fen a fen: shown as such, everything else as 万元.
        *(pl.when(pl.col("unit") == "fen").then(None).otherwise(pl.col(c)).alias(c) for c in ("low", "high")),
        # One optimum's price stands only where no interval was computed.
        pl.when((pl.col("unit") != "fen") & pl.col("low").is_null()).then(pl.col("price")).alias("price"),
        pl.when(pl.col("unit") == "fen").then(pl.coalesce("low", "price")).alias("per_yuan"),
    )
    c = column
    columns = (
        c("net", "text", lang),
        c("kind", "text", lang),
        c("id", "id", lang),
        c("name", "text", lang),
        c("year", "year", lang),
        c("city", "text", lang),
        c("low", "money", lang),
        c("high", "money", lang),
        c("price", "money", lang),
        c("per_yuan", "real", lang),
        c("unit", "text", lang),
    )
    note = "" if plan.options.get("prices") == "exact" else say("prices_approximate", lang)
    brief = ("net", "kind", "name", "year", "low", "high", "per_yuan", "unit")
    return Table("bottlenecks", say("bottlenecks", lang), frame, columns, note, brief, plan.bottlenecks)


def gains_table(plan: Plan, lang: str) -> Table | None:
    """Who gains what: income, expected loss and net of each party (fen)."""
    if plan.routes.is_empty():
        return None
    found = gains(plan.routes, plan.options)
    frame = found.with_columns(pl.col("party").replace({p: word("parties", p, lang) for p in PARTIES}))
    columns = (
        column("party", "text", lang), Column("income", word("columns", "party_income", lang), "money"),
        Column("loss", word("columns", "expected_loss", lang), "money"), column("net_gain", "money", lang),
    )  # fmt: skip
    frame = frame.rename({"net": "net_gain"})
    return Table("gains", say("gains_table", lang), frame, columns, say("gains_note", lang), data=found)


def route_gains_table(plan: Plan, lang: str) -> Table | None:
    """Who gains what from each route, and what the firm pays of its own until it is done (fen)."""
    if plan.routes.is_empty():
        return None
    found = route_gains(plan.routes, plan.options)
    parties = ("firm", "owner", "base", "maker", "supplier")
    columns = (
        column("route", "id", lang), *(Column(p, word("parties", p, lang), "money") for p in parties),
        Column("lender_income", word("columns", "lender_income", lang), "money"),
        Column("lender_loss", word("columns", "expected_loss", lang), "money"),
        Column("borders", word("columns", "barrier_cost", lang), "money"),
        Column("region", word("parties", "region", lang), "money"),
        Column("own_cash", word("columns", "own_cash", lang), "money"),
        *(Column(s, word("columns", s, lang), "percent") for s in ("interest_share", "loss_share")),
    )  # fmt: skip
    brief = ("route", "firm", "owner", "lender_income", "region")
    return Table("route_gains", say("route_gains_table", lang), found, columns, brief=brief, data=found)


def one_more_table(region: Region, plan: Plan, lang: str) -> Table | None:
    """What one more realistic unit of what binds first is worth, found by solving again; None where nothing was."""
    if plan.one_more.is_empty():
        return None
    titled = {
        k: v for kind in ("achievement", "base", "maker", "product") for k, v in _titles(region, kind).items()
    }
    frame = plan.one_more.with_columns(
        pl.col("kind").replace({k: words(k, lang) for k in plan.one_more["kind"].unique().to_list()}),
        pl.col("id").replace_strict(titled, default="", return_dtype=pl.String).alias("name"),
        pl.col("unit").replace({u: word("units", u, lang) for u in plan.one_more["unit"].unique().to_list()}),
    )
    columns = (
        column("kind", "text", lang), column("id", "id", lang), column("name", "text", lang),
        column("unit", "text", lang), Column("low", word("columns", "at_least", lang), "money"),
        Column("high", word("columns", "at_most", lang), "money"),
    )  # fmt: skip
    note = say("one_more_note", lang)
    return Table("one_more", say("one_more_table", lang), frame, columns, note, data=plan.one_more)


def _titles(region: Region, kind: str) -> dict[str, str]:
    field = "title" if kind == "achievement" else "name"
    return {i: t or "" for i, t in region[f"{kind}s"].select("id", field).iter_rows()}


def borders_table(plan: Plan, lang: str) -> Table:
    """What each border takes of the routes in use."""
    factors = {f: word_for("factor", f, lang) or f for f in plan.borders["factor"].unique().to_list()}
    frame = plan.borders.with_columns(
        *(
            pl.col(c).map_elements(lambda code: _place(code, lang), pl.String)
            for c in ("origin", "destination")
        ),
        pl.col("factor").replace(factors),
    )
    columns = (
        column("origin", "text", lang),
        column("destination", "text", lang),
        column("factor", "text", lang),
        Column("fen", word("columns", "barrier_cost", lang) + word("columns", "wan", lang), "money"),
        column("routes", "int", lang),
    )
    return Table("borders", say("borders", lang), frame, columns, data=plan.borders)


def _place(code: str, lang: str) -> str:
    found = gb2260.place(code)
    return (found.name if lang == "zh" else found.name_en or found.name) if found else code


def reasons_table(plan: Plan, lang: str) -> Table:
    """How many needs are left out for each reason, most first."""
    counted = plan.unmet.group_by("reason").agg(pl.len().cast(pl.Int64).alias("count"))
    frame = counted.sort(["count", "reason"], descending=[True, False]).with_columns(
        pl.col("reason")
        .replace({k: reason_words(k, lang) for k in counted["reason"].drop_nulls()})
        .alias("words"),
        (pl.col("count") / pl.col("count").sum()).alias("share"),
    )
    columns = (
        Column("words", word("columns", "reason", lang), "text"),
        column("count", "int", lang),
        column("share", "percent", lang),
    )
    return Table("reasons", say("unmet_reasons", lang), frame, columns)


def costs_table(plan: Plan, lang: str) -> Table:
    """The parts of the plan's cost (fen) and their shares."""
    total = int(plan.routes["cost"].sum())
    parts = {part: int(plan.routes[part].sum()) for part in PARTS}
    frame = pl.DataFrame(
        {
            "name": [word("columns", part, lang) for part in parts],
            "amount": list(parts.values()),
            "share": [amount / total if total else None for amount in parts.values()],
        },
        schema={"name": pl.String, "amount": pl.Int64, "share": pl.Float64},
    )
    columns = (
        Column("name", say("cost_parts", lang), "text"),
        column("amount", "money", lang),
        column("share", "percent", lang),
    )
    return Table("costs", say("cost_parts", lang), frame, columns)
