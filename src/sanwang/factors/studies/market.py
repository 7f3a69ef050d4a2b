"""The market of factors declared as a study: three markets side by side, who gains, prices before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import polars as pl

from sanwang.errors import InputError, OptionError
from sanwang.factors.bids import bids_of_needs, bids_of_routes, read_bids
from sanwang.factors.jurisdictions import MARKETS, node_name
from sanwang.factors.market import Markets, unify
from sanwang.region import Region
from sanwang.study.declare import study
from sanwang.study.drawing import Drawing
from sanwang.study.option import Option, share, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Column, Style, Table
from sanwang.study.words import FEN_PER_WAN, money_words, word


def shown(found: Markets, region: Region, lang: str) -> Shown:
    """Totals, distribution, prices, losers and use; prices alone and together drawn."""
    heading = word("market", "picture", lang)
    note = word("phrases", "fictional", lang) if region.fictional else ""
    given = {"rows": _price_rows(region, found, lang), "heading": heading, "note": note}
    drawn = Drawing("prices-drawn", heading, "sanwang.report.dumbbell:drawn", given)
    notes = [a[0 if lang == "zh" else 1] for a in found.assumed]
    return Shown(
        word("market", "title", lang), _sentences(found, lang), _tables(region, found, lang), [drawn], notes
    )


def _sentences(found: Markets, lang: str) -> list[str]:
    """What the markets say, in words."""
    rows = {r["market"]: r for r in found.totals().to_dicts()}

    def fen(value: float) -> str:
        return money_words(round(value), lang)

    counts = {
        "pays": found.pays_more("today").height,
        "earns": found.earns_less("today").height,
    }
    return [
        word("market", "lead", lang).format(
            alone=fen(rows["segmented"]["surplus"]), today=fen(rows["today"]["surplus"]), gain=fen(found.gain("today")),
            more=fen(found.gain("unified", "today")), border=fen(rows["today"]["border"]),
        ),
        word("market", "least", lang).format(**counts),
        word("market", "basis", lang),
        word("market", "supported", lang),
    ]  # fmt: skip


def _table(name: str, frame: pl.DataFrame, lang: str, /, **styles: Style | str) -> Table:
    """Columns by style; ``price`` is fen a unit shown in yuan."""
    columns: list[Column] = []
    for key, style in styles.items():
        label = word("market_columns", key, lang)
        if style == "price":
            frame = frame.with_columns((pl.col(key) / 100).round(2))
            columns.append(Column(key, label + word("market", "per_unit", lang), "real"))
        else:
            unit = word("columns", "wan", lang) if style == "money" else ""
            columns.append(Column(key, label + unit, style))  # pyright: ignore[reportArgumentType]
    return Table(name, word("market", name, lang), frame, tuple(columns))


def _tables(region: Region, found: Markets, lang: str) -> list[Table]:
    """Totals, distribution, prices, losers, use, every bid and offer, what was left out."""
    spot = 0 if lang == "zh" else 1
    nodes = {n: node_name(region, n)[spot] for n in found.nodes}
    kinds = {f: word("factors", f, lang) for f in found.sellers["factor"].unique()}
    actors = region["actors"].select(pl.col("id").alias("actor"), pl.col("name").alias("actor_name"))

    def told(frame: pl.DataFrame) -> pl.DataFrame:
        made = frame.with_columns(pl.col("node").replace(nodes), pl.col("factor").replace(kinds))
        return (
            made.join(actors, on="actor", how="left", maintain_order="left")
            if "actor" in made.columns
            else made
        )

    totals = found.totals().with_columns(
        pl.col("market").replace({m: word("market", m, lang) for m in MARKETS})
    )
    shares = found.distribution("today").with_columns(pl.col("node").replace(nodes))
    price = told(_wide(found.prices, ["factor", "class", "node", "best_bid", "wanted"], ["price", "served"]))
    today = found.prices.filter(pl.col("market") == "today").select(
        "factor", "class", "node", "price_high", "from_elsewhere"
    )
    price = price.join(told(today), on=["factor", "class", "node"], how="left", maintain_order="left")
    used = _wide(found.utilisation(), ["factor", "class", "capacity"], ["used"])
    used = used.with_columns(pl.col("factor").replace(kinds))
    buyers = _wide(
        found.buyers, ["bid", "actor", "factor", "class", "node", "wanted", "pays_most"], ["served", "price"]
    )
    sellers = _wide(found.sellers, ["offer", "actor", "factor", "class", "node", "capacity", "ask"], ["sold"])
    left = found.left.with_columns(pl.col("zh" if lang == "zh" else "en").alias("why"))
    return [
        _table("totals", totals, lang, market="text", surplus="money", buyers="money", sellers="money", border="money",
               units="real", spent="money"),
        _table("distribution", shares, lang, node="text", buyers="money", sellers="money", total="money"),
        _table("prices", price, lang, factor="text", **{"class": "text"}, node="text", price_segmented="price",
               price_today="price", price_unified="price", price_high="price", best_bid="price", wanted="real",
               served_segmented="real", served_today="real", served_unified="real", from_elsewhere="real"),
        _table("pays_more", told(found.pays_more("today")), lang, bid="id", actor_name="text", node="text",
               **{"class": "text"}, price="price", price_after="price", served="real", served_after="real",
               change="money"),
        _table("earns_less", told(found.earns_less("today")), lang, offer="id", actor_name="text", node="text",
               **{"class": "text"}, receives="price", receives_after="price", sold="real", sold_after="real",
               change="money"),
        _table("utilisation", used, lang, factor="text", **{"class": "text"}, capacity="real", used_segmented="percent",
               used_today="percent", used_unified="percent"),
        _table("buyers_table", told(buyers), lang, bid="id", actor_name="text", node="text", **{"class": "text"},
               wanted="real", pays_most="price", served_segmented="real", served_today="real", served_unified="real",
               price_today="price", price_unified="price"),
        _table("sellers_table", told(sellers), lang, offer="id", actor_name="text", node="text", **{"class": "text"},
               capacity="real", ask="price", sold_segmented="real", sold_today="real", sold_unified="real"),
        _table("left", left, lang, who="id", what="text", why="long"),
    ]  # fmt: skip


def _wide(frame: pl.DataFrame, keys: list[str], values: list[str]) -> pl.DataFrame:
    """One row a key, a column a market and value (``price_today`` …)."""
    made: pl.DataFrame | None = None
    for market in MARKETS:
        part = frame.filter(pl.col("market") == market).select(
            *keys, *(pl.col(v).alias(f"{v}_{market}") for v in values)
        )
        made = (
            part
            if made is None
            else made.join(part, on=keys, how="left", nulls_equal=True, maintain_order="left")
        )
    assert made is not None
    return made.sort([k for k in ("factor", "class", "node") if k in keys], maintain_order=True)


def _price_rows(
    region: Region, found: Markets, lang: str
) -> list[tuple[str, str, float | None, float | None, str]]:
    """The drawing's rows, 万元 a unit: alone and with today's borders, by class and place."""
    spot = 0 if lang == "zh" else 1
    rows: list[tuple[str, str, float | None, float | None, str]] = []
    for r in _wide(found.prices, ["factor", "class", "node"], ["price"]).to_dicts():
        before, after = (
            None if (v := r[f"price_{m}"]) is None else v / FEN_PER_WAN for m in ("segmented", "today")
        )
        remark = word("market", "unsold", lang) if after is None else ""
        remark = word("market", "nothing", lang) if after is not None and before is None else remark
        if before and after and abs(after / before - 1) > 0.0005:
            remark = f"{after / before - 1:+.1%}"
        rows.append((r["class"], node_name(region, r["node"])[spot], before, after, remark))
    return rows


def data(found: Markets, region: Region) -> dict[str, Any]:
    """Everything as plain data, amounts in fen."""
    return {
        "assumed": [list(a) for a in found.assumed],
        "totals": found.totals(),
        "gain": {"today": found.gain("today"), "unified": found.gain("unified")},
        "distribution": {m: found.distribution(m) for m in ("today", "unified")},
        "prices": found.prices,
        "pays_more": found.pays_more("today"),
        "earns_less": found.earns_less("today"),
        "utilisation": found.utilisation(),
        "left": found.left,
    }


@study("market", show=shown, data=data)
def market(
    region: Region,
    *,
    plan: Annotated[
        Path | None,
        Option("用方案路线的用量作需求（方案目录）", "take what a plan's routes use (a plan's folder)"),
    ] = None,
    year: Annotated[
        int | None,
        Option(
            "方案的哪一年，缺省取第一年", "which year of the plan; the first unless given", whole(1900, 2200)
        ),
    ] = None,
    bids: Annotated[Path | None, Option("出价 csv", "bids from a csv")] = None,
    part: Annotated[
        float | None,
        Option("预算中可用于要素的份额", "share of a budget for factors", share(), names=("--share",)),
    ] = None,
) -> Markets:
    """Factors clear at prices that support the allocation: province by province, with today's borders, and without.

    Prices are duals of the clearing program, checked without the solver. Raises OptionError for options that exclude
    each other, DataError where nobody offers or asks.
    """
    if bids is not None and (plan is not None or part is not None):
        raise OptionError("bids exclude a plan and a share", "出价文件不与方案、份额同用")
    if year is not None and plan is None:
        raise OptionError("a year needs a plan", "年份须与方案同用")
    if bids is not None:
        wanted = read_bids(bids, region)
    elif plan is not None:
        wanted = bids_of_routes(region, _routes(plan), part, year)
    else:
        wanted = bids_of_needs(region, part)
    return unify(region, wanted)


def _routes(plan: Path) -> pl.DataFrame:
    for name, read in (("routes.parquet", pl.read_parquet), ("routes.csv", pl.read_csv)):
        file = plan / name
        if file.is_file():
            try:
                return read(file)
            except (pl.exceptions.PolarsError, OSError) as error:
                raise InputError(f"{file}: {error}", f"{file}：无法读取（{error}）") from error
    raise InputError(f"{plan}: no plan is saved here", f"{plan}：不是方案目录")
