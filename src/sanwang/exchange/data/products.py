"""What is offered of a data asset: a listing of factor data, the policies that bind it, and a price.

Terms and price are agreed to by one digest, and unchanged once they are offered: other terms are another product.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange.access import SHOWN
from sanwang.exchange.data import lineage
from sanwang.exchange.data.assets import numbered
from sanwang.exchange.data.policies import evaluator
from sanwang.exchange.data.uses import MOST, passing_on
from sanwang.exchange.given import digest
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.data import PRICINGS, data_assets, data_products
from sanwang.exchange.tables.market import listing_versions, listings
from sanwang.standards.currencies import is_currency

GIVEN = ("terms", "pricing", "price", "unit", "cap", "currency")


@opener("data_product")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a draft."""
    asset = tx.the(data_assets, step.data["asset"])
    row = {"asset": asset["id"], "party": asset["party"], "listing": step.data["listing"], "number": ""}
    return row | _given(row, step.data)


def _given(row: Row, data: Mapping[str, Any]) -> dict[str, Any]:
    made = {n: data.get(n) for n in GIVEN} | {"terms": data["data_terms"]}
    made |= {"price": made["price"] or 0, "currency": made["currency"] or "CNY"}
    return made | {"digest": text_digest({**row, **made})}


def text_digest(row: Row) -> str:
    """The digest of what two agree to: the terms, the price, and the asset that they are for."""
    return digest({n: row[n] for n in (*GIVEN, "asset")})


@guard("product_sound")
def product_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A price that can be billed, for a listing of factor data and a registered asset of the same party."""
    row = dict(step.row) | _given(step.row, step.data)
    for fault in _faults(tx, row):
        return {"wanted": fault}
    return None


def _faults(tx: Tx, row: Row) -> Iterator[tuple[str, str]]:
    asset = tx.the(data_assets, row["asset"])
    listing = tx.one(sa.select(listings).where(listings.c.id == row["listing"]))
    if asset["state"] != "registered":
        yield "数据资产已注销", "the data asset is registered no more"
    if listing is None or (listing["kind"], listing["party"]) != ("factors", row["party"]):
        yield "须为本单位的要素挂牌", "wants a listing of a factor of the same party"
    elif _factor(tx, listing) != "data":
        yield "该挂牌的要素类型不是 data", "the factor of that listing is not data"
    if row["pricing"] not in PRICINGS:
        yield f"计价方式须为 {'、'.join(PRICINGS)}", f"what is paid for: one of {', '.join(PRICINGS)}"
    elif (row["pricing"] == "free") != (row["price"] == 0):
        yield "免费的价格为零，收费的价格大于零", "free costs nothing, anything else more than nothing"
    elif row["pricing"].startswith("unit_") and not row["unit"]:
        yield "按量计价须写明计量单位", "say what a unit is"
    if max(row["price"], row["cap"] or 1) >= MOST or row["cap"] == 0:
        yield "价格或封顶金额过大，或封顶为零", "price or cap is too large, or the cap is nothing"
    if not is_currency(row["currency"]):
        yield f"{row['currency']} 不是币种代码", f"{row['currency']} is no currency"


def _factor(tx: Tx, listing: Row) -> str | None:
    last = sa.select(listing_versions.c.data).where(listing_versions.c.listing == listing["id"])
    found = tx.one(last.order_by(listing_versions.c.no.desc()).limit(1))
    return found["data"].get("factor") if found else None


@guard("terms_understood")
def terms_understood(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Everything in the policies is understood: what is not would close the product for ever."""
    found = evaluator().faults(step.data["data_terms"])
    return {"wanted": tuple("；".join(f[n] for f in found) for n in (0, 1))} if found else None


@guard("product_shown")
def product_shown(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Its listing passed both reviews and is on show."""
    listing = tx.the(listings, step.row["listing"])
    shown = listing["state"] in SHOWN and (listing["expires_at"] or 0) > tx.now
    return None if shown else {}


@guard("sources_allow")
def sources_allow(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """What was derived is offered to others only where each source's policy lets it be passed on."""
    if revoked := lineage.broken(tx, step.row["asset"]):
        said = "、".join(revoked)
        return {"wanted": (f"来源已撤回（{said}）", f"a source was revoked ({said})")}
    for source in lineage.sources(tx, step.row["asset"]):
        decided = passing_on(tx, source["access"])
        if not decided.allowed:
            at, (zh, en) = f"{source['number']} {' '.join(decided.clauses)}".strip(), decided.reasons[0]
            return {"wanted": (f"{at}：{zh}", f"{at}: {en}")}
    return None


@effect("number_product")
def number_product(tx: Tx, step: Step) -> None:
    """Its number."""
    numbered(tx, step, "DP")


@effect("rewrite_product")
def rewrite_product(tx: Tx, step: Step) -> None:
    """Other terms or another price, before anybody saw them."""
    step.changes |= _given(step.row, step.data)


def offered(tx: Tx) -> list[Row]:
    """Products on offer whose listing is on show, newest first, with the asset's title and personal-data flag."""
    joined = data_products.join(data_assets, data_products.c.asset == data_assets.c.id)
    joined = joined.join(listings, data_products.c.listing == listings.c.id)
    asked = sa.select(data_products, data_assets.c.title, data_assets.c.personal,
                      data_assets.c.number.label("asset_number")).select_from(joined)  # fmt: skip
    shown = (data_products.c.state == "offered", listings.c.state.in_(SHOWN), listings.c.expires_at > tx.now)
    return tx.all(asked.where(*shown).order_by(data_products.c.number.desc()))
