"""The kinds of schemes that are planted in the fictional year, one function a kind, in three sizes.

Two of the rules' kinds are not planted: an invoice used twice, which the exchange itself refuses, and many small
accounts in a sandbox test, which the tests of the register plant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sanwang.exchange import people
from sanwang.exchange.errors import NotFound
from sanwang.exchange.given import digest
from sanwang.exchange.store import Row
from sanwang.exchange.tables.vouchers import holdings
from sanwang.exchange.who import EXCHANGE

if TYPE_CHECKING:
    from sanwang.exchange.demo_planted import Plants

WAN = 1_000_000
SIZES = ("small", "medium", "large")
Days = Iterator[float]
"""A scheme goes on until it says after how many days it goes on again."""

Plant = Callable[["Plants", int], Days]


def first(rows: list[Row]) -> Row:
    """The first row. Raises NotFound where there is none."""
    if not rows:
        raise NotFound
    return rows[0]


def _split(t: Plants, size: int) -> Days:
    party, account = t.draw.choice(t.run.made.firms), f"虚构账户{t.number()}"
    for _ in range((3, 5, 9)[size]):
        t.pays_out(party, t.draw.randint(90, 190) * WAN, account)
        yield 1.0


def _changed(t: Plants, size: int) -> Days:
    party, usual = t.draw.choice(t.run.made.firms), f"虚构账户{t.number()}"
    for _ in range(4):
        t.pays_out(party, 5 * WAN, usual)
        yield 6.0
    t.pays_out(party, (35, 120, 500)[size] * WAN, f"虚构账户{t.number()}")


def _chain(t: Plants, size: int) -> Days:
    debtor, holder = t.two()
    made = t.voucher(debtor, holder, 100 * WAN)
    yield 1.0
    for _ in range((5, 7, 10)[size]):
        part = first(t.run.rows(holdings, holdings.c.voucher == made, holdings.c.state == "live"))
        who, taker = t.run.signer(part["holder"]), t.two(debtor, part["holder"])[0]
        paper = t.run.x.keep_document(
            t.run.x.person(str(who.user)), part["holder"], "o.pdf", part["id"].encode()
        )
        for one in t.run.made.people[part["holder"]]:
            if t.run.rows(holdings, holdings.c.id == part["id"])[0]["state"] == "live":
                t.step(one, "holding", part["id"], "pass", to_party=taker, document=paper)
        t.step(t.run.signer(taker), "holding", part["id"], "take")
        yield 1.0


def _loop(t: Plants, size: int) -> Days:
    a, b = t.two()
    c = t.two(a, b)[0]
    amount = (60, 200, 900)[size] * WAN
    for debtor, holder in ((a, b), (b, c), (c, a)):
        t.voucher(debtor, holder, amount)
        amount = amount * 99 // 100
        yield 8.0


def _resold(t: Plants, size: int) -> Days:
    owner, text = t.draw.choice(t.run.made.firms), f"虚构原创成果{digest([t.number(), 'resold'])}。"
    t.lists(owner, text)
    for _ in range((1, 2, 4)[size]):
        yield 3.0
        t.lists(t.two(owner)[0], text)


def _unproved(t: Plants, size: int) -> Days:
    yield from _accepted(t, (20, 90, 190)[size] * WAN, proof=False)


def _relative(t: Plants, size: int) -> Days:
    yield from _accepted(t, (20, 60, 90)[size] * WAN, insider=True)


def _accepted(t: Plants, price: int, proof: bool = True, insider: bool = False) -> Days:
    buyer, seller = t.two()
    deal = t.inquired(buyer, seller)
    t.contracted(deal, buyer, seller, price, ("report",) if proof else ())
    yield 2.0
    t.pays_for(deal, price)
    yield 2.0
    if proof:
        t.proves(deal, seller, str(deal).encode())
    cousin = None
    if insider:  # somebody of the seller's has been taken on by the buyer
        cousin = t.run.made.people[seller][1]
        grant = (EXCHANGE, str(cousin.user), "signer", "party", buyer)
        t.run.x.store.run(lambda tx: people.grant(tx, *grant))
    t.accepts(deal, buyer, seller, cousin)


def _wash(t: Plants, size: int) -> Days:
    a, b = t.two()
    price = (50, 200, 800)[size] * WAN
    for buyer, seller in ((a, b), (b, a)):
        deal = t.inquired(buyer, seller)
        t.contracted(deal, buyer, seller, price)
        t.registers(deal, seller, price)
        yield 10.0


def _twice(t: Plants, size: int) -> Days:
    seller, content = t.draw.choice(t.run.made.firms), f"虚构报告{t.number()}".encode()
    for _ in range((2, 3, 5)[size]):
        buyer = t.two(seller)[0]
        deal = t.inquired(buyer, seller)
        t.contracted(deal, buyer, seller, 40 * WAN)
        t.pays_for(deal, 40 * WAN)
        t.proves(deal, seller, content)
        yield 4.0


def _early(t: Plants, size: int) -> Days:
    buyer, seller = t.two()
    price = (20, 90, 400)[size] * WAN
    deal = t.inquired(buyer, seller)
    t.pays_for(deal, price)
    yield 5.0
    t.contracted(deal, buyer, seller, price)


def _round_trip(t: Plants, size: int) -> Days:
    a, b = t.two()
    price = (30, 120, 600)[size] * WAN
    t.relates(a, b)
    yield 10.0
    for payer, payee, amount in ((a, b, price), (b, a, price * 97 // 100)):
        t.contracted(t.inquired(payer, payee), payer, payee, amount)
        yield 9.0


def _own(t: Plants, size: int) -> Days:
    a, b = t.two()
    t.relates(a, b)
    for _ in range((1, 3, 6)[size]):
        yield 3.0
        t.voucher(a, b, 80 * WAN)


def _odd(t: Plants, size: int) -> Days:
    buyer, seller = t.two()
    t.contracted(t.inquired(buyer, seller), buyer, seller, (250, 600, 1_500)[size] * WAN)
    yield 1.0


def _refund(t: Plants, size: int) -> Days:
    buyer, seller = t.two()
    price = (20, 90, 190)[size] * WAN
    kept = price // 4
    deal = t.inquired(buyer, seller)
    t.contracted(deal, buyer, seller, price, retained=kept)
    yield 2.0
    t.pays_for(deal, price)
    yield 2.0
    t.proves(deal, seller, str(deal).encode())
    t.accepts(deal, buyer, seller)
    yield 12.0
    stage = t.stage(deal)
    t.step(t.run.signer(buyer), "milestone", stage, "claim", words="虚构缺陷", asked=kept)
    for side in (buyer, seller):
        t.step(t.run.signer(side), "milestone", stage, "settle", to_seller=0, to_buyer=kept)


def _paper(t: Plants, size: int) -> Days:
    buyer, seller = t.two()
    price = (50, 200, 800)[size] * WAN
    deal = t.inquired(buyer, seller)
    t.contracted(deal, buyer, seller, price)
    t.registers(deal, seller, price)
    yield 185.0


def _dormant(t: Plants, size: int) -> Days:
    party = t.sleeper()
    t.pays_out(party, 2 * WAN, f"虚构账户{t.number()}")
    yield 160.0
    seller = t.two()[0]
    t.contracted(t.inquired(party, seller), party, seller, (320, 900, 3_000)[size] * WAN)


LASTS = {"registered_undelivered": 186, "dormant_large": 161}
"""Days that a kind takes, where it takes many: it begins early enough to end in the year."""

SCHEMES: dict[str, Plant] = {
    "split_payouts": _split, "account_changed": _changed, "voucher_chain": _chain, "loop": _loop,
    "listing_resold": _resold, "accepted_unproved": _unproved, "accepted_by_relative": _relative,
    "wash_registration": _wash, "evidence_twice": _twice, "paid_before_contract": _early,
    "related_round_trip": _round_trip, "voucher_self_dealing": _own, "odd_price": _odd,
    "refund_after_acceptance": _refund, "registered_undelivered": _paper, "dormant_large": _dormant,
}  # fmt: skip
"""Kinds that are planted, by the rule that is to find them."""
