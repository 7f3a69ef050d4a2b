"""Schemes planted in the fictional year, and honest deals among which they lie: all by the exchange's own steps.

What was planted is written beside the database and not into it: no rule can read it. The kinds stand in
``demo_schemes.py``.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sanwang.errors import SanwangError
from sanwang.exchange import people, search
from sanwang.exchange.demo_schemes import LASTS, SCHEMES, SIZES, WAN, Days, first
from sanwang.exchange.demo_year import Run
from sanwang.exchange.demo_year_people import one_more
from sanwang.exchange.given import digest
from sanwang.exchange.oversight.measure import Scheme
from sanwang.exchange.tables.deals import milestones, registrations
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.record import events
from sanwang.exchange.who import EXCHANGE, RAIL, Who
from sanwang.sources.atomic import atomic_path


class Plants:
    """What is planted, day by day; ``schemes`` are those whose events are known."""

    def __init__(self, run: Run, seed: int, days: int, honest: int = 40, each: int = 1) -> None:
        self.run, self.draw = run, random.Random(f"planted {seed}")  # noqa: S311 - fiction, no secret
        self.count, self.today = 0, 0.0
        self.made: dict[int, list[tuple[str, int]]] = {}
        self.kinds: list[tuple[str, str]] = []
        self.broken: set[int] = set()
        self.due: list[tuple[float, int, Days]] = []
        for _ in range(honest):
            self._begin(-1, self.draw.uniform(0, days * 0.8), self._honest())
        for code, make in SCHEMES.items():
            if (room := days - LASTS.get(code, 0) - 20) < 5:
                continue  # the year is too short for it
            for size in list(SIZES) * each:
                self.kinds.append((code, size))
                earliest, latest = (0.0, room) if code in LASTS else (days * 0.4, days * 0.8)
                begins = self.draw.uniform(earliest, latest)
                self._begin(len(self.kinds) - 1, begins, make(self, SIZES.index(size)))

    def _begin(self, number: int, day: float, its: Days) -> None:
        self.due.append((day, number, its))

    def day(self) -> None:
        """Whatever is due today goes on."""
        self.today += 1
        for one in sorted((d for d in self.due if d[0] < self.today), key=lambda d: (d[0], d[1])):
            self.due.remove(one)
            at, number, its = one
            before = self._last()
            try:
                wait = next(its, None)
            except (
                SanwangError
            ):  # refused on the way, or somebody used what it wanted: then it was not planted
                wait = self.broken.add(number)
            if number >= 0:
                self.made.setdefault(number, []).extend(self._since(before))
            if wait is not None:
                self.due.append((max(at, self.today - 1) + wait, number, its))

    def _last(self) -> int:
        with self.run.x.store.read() as tx:
            return int(tx.value(sa.select(sa.func.max(events.c.seq))) or 0)

    def _since(self, seq: int) -> list[tuple[str, int]]:
        with self.run.x.store.read() as tx:
            asked = sa.select(events.c.id, events.c.at).where(events.c.seq > seq)
            return [(str(r["id"]), int(r["at"])) for r in tx.all(asked.order_by(events.c.seq))]

    @property
    def schemes(self) -> list[Scheme]:
        """What was planted: its kind, size, events, and when it began."""
        return [Scheme(*self.kinds[n], frozenset(e for e, _ in its), min(at for _, at in its))
                for n, its in sorted(self.made.items()) if its and n not in self.broken]  # fmt: skip

    def two(self, *not_: str) -> tuple[str, str]:
        """Two firms."""
        one, two = self.draw.sample([f for f in self.run.made.firms if f not in not_], 2)
        return one, two

    def step(self, who: Who, process: str, subject: str | None, event: str, **data: Any) -> str:  # noqa: ANN401
        """A step without which the rest is nothing. Raises what refused it."""
        return self.run.x.take(who, process, subject, event, data)

    def number(self) -> int:
        """A fresh number."""
        self.count += 1
        return self.count

    def lists(self, party: str, text: str) -> str | None:
        """A result on show, through both reviews."""
        who, n = self.run.signer(party), self.number()
        with self.run.x.store.read() as tx:
            actor = tx.value(sa.select(parties.c.actor).where(parties.c.id == party))
        word = digest([n, "title"])
        row = {
            "title": f"虚构成果{word[:10]}",
            "abstract": text,
            "owner": actor,
            "openness": "public",
            "trl": 6,
        }
        made = self.run.x.draft(self.run.x.person(str(who.user)), "achievements", row)
        with self.run.x.store.read() as tx:
            alike = search.duplicates(tx, self.run.x.person(str(who.user)), "achievements", row, made)
        self.step(
            who, "listing", made, "submit", duplicates={d.listing: "虚构说明：并非同一项" for d in alike}
        )
        self.step(self.reviewers[0], "listing", made, "pass")
        return self.step(self.reviewers[1], "listing", made, "publish")

    @property
    def reviewers(self) -> tuple[Who, Who]:
        """Two reviewers, made when they are first wanted."""
        if not hasattr(self, "_reviewers"):

            def add(tx: Any) -> list[Who]:  # noqa: ANN401 - a transaction
                users = [
                    people.add_user(tx, EXCHANGE, f"plantedreviewer{n}", f"虚构审核{n}", "", kept="x")
                    for n in (1, 2)
                ]
                for user in users:
                    people.grant(tx, EXCHANGE, user, "reviewer")
                return [Who(u) for u in users]

            self._reviewers: tuple[Who, Who] = tuple(self.run.x.store.run(add))  # pyright: ignore[reportAttributeAccessIssue]
        return self._reviewers

    def inquired(self, buyer: str, seller: str) -> str | None:
        """A deal that is asked about and talked of."""
        listing = self.lists(seller, f"虚构成果说明{digest([self.count, 'text'])}。")
        deal = self.step(self.run.signer(buyer), "deal", None, "inquire", result=listing)
        self.step(self.run.signer(seller), "deal", deal, "accept")
        return deal

    def contracted(
        self, deal: str | None, buyer: str, seller: str, price: int, wanted: tuple[str, ...] = ("report",),
        retained: int = 0,
    ) -> None:  # fmt: skip
        """Terms of one milestone, offered, accepted and signed by both."""
        stage = {"title": "交付", "amount": price, "due_on": self.run.day(60), "acceptance": ["符合约定"],
                 "wanted": list(wanted), "review_days": 15}  # fmt: skip
        stage |= {"retained": retained, "retention_days": 60} if retained else {}
        terms = {"type": self.draw.choice(("development", "licence", "service")), "mode": "standard", "currency": "CNY",
                 "price": price, "technology": price, "title": f"虚构合同{self.number()}", "ip": "归出让方",
                 "from_on": self.run.day(0), "until_on": self.run.day(300), "clauses": {"tacit": False, "refund": True},
                 "milestones": [stage]}  # fmt: skip
        text, mine, theirs = digest(terms), self.run.signer(buyer), self.run.signer(seller)
        self.step(theirs, "deal", deal, "offer", terms=terms, valid_until_on=self.run.day(14))
        self.step(mine, "deal", deal, "accept", digest=text)
        self.step(mine, "deal", deal, "sign", digest=text)
        self.step(theirs, "deal", deal, "countersign", digest=text)

    def pays_for(self, deal: str | None, price: int) -> None:
        """Money for a deal comes in."""
        data = {"reference": f"P{self.number():06d}", "amount": price, "deal": deal, "rail": "manual"}
        self.step(RAIL, "payment", None, "receive", **data)

    def stage(self, deal: str | None) -> str:
        """The one milestone of a deal."""
        return str(first(self.run.rows(milestones, milestones.c.deal == deal))["id"])

    def proves(self, deal: str | None, seller: str, content: bytes) -> None:
        """A file as evidence, and the milestone handed in."""
        who = self.run.x.person(str(self.run.signer(seller).user))
        paper = self.run.x.keep_document(who, seller, "report.pdf", content, deal)
        self.run.x.add_evidence(who, self.stage(deal), "report", paper)

    def accepts(self, deal: str | None, buyer: str, seller: str, by: Who | None = None) -> None:
        """The milestone is handed in and accepted by as many as it takes."""
        stage = self.stage(deal)
        self.step(self.run.signer(seller), "milestone", stage, "submit")
        for who in (by, self.run.signer(buyer)) if by else self.run.made.people[buyer]:
            if self.run.rows(milestones, milestones.c.id == stage)[0]["state"] == "submitted":
                self.step(who, "milestone", stage, "accept")

    def registers(self, deal: str | None, seller: str, price: int) -> None:
        """The contract is registered: the certificate of the office is entered."""
        who, sheet = (
            self.run.signer(seller),
            first(self.run.rows(registrations, registrations.c.deal == deal))["id"],
        )
        by_hand = {"field": "先进制造", "ip": "技术秘密", "plan": "计划外"}
        self.step(who, "registration", sheet, "fill", sheet=by_hand)
        self.step(who, "registration", sheet, "check")
        paper = self.run.x.keep_document(
            self.run.x.person(str(who.user)), seller, "c.pdf", sheet.encode(), deal
        )
        self.step(who, "registration", sheet, "certified", number=f"虚构{self.number():08d}", document=paper,
                      technology=price)  # fmt: skip

    def pays_out(self, party: str, amount: int, account: str) -> None:
        """A payout, instructed and released by two; its money came in before."""
        self.run.comes(party, amount)
        one, two = self.run.made.people[party]
        made = self.step(
            one, "payment", None, "instruct", party=party, amount=amount, account_at=account, rail="manual"
        )
        self.step(two, "payment", made, "release")

    def voucher(self, debtor: str, holder: str, amount: int) -> str | None:
        """A voucher that its first holder accepted."""
        made = self.step(self.run.signer(debtor), "voucher", None, "draft", debtor=debtor, holder=holder, amount=amount,
                             due_on=self.run.day(120), invoice=f"9911700000{self.number():010d}")  # fmt: skip
        for who in self.run.made.people[debtor]:
            self.step(who, "voucher", made, "confirm")
        self.step(self.run.signer(holder), "voucher", made, "accept")
        return made

    def relates(self, one: str, two: str) -> None:
        """A relation on record, said by both."""
        made = self.step(self.run.signer(one), "relation", None, "declare", one=one, two=two,
                             relation_kind="common_control", shown_by="虚构章程")  # fmt: skip
        self.step(self.run.signer(two), "relation", made, "confirm")

    def sleeper(self) -> str:
        """A firm of its own, which nobody else deals with."""
        number = self.number()
        party, its = self.run.x.store.run(
            lambda tx: one_more(tx, f"S{number:04d}", f"虚构沉睡企业{number:03d}")
        )
        self.run.made.people[party] = its
        return party

    def _honest(self) -> Days:
        """A deal as it should be."""
        buyer, seller = self.two()
        price = round(self.draw.lognormvariate(3.6, 0.5)) * WAN
        deal = self.inquired(buyer, seller)
        yield self.draw.uniform(3, 15)
        self.contracted(deal, buyer, seller, price)
        yield self.draw.uniform(2, 10)
        self.pays_for(deal, price)
        if self.draw.random() < 0.6:
            self.registers(deal, seller, price)
        yield self.draw.uniform(15, 40)
        self.proves(deal, seller, str(deal).encode())
        self.accepts(deal, buyer, seller)


def plants(
    seed: int, days: int = 364, honest: int = 120, each: int = 2
) -> tuple[list[Plants], Callable[[Run], Callable[[], None]]]:
    """What is planted in a run of the year, in a list once it has begun, and the function that begins it."""
    sown: list[Plants] = []

    def beside(run: Run) -> Callable[[], None]:
        sown.append(Plants(run, seed, days, honest, each))
        return sown[0].day

    return sown, beside


def write_down(path: Path, schemes: list[Scheme]) -> None:
    """Keep what was planted beside the database."""
    rows = [{"code": s.code, "size": s.size, "begun": s.begun, "events": sorted(s.events)} for s in schemes]
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps({"schemes": rows}, indent=1), encoding="utf-8")
