"""Fictional data products for the demonstration: uses permitted and denied, a bill paid, a dispute, something derived.

The policies are written here as frozen terms, so that a demonstration needs no reader of catalogues. Without an
evaluator registered nothing is offered, and the demonstration goes on without data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from sanwang.exchange import clock as times
from sanwang.exchange.data.policies import evaluator
from sanwang.exchange.errors import Refused
from sanwang.exchange.tables.people import parties
from sanwang.exchange.who import RAIL

if TYPE_CHECKING:
    from sanwang.exchange.demo import Cast
    from sanwang.exchange.face import Exchange
    from sanwang.exchange.who import Who

ODRL = "http://www.w3.org/ns/odrl/2/"

Limit = tuple[str, str, str]
Rule = tuple[str, str, tuple[Limit, ...]]

PRODUCTS: tuple[tuple[str, tuple[Rule, ...], dict[str, Any]], ...] = (
    ("虚构：中试线振动数据", (
        ("permission", "use", (("purpose", "eq", "科研"), ("count", "lteq", "200"))),
        ("permission", "derive", (("purpose", "eq", "科研"),)),
        ("permission", "distribute", ()),
        ("prohibition", "sell", ()),
    ), {"pricing": "use", "price": 2_000, "cap": 30_000}),
    ("虚构：工艺参数台账", (
        ("permission", "read", (("spatial", "isPartOf", "130000"),)),
        ("prohibition", "derive", ()),
    ), {"pricing": "unit_delivered", "price": 50, "unit": "条"}),
    ("虚构：设备开放共享目录", (("permission", "use", ()),), {"pricing": "free"}),
)  # fmt: skip
"""Fictional products: title, rules (permission or prohibition, action, limits), price."""


def terms(name: str, rules: tuple[Rule, ...]) -> dict[str, Any]:
    """Frozen terms of a fictional dataset."""
    dataset, policy = f"urn:sanwang:demo:{name}", f"urn:sanwang:demo:{name}:policy"
    nodes: dict[str, dict[str, list[list[str]]]] = {policy: {}}
    for n, (kind, action, limits) in enumerate(rules, 1):
        rule = f"b-{n}"
        nodes[policy].setdefault(ODRL + kind, []).append([rule, "blank"])
        nodes[rule] = {ODRL + "action": [[ODRL + action, "iri"]]}
        for i, (left, how, right) in enumerate(limits, 1):
            nodes[rule].setdefault(ODRL + "constraint", []).append([f"{rule}-{i}", "blank"])
            nodes[f"{rule}-{i}"] = {
                ODRL + "leftOperand": [[ODRL + left, "iri"]], ODRL + "operator": [[ODRL + how, "iri"]],
                ODRL + "rightOperand": [[right, "literal"]],
            }  # fmt: skip
    return {"dataset": dataset, "title": name, "assets": [dataset], "policies": [policy], "nodes": nodes}


def data(x: Exchange, cast: Cast) -> None:
    """Offer the products and use them; nothing where no evaluator is registered."""
    try:
        evaluator()
    except Refused:
        return
    maker, firm = cast.makers[0], cast.firms[0]
    made = [_offered(x, cast, maker, no) for no in range(1, len(PRODUCTS) + 1)]
    access = _given(x, cast, made[0], maker, firm)
    user, signer = cast.people[firm][0], cast.people[firm][1]
    for action, purpose in (*[("read", "科研")] * 4, ("read", "广告"), ("sell", "科研"), ("derive", "科研")):
        x.use_data(user, access, action, purpose=purpose, place="130100")
    _billed(x, cast, access, maker, firm)
    number = x.show(user, "data_access", access)["number"]
    derived = {"party": firm, "title": "虚构：振动特征（衍生）", "personal": "no", "uses": [f"{number}/7"]}
    x.take(signer, "data_asset", None, "derive", derived)
    ledger = _given(x, cast, made[1], maker, firm)
    x.use_data(cast.people[maker][0], ledger, "read", deliver=True, place="130100", units=120)
    x.use_data(user, ledger, "read", place="310000", units=5)
    x.take(signer, "data_access", None, "ask", _asked(x, signer, made[2], firm))


def _offered(x: Exchange, cast: Cast, maker: str, no: int) -> str:
    """A product of a reviewed listing, on offer."""
    name, rules, price = PRODUCTS[no - 1]
    member, signer = cast.people[maker][:2]
    with x.store.read() as tx:
        actor = tx.value(sa.select(parties.c.actor).where(parties.c.id == maker))
    row = {"id": f"DATA-{no}", "factor": "data", "actor": actor, "class": name}
    listing = x.draft(member, "factors", row, tier="public")
    alike = {
        d.listing: "虚构说明：并非同一项"
        for d in x.duplicates(member, "factors", row)
        if d.listing != listing
    }
    x.take(member, "listing", listing, "submit", duplicates=alike)
    x.take(cast.officials["reviewer"], "listing", listing, "pass")
    x.take(cast.officials["reviewer2"], "listing", listing, "publish")
    asset = x.take(signer, "data_asset", None, "register", party=maker, title=name, personal="no")
    given = {"asset": asset, "listing": listing, "data_terms": terms(name, rules)} | price
    product = x.take(signer, "data_product", None, "draft", given)
    x.take(signer, "data_product", product, "offer")
    return product


def _asked(x: Exchange, signer: Who, product: str, firm: str) -> dict[str, Any]:
    today = times.day_of(x.store.clock())
    days = {"from_on": today.isoformat(), "until_on": today.replace(year=today.year + 1, day=1).isoformat()}
    return days | {
        "product": product,
        "buyer": firm,
        "digest": x.show(signer, "data_product", product)["digest"],
    }


def _given(x: Exchange, cast: Cast, product: str, maker: str, firm: str) -> str:
    asked = _asked(x, cast.people[firm][1], product, firm)
    access = x.take(cast.people[firm][1], "data_access", None, "ask", asked)
    x.take(cast.people[maker][1], "data_access", access, "grant", digest=asked["digest"])
    return access


def _billed(x: Exchange, cast: Cast, access: str, maker: str, firm: str) -> None:
    """A bill, one use of it disputed and waived, the rest paid."""
    today = times.day_of(x.store.clock()).isoformat()
    x.take(RAIL, "payment", None, "receive", {"reference": "DEMO-DATA", "amount": 100_000, "party": firm})
    bill = x.take(cast.people[maker][0], "data_bill", None, "draw", access=access, until_on=today)
    signer = cast.people[firm][1]
    dispute = x.take(signer, "data_dispute", None, "open", access=access, use_no=2, words="虚构：重复请求")
    x.take(cast.people[maker][1], "data_dispute", dispute, "waive")
    x.take(signer, "data_bill", bill, "pay")
