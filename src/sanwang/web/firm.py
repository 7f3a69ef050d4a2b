"""A firm's money in one look: products open and shut, points, what set-off frees, what its vouchers cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from sanwang.errors import SanwangError
from sanwang.exchange import views
from sanwang.exchange.errors import NotFound
from sanwang.exchange.face import Exchange
from sanwang.exchange.who import Who
from sanwang.finance.studies.products import rules_said
from sanwang.region import Region
from sanwang.study.registry import get
from sanwang.web.held import Held, asked

Row = Mapping[str, Any]

RAISES = 5
"""Indicators named that raise the points most."""


@dataclass(frozen=True)
class Shut:
    """A product that is not open: the first rule that shuts it, and how many others do."""

    name: str
    product: str
    rule: Row
    others: int

    @property
    def unknown(self) -> bool:
        """Whether nothing is known of what the rule looks at: to be asked, not to be called a failing."""
        return not self.rule["has"] or self.rule["has"] == "–"


def products(
    region: Region, firm: str, amount: str, purpose: str, start: str, lang: str
) -> tuple[Sequence[Row], list[Shut], Any]:
    """The products open to a firm, the cheapest first; those that are shut with the one thing missing; the result.

    Raises OptionError for a firm or an amount that cannot be read.
    """
    given: dict[str, Any] = {"purpose": purpose} if purpose else {}
    found = get("products")(region, firm=firm, amount=amount, start=start, lang=lang, **given)
    offers = found.answer.offers.filter(pl.col("with").is_null()).unique(
        "product", keep="first", maintain_order=True
    )
    open_ = offers.filter("eligible").sort("effective_rate", nulls_last=True).to_dicts()
    unmet = rules_said(found.answer.rules.filter(~pl.col("met")), lang).to_dicts()
    shut = [
        Shut(str(o["name"]), str(o["product"]), rules[0], len(rules) - 1)
        for o in offers.filter(~pl.col("eligible")).to_dicts()
        if (rules := [r for r in unmet if r["product"] == o["product"]])
    ]
    return open_, sorted(shut, key=lambda s: (s.others, s.name)), found


def points(region: Region, firm: str, lang: str) -> tuple[Row, Sequence[Row], list[str], Sequence[str]] | str:
    """The firm's points with their bounds and rank, the indicators that count most, those of which nothing is known,
    and what the scheme says of itself; or in words why there are none."""
    try:
        found = get("points")(region, firm=firm, lang=lang)
    except SanwangError as error:
        return error.said(lang)
    scored, parts = (found.shown.table(n) for n in ("points", "parts"))
    if scored is None or parts is None or scored.frame.is_empty():
        return ""
    known = parts.frame.filter(~pl.col("missing")).sort("contribution", descending=True).head(RAISES)
    lost = parts.frame.filter("missing")["indicator"].to_list()
    return scored.frame.row(0, named=True), known.to_dicts(), lost, found.shown.headline[1:]


def freed(region: Region, firm: str) -> Sequence[Row]:
    """What set-off among all takes off the firm's debts and claims, by currency (fen); empty where it has none."""
    if not region["obligations"].height:
        return []
    firms = asked(Held(region), "settle", "zh").answer.settlement.firms
    return firms.filter(pl.col("firm") == firm).to_dicts()


@dataclass(frozen=True)
class Part:
    """A part of a voucher that the firm holds, and the bids for it, the cheapest first."""

    row: Row
    bids: Sequence[Any]
    names: Mapping[Any, str]


def vouchers(exchange: Exchange, who: Who, firm: str) -> list[Part] | None:
    """The voucher parts a firm holds on the exchange with what turning each into money costs; None for who is not of
    the firm: others do not see them."""
    with exchange.store.read() as tx:
        own = {p["id"] for p in views.own_parties(tx, who) if p["actor"] == firm}
    if not own:
        return None
    rows = [r for r in exchange.mine(who, "holding") if r["holder"] in own and r["owed"] > 0]
    return [_part(exchange, who, r) for r in rows]


def _part(exchange: Exchange, who: Who, row: Row) -> Part:
    bids = _bids(exchange, who, str(row["id"]))
    with exchange.store.read() as tx:
        names = [views.names_in(tx, who, {"financier": b.financier}) for b in bids]
    return Part(row, bids, {k: x for one in names for k, x in one.items()})


def _bids(exchange: Exchange, who: Who, holding: str) -> Sequence[Any]:
    try:
        return exchange.offers(who, holding)
    except NotFound:
        return ()
