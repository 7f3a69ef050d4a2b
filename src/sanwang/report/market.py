"""The market's page, workbook and JSON: three markets side by side, who gains, prices by place before and after."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from sanwang.factors.jurisdictions import MARKETS, node_name
from sanwang.factors.market import Markets
from sanwang.region import Region
from sanwang.report.dumbbell import Pair, dumbbell
from sanwang.report.files import write_rows
from sanwang.report.labels import FEN_PER_WAN, language, money_words, word
from sanwang.report.markup import tag
from sanwang.report.page import tables_page
from sanwang.report.table import Column, Style, Table
from sanwang.report.workbook import write_tables
from sanwang.sources.atomic import atomic_path


def write_market(region: Region, found: Markets, out: str | Path, lang: str = "zh") -> list[Path]:
    """Write ``market.html``, ``market.xlsx``, ``market.json`` and ``prices.csv``; returns them."""
    language(lang)
    folder = Path(out)
    lead = [*sentences(found, lang), *(a[0 if lang == "zh" else 1] for a in found.assumed)]
    tables = market_tables(region, found, lang)
    heading = word("market", "picture", lang)
    note = word("phrases", "fictional", lang) if region.fictional else ""
    drawn = tag("div", dumbbell(price_rows(region, found, lang), heading, note), class_="wide-drawing")
    picture = tag("section", tag("h2", heading), drawn, id="prices-drawn")
    title = word("market", "title", lang) + (f" · {region.name}" if region.name else "")
    with atomic_path(folder / "market.html") as path:
        text = tables_page(title, lead, [picture], tables, region.fictional, lang)
        path.write_text(text, encoding="utf-8", newline="\n")
    with atomic_path(folder / "market.xlsx") as path:
        write_tables(path, title, lead, tables, region.fictional, lang)
    with atomic_path(folder / "market.json") as path:
        data = json.dumps(market_json(region, found), ensure_ascii=False, indent=1)
        path.write_text(data + "\n", encoding="utf-8")
    with atomic_path(folder / "prices.csv") as path:
        write_rows(found.prices, region.fictional, path)
    return [folder / n for n in ("market.html", "market.xlsx", "market.json", "prices.csv")]


def sentences(found: Markets, lang: str) -> list[str]:
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


def market_tables(region: Region, found: Markets, lang: str) -> list[Table]:
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
    price = told(wide(found.prices, ["factor", "class", "node", "best_bid", "wanted"], ["price", "served"]))
    today = found.prices.filter(pl.col("market") == "today").select(
        "factor", "class", "node", "price_high", "from_elsewhere"
    )
    price = price.join(told(today), on=["factor", "class", "node"], how="left", maintain_order="left")
    used = wide(found.utilisation(), ["factor", "class", "capacity"], ["used"])
    used = used.with_columns(pl.col("factor").replace(kinds))
    buyers = wide(
        found.buyers, ["bid", "actor", "factor", "class", "node", "wanted", "pays_most"], ["served", "price"]
    )
    sellers = wide(found.sellers, ["offer", "actor", "factor", "class", "node", "capacity", "ask"], ["sold"])
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


def wide(frame: pl.DataFrame, keys: list[str], values: list[str]) -> pl.DataFrame:
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


def price_rows(region: Region, found: Markets, lang: str) -> list[Pair]:
    """The drawing's rows, 万元 a unit: alone and with today's borders, by class and place."""
    spot = 0 if lang == "zh" else 1
    rows: list[Pair] = []
    for r in wide(found.prices, ["factor", "class", "node"], ["price"]).to_dicts():
        before, after = (
            None if (v := r[f"price_{m}"]) is None else v / FEN_PER_WAN for m in ("segmented", "today")
        )
        remark = word("market", "unsold", lang) if after is None else ""
        remark = word("market", "nothing", lang) if after is not None and before is None else remark
        if before and after and abs(after / before - 1) > 0.0005:
            remark = f"{after / before - 1:+.1%}"
        rows.append(Pair(r["class"], node_name(region, r["node"])[spot], before, after, remark))
    return rows


def market_json(region: Region, found: Markets) -> dict[str, Any]:
    """Everything as plain data, amounts in fen."""
    return {
        "fictional": region.fictional,
        "assumed": [list(a) for a in found.assumed],
        "totals": found.totals().to_dicts(),
        "gain": {"today": found.gain("today"), "unified": found.gain("unified")},
        "distribution": {m: found.distribution(m).to_dicts() for m in ("today", "unified")},
        "prices": found.prices.to_dicts(),
        "pays_more": found.pays_more("today").to_dicts(),
        "earns_less": found.earns_less("today").to_dicts(),
        "utilisation": found.utilisation().to_dicts(),
        "left": found.left.to_dicts(),
    }
