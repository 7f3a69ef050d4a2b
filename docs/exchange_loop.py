"""Once round the loop, on the fictional sample: list, match, plan, suggest, deal, accept, pay, register, and back.

Run it: python docs/exchange_loop.py. Everything happens in a temporary folder, on a clock that is moved by hand.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import polars as pl

import sanwang as sw
from sanwang.exchange import Exchange, people
from sanwang.exchange.clock import SetClock, moment
from sanwang.exchange.given import digest
from sanwang.exchange.snapshot import keep_dataset
from sanwang.exchange.who import EXCHANGE, RAIL, Who
from sanwang.region.sample import sample_region
from sanwang.schema import TRACE
from sanwang.standards.uscc import complete

LISTED = ("NEV-N08", "NEV-R14", "ROB-N02", "ROB-R02", "CYB-N23", "CYB-R27", "H2-N08", "H2-R07")
"""Needs and results of the sample that suit each other."""

PASSWORD = "fictional-password"  # noqa: S105 - nobody's


def main() -> dict[str, object]:
    """Go once round; returns what was counted before and after."""
    clock = SetClock(moment("2026-03-02T09:00:00"))
    with tempfile.TemporaryDirectory() as folder:
        x = Exchange.create(Path(folder) / "market.db", "admin", PASSWORD, clock=clock)
        who = settle_in(x)
        before = x.region()
        matches = sw.match(before, k=3)
        plan = sw.plan(before, matches)
        routes = plan["routes"].select("need", "achievement", "worth").to_dicts()
        pairs = [{"need": r["need"], "result": r["achievement"], "score": r["worth"]} for r in routes]
        kept = x.suggest(who["manager"], "plan", before, pairs)
        deal = bargain(x, who)
        clock.move(days=2)
        x.work()
        after = x.region()
        state = x.show(who["buyer"], "deal", deal)["state"]
        told = {
            "suggested": kept,
            "deal": state,
            "paid": (paid(before), paid(after)),
            "outcomes": (before["outcomes"].height, after["outcomes"].height),
            "faults": x.verify(),
        }
        x.close()
    return told


def settle_in(x: Exchange) -> dict[str, Who]:
    """A laboratory, a firm, their people and the officials; four results and four needs, reviewed by two."""
    users = x.store.run(_people)
    who = {name: x.person(user) for name, user in users.items()}
    sample = sample_region()
    for kind, owner, field, actor in (
        ("achievements", "seller", "owner", "LAB"),
        ("needs", "buyer", "actor", "FIRM"),
    ):
        for row in sample[kind].drop(TRACE).filter(pl.col("id").is_in(LISTED)).iter_rows(named=True):
            plain = {n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in row.items()}
            plain = {n: v for n, v in plain.items() if v not in (None, "", [])}
            listing = x.draft(who[owner], kind, plain | {field: actor, "openness": "members"})
            alike = {d.listing: "不同" for d in x.duplicates(who[owner], kind, plain)}
            x.take(who[owner], "listing", listing, "submit", duplicates=alike)
            x.take(who["one"], "listing", listing, "pass")
            x.take(who["two"], "listing", listing, "publish")
    return who


def _people(tx):  # noqa: ANN001, ANN202
    made = {}
    for number, (name, actor, place) in enumerate((("seller", "LAB", "110108"), ("buyer", "FIRM", "130600"))):
        code = complete("91110000", f"{number:08d}")
        party = people.add_party(tx, EXCHANGE, actor, f"虚构{actor}", place=place, uscc=code, fictional=True)
        people.verify_party(tx, EXCHANGE, party)
        for login in (name, f"{name}2"):
            made[login] = people.add_user(tx, EXCHANGE, login, login, PASSWORD)
            for role in ("member", "signer"):
                people.grant(tx, EXCHANGE, made[login], role, "party", party)
    for login, role in (
        ("one", "reviewer"),
        ("two", "reviewer"),
        ("manager", "manager"),
        ("registrar", "registrar"),
    ):
        made[login] = people.add_user(tx, EXCHANGE, login, login, PASSWORD)
        people.grant(tx, EXCHANGE, made[login], role)
    sample = sample_region()
    for kind in ("places", "bases", "makers", "products", "barriers", "factors", "requirements"):
        keep_dataset(tx, None, kind, sample[kind].drop(TRACE), "the fictional sample")
    return made


def bargain(x: Exchange, who: dict[str, Who]) -> str:
    """From the first draft to a registered contract whose money was paid. Returns the deal's id."""
    draft = x.suggestions(who["buyer"])[0]
    deal = x.take(who["buyer"], "deal", None, "inquire", suggestion=draft.id)
    x.take(who["seller"], "deal", deal, "accept")
    price = 40_000_000
    terms = {
        "type": "licence", "mode": "standard", "currency": "CNY", "price": price, "technology": price,
        "title": draft.result_title, "ip": "归出让方", "from_on": "2026-03-02", "until_on": "2027-03-01",
        "clauses": {"tacit": True, "refund": True},
        "milestones": [{"title": "交付", "amount": price, "due_on": "2026-06-30", "acceptance": ["符合约定指标"],
                        "wanted": ["report"]}],
    }  # fmt: skip
    x.take(who["seller"], "deal", deal, "offer", terms=terms, valid_until_on="2026-03-20")
    for person, event in (("buyer", "accept"), ("seller", "sign"), ("buyer", "countersign")):
        x.take(who[person], "deal", deal, event, digest=digest(terms))
    x.take(RAIL, "payment", None, "receive", reference="LOOP0001", amount=price, deal=deal)
    [stage] = x.mine(who["buyer"], "milestone")
    party = next(iter(who["seller"].parties))
    report = x.keep_document(who["seller"], party, "report.pdf", b"fictional report")
    x.add_evidence(who["seller"], stage["id"], "report", report)
    x.take(who["seller"], "milestone", stage["id"], "submit")
    x.take(who["buyer"], "milestone", stage["id"], "accept")
    register(x, who, party, price)
    return deal


def register(x: Exchange, who: dict[str, Who], party: str, price: int) -> None:
    """The sheet is filled from the deal; three fields are asked for; the office gives a number."""
    [sheet] = x.mine(who["seller"], "registration")
    by_hand = {"field": "新能源", "ip": "技术秘密", "plan": "计划外"}
    x.take(who["seller"], "registration", sheet["id"], "fill", sheet=by_hand)
    x.take(who["seller"], "registration", sheet["id"], "check")
    text = x.keep_document(who["seller"], party, "contract.pdf", b"fictional contract")
    x.take(who["seller"], "registration", sheet["id"], "file", document=text)
    x.take(who["registrar"], "registration", sheet["id"], "register", number="2026110001", technology=price)


def paid(region: sw.Region) -> int:
    """Results that came as far as payment."""
    return region["progress"].filter(step="paid").height


if __name__ == "__main__":
    for name, value in main().items():
        sys.stdout.write(f"{name}: {value}\n")
