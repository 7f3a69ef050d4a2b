"""The region's market for factors: every province alone, with borders as they are, and without; who gains what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from sanwang.errors import DataError
from sanwang.factors.bids import LEFT, Bids
from sanwang.factors.clearing import Book, Cleared, Floats, Ints, clear
from sanwang.factors.jurisdictions import MARKETS, Jurisdictions, Market, jurisdictions
from sanwang.region import Region

PRICES: dict[str, Any] = {
    "market": pl.String,
    "factor": pl.String,
    "class": pl.String,
    "node": pl.String,
    "price": pl.Float64,
    "price_high": pl.Float64,
    "best_bid": pl.Float64,
    "wanted": pl.Float64,
    "served": pl.Float64,
    "from_elsewhere": pl.Float64,
}
BUYERS: dict[str, Any] = {
    "market": pl.String,
    "bid": pl.String,
    "actor": pl.String,
    "factor": pl.String,
    "class": pl.String,
    "node": pl.String,
    "wanted": pl.Float64,
    "pays_most": pl.Float64,
    "served": pl.Float64,
    "price": pl.Float64,
    "gain": pl.Float64,
}
SELLERS: dict[str, Any] = {
    "market": pl.String,
    "offer": pl.String,
    "actor": pl.String,
    "factor": pl.String,
    "class": pl.String,
    "node": pl.String,
    "capacity": pl.Float64,
    "ask": pl.Float64,
    "sold": pl.Float64,
    "receives": pl.Float64,
    "border": pl.Float64,
    "gain": pl.Float64,
}


@dataclass(frozen=True)
class Markets:
    """Three markets side by side (``segmented``, ``today``, ``unified``); amounts in fen, units a year.

    ``prices`` a row a market, class and node: the lowest price that supports the allocation and the highest (null where
    nothing is bought or nothing bounds it). ``buyers`` and ``sellers``: a row each and market, ``gain`` is what they
    have above their bid or ask; ``border`` what borders took. ``left`` out, with reasons; what was ``assumed``.
    """

    prices: pl.DataFrame
    buyers: pl.DataFrame
    sellers: pl.DataFrame
    nodes: tuple[str, ...]
    left: pl.DataFrame
    assumed: tuple[tuple[str, str], ...]

    def totals(self) -> pl.DataFrame:
        """A row a market: gains of buyers and sellers, surplus (their sum), what borders took, units bought, spent."""
        spent = pl.col("served") * pl.col("price").fill_null(0.0)
        bought = self.buyers.group_by("market", maintain_order=True).agg(
            buyers=pl.col("gain").sum(), units=pl.col("served").sum(), spent=spent.sum()
        )
        sold = self.sellers.group_by("market", maintain_order=True).agg(
            sellers=pl.col("gain").sum(), border=pl.col("border").sum()
        )
        order = pl.DataFrame({"market": list(MARKETS)})
        return (
            order.join(bought, on="market", how="left", maintain_order="left")
            .join(sold, on="market", how="left", maintain_order="left")
            .with_columns(surplus=pl.col("buyers") + pl.col("sellers"))
        )

    def gain(self, after: Market = "unified", before: Market = "segmented") -> float:
        """What integration adds to the surplus, fen a year."""
        found = dict(self.totals().select("market", "surplus").iter_rows())
        return float(found[after] - found[before])

    def distribution(self, after: Market = "unified", before: Market = "segmented") -> pl.DataFrame:
        """Gain of buyers and of sellers by node; the cells add up to ``gain``."""
        sides = [
            frame.filter(pl.col("market").is_in([after, before]))
            .with_columns(signed=pl.when(pl.col("market") == after).then("gain").otherwise(-pl.col("gain")))
            .group_by("node", maintain_order=True)
            .agg(pl.col("signed").sum().alias(side))
            for side, frame in (("buyers", self.buyers), ("sellers", self.sellers))
        ]
        return (
            pl.DataFrame({"node": list(self.nodes)}, schema={"node": pl.String})
            .join(sides[0], on="node", how="left", maintain_order="left")
            .join(sides[1], on="node", how="left", maintain_order="left")
            .with_columns(pl.col("buyers", "sellers").fill_null(0.0))
            .with_columns(total=pl.col("buyers") + pl.col("sellers"))
        )

    def pays_more(self, after: Market = "unified", before: Market = "segmented") -> pl.DataFrame:
        """Bids served in both markets that pay more afterwards, and those that lose units; the greatest loss first."""
        old, new = (self.buyers.filter(pl.col("market") == m).drop("market") for m in (before, after))
        keys = ["bid", "actor", "factor", "class", "node", "wanted", "pays_most"]
        both = old.join(new, on=keys, suffix="_after", nulls_equal=True)
        worse = (pl.col("price_after") > pl.col("price") + 1.0) | (
            pl.col("served_after") < pl.col("served") - 1e-6
        )
        return (
            both.filter((pl.col("served") > 1e-6) & worse)
            .with_columns(change=pl.col("gain_after") - pl.col("gain"))
            .sort("change", "bid", "class")
        )

    def earns_less(self, after: Market = "unified", before: Market = "segmented") -> pl.DataFrame:
        """Offers whose gain above their ask falls; the greatest loss first."""
        old, new = (self.sellers.filter(pl.col("market") == m).drop("market") for m in (before, after))
        keys = ["offer", "actor", "factor", "class", "node", "capacity", "ask"]
        both = old.join(new, on=keys, suffix="_after", nulls_equal=True)
        return (
            both.with_columns(change=pl.col("gain_after") - pl.col("gain"))
            .filter(pl.col("change") < -1.0)
            .sort("change", "offer")
        )

    def utilisation(self) -> pl.DataFrame:
        """Share of the capacity sold, by market, factor and class (null where a capacity is not given)."""
        return self.sellers.group_by("market", "factor", "class", maintain_order=True).agg(
            pl.col("sold").sum(),
            pl.when(pl.col("capacity").is_null().any()).then(None).otherwise(pl.col("capacity").sum()).alias("capacity"),
        ).with_columns(
            used=pl.when(pl.col("capacity") > 0).then(pl.col("sold") / pl.col("capacity"))
        )  # fmt: skip


def unify(region: Region, bids: Bids) -> Markets:
    """The three markets of a Region's offers and the given bids, each class cleared by itself.

    Bids and offers of an unknown place are left out and listed: they belong to no jurisdiction. Raises DataError where
    there is no offer, no bid, or no capacity at all.
    """
    if not region.has("factors"):
        raise DataError("the workspace offers no factor / 工作区没有要素供给")
    where = jurisdictions(region)
    homes: dict[str | None, str | None] = dict(region["actors"].select("id", "place").iter_rows())
    lost: list[tuple[str, str, str, str]] = []
    offers = _placed(region["factors"].sort("id").rename({"id": "offer"}), "offer", homes, where, lost)
    wanted = _placed(bids.frame, "bid", homes, where, lost)
    if wanted.is_empty():
        raise DataError("no bid is left to clear / 没有可参与出清的出价")
    if offers.is_empty() or not any(c is None or c > 0 for c in offers["capacity"].to_list()):
        raise DataError("no offer with any capacity and a known place / 没有地点已知、数量大于零的供给")
    said: list[tuple[str, str]] = list(bids.assumed)
    if free := offers.filter(pl.col("price").is_null()).height:
        said.append(
            (
                f"{free} 项供给没有单价，如方案一样按 0 计",
                f"{free} offers without a price count as free, as in the plan",
            )
        )
    if boundless := offers.filter(pl.col("capacity").is_null()).height:
        said.append(
            (f"{boundless} 项供给没有数量，视为不限", f"{boundless} offers without a capacity are unlimited")
        )
    said.append((
        "壁垒按要价的成本率计，延迟天数未计价；每单位可分；支持该配置的价格不止一组时取最低的一组（另列最高）",
        "Borders take their rate of the ask, delays are not priced; units divide; where several prices support the "
        "allocation the lowest are given (the highest beside them)",
    ))  # fmt: skip
    parts: dict[str, list[pl.DataFrame]] = {"prices": [], "buyers": [], "sellers": []}
    classes = sorted(
        set(wanted.select("factor", "class").iter_rows()) | set(offers.select("factor", "class").iter_rows())
    )
    for factor, name in classes:
        one = (pl.col("factor") == factor) & (pl.col("class") == name)
        for market in MARKETS:
            for key, frame in _one(
                wanted.filter(one), offers.filter(one), where, (factor, name), market
            ).items():
                parts[key].append(frame)
    left = pl.concat([bids.left, pl.DataFrame(lost, schema=LEFT, orient="row")])
    prices, buyers, sellers = (pl.concat(parts[k]) for k in ("prices", "buyers", "sellers"))
    return Markets(prices, buyers, sellers, where.nodes, left, tuple(said))


def _placed(
    frame: pl.DataFrame,
    key: str,
    homes: Mapping[str | None, str | None],
    where: Jurisdictions,
    lost: list[tuple[str, str, str, str]],
) -> pl.DataFrame:
    nodes = [where.node.get(homes.get(a) or "") for a in frame["actor"].to_list()]
    placed = frame.with_columns(pl.Series("node", nodes, dtype=pl.String))
    for who in placed.filter(pl.col("node").is_null())[key].unique().sort().to_list():
        lost.append((who, "", "所属单位的地点未知，不属于任何辖区", "its actor's place is not known"))
    return placed.drop_nulls("node")


def _one(
    bids: pl.DataFrame, offers: pl.DataFrame, where: Jurisdictions, what: tuple[str, str], market: Market
) -> dict[str, pl.DataFrame]:
    number = {n: i for i, n in enumerate(where.nodes)}
    at = np.array([number[n] for n in bids["node"].to_list()], np.int64)
    home = np.array([number[n] for n in offers["node"].to_list()], np.int64)
    ask = offers["price"].cast(pl.Float64).fill_null(0.0).to_numpy()
    rate = where.rates(what[0], market)[home]
    cost = np.where(np.isfinite(rate), ask[:, None] * (1.0 + np.where(np.isfinite(rate), rate, 0.0)), np.inf)
    capacity = offers["capacity"].fill_null(np.inf).to_numpy()
    book = Book(bids["units"].to_numpy(), bids["pays"].to_numpy(), at, capacity, ask, cost)
    found = clear(book)
    return {
        "prices": _prices(book, found, where, what, market, home),
        "buyers": _buyers(bids, book, found, market),
        "sellers": _sellers(offers, book, found, market),
    }


def _prices(
    book: Book, found: Cleared, where: Jurisdictions, what: tuple[str, str], market: Market, home: Ints
) -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    for place in np.unique(book.at).tolist():
        here = book.at == place
        served = float(found.served[here].sum())
        some = served > 1e-9
        high = float(found.high[place])
        rows.append((
            market, *what, where.nodes[place], float(found.low[place]) if some else None,
            high if some and np.isfinite(high) else None, float(book.pays[here].max()), float(book.wanted[here].sum()),
            served, float(found.used[home != place, place].sum()),
        ))  # fmt: skip
    return pl.DataFrame(rows, schema=PRICES, orient="row")


def _buyers(bids: pl.DataFrame, book: Book, found: Cleared, market: Market) -> pl.DataFrame:
    some = found.served > 1e-9
    price = np.where(some, found.low[book.at], np.nan)
    return bids.select(
        pl.lit(market).alias("market"), "bid", "actor", "factor", "class", "node", pl.col("units").alias("wanted"),
        pl.col("pays").alias("pays_most"), pl.Series("served", found.served),
        pl.Series("price", price).fill_nan(None), pl.Series("gain", found.served * found.gains(book)),
    ).select(pl.col(c).cast(t) for c, t in BUYERS.items())  # fmt: skip


def _sellers(offers: pl.DataFrame, book: Book, found: Cleared, market: Market) -> pl.DataFrame:
    sold: Floats = found.used.sum(axis=1)
    rent = found.rents(book)
    extra = np.where(np.isfinite(book.cost), book.cost - book.ask[:, None], 0.0)
    return offers.select(
        pl.lit(market).alias("market"), "offer", "actor", "factor", "class", "node", "capacity",
        pl.Series("ask", book.ask, dtype=pl.Float64), pl.Series("sold", sold),
        pl.Series("receives", np.where(sold > 1e-9, book.ask + rent, np.nan)).fill_nan(None),
        pl.Series("border", (found.used * extra).sum(axis=1)), pl.Series("gain", sold * rent),
    ).select(pl.col(c).cast(t) for c, t in SELLERS.items())  # fmt: skip
