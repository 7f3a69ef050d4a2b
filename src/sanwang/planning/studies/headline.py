"""What the plan says in three sentences, and its key figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from sanwang.collaboration.bands import band
from sanwang.planning.crossing import crossing
from sanwang.planning.gains import gains
from sanwang.planning.studies.ends import steady
from sanwang.planning.studies.named import name_routes
from sanwang.planning.studies.tables import reasons_table
from sanwang.study.words import gap_words, money_words, percent_words, say, word

if TYPE_CHECKING:
    from sanwang.planning.plan import Plan
    from sanwang.region import Region

_OPTIMAL = 5e-7
"""A gap that would be written as 0.00 %."""


@dataclass(frozen=True)
class Figure:
    """A key figure: its label, value as number with style, the value in words, a remark, the unit of the value."""

    key: str
    label: str
    value: float | int | None
    style: str
    words: str
    remark: str = ""
    unit: str = ""


def sentences(region: Region, plan: Plan, lang: str) -> list[str]:
    """The plan's worth, what is proven about it, and what is left out: at most three sentences."""
    return [
        _what(region, plan, lang),
        *_proven(plan, lang),
        *_left_out(region, plan, lang),
    ]


def both(plan: Plan, lang: str) -> Iterator[str]:
    """Both objectives, whichever was planned for."""
    if plan.routes.is_empty():
        return
    nets = {r["party"]: r["net"] for r in gains(plan.routes, plan.options).to_dicts()}
    yield say(
        "says_both",
        lang,
        firm=money_words(plan.worth, lang),
        region=money_words(nets["region"], lang),
        objective=word("objectives", str(plan.options.get("objective", "firm")), lang),
    )


def _what(region: Region, plan: Plan, lang: str) -> str:
    routes = plan.routes
    if routes.is_empty():
        empty = "says_no_needs" if not region.has("needs") else None
        empty = empty or ("says_none" if region.has("achievements") else "says_no_achievements")
        return say(empty, lang)
    return say(
        "says_routes",
        lang,
        routes=routes.height,
        needs=region["needs"].height,
        met=routes["need"].n_unique(),
        worth=money_words(plan.worth, lang),
        value=money_words(int(routes["value"].sum()), lang),
        cost=money_words(int(routes["cost"].sum()), lang),
    )


def _proven(plan: Plan, lang: str) -> Iterator[str]:
    if plan.routes.is_empty() and plan.bound <= 0:
        return
    key = "says_bound" if plan.gap > _OPTIMAL else "says_optimal"
    key = f"{key}_region" if plan.options.get("objective") == "region" else key
    yield say(key, lang, bound=money_words(plan.bound, lang), gap=gap_words(plan.gap))


def _left_out(region: Region, plan: Plan, lang: str) -> Iterator[str]:
    if plan.unmet.is_empty():
        if region.has("needs") and not plan.routes.is_empty():
            yield say("says_all_met", lang)
        return
    top = reasons_table(plan, lang).frame.head(3).to_dicts()
    shown = [say("reason_count", lang, reason=row["words"], count=row["count"]) for row in top]
    between = "、" if lang == "zh" else "; "
    yield say("says_unmet", lang, unmet=plan.unmet.height, reasons=between.join(shown))


def key_figures(region: Region, plan: Plan, lang: str) -> list[Figure]:
    """The figures a committee asks for first; shares are null where there is no route."""
    routes = name_routes(region, plan, lang)
    needs, met = region["needs"].height, routes["need"].n_unique()
    pool, used = region["achievements"].height, routes["achievement"].n_unique()
    value, cost = int(routes["value"].sum()), int(routes["cost"].sum())
    parts = {"value": money_words(value, lang), "cost": money_words(cost, lang)}
    shares = routes.select(
        pl.lit(crossing(region, routes)).mean().alias("crossing"),
        pl.col("base").is_not_null().mean().alias("piloted"),
        pl.col("product").is_not_null().mean().alias("financed"),
        pl.col("probability").mean(),
    ).row(0, named=True)
    return [
        _money("worth", plan.worth, lang, say_figure("value_less_cost", lang, **parts)),
        _money("value", value, lang),
        _money("cost", cost, lang),
        _money("bound", plan.bound, lang),
        Figure(
            "gap",
            word("figures", "gap", lang),
            plan.gap,
            "gap",
            gap_words(plan.gap),
            say_figure("bound_note", lang, bound=money_words(plan.bound, lang)),
        ),
        *_span_figure(plan, lang),
        _count(
            "strong", _strong(plan), "route_unit", lang, say_figure("of_routes", lang, total=routes.height)
        ),
        _count("routes", routes.height, "route_unit", lang),
        _count("met", met, "count_unit", lang, say_figure("of_needs", lang, total=needs)),
        _share("met_share", met / needs if needs else None, lang),
        _count("achievements", used, "count_unit", lang, say_figure("of_achievements", lang, total=pool)),
        _share("crossing", shares["crossing"], lang, word("figures", "crossing_means", lang)),
        *(_share(key, shares[key], lang) for key in ("piloted", "financed", "probability")),
    ]


def span_sentences(plan: Plan, lang: str) -> list[str]:
    """The range of the worth, solved at both ends of the chances that matches hold, or that only the middle was."""
    if plan.routes.is_empty():
        return []
    if plan.ends is None:
        return [say("middle_note", lang)]
    low, high = plan.ends
    calibration: Any = plan.options.get("calibration")
    held = {k: f"{calibration[k]:.3f}" for k in ("ece", "brier")} if calibration else {}
    pairs = {"pairs": calibration["pairs"]} if calibration else {}
    return [
        say(
            "says_range_calibrated" if calibration else "says_range", lang, **held, **pairs,
            low=money_words(low.worth, lang), high=money_words(high.worth, lang),
            low_routes=low.routes.height, high_routes=high.routes.height, steady=steady(plan).count("steady_both"),
        )
    ]  # fmt: skip


def _span_figure(plan: Plan, lang: str) -> list[Figure]:
    if plan.ends is None:
        return []
    low, high = (money_words(end.worth, lang) for end in plan.ends)
    key = "range_calibrated" if plan.options.get("calibration") else "range_prior"
    words = say("range_said", lang, low=low, high=high)
    return [Figure("range", word("figures", "range", lang), None, "text", words, word("figures", key, lang))]


def say_figure(key: str, lang: str, **terms: object) -> str:
    """A remark beside a key figure with its blanks filled."""
    return word("figures", key, lang).format_map(terms)


def _strong(plan: Plan) -> int:
    return sum(band(s) == "strong" for s in plan.routes["match_score"].to_list())


def _money(key: str, fen: int, lang: str, remark: str = "") -> Figure:
    unit = word("columns", "wan", lang).strip(" （）()")
    return Figure(key, word("figures", key, lang), fen, "money", money_words(fen, lang), remark, unit)


def _count(key: str, count: int, unit: str, lang: str, remark: str = "") -> Figure:
    counted = word("figures", unit, lang)
    return Figure(
        key, word("figures", key, lang), count, "int", f"{count:,} {counted}".strip(), remark, counted
    )


def _share(key: str, share: float | None, lang: str, remark: str = "") -> Figure:
    words = "—" if share is None else percent_words(share)
    return Figure(key, word("figures", key, lang), share, "percent", words, remark)
