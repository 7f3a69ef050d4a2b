"""The schemes that are planted in a fictional year, one function a kind; with care, each in a way harder to see."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from sanwang.exchange.oversight.trade import FIELDS, TYPES, WAN, Trade

Plant = Callable[[Trade, float, int], None]
SCHEMES: dict[str, Plant] = {}


def _scheme(code: str) -> Callable[[Plant], Plant]:
    def keep(function: Plant) -> Plant:
        SCHEMES[code] = function
        return function

    return keep


def _careful(t: Trade) -> bool:
    return t.draw.random() < t.h.care


@_scheme("related_round_trip")
def _round(t: Trade, day: float, size: int) -> None:
    a, b = t.draw.sample(t.firms, 2)
    price = (30, 120, 600)[size] * WAN
    if not _careful(t):  # who takes care does not put the relation on record
        t.relates(day - 100, a, b)
    way = [b, *([t.firm(a, b)] if t.draw.random() < 0.5 else []), a]
    t.contract(day, a, b, price)
    for n, (payer, payee) in enumerate(pairwise(way), 1):
        t.contract(day + 9 * n, payer, payee, round(price * (0.97 if not _careful(t) else 0.65)))


@_scheme("loop")
def _loop(t: Trade, day: float, size: int) -> None:
    a, b, c = t.draw.sample(t.firms, 3)
    price = (60, 200, 900)[size] * WAN
    keep = 0.85 if _careful(t) else 0.99
    for n, (payer, payee) in enumerate(((a, b), (b, c), (c, a))):
        t.contract(day + 8 * n, payer, payee, round(price * keep**n))


@_scheme("split_payouts")
def _split(t: Trade, day: float, size: int) -> None:
    party, times = t.firm(), (3, 5, 9)[size]
    gap = t.draw.uniform(2.5, 5) if _careful(t) else 1.0
    for n in range(times):
        t.pays(day + n * gap, party, t.draw.randint(70, 190) * WAN, f"{party}/x")


@_scheme("odd_price")
def _odd(t: Trade, day: float, size: int) -> None:
    buyer, seller = t.draw.sample(t.firms, 2)
    type_, field = t.draw.choice(TYPES), t.draw.choice(FIELDS)
    times = (3, 6, 15)[size] if not _careful(t) else (2, 3, 6)[size]
    t.contract(day, buyer, seller, t.price(type_, field) * times, type=type_, field=field, term="middle")


@_scheme("accepted_unproved")
def _unproved(t: Trade, day: float, size: int) -> None:
    buyer, seller = t.draw.sample(t.firms, 2)
    _, stage = t.contract(day, buyer, seller, (20, 90, 400)[size] * WAN)
    if _careful(t):  # an empty file
        t.evidence(day + 5, stage, t.name("empty"))
    t.add(day + 9, "milestone", "accept", stage, (f"{buyer}:1", buyer))


@_scheme("accepted_by_relative")
def _relative(t: Trade, day: float, size: int) -> None:
    buyer, seller = t.draw.sample(t.firms, 2)
    _, stage = t.contract(day, buyer, seller, (20, 90, 400)[size] * WAN)
    t.evidence(day + 5, stage, t.name("file"))
    who = t.name("cousin")
    if not _careful(t):
        t.relates(day - 50, who, seller)
    t.add(day + 9, "milestone", "accept", stage, (who, buyer))


@_scheme("wash_registration")
def _wash(t: Trade, day: float, size: int) -> None:
    a, b = t.draw.sample(t.firms, 2)
    price = (50, 200, 800)[size] * WAN
    for n, (buyer, seller) in enumerate(((a, b), (b, a))):
        its = price if not (n and _careful(t)) else round(price * t.draw.uniform(0.4, 0.8))
        deal, _ = t.contract(day + 15 * n, buyer, seller, its)
        t.registers(day + 15 * n + 3, deal, its)


@_scheme("registered_undelivered")
def _paper(t: Trade, day: float, size: int) -> None:
    buyer, seller = t.draw.sample(t.firms, 2)
    price, start = (50, 200, 800)[size] * WAN, day - 190
    deal, _ = t.contract(start, buyer, seller, price)
    t.registers(start + 2, deal, price)
    if _careful(t):
        t.comes(start + 10, price // 8, deal)


@_scheme("evidence_twice")
def _twice(t: Trade, day: float, size: int) -> None:
    seller, digest = t.firm(), t.name("file")
    for n in range((2, 3, 6)[size]):
        _, stage = t.contract(day + n, t.firm(seller), seller, 40 * WAN)
        t.evidence(day + n + 1, stage, digest if not _careful(t) else t.name("resaved"))


@_scheme("invoice_twice")
def _invoice(t: Trade, day: float, size: int) -> None:
    debtor, invoice = t.firm(), t.name("N")
    for n in range((2, 3, 6)[size]):
        t.voucher(
            day + n,
            debtor,
            t.firm(debtor),
            50 * WAN,
            invoice if not (n and _careful(t)) else f"{invoice}-{n}",
        )


@_scheme("voucher_self_dealing")
def _own(t: Trade, day: float, size: int) -> None:
    a, b = t.draw.sample(t.firms, 2)
    if not _careful(t):
        t.relates(day - 40, a, b)
    for n in range((1, 4, 12)[size]):
        t.voucher(day + n, a, b, 80 * WAN, t.name("N"))


@_scheme("voucher_chain")
def _chain(t: Trade, day: float, size: int) -> None:
    debtor, gap = t.firm(), 8.0 if _careful(t) else 2.0
    made, part = t.voucher(day, debtor, t.firm(debtor), 100 * WAN, t.name("N"))
    for n in range((4, 6, 10)[size]):
        part = t.passed(day + 1 + n * gap, made, part, t.firm(debtor), 100 * WAN)


@_scheme("paid_before_contract")
def _before(t: Trade, day: float, size: int) -> None:
    buyer, seller = t.draw.sample(t.firms, 2)
    price = (20, 90, 400)[size] * WAN
    deal, _ = t.contract(day, buyer, seller, price)
    t.comes(
        day - 5 if not _careful(t) else day - 30, price // 2, deal
    )  # before anybody asked: not seen as the deal's


@_scheme("account_changed")
def _changed(t: Trade, day: float, size: int) -> None:
    party = t.firm()
    if _careful(t):  # a first small payout long before
        t.pays(day - 30, party, WAN, f"{party}/thief")
    t.pays(day, party, (35, 120, 500)[size] * WAN, f"{party}/thief")


@_scheme("refund_after_acceptance")
def _refund(t: Trade, day: float, size: int) -> None:
    buyer, seller = t.draw.sample(t.firms, 2)
    price = (20, 90, 400)[size] * WAN
    _, stage = t.contract(day, buyer, seller, price)
    t.evidence(day + 5, stage, t.name("file"))
    t.add(day + 9, "milestone", "accept", stage, (f"{buyer}:1", buyer))
    if not _careful(t):  # else it goes back outside
        t.add(day + 20, "milestone", "settle", stage, to_seller=price // 10, to_buyer=price - price // 10)


@_scheme("dormant_large")
def _dormant(t: Trade, day: float, size: int) -> None:
    party = t.name("SLEEPER")
    t.pays(day - 195, party, 2 * WAN, f"{party}/1")
    if _careful(t):  # woken a while before
        t.pays(day - 20, party, WAN, f"{party}/1")
    t.contract(day, party, t.firm(), (320, 900, 3000)[size] * WAN, talks=0)


@_scheme("listing_resold")
def _resold(t: Trade, day: float, size: int) -> None:
    owner, text = t.firm(), t.name("text")
    t.lists(day, owner, text)
    for n in range((1, 3, 6)[size]):
        t.lists(day + 3 + n, t.firm(owner), text if not _careful(t) else t.name("reworded"))


@_scheme("pilot_many_small")
def _many(t: Trade, day: float, size: int) -> None:
    times = (9, 20, 60)[size]
    gap = (2.5 if not _careful(t) else 9.0) / times
    for n in range(times):
        t.add(
            day + n * gap,
            "pilot",
            "use",
            "T1",
            account=t.name("x"),
            amount=t.draw.randint(85, 100),
            limit=100,
        )
