"""A year of fictional trade as sealed events, with schemes planted in it: what rules are measured on.

Two sets of habits. ``PLAIN`` follows the sample's amounts and rhythms. ``OTHER`` differs in all of them (heavier tails,
business groups that trade among themselves, instalments, changed accounts, mistyped invoices) and its schemes take more
care not to be seen; no rule was set by looking at it. The same habits and seed give the same events.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from typing import Any

from sanwang.exchange.clock import DAY, moment
from sanwang.exchange.oversight.measure import PLANTED, Scheme

START = moment("2026-01-05T09:00:00+08:00")
WAN = 1_000_000
SIZES = ("small", "medium", "large")
TYPES = ("development", "transfer", "licence", "consulting", "service")
FIELDS = ("electronics", "energy", "materials", "medicine")


@dataclass(frozen=True)
class Habits:
    """How people trade: numbers a year for a hundred firms, spreads, and shares of honest oddities."""

    name: str
    contracts: int
    payouts: int
    vouchers: int
    spread: float
    tail: float
    instalments: float
    new_account: float
    mistyped: float
    in_group: float
    groups: int
    passes: float
    unproved: float
    late: float
    care: float


PLAIN = Habits("plain", 320, 800, 420, 0.45, 0.9, 0.02, 0.02, 0.01, 0.03, 8, 0.3, 0.01, 0.02, 0.0)
OTHER = Habits("other", 260, 1400, 300, 0.75, 1.5, 0.08, 0.06, 0.03, 0.15, 20, 0.55, 0.04, 0.08, 0.6)


class Trade:
    """Events of a year as they are made; ``events`` puts them in order."""

    def __init__(self, habits: Habits, seed: int, firms: int = 100, days: int = 365) -> None:
        self.h, self.draw, self.days = habits, random.Random(seed), days  # noqa: S311 - fiction, no secret
        self.firms = [f"F{n:04d}" for n in range(firms)]
        self.weights = [exp(self.draw.gauss(0, habits.tail)) for _ in self.firms]
        self.rows: list[tuple[float, dict[str, Any]]] = []
        self.count, self.scheme, self.schemes = 0, -1, list[tuple[str, str]]()

    def add(
        self,
        day: float,
        process: str,
        take: str,
        subject: str,
        who: tuple[str, str] = ("", ""),
        **data: Any,  # noqa: ANN401
    ) -> None:
        """One event on a day; ``who`` is user and party."""
        row = {"process": process, "take": take, "subject": subject, "user": who[0] or None, "party": who[1] or None,
               "data": data, "scheme": self.scheme}  # fmt: skip
        self.rows.append((day, row))

    def name(self, kind: str) -> str:
        """A fresh name."""
        self.count += 1
        return f"{kind}{self.count}"

    def firm(self, *not_: str) -> str:
        """A firm, large ones oftener."""
        while True:
            [one] = self.draw.choices(self.firms, self.weights)
            if one not in not_:
                return one

    def amount(self, middle: float) -> int:
        """An amount around a middle in 万元, with the habit's tail."""
        return max(1, round(middle * WAN * exp(self.draw.gauss(0, self.h.tail)) / 100)) * 100

    def price(self, type_: str, field: str) -> int:
        """A usual price of a kind of contract, in fen."""
        middle = 20 + 30 * TYPES.index(type_) + 15 * FIELDS.index(field)
        return round(middle * WAN * exp(self.draw.gauss(0, self.h.spread)) / 100) * 100

    def contract(self, day: float, buyer: str, seller: str, price: int, **more: Any) -> tuple[str, str]:  # noqa: ANN401
        """A contract in force with one milestone; returns deal and milestone."""
        deal, stage = self.name("D"), self.name("M")
        self.add(day - more.get("talks", 20), "deal", "inquire", deal, (f"{buyer}:1", buyer))
        self.add(day, "statement", "terms", deal, buyer=buyer, seller=seller, price=price, type=more.get("type", "licence"),
                 technology=more.get("technology", price), field=more.get("field", "energy"), term=more.get("term", "middle"))  # fmt: skip
        self.add(day, "milestone", "open", stage, deal=deal)
        return deal, stage

    def evidence(self, day: float, stage: str, digest: str) -> None:
        """A file as evidence of a milestone."""
        paper = self.name("P")
        self.add(day, "document", "keep", paper, sha256=digest)
        self.add(day, "evidence", "add", self.name("V"), milestone=stage, kind="report", document=paper)

    def comes(self, day: float, amount: int, deal: str) -> None:
        """Money for a deal."""
        self.add(day, "payment", "receive", self.name("I"), amount=amount, deal=deal, party=None)

    def pays(self, day: float, party: str, amount: int, account: str) -> None:
        """A payout released."""
        made = self.name("O")
        self.rows.append((day, {"process": "payment", "take": "instruct", "subject": made, "user": f"{party}:1",
                                "party": party, "data": {"party": party, "amount": amount, "account_at": account},
                                "scheme": self.scheme}))  # fmt: skip
        self.add(day + 0.01, "payment", "release", made, (f"{party}:2", party))

    def registers(self, day: float, deal: str, technology: int) -> None:
        """A contract registered."""
        sheet = self.name("S")
        self.add(day, "registration", "draft", sheet, deal=deal)
        self.add(day, "registration", "register", sheet, number=sheet, technology=technology)

    def relates(self, day: float, one: str, two: str) -> None:
        """A relation put on record."""
        made = self.name("R")
        self.add(day, "relation", "declare", made, one=one, two=two)
        self.add(day, "relation", "confirm", made)

    def voucher(self, day: float, debtor: str, holder: str, amount: int, invoice: str) -> tuple[str, str]:
        """A voucher that was accepted; returns it and its one part."""
        made, part = self.name("B"), self.name("H")
        self.add(day, "voucher", "draft", made, debtor=debtor, holder=holder, amount=amount, invoice=invoice)
        self.add(day + 0.01, "voucher", "accept", made, (f"{holder}:1", holder))
        self.add(
            day + 0.01, "statement", "part", part, voucher=made, holder=holder, owed=amount, part_of=None
        )
        return made, part

    def passed(self, day: float, voucher: str, part: str, taker: str, amount: int) -> str:
        """A part passed on."""
        self.add(day, "holding", "take", part, (f"{taker}:1", taker))
        child = self.name("H")
        self.add(day, "statement", "part", child, voucher=voucher, holder=taker, owed=amount, part_of=part)
        return child

    def lists(self, day: float, party: str, text: str) -> None:
        """A listing published."""
        self.rows.append((day, {"process": "statement", "take": "text", "subject": self.name("L"), "user": None,
                                "party": None, "data": {"party": party, "text": text}, "scheme": self.scheme}))  # fmt: skip

    def honest(self) -> None:
        """A year in which nobody means ill."""
        many = len(self.firms) * self.days / 36_500
        groups = [self.draw.sample(self.firms, 2) for _ in range(self.h.groups * len(self.firms) // 100)]
        for one, two in groups:
            self.relates(0, one, two)
        for _ in range(round(self.h.contracts * many)):
            self._deal(groups)
        for party in self.firms:
            self._payouts(party)
        for _ in range(round(self.h.vouchers * many)):
            self._voucher()
        for _ in range(round(120 * many)):
            self.lists(self.draw.uniform(0, self.days), self.firm(), self.name("text"))
        for _ in range(round(600 * many)):
            self.add(self.draw.uniform(0, self.days), "pilot", "use", "T1", account=f"a{self.draw.randint(1, 300)}",
                     amount=self.draw.randint(1, 100), limit=100)  # fmt: skip

    def _deal(self, groups: list[list[str]]) -> None:
        draw, day = self.draw, self.draw.uniform(20, self.days)
        buyer = self.firm()
        seller = self.firm(buyer)
        if groups and draw.random() < self.h.in_group:
            buyer, seller = draw.choice(groups)
        type_, field = draw.choice(TYPES), draw.choice(FIELDS)
        price = self.price(type_, field)
        share = draw.choice((1.0, 0.9, 0.6))
        deal, stage = self.contract(day, buyer, seller, price, type=type_, field=field, technology=round(price * share),
                                    term=draw.choice(("short", "middle")))  # fmt: skip
        if draw.random() < 0.7:
            self.registers(day + draw.uniform(5, 40), deal, round(price * share))
        if draw.random() < self.h.late:
            return
        self.comes(day + draw.uniform(1, 30), price, deal)
        done = day + draw.uniform(30, 120)
        if draw.random() >= self.h.unproved:
            self.evidence(done, stage, self.name("file"))
        self.add(done + 3, "milestone", "accept", stage, (f"{buyer}:1", buyer))
        if draw.random() < 0.01:
            self.add(done + 20, "milestone", "settle", stage, to_seller=0, to_buyer=price // 20)

    def _payouts(self, party: str) -> None:
        draw, account, number = self.draw, f"{party}/1", 1
        day = draw.uniform(0, 30)
        while day < self.days:
            if draw.random() < self.h.new_account:
                number += 1
                account = f"{party}/{number}"
            amount = self.amount(40)
            if draw.random() < self.h.instalments:
                for n in range(3):
                    self.pays(day + n * 1.5, party, amount, account)
            else:
                self.pays(day, party, amount, account)
            day += draw.expovariate(self.h.payouts / 36_500)

    def _voucher(self) -> None:
        draw, day, debtor = self.draw, self.draw.uniform(0, self.days), self.firm()
        invoice = f"N{draw.randint(1, 400)}" if draw.random() < self.h.mistyped else self.name("N")
        amount, holder = self.amount(60), self.firm(debtor)
        made, part = self.voucher(day, debtor, holder, amount, invoice)
        while draw.random() < self.h.passes:
            day += draw.expovariate(1 / 15)
            holder = self.firm(holder, debtor)
            part = self.passed(day, made, part, holder, amount)

    def plant(self, each: int = 4) -> None:
        """Schemes of every kind, small, medium and large ones, spread over the year."""
        for code, make in SCHEMES.items():
            for number in range(each * len(SIZES)):
                size = SIZES[number % len(SIZES)]
                self.scheme = len(self.schemes)
                self.schemes.append((code, size))
                make(self, self.draw.uniform(200, self.days - 30), SIZES.index(size))
        self.scheme = -1

    def events(self) -> list[dict[str, Any]]:
        """The events in order with links and ids, then what was planted."""
        ordered = sorted(self.rows, key=lambda r: r[0])
        made, members = list[dict[str, Any]](), [set[str]() for _ in self.schemes]
        for link, (day, row) in enumerate(ordered, 1):
            key = f"E{link}"
            if row["scheme"] >= 0:
                members[row["scheme"]].add(key)
            made.append({n: x for n, x in row.items() if n != "scheme"}
                        | {"link": link, "id": key, "at": START + round(day * DAY)})  # fmt: skip
        for (code, size), events in zip(self.schemes, members, strict=True):
            link = len(made) + 1
            made.append({"link": link, "id": f"E{link}", "at": made[-1]["at"], "process": PLANTED, "take": "plant",
                         "subject": code, "user": None, "party": None,
                         "data": {"code": code, "size": size, "events": sorted(events)}})  # fmt: skip
        return made


def year(habits: Habits, seed: int, firms: int = 100, each: int = 4) -> list[dict[str, Any]]:
    """A year of sealed events of so many firms, with so many schemes of each kind and size."""
    trade = Trade(habits, seed, firms)
    trade.honest()
    trade.plant(each)
    return trade.events()


def truth(events: list[dict[str, Any]]) -> list[Scheme]:
    """What was planted."""
    from sanwang.exchange.oversight.measure import planted

    return planted(events)


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
