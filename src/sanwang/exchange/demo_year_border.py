"""What crosses the border in the fictional year: an export with its gate, exchange of currencies, payments abroad.

Every list in it is invented: no code, quota or name stands for a real one.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sanwang.exchange import clock as times
from sanwang.exchange import people
from sanwang.exchange.given import digest
from sanwang.exchange.rails import work
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.border import crossings, inflows
from sanwang.exchange.tables.conversions import conversions
from sanwang.exchange.tables.deals import deals, milestones
from sanwang.exchange.tables.money import payments
from sanwang.exchange.tables.shares import shares
from sanwang.exchange.who import EXCHANGE, RAIL, Who
from sanwang.standards.iso20022 import StatementLine

if TYPE_CHECKING:
    from sanwang.exchange.demo_year import Run

ABOUT = {"source": "虚构样例", "read": "fictional"}
LISTS: dict[str, list[dict[str, Any]]] = {
    "purpose": [
        {"code": "虚-T", "name": "技术使用费（虚构代码）"},
        {"code": "虚-S", "name": "技术服务费（虚构代码）"},
    ],
    "balance_of_payments": [
        {"code": "000001", "name": "虚构项目：使用费"},
        {"code": "000002", "name": "虚构项目：服务"},
    ],
    "screening": [
        {"name": "Northern Example Trading LLC", "reference": "虚-1"},
        {"name": "虚构禁止贸易有限公司", "aliases": ["Xugou Jinzhi Maoyi"], "reference": "虚-2"},
    ],
    "export": [
        {"code": "虚-X", "class": "restricted", "name": "虚构受限涂层", "words": ["受限涂层"]},
        {"code": "虚-Y", "class": "prohibited", "name": "虚构禁止配方", "words": ["禁止配方"]},
    ],
}
PAYEES = (
    "Example Tools GmbH",
    "Sample Instruments AG",
    "Example Nothern Trading",
    "Xugou Jinzhi Maoyi Co., Ltd.",
)
"""Payees abroad; the last two sound like entries of the list."""

QUOTA = 8_000_000
"""Fictional quota of all firms together for a year, in cents."""


class Border:
    """Lists, an export, payments abroad; by draws of their own, so that what else happens does not depend on them."""

    def __init__(self, run: Run, seed: int) -> None:
        self.run, self.draw = run, random.Random(seed + 2)  # noqa: S311 - a fictional year, no secret
        made = run.x.store.run(self._abroad)
        self.party, self.reviewers = made[0], made[1]

    def _abroad(self, tx: Tx) -> tuple[str, tuple[Who, Who]]:
        """A firm outside the mainland with two people, and two reviewers; nobody signs in as them."""
        party = people.add_party(
            tx, EXCHANGE, "K0001", "虚构境外企业", place="810000", foreign_id="虚-K1", fictional=True
        )
        people.verify_party(tx, EXCHANGE, party)
        made = self.run.made
        made.people[party] = (
            self._person(tx, "abroad1", [(r, "party", party) for r in ("member", "signer", "payer")]),
            self._person(tx, "abroad2", [(r, "party", party) for r in ("signer", "releaser")]),
        )
        reviewers = [self._person(tx, f"yearreviewer{n}", [("reviewer", "platform", "")]) for n in (1, 2)]
        self.inventors = [self._person(tx, f"inventor{n}", []) for n in (1, 2)]
        return party, (reviewers[0], reviewers[1])

    def _person(self, tx: Tx, login: str, roles: list[tuple[str, str, str]]) -> Who:
        user = people.add_user(tx, EXCHANGE, login, f"虚构{login}", "", kept="!")
        for role in roles:
            people.grant(tx, EXCHANGE, user, *role)
        return Who(user)

    def week(self, number: int) -> None:
        """A week's part of it."""
        if number == 0:
            self.lists()
        elif number % 10 == 1:
            self.export(number)
        elif number % 10 in (2, 4, 5):
            self.carry_out()
        if number % 2:
            self.abroad(PAYEES[number // 2 % len(PAYEES)])
        self.decide()
        self.pay()

    def lists(self) -> None:
        """One operator loads, the other puts in force."""
        quota = {"name": "虚构年度额度", "currency": "USD", "amount": QUOTA, "counted": "all", "from": self.run.day(0),
                 "until": self.run.day(400)}  # fmt: skip
        one, two = self.run.made.operators
        for kind, entries in (LISTS | {"quota": [quota]}).items():
            made = self.run.take(one, "border_list", None, "load", list_kind=kind, name=f"虚构{kind}",
                                 on_day=self.run.day(0), entries=entries, **ABOUT)  # fmt: skip
            self.run.take(two, "border_list", made, "enforce")

    def export(self, number: int) -> None:
        """A firm lists a result, the firm abroad buys it: without a declared class no offer is made."""
        owner = self.run.made.firms[number % len(self.run.made.firms)]
        seller, buyer = self.run.made.people[owner], self.run.made.people[self.party]
        row = {"id": f"YB{number:03d}", "title": f"虚构检测装置第 {number} 型",
               "abstract": f"虚构：受限涂层的检测 {number}。",
               "owner": self._actor(owner), "trl": 7, "licences": 1, "openness": "public"}  # fmt: skip
        listing = self.run.x.draft(self.run.x.person(str(seller[0].user)), "achievements", row)
        self.run.take(seller[0], "listing", listing, "submit")
        self.run.take(self.reviewers[0], "listing", listing, "pass")
        self.run.take(self.reviewers[1], "listing", listing, "publish")
        deal = self.run.take(buyer[0], "deal", None, "inquire", result=listing)
        if deal is None:
            return
        self.run.take(seller[0], "deal", deal, "accept")
        terms, until = self.terms(number), self.run.day(10)
        self.run.take(
            seller[0], "deal", deal, "offer", terms=terms, valid_until_on=until
        )  # refused: no class
        said: dict[str, Any] = {"export_class": "restricted", "licence_number": "虚-许可"}
        self.run.take(seller[0], "deal", deal, "offer", terms=terms, valid_until_on=until, **said)
        self.run.take(buyer[0], "deal", deal, "accept", digest=digest(terms))
        self.run.take(buyer[0], "deal", deal, "sign", digest=digest(terms))
        self.run.take(seller[0], "deal", deal, "countersign", digest=digest(terms), **said)
        self.share(seller, deal, number)
        self.comes(self.party, 12_000_000)
        self.exchange(self.party, 12_000_000, "USD", "CNY", "7.1234")

    def share(self, seller: tuple[Who, Who], deal: str, number: int) -> None:
        """The two who made it agree to their part of the net income; one proposal is below the least part by rule."""
        lines = ["虚构inventor1 | 60% | inventor1", "虚构inventor2 | 40% | inventor2"]
        asked = {"deal": deal, "state_unit": True, "costs": 100_000, "share_lines": lines}
        self.run.take(seller[0], "share", None, "propose", given_bp=4_500, **asked)  # refused: below half
        made = self.run.take(seller[0], "share", None, "propose", given_bp=5_000 + 100 * number, **asked)
        if made is None:
            return
        text = self.run.rows(shares, shares.c.id == made)[0]["text_digest"]
        for who in self.inventors:
            self.run.take(who, "share", made, "agree", digest=text)
        for who in seller:
            self.run.take(who, "share", made, "enforce", digest=text)

    def _actor(self, party: str) -> str:
        from sanwang.exchange.tables.people import parties

        return self.run.rows(parties, parties.c.id == party)[0]["actor"]

    def terms(self, number: int) -> dict[str, Any]:
        """Terms of the export: one milestone, paid out of the money that was exchanged."""
        price = self.draw.randint(3_000, 7_000) * 10_001
        stage = {"title": "交付", "amount": price, "due_on": self.run.day(60), "acceptance": ["符合约定指标"],
                 "wanted": ["report"], "review_days": 15}  # fmt: skip
        return {"type": "licence", "mode": "standard", "currency": "CNY", "price": price, "technology": price,
                "title": f"虚构许可 {number}", "ip": "归出让方", "from_on": self.run.day(0),
                "until_on": self.run.day(300), "clauses": {"tacit": True, "refund": True},
                "milestones": [stage]}  # fmt: skip

    def carry_out(self) -> None:
        """What was exchanged is tied to the deal; the seller delivers, the buyer accepts."""
        for deal in self.run.rows(deals, deals.c.buyer == self.party):
            [stage] = self.run.rows(milestones, milestones.c.deal == deal["id"]) or [None]
            if stage is None:
                continue
            seller, buyer = self.run.made.people[deal["seller"]], self.run.made.people[self.party]
            if stage["state"] == "planned":
                self.run.take(RAIL, "milestone", stage["id"], "fund")
            elif stage["state"] == "funded":
                who = self.run.x.person(str(seller[0].user))
                paper = self.run.x.keep_document(who, deal["seller"], "report.pdf", stage["id"].encode())
                self.run.x.add_evidence(who, stage["id"], "report", paper)
                self.run.take(seller[0], "milestone", stage["id"], "submit")
            elif stage["state"] == "submitted":
                for who in buyer:
                    self.run.take(who, "milestone", stage["id"], "accept")

    def comes(self, party: str, amount: int) -> None:
        """Foreign money that the institution reports: it is free to use once it is declared."""
        self.run.count += 1
        data = {"reference": f"Y{self.run.count:06d}", "amount": amount, "party": party}
        self.run.take(RAIL, "payment", None, "receive", currency="USD", **data)
        for row in self.run.rows(inflows, inflows.c.party == party, inflows.c.state == "waiting"):
            said = {"payer_name": "虚构境外总部", "country": "HK", "purpose_code": "虚-S"}
            self.run.take(
                self.run.signer(party), "inflow", row["id"], "declare", bop_code="999999", **said
            )  # refused
            self.run.take(self.run.signer(party), "inflow", row["id"], "declare", bop_code="000002", **said)

    def exchange(self, party: str, amount: int, given: str, wanted: str, rate: str) -> None:
        """At an institution's rate, with source and day."""
        institution, both = self.draw.choice(self.run.made.banks), self.run.made.people[party]
        made = self.run.take(both[0], "conversion", None, "ask", party=party, institution=institution, amount=amount,
                             currency=given, wanted=wanted)  # fmt: skip
        if made is None:
            return
        self.run.take(self.run.signer(institution), "conversion", made, "quote", rate=rate, source="虚构机构牌价",
                      on_day=self.run.day(0), valid_until_on=self.run.day(2))  # fmt: skip
        for who in both:
            if self.run.rows(conversions, conversions.c.id == made)[0]["state"] == "quoted":
                self.run.take(who, "conversion", made, "accept", rate=rate)
        self.booked(made, "manual" if given == "CNY" else "simulated")

    def booked(self, conversion: str, rail: str) -> None:
        """The bank's two lines of an exchange: its mirror moves in both currencies."""
        row = self.run.rows(conversions, conversions.c.id == conversion)[0]
        if row["state"] != "done":
            return
        sides = (("out", row["amount"], row["currency"]), ("in", row["got"], row["wanted"]))
        on = times.day_of(self.run.clock())
        for no, (way, amount, unit) in enumerate(sides, 1):
            line = StatementLine(f"Y-{row['number']}", no, on, way, amount, unit, row["number"], None, None)
            self.run.x.store.run(lambda tx, one=line: work.booked(tx, rail, one))

    def abroad(self, payee: str) -> None:
        """A firm exchanges money that came in and files a payment; now and then with a code that no list holds."""
        party = self.draw.choice(self.run.made.firms)
        rate, yuan = f"0.14{self.draw.randint(10, 99)}", self.draw.randint(20, 400) * 100_000
        self.run.comes(party, yuan)
        self.exchange(party, yuan, "CNY", "USD", rate)
        code = "000002" if self.draw.random() < 0.9 else "999999"
        amount = int(yuan * Fraction(rate)) * self.draw.randint(60, 102) // 100
        self.run.take(self.run.signer(party), "crossing", None, "file", party=party, payee=payee, country="DE",
                      account_at="DE-虚构", amount=amount, currency="USD", purpose_code="虚-S",
                      bop_code=code, rail="manual")  # fmt: skip

    def decide(self) -> None:
        """An operator decides on what sounds alike."""
        for row in self.run.rows(crossings, crossings.c.state == "held"):
            event = "let_pass" if "Example" in row["payee"] else "refuse"
            self.run.take(self.run.made.operators[1], "crossing", row["id"], event, why="other",
                          words="虚构：核对注册号后决定")  # fmt: skip

    def pay(self) -> None:
        """What is cleared is instructed where money and quota allow; a second person releases; the bank answers."""
        for row in self.run.rows(crossings, crossings.c.state == "cleared"):
            one, two = self.run.made.people[row["party"]]
            if self.run.take(one, "crossing", row["id"], "instruct") is None:
                continue
            payment = self._payment(row)
            self.run.take(two, "payment", payment, "release")
            self.run.take(RAIL, "payment", payment, "send")
            fate = self.draw.random()
            more = {"why": "bank"} if fate < 0.2 else {}
            self.run.take(
                RAIL, "payment", payment, "reject" if more else "confirm", reference=f"K{payment}", **more
            )

    def _payment(self, row: Row) -> str:
        return self.run.rows(payments, payments.c.crossing == row["id"])[0]["id"]
