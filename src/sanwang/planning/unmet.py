"""Why a need is left out, decided from how far its best pair came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import polars as pl

from sanwang.planning.master import full, takes
from sanwang.planning.network import Network
from sanwang.planning.routes import Route, Trace

_WORDS = {
    "no_match": ("没有得分足够的成果", "no achievement scores high enough"),
    "no_value": (
        "没有预算也没有预期收益，无法估值",
        "neither budget nor value is given, so it cannot be valued",
    ),
    "trl": ("相近成果的成熟度差距过大", "the achievements that fit are too far from the TRL required"),
    "maker": ("没有能承接的产线", "no maker can take it on"),
    "deadline": (
        "任何路线都赶不上截止日期或规划期末",
        "no route is done by the deadline or the end of the horizon",
    ),
    "budget": (
        "预算不足，也没有额度合适的金融产品",
        "the budget does not cover it and no product's ticket fits",
    ),
    "border": (
        "扣除跨域成本后价值为负；没有壁垒则为正",
        "worth less than nothing after border costs, more than nothing without them",
    ),
    "worth": ("最好的路线价值也不为正", "even the best route is worth nothing"),
    "capacity": (
        "有可行路线，但所需的中试、承制、资金或要素已排满",
        "routes exist, but the base, maker, money or factor they need is taken",
    ),
    "competition": (
        "有可行路线，但成果的许可已给了价值更高的需求",
        "routes exist, but the licences went to needs worth more",
    ),
}
_CODES = {"no_value": "worth", "maker": "capacity"}
_SCHEMA = {"need": pl.String, "reason": pl.String, "detail_zh": pl.String, "detail_en": pl.String}


def unmet(
    net: Network, traces: Mapping[str, Trace], routes: Sequence[Route], chosen: Sequence[Route]
) -> pl.DataFrame:
    """Needs without a route: need, reason, and the reason in words (detail_zh, detail_en)."""
    met = {r.need for r in chosen}
    by_need: defaultdict[str, list[Route]] = defaultdict(list)
    for route in routes:
        by_need[route.need].append(route)
    filled = full(net, chosen)
    rows: list[dict[str, str]] = []
    for need in sorted(set(net.needs) - met):
        why = _why(traces[need], by_need[need], filled)
        zh, en = _WORDS[why]
        rows.append({"need": need, "reason": _CODES.get(why, why), "detail_zh": zh, "detail_en": en})
    return pl.DataFrame(rows, schema=_SCHEMA)


def _why(trace: Trace, routes: Sequence[Route], filled: set[tuple[str, str, int | None]]) -> str:
    if routes:
        taken = [{k[0] for k in takes(r) if k in filled} for r in routes]
        return "competition" if all("achievement" in kinds for kinds in taken) else "capacity"
    steps = (
        (trace.matched, "no_match"),
        (trace.valued, "no_value"),
        (trace.gated, "trl"),
        (trace.timely or trace.financed, "maker"),
        (trace.timely, "deadline"),
        (trace.financed, "budget"),
    )
    failed = next((why for passed, why in steps if not passed), None)
    if failed:
        return failed
    return "border" if (trace.best_open or 0) > 0 else "worth"
