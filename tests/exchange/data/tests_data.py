"""A fictional data product with its policy: helpers for the tests of data as a factor."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from tests_market import published
from tests_money import gets, money_market

from sanwang.exchange.clock import day_of
from sanwang.exchange.tables.data import data_accesses, data_bills, data_uses
from sanwang.factors.policy import ODRL

RESEARCH = ("purpose", "eq", "科研")


def rule(action, *limits, duty=()):
    """A rule of a policy: its action, limits as (left, operator, right), duties."""
    return action, limits, duty


def terms(*permissions, prohibitions=(), dataset="urn:d:1"):
    """Frozen terms of a dataset, as a catalogue would give them."""
    nodes = {"urn:p:1": {}}
    for kind, rules in (("permission", permissions), ("prohibition", prohibitions)):
        for n, (action, limits, duty) in enumerate(rules):
            name = f"b-{kind}{n}"
            nodes["urn:p:1"].setdefault(ODRL + kind, []).append([name, "blank"])
            nodes[name] = {ODRL + "action": [[ODRL + action, "iri"]]}
            for i, (left, how, right) in enumerate(limits):
                nodes[name].setdefault(ODRL + "constraint", []).append([f"{name}-{i}", "blank"])
                nodes[f"{name}-{i}"] = {ODRL + "leftOperand": [[ODRL + left, "iri"]],
                                        ODRL + "operator": [[ODRL + how, "iri"]],
                                        ODRL + "rightOperand": [[right, "literal"]]}  # fmt: skip
            for i, act in enumerate(duty):
                nodes[name].setdefault(ODRL + "duty", []).append([f"{name}-d{i}", "blank"])
                nodes[f"{name}-d{i}"] = {ODRL + "action": [[ODRL + act, "iri"]]}
    return {
        "dataset": dataset,
        "title": "虚构振动数据",
        "assets": [dataset],
        "policies": ["urn:p:1"],
        "nodes": nodes,
    }


PLAIN = terms(rule("use", RESEARCH), prohibitions=[rule("use", ("spatial", "eq", "110108"))])
MONEY = {"pricing": "use", "price": 500}


def data_market(store, clock):
    """The market with money: the supplier holds data, the maker uses them."""
    m = money_market(store, clock)
    gets(m, "maker", 1_000_000)
    return m


def later(m, days):
    return (day_of(m.clock()) + timedelta(days=days)).isoformat()


def listing(m, who="supplier", factor="data", number="D1"):
    actor = {
        "university": "A0001",
        "supplier": "A0022",
        "maker": "A0023",
        "bank_a": "A0020",
        "bank_b": "A0021",
    }[who]
    row = {"id": number, "factor": factor, "actor": actor, "class": "虚构振动数据"}
    return published(m, f"{who}_member", "factors", row, tier="public")


def asset(m, who="supplier", **more):
    data = {"party": m.party[who], "title": "虚构振动数据", "personal": "no"} | more
    return m.x.take(m[f"{who}_signer"], "data_asset", None, "register", data)


def offered(m, terms_=PLAIN, who="supplier", of=None, **more):
    """A product of an asset, on offer."""
    made = of or asset(m, who, **{n: more.pop(n) for n in ("personal", "legal_basis") if n in more})
    m.n = getattr(m, "n", 0) + 1
    data = {"asset": made, "listing": listing(m, who, number=f"D{m.n}"), "data_terms": terms_} | (
        MONEY | more
    )
    product = m.x.take(m[f"{who}_signer"], "data_product", None, "draft", data)
    m.x.take(m[f"{who}_signer"], "data_product", product, "offer")
    return product


def asked(m, product, who="maker", **more):
    digest = m.x.show(m[f"{who}_signer"], "data_product", product)["digest"]
    data = {"product": product, "buyer": m.party[who], "digest": digest, "from_on": later(m, 0),
            "until_on": later(m, 60)} | more  # fmt: skip
    return m.x.take(m[f"{who}_signer"], "data_access", None, "ask", data)


def given(m, product, who="maker", holder="supplier", **more):
    """Access to a product, asked for and given."""
    access = asked(m, product, who, **more)
    digest = m.x.show(m[f"{who}_signer"], "data_access", access)["digest"]
    m.x.take(m[f"{holder}_signer"], "data_access", access, "grant", digest=digest)
    return access


def use(m, access, action="use", who="maker", **more):
    said = {"purpose": "科研", "place": "130100"} | more
    return m.x.use_data(m[f"{who}_member"], access, action, **said)


def drawn(m, access, holder="supplier"):
    """A bill of all that was used so far."""
    data = {"access": access, "until_on": later(m, 0)}
    return m.x.take(m[f"{holder}_member"], "data_bill", None, "draw", data)


def row(m, table, key):
    with m.x.store.read() as tx:
        return dict(tx.the(table, key))


def uses(m, access):
    with m.x.store.read() as tx:
        asked_ = sa.select(data_uses).where(data_uses.c.access == access).order_by(data_uses.c.no)
        return [dict(r) for r in tx.all(asked_)]


def bill(m, key):
    return row(m, data_bills, key)


def access_row(m, key):
    return row(m, data_accesses, key)


def holds(m):
    m.x.seal()
    assert m.x.verify() == []
