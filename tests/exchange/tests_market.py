"""A small fictional market for the tests: an operator, two reviewers, a buyer and a seller with their people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from unittest.mock import patch

from sanwang.exchange import people
from sanwang.exchange.clock import SetClock
from sanwang.exchange.face import Exchange
from sanwang.exchange.store import Store
from sanwang.exchange.who import EXCHANGE, Who
from sanwang.standards.uscc import complete

PASSWORD = "虚构的密码-fictional"


@dataclass
class Market:
    x: Exchange
    clock: SetClock
    who: dict[str, Who]
    party: dict[str, str]

    def __getitem__(self, name: str) -> Who:
        return self.who[name]


HASHED = cache(people.hashed)
"""One password, hashed once: hashing it for every person of every test takes seconds each."""


def market(store: Store, clock: SetClock) -> Market:
    x = Exchange(store)
    with patch.object(people, "hashed", HASHED):
        made = store.run(_people)
    who = {name: x.person(user) for name, user in made[0].items()}
    return Market(x, clock, who, made[1])


def code(n: int) -> str:
    return complete("91110000", f"{n:08d}")


def _people(tx):
    parties = {}
    places = {"university": "110108", "firm": "130600", "other": "120116", "agency": "120104"}
    for n, (name, place) in enumerate(places.items(), 1):
        made = people.add_party(
            tx, EXCHANGE, f"A{n:04d}", f"虚构{name}", place=place, uscc=code(n), fictional=True
        )
        people.verify_party(tx, EXCHANGE, made)
        parties[name] = made
    users = {}

    def add(login, *grants):
        users[login] = people.add_user(tx, EXCHANGE, login, login, PASSWORD)
        for role, kind, scope in grants:
            people.grant(tx, EXCHANGE, users[login], role, kind, scope)

    for name, party in parties.items():
        add(f"{name}_member", ("member", "party", party))
        add(f"{name}_signer", ("signer", "party", party), ("member", "party", party))
        add(f"{name}_second", ("signer", "party", party), ("payer", "party", party))
    add("reviewer_a", ("reviewer", "platform", ""))
    add("reviewer_b", ("reviewer", "platform", ""))
    add("operator", ("operator", "platform", ""))
    add("operator_b", ("operator", "platform", ""))
    add("auditor", ("auditor", "platform", ""))
    add("registrar", ("registrar", "place", "110000"))
    add("manager", ("manager", "platform", ""), ("manager", "party", parties["agency"]))
    add("stranger")
    return users, parties


def need(**more):
    row = {
        "id": "N1",
        "title": "耐高温双极板涂层",
        "text": "需要在 250 ℃ 下工作 5000 小时的涂层，秘密指标甲一七三。",
    }
    return row | {"actor": "A0002", "budget": 80_000_000, "openness": "public"} | more


def result(**more):
    row = {
        "id": "R1",
        "title": "金属双极板纳米涂层",
        "abstract": "纳米涂层工艺，秘密配方乙二六四，耐温 300 ℃。",
    }
    return row | {"owner": "A0001", "trl": 6, "licences": 1, "ask": 60_000_000, "openness": "public"} | more


def published(m: Market, who: str, kind: str, row: dict, **more) -> str:
    """A listing through both reviews."""
    listing = m.x.draft(m[who], kind, row, **more)
    m.x.take(m[who], "listing", listing, "submit")
    m.x.take(m["reviewer_a"], "listing", listing, "pass")
    m.x.take(m["reviewer_b"], "listing", listing, "publish")
    return listing


def terms(**more):
    one = {"title": "样件", "amount": 40_000_000, "retained": 4_000_000, "retention_days": 90, "due_on": "2027-03-31",
           "acceptance": ["耐温 250 ℃", "5000 小时"], "wanted": ["test_report"], "review_days": 15}  # fmt: skip
    two = {"title": "量产指导", "amount": 20_000_000, "due_on": "2027-06-30", "acceptance": ["培训完成"],
           "wanted": ["report"]}  # fmt: skip
    base = {"type": "licence", "mode": "standard", "currency": "CNY", "price": 60_000_000, "technology": 50_000_000,
            "title": "双极板涂层许可", "ip": "归出让方", "from_on": "2026-12-01", "until_on": "2027-12-31",
            "clauses": {"tacit": True, "refund": True}, "milestones": [one, two]}  # fmt: skip
    return base | more


def contracted(m: Market, *, offer: dict | None = None, listing: str | None = None) -> str:
    """A deal from inquiry to a contract signed by both."""
    from sanwang.exchange.given import digest

    listing = listing or published(m, "university_member", "achievements", result())
    deal = m.x.take(m["firm_member"], "deal", None, "inquire", result=listing)
    m.x.take(m["university_member"], "deal", deal, "accept")
    offered = offer or terms()
    m.x.take(m["university_member"], "deal", deal, "offer", terms=offered, valid_until_on="2026-12-20")
    text = digest(offered)
    m.x.take(m["firm_member"], "deal", deal, "accept", digest=text)
    m.x.take(m["university_signer"], "deal", deal, "sign", digest=text)
    m.x.take(m["firm_signer"], "deal", deal, "countersign", digest=text)
    return deal
