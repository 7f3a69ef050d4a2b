"""Access to a data product: asked for and given by one digest of terms and price, until a day or its revocation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock, notices
from sanwang.exchange.access import SHOWN
from sanwang.exchange.data import lineage, uses
from sanwang.exchange.data.assets import numbered
from sanwang.exchange.data.policies import evaluator
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.data import data_accesses, data_assets, data_products
from sanwang.exchange.tables.deals import deals
from sanwang.exchange.tables.market import listings
from sanwang.exchange.tables.people import parties

BINDING = ("contracted", "on_trial", "performing", "completed")
"""States of a deal in which its contract binds."""


@opener("data_access")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of an access that is asked for."""
    data = step.data
    product = tx.the(data_products, data["product"])
    row = {
        n: data.get(n) for n in ("product", "buyer", "deal", "digest", "legal_basis", "from_on", "until_on")
    }
    return row | {"holder": product["party"], "number": "", "uses": 0, "done": {}}


@guard("access_sound")
def access_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The product is on offer, the very terms are agreed to, personal data have a basis, the days are to come."""
    product = tx.the(data_products, step.row["product"])
    for fault in (*_standing(tx, product), *_asked(tx, step.row, product)):
        return {"wanted": fault}
    evaluator()
    return None


def _standing(tx: Tx, product: Row) -> Iterator[tuple[str, str]]:
    listing = tx.the(listings, product["listing"])
    if (
        product["state"] != "offered"
        or listing["state"] not in SHOWN
        or (listing["expires_at"] or 0) <= tx.now
    ):
        yield "该产品未在提供", "the product is not on offer"
    if revoked := lineage.broken(tx, product["asset"]):
        yield f"来源已撤回（{'、'.join(revoked)}）", f"a source was revoked ({', '.join(revoked)})"


def _asked(tx: Tx, row: Row, product: Row) -> Iterator[tuple[str, str]]:
    state = tx.value(sa.select(parties.c.state).where(parties.c.id == row["buyer"]))
    if state != "verified" or row["buyer"] == row["holder"]:
        yield "须为另一已核验单位", "wants another, verified party"
    if row["digest"] != product["digest"]:
        yield (
            f"条款与价格的摘要为 {product['digest']}",
            f"the digest of terms and price is {product['digest']}",
        )
    if tx.the(data_assets, product["asset"])["personal"] == "yes" and not row["legal_basis"]:
        yield (
            "含个人信息：须写明本单位处理的合法性依据与条款",
            "it holds personal data: state your own legal basis with its article",
        )
    if row["from_on"] > row["until_on"] or row["until_on"] < clock.day_of(tx.now).isoformat():
        yield "末日不早于首日和今日", "the last day is not before the first, nor past"
    if row["deal"] is not None:
        deal = tx.one(sa.select(deals).where(deals.c.id == row["deal"]))
        sides = {row["buyer"], row["holder"]}
        if deal is None or {deal["buyer"], deal["seller"]} != sides or deal["state"] not in BINDING:
            yield "不是双方之间已签约的交易", "it is no contracted deal between the two"


@guard("access_as_agreed")
def access_as_agreed(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The holder gives it on the digest the buyer asked by, while the product is still offered so."""
    product = tx.the(data_products, step.row["product"])
    if step.data["digest"] != step.row["digest"]:
        return {"wanted": (f"摘要应为 {step.row['digest']}", f"the digest is {step.row['digest']}")}
    for fault in (*_standing(tx, product), *_asked(tx, step.row, product)):
        return {"wanted": fault}
    return None


@guard("no_other_access")
def no_other_access(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A buyer has a product once at a time: two accesses would be two counts of one limit."""
    its = (data_accesses.c.product == step.row["product"], data_accesses.c.buyer == step.row["buyer"])
    live = sa.select(data_accesses.c.number).where(*its, data_accesses.c.state == "in_force")
    number = tx.value(live)
    return {"number": number} if number else None


@effect("number_access")
def number_access(tx: Tx, step: Step) -> None:
    """Its number."""
    numbered(tx, step, "DG")


@effect("begin_access")
def begin_access(tx: Tx, step: Step) -> None:
    """It holds from now on; a flat price is metered once, here."""
    product = tx.the(data_products, step.row["product"])
    if product["pricing"] == "flat":
        uses.meter_access(tx, step, product)


@effect("end_access")
def end_access(tx: Tx, step: Step) -> None:
    """It ends; where the holder takes it back, people with what was derived under it are told."""
    if step.take != "revoke":
        return
    step.changes["stays"] = "yes" if step.data["stays"] else "no"
    found = lineage.downstream(tx, step.subject)
    concerned = {t.asset["party"] for t in found} | {a["buyer"] for t in found for a in t.accesses}
    words = {"key": "turn", "event": step.take, "state": "revoked"}
    notices.tell(tx, notices.inside(tx, concerned), "data", "data_access", step.subject, step.event, words)
