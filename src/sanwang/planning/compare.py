"""Plans side by side: what moved from one to another, why, and who gains and who loses by city."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.engine.choose import engine_of
from sanwang.engine.local import Local
from sanwang.engine.port import Engine
from sanwang.engine.port import run as run_blocks
from sanwang.errors import OptionError
from sanwang.planning.borders import FACTORS, borders
from sanwang.planning.crossing import crossing
from sanwang.planning.parts import COSTS
from sanwang.planning.plan import Plan, plan
from sanwang.planning.routes import offers_of
from sanwang.region import Region
from sanwang.region.scenario import Scenario, apply
from sanwang.standards import places as gb2260
from sanwang.study.words import word

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Comparison:
    """Plans by name, the first being what the others are compared with.

    ``figures``: plan × figure (fen and counts). ``moves``: each need whose route differs, with both routes' worth
    and the reason. ``cities``: by plan and city, routes landing there, the surplus of its needs and what its
    organisations are paid.
    """

    plans: Mapping[str, Plan]
    figures: pl.DataFrame
    moves: pl.DataFrame
    cities: pl.DataFrame
    parts: pl.DataFrame | None = None
    """What closing each factor's borders alone would take from today's worth: factor, loss (fen), share of the loss of
    the segmented market, classes on offer, and how many of them in one province only."""


def compare(plans: Mapping[str, Plan], regions: Mapping[str, Region]) -> Comparison:
    """Compare plans with the first of them; ``regions`` holds the Region each was made for."""
    if len(plans) < 2:
        raise OptionError("comparing needs two plans / 至少需要两个方案")
    first = next(iter(plans))
    figures = pl.concat([_figures(name, p, regions[name]) for name, p in plans.items()])
    moves = [_moves(plans[first], p, name) for name, p in plans.items() if name != first]
    cities = [_cities(name, p, regions[name]) for name, p in plans.items()]
    return Comparison(dict(plans), figures, pl.concat(moves), _against_first(cities, list(plans)))


def _against_first(cities: Sequence[pl.DataFrame], names: Sequence[str]) -> pl.DataFrame:
    """Every city in every plan, with the change of its total: one that falls out altogether shows its loss."""
    stacked = pl.concat(cities)
    every = stacked.select("city", "name").unique(["city"], maintain_order=True)
    order = pl.DataFrame({"plan": list(names), "place": range(len(names))})
    grid = order.join(every, how="cross").join(
        stacked.drop("name"), on=["plan", "city"], how="left", nulls_equal=True
    )
    sums = ("landed", "surplus", "receipts", "total")
    grid = grid.with_columns(pl.col(sums).fill_null(0))
    was = cities[0].select("city", was="total")
    grid = grid.join(was, on="city", how="left", nulls_equal=True)
    change = (pl.col("total") - pl.col("was").fill_null(0)).alias("change")
    ordered = grid.with_columns(change).sort(["place", "total", "city"], descending=[False, True, False])
    return ordered.select("plan", "city", "name", *sums, "change")


def run(
    region: Region,
    matches: Callable[[Region], Matches],
    scenarios: Sequence[Scenario],
    progress: Report | None = None,
    **options: Any,  # noqa: ANN401 - handed to plan()
) -> Comparison:
    """The plan of today and of each scenario, compared. ``matches`` gives a Region's matches; new ids need new ones."""
    plans: dict[str, Plan] = {}
    regions: dict[str, Region] = {}
    for scenario in (Scenario(name="today"), *scenarios):
        if scenario.name in plans:
            raise OptionError(f"two scenarios are called {scenario.name!r} / 情景重名")
        changed = apply(region, scenario)
        plans[scenario.name] = plan(
            changed,
            matches(changed),
            changes=scenario.assumptions,
            market=scenario.market,
            policies=scenario.policy,
            progress=progress,
            **options,
        )
        regions[scenario.name] = changed
    return compare(plans, regions)


def markets(region: Region, matches: Matches, **options: Any) -> Comparison:  # noqa: ANN401 - handed to plan()
    """Today's barriers, no crossing between provinces, and no barriers; and each factor's borders closed alone."""
    named: tuple[Any, ...] = ("today", "segmented", "unified")
    plans = {name: plan(region, matches, market=name, **options) for name in named}
    found = compare(plans, dict.fromkeys(named, region))
    today, apart = plans["today"].worth, plans["segmented"].worth
    moved = [
        f for f in FACTORS if f in ("technology", "capital") or f in region["factors"]["factor"].to_list()
    ]
    loss = {f: today - plan(region, matches, closed=(f,), **options).worth for f in moved}
    parts = pl.DataFrame(
        {"factor": list(loss), "loss": list(loss.values())}, schema={"factor": pl.String, "loss": pl.Int64}
    ).with_columns(share=pl.col("loss") / max(1, today - apart))
    parts = parts.join(_sources(region), on="factor", how="left", maintain_order="left")
    return replace(found, parts=parts.sort("loss", descending=True, maintain_order=True))


def _sources(region: Region) -> pl.DataFrame:
    """By factor: how many classes are offered, and how many of them in one province only."""
    walls, homes = borders(region), dict(region["actors"].select("id", "place").iter_rows())
    offers = region["factors"].select(
        "factor",
        "class",
        province=pl.Series(
            [walls.province(homes.get(a)) for a in region["factors"]["actor"]], dtype=pl.String
        ),
    )
    by_class = offers.group_by("factor", "class").agg(pl.col("province").drop_nulls().n_unique().alias("n"))
    return by_class.group_by("factor").agg(
        pl.len().cast(pl.Int64).alias("classes"), (pl.col("n") == 1).sum().cast(pl.Int64).alias("single")
    )


def border_values(region: Region, matches: Matches, most: int = 6, **options: Any) -> pl.DataFrame:  # noqa: ANN401
    """What each border costs: origin, destination, factor, ``bill`` (taken from routes in use, the derivative) and
    ``gain`` (worth with that border removed and the program solved again, less worth today); fen.

    The ``most`` greatest bills are solved again; the gain of the others is null.
    """
    today = plan(region, matches, **options)
    line = borders(region).lineage
    outer = {p: chain[-1] for p, chain in line.items()}
    gains: list[int | None] = []
    for n, (a, b, factor) in enumerate(today.borders.select("origin", "destination", "factor").iter_rows()):
        if n >= most:
            gains.append(None)
            continue
        rows = region["barriers"].with_columns(
            a=pl.col("origin").replace(outer), b=pl.col("destination").replace(outer)
        )
        kept = rows.filter(~((pl.col("a") == a) & (pl.col("b") == b) & (pl.col("factor") == factor)))
        opened = plan(region.with_tables(barriers=kept.drop("a", "b")), matches, **options)
        gains.append(opened.worth - today.worth)
    return today.borders.rename({"fen": "bill"}).with_columns(gain=pl.Series(gains, dtype=pl.Int64))


def sweep(
    region: Region,
    matches: Matches,
    table: str,
    column: str,
    factors: Sequence[float],
    engine: Engine | None = None,
    progress: Report | None = None,
    **options: Any,  # noqa: ANN401 - handed to plan()
) -> pl.DataFrame:
    """The frontier: worth, bound, routes as a column is multiplied by each factor; factor, worth, bound, routes."""
    with engine_of(engine) as used:
        given = used.share((dict(region.tables), region.fictional, matches, options))
        blocks = [(table, column, float(factor)) for factor in factors]
        return pl.DataFrame(
            run_blocks(used, one_factor, blocks, given, label="scenarios 情景", progress=progress)
        )


def one_factor(
    change: tuple[str, str, float], given: tuple[dict[str, pl.DataFrame], bool, Matches, dict[str, Any]]
) -> dict[str, Any]:
    """The plan with one column multiplied by one factor, in figures (a block of an engine)."""
    tables, fictional, matches, options = given
    table, column, factor = change
    scenario = Scenario(change=({"table": table, "column": column, "times": factor},))
    made = plan(apply(Region(tables, fictional=fictional), scenario), matches, engine=Local(1), **options)
    return {"factor": factor, "worth": made.worth, "bound": made.bound, "routes": made.routes.height}


def _figures(name: str, made: Plan, region: Region) -> pl.DataFrame:
    routes = made.routes
    figures: dict[str, Any] = {
        "plan": name,
        "worth": made.worth,
        "bound": made.bound,
        "gap": made.gap,
        "routes": routes.height,
        "unmet": made.unmet.height,
        "value": sum(routes["value"].to_list()),
    }
    figures |= {c: sum(routes[c].to_list()) for c in COSTS}
    figures["principal"] = sum(routes["principal"].to_list())
    figures["cross_border"] = int(crossing(region, routes).sum() or 0)
    return pl.DataFrame([figures])


_MOVE = {
    "plan": pl.String,
    "need": pl.String,
    "before": pl.String,
    "after": pl.String,
    "worth_before": pl.Int64,
    "worth_after": pl.Int64,
    "change": pl.Int64,
    "reason_zh": pl.String,
    "reason_en": pl.String,
}
_PARTS = ("achievement", "base", "maker", "product", "start")
_WORDS = {
    "achievement": ("成果", "achievement"),
    "base": ("中试基地", "base"),
    "maker": ("承制单位", "maker"),
    "product": ("金融产品", "product"),
    "start": ("起始年", "start"),
}


def _moves(before: Plan, after: Plan, name: str) -> pl.DataFrame:
    old = {r["need"]: r for r in before.routes.to_dicts()}
    new = {r["need"]: r for r in after.routes.to_dicts()}
    why_old = {r["need"]: r for r in before.unmet.to_dicts()}
    why_new = {r["need"]: r for r in after.unmet.to_dicts()}
    rows: list[dict[str, Any]] = []
    for need in sorted({*old, *new}):
        a, b = old.get(need), new.get(need)
        if a and b and _path(a) == _path(b) and a["worth"] == b["worth"]:
            continue
        zh, en = _reason(a, b, why_old.get(need), why_new.get(need))
        was, now = (a["worth"] if a else 0), (b["worth"] if b else 0)
        rows.append(
            {
                "plan": name,
                "need": need,
                "before": _path(a),
                "after": _path(b),
                "worth_before": was,
                "worth_after": now,
                "change": now - was,
                "reason_zh": zh,
                "reason_en": en,
            }
        )
    frame = pl.DataFrame(rows, schema=_MOVE)
    return frame.sort(pl.col("change").abs(), "need", descending=[True, False])


def _path(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    stops = (row["achievement"], row["base"], row["maker"], row["need"])
    paid = f" ({row['product']})" if row["product"] else ""
    return " → ".join(s for s in stops if s) + f" {row['start']}{paid}"


def _reason(
    a: Mapping[str, Any] | None,
    b: Mapping[str, Any] | None,
    unmet_before: Mapping[str, Any] | None,
    unmet_after: Mapping[str, Any] | None,
) -> tuple[str, str]:
    if a is None:
        if unmet_before is None:
            return "新增的需求", "a need that was not there before"
        return f"此前：{unmet_before['detail_zh']}", f"before: {unmet_before['detail_en']}"
    if b is None:
        if unmet_after is None:
            return "需求已撤回", "the need was withdrawn"
        return unmet_after["detail_zh"], unmet_after["detail_en"]
    changed = [p for p in _PARTS if a[p] != b[p]]
    if changed:
        zh, en = "、".join(_WORDS[p][0] for p in changed), ", ".join(_WORDS[p][1] for p in changed)
        return f"改用其他{zh}", f"another {en}"
    part = max(("value", *COSTS), key=lambda c: abs(a[c] - b[c]))
    zh, en = (word("columns", part, lang) for lang in ("zh", "en"))
    return f"路线不变，{zh}变化", f"same route, {en[:1].lower()}{en[1:]} changed"


def _cities(name: str, made: Plan, region: Region) -> pl.DataFrame:
    """By city: routes landed, the needs' surplus (worth), payments received by its organisations, and their sum.

    Payments are receipts, not profits: what they cost those who receive them is not known.
    """
    city = borders(region).city
    homes: dict[str, str | None] = dict(region["actors"].select("id", "place").iter_rows())
    routes = made.routes
    landed = routes.select(
        city=pl.col("maker_place"), landed=pl.lit(1), surplus=pl.lit(0), receipts=pl.lit(0)
    )
    blocks = [landed, _received(routes["need_place"], routes["worth"], "surplus")]
    for place, part in (
        ("origin_place", "ask_cost"),
        ("base_place", "base_cost"),
        ("maker_place", "maker_cost"),
    ):
        blocks.append(_received(routes[place], routes[part], "receipts"))
    owner = {r["id"]: homes.get(r["actor"]) for r in region["products"].to_dicts()}
    lender = routes.select(pl.col("product").replace_strict(owner, default=None, return_dtype=pl.String))
    blocks.append(_received(lender["product"], routes["finance_cost"], "receipts"))
    offers = offers_of(routes).join(routes.select("route", "factor_cost"), on="route")
    price = region["factors"].select(offer="id", price=pl.col("price").fill_null(0), actor="actor")
    offers = offers.join(price, on="offer").with_columns(weight=pl.col("units") * pl.col("price"))
    total = pl.col("weight").sum().over("route")
    share = pl.when(total > 0).then(pl.col("factor_cost") * pl.col("weight") / total).otherwise(0.0)
    offers = offers.with_columns(
        place=pl.col("actor").replace_strict(homes, default=None, return_dtype=pl.String)
    )
    blocks.append(
        _received(offers["place"], offers.select(share.round().cast(pl.Int64).alias("x"))["x"], "receipts")
    )
    stacked = pl.concat(
        [b.cast({"landed": pl.Int64, "surplus": pl.Int64, "receipts": pl.Int64}) for b in blocks]
    )
    codes = {p: city(p) for p in stacked["city"].unique().drop_nulls().to_list()}
    return (
        stacked.with_columns(pl.col("city").replace_strict(codes, default=None, return_dtype=pl.String))
        .group_by("city")
        .agg(pl.col("landed", "surplus", "receipts").sum())
        .with_columns(total=pl.col("surplus") + pl.col("receipts"))
        .select(
            pl.lit(name).alias("plan"), "city", pl.col("city").map_elements(_name, pl.String).alias("name"),
            "landed", "surplus", "receipts", "total",
        )
        .sort("total", "city", descending=[True, False])
    )  # fmt: skip


def _name(code: str) -> str:
    found = gb2260.place(code)
    return found.name if found else code


def _received(place: pl.Series, amount: pl.Series, column: str) -> pl.DataFrame:
    frame = pl.DataFrame(
        {"city": place, "amount": amount.cast(pl.Int64)}, schema_overrides={"city": pl.String}
    )
    zero = pl.lit(0)
    return frame.filter(pl.col("amount") != 0).select(
        "city",
        landed=zero,
        surplus=pl.col("amount") if column == "surplus" else zero,
        receipts=pl.col("amount") if column == "receipts" else zero,
    )
