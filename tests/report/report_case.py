"""A region of four organisations with two routes, small enough to check by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.region import Region
from sanwang.study.registry import get
from sanwang.study.result import Result

WAN = 1_000_000
HOSTILE = '<script>alert("x")</script></script>'
FORMULA = '=HYPERLINK("evil","click")'

ROUTES = {
    **dict.fromkeys(("route", "need", "achievement", "base", "maker", "product"), pl.String),
    **dict.fromkeys(("start", "end", "base_year", "maker_year", "months"), pl.Int64),
    **dict.fromkeys(("probability", "match_score"), pl.Float64),
    **dict.fromkeys(("value", "cost", "worth"), pl.Int64),
    **dict.fromkeys(
        ("ask_cost", "base_cost", "maker_cost", "factor_cost", "finance_cost", "barrier_cost", "principal"),
        pl.Int64,
    ),
    **dict.fromkeys(("origin_place", "base_place", "maker_place", "need_place"), pl.String),
}
UNMET = dict.fromkeys(("need", "reason", "detail_zh", "detail_en"), pl.String)
USAGE = {
    "kind": pl.String,
    "id": pl.String,
    "year": pl.Int64,
    "used": pl.Float64,
    "capacity": pl.Float64,
    "unit": pl.String,
}
MONEY = [
    [part * WAN for part in (500, 200, 300, 100, 40, 30, 10, 15, 5, 60)],
    [part * WAN for part in (90, 40, 50, 10, 0, 30, 0, 0, 0, 0)],
]
"""Value, cost, worth, the six parts of the cost, and what is financed."""
WHO = [("L0001", "N1", "R1", "B1", "M1", "P1"), ("L0002", "N2", "R2", None, "M1", None)]
WHEN = [(2026, 2027, 2026, 2027, 14), (2027, 2027, None, 2027, 6)]
WHERE = [("110108", "120116", "130200", "130100"), ("130100", None, "130200", "110108")]
ODDS = [(0.72, 0.9), (0.5, 0.4)]
ROWS: list[tuple[Any, ...]] = [(*WHO[i], *WHEN[i], *ODDS[i], *MONEY[i], *WHERE[i]) for i in range(2)]


def small_region(**changes: Any) -> Region:
    """Places as in the real world, organisations invented."""
    actors = pl.DataFrame(
        {
            "id": ["A1", "A2", "A3", "A4"],
            "name": ["燕岭大学（虚构）", "沧渤中试公司（虚构）", "云朔制造（虚构）", "冀川机械（虚构）"],
            "name_en": ["Yanling University (fictional)", None, None, None],
            "place": ["110108", "120116", "130200", "130100"],
        }
    )
    tables = {
        "actors": actors,
        "needs": pl.DataFrame(
            {
                "id": ["N1", "N2", "007"],
                "title": ["双极板冲压模具寿命不足", HOSTILE, FORMULA],
                "text": ["…", "…", "…"],
                "actor": ["A4", "A1", "A4"],
                "trl_required": [7, 6, 8],
                "budget": [150 * WAN, None, 20 * WAN],
            }
        ),
        "achievements": pl.DataFrame(
            {
                "id": ["R1", "R2", "R3"],
                "title": ["涂层冲压模具", "Edge detection", "第三项"],
                "owner": ["A1", "A4", "A1"],
            }
        ),
        "bases": pl.DataFrame(
            {"id": ["B1"], "name": ["滨海基地"], "actor": ["A2"], "place": ["120116"], "capacity": [4]}
        ),
        "makers": pl.DataFrame(
            {"id": ["M1"], "name": [None], "actor": ["A3"], "place": ["130200"], "capacity": [2]}
        ),
        "products": pl.DataFrame({"id": ["P1"], "name": ["转化贷"], "kind": ["loan"]}),
    }
    return Region.of("示例区域", fictional=True, frames=tables | changes)


def small_matches(reasons: str = "共同术语：冲压") -> Matches:
    """Three needs, the first two with a second choice."""
    rows = [
        ("N1", "R1", 1, 0.9),
        ("N1", "R3", 2, 0.3),
        ("N2", "R2", 1, 0.4),
        ("N2", "R1", 2, 0.2),
        ("007", "R3", 1, 0.1),
    ]
    frame = pl.DataFrame(rows, schema=["need", "achievement", "rank", "score"], orient="row")
    return Matches(frame.with_columns(pl.lit(reasons).alias("reasons")), "test encoder", ("a notice",), 0.5)


BINDING = pl.DataFrame(
    [
        ("base", "B1", None, 2026, "collaboration", "120000", 3e6, 1e6, 4e6, "job", 1.0, 1.0, 3e6),
        ("product", "P1", None, None, "finance", "110000", 0.25, None, None, "fen", 9.0, 9.0, 2.0 * WAN),
        ("need", "N1", None, None, "demand", "130200", 1.0 * WAN, None, None, "need", 1.0, 1.0, 1.0 * WAN),
    ],
    schema={
        "kind": pl.String, "id": pl.String, "service": pl.String, "year": pl.Int64, "net": pl.String, "city": pl.String,
        "price": pl.Float64, "low": pl.Float64, "high": pl.Float64, "unit": pl.String, "used": pl.Float64,
        "capacity": pl.Float64, "rent": pl.Float64,
    },
    orient="row",
)  # fmt: skip
BORDERS = pl.DataFrame(
    [("110000", "130000", "technology", 2.0 * WAN, 1)],
    schema={
        "origin": pl.String,
        "destination": pl.String,
        "factor": pl.String,
        "fen": pl.Float64,
        "routes": pl.Int64,
    },
    orient="row",
)


def small_plan(rows: list[tuple[Any, ...]] = ROWS, **changes: Any) -> Any:
    """A plan of the given routes with every attribute the report reads."""
    routes = pl.DataFrame(rows, schema=ROUTES, orient="row")
    worth = int(routes["worth"].sum())
    given = {
        "routes": routes,
        "unmet": pl.DataFrame(
            [("007", "trl", "成果 4 级，要求 8 级", "TRL 4, 8 required")], schema=UNMET, orient="row"
        ),
        "usage": pl.DataFrame(
            [("base", "B1", 2026, 1.0, 4.0, "job"), ("maker", "M1", 2027, 2.0, 2.0, "job")],
            schema=USAGE,
            orient="row",
        ),
        "bottlenecks": BINDING,
        "borders": BORDERS,
        "worth": worth,
        "bound": worth + 7 * WAN,
        "gap": 7 * WAN / (worth + 7 * WAN),
        "status": "feasible",
        "seconds": 1.25,
        "matches": small_matches(),
        "ends": None,
        "options": {
            "years": [2026, 2030],
            "digest": "…",
            "assumptions": {
                "rate": {
                    "value": 0.05,
                    "zh": "折现率",
                    "en": "Discount rate",
                    "source": "assumption of this project",
                }
            },
        },
    }
    given = {"one_more": pl.DataFrame(), "cash": pl.DataFrame(), "reached": None} | given
    return SimpleNamespace(**(given | changes))


def empty_plan() -> Any:
    """A plan without any route: every need is left out."""
    unmet = pl.DataFrame(
        [(n, "no_match", "无", "none") for n in ("N1", "N2", "007")], schema=UNMET, orient="row"
    )
    return small_plan(
        [],
        unmet=unmet,
        usage=pl.DataFrame(schema=USAGE),
        bottlenecks=BINDING.clear(),
        borders=BORDERS.clear(),
        one_more=pl.DataFrame(),
        reached=None,
        worth=0,
        bound=0,
        gap=0.0,
    )


def small_result(
    region: Region | None = None, plan: Any = None, lang: str = "zh", reasons: str | None = None
) -> Result[Any]:
    """The plan as a result of its study, without solving anything."""
    made = small_plan() if plan is None else plan
    if reasons is not None:
        made.matches = small_matches(reasons)
    here = small_region() if region is None else region
    return Result(get("plan"), made, here, {}, lang=lang, given=here)
