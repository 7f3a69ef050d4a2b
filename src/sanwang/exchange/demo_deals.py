"""The demonstration's deals: each brought by the ordinary steps to the state it is to show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sanwang.exchange import clock as times
from sanwang.exchange import deadlines
from sanwang.exchange.clock import SetClock
from sanwang.exchange.given import digest
from sanwang.exchange.rails.simulated import SimulatedRail
from sanwang.exchange.rails.work import work
from sanwang.exchange.tables.deals import TYPES
from sanwang.exchange.who import RAIL, Who

if TYPE_CHECKING:
    from sanwang.exchange.demo import Cast
    from sanwang.exchange.face import Exchange

PLAN: tuple[tuple[str, int, int], ...] = (
    ("closed", 150, 4), ("terminated", 120, 2), ("lapsed", 100, 3), ("declined", 90, 3), ("given_back", 80, 1),
    ("cancelled", 60, 2), ("disputed", 45, 2), ("late", 44, 1), ("changes", 40, 1), ("performing", 35, 4),
    ("completed", 20, 3), ("on_trial", 18, 2), ("talking", 12, 3), ("submitted", 10, 2), ("agreed", 8, 2),
    ("offered", 5, 2), ("contracted", 3, 1), ("inquiry", 2, 2),
)  # fmt: skip
"""How far deals come, days before now on which they begin, and how many: forty."""

Report = Callable[[int, int, str], None]


def deals(
    x: Exchange, cast: Cast, pairs: Sequence[tuple[str, str]], clock: SetClock, now: int, tell: Report
) -> None:
    """Forty deals between the owners of the pairs, oldest first; a few payouts over the simulated rail."""
    number, whole = 0, sum(n for _, _, n in PLAN)
    for target, ago, count in PLAN:
        clock.at = now - ago * times.DAY
        deadlines.run_due(x.store)
        for _ in range(count):
            need, result = pairs[number]
            _Deal(x, cast, clock, need, result, number).to(target)
            number += 1
            tell(number, whole, "deals")
    _pay_out(x, cast, clock)


class _Deal:
    """One deal on its way: who takes each step, and the terms."""

    def __init__(self, x: Exchange, cast: Cast, clock: SetClock, need: str, result: str, number: int) -> None:
        self.x, self.clock, self.number, self.cast = x, clock, number, cast
        with x.store.read() as tx:
            from sanwang.exchange.tables.market import listings

            rows = {r["id"]: r for r in tx.all(listings.select().where(listings.c.id.in_([need, result])))}
        self.secret = rows[result]["tier"] == "nda" or rows[need]["tier"] == "nda"
        self.buyer, self.buyer_signer, self.buyer_second = cast.people[rows[need]["party"]]
        self.seller, self.seller_signer, _ = cast.people[rows[result]["party"]]
        self.seller_party, self.need, self.result = rows[result]["party"], need, result
        self.parties = {need: rows[need]["party"], result: rows[result]["party"]}
        self.tiers = {k: rows[k]["tier"] for k in (need, result)}

    def take(self, who: Who, event: str, **data: Any) -> str:  # noqa: ANN401 - fields of the step
        """A step of the deal."""
        return self.x.take(who, "deal", self.key, event, data)

    def to(self, target: str) -> None:
        """Bring it there; the clock of the demonstration does the rest."""
        self.key = self.x.take(self.buyer, "deal", None, "inquire", need=self.need, result=self.result)
        if target in ("inquiry", "lapsed"):
            return
        if target == "declined":
            self.take(self.seller, "decline", why="capacity", words="虚构理由：今年没有名额")
            return
        self.take(self.seller, "accept")
        if target == "talking":
            return
        self._agreements()
        terms = self._terms("use_first" if target in ("on_trial", "given_back") else "standard")
        self.take(self.seller, "offer", terms=terms, valid_until_on=self._day(14))
        if target == "offered":
            return
        text = digest(terms)
        self.take(self.buyer, "accept", digest=text)
        if target == "agreed":
            return
        if target == "cancelled":
            for one in ("operator2", "operator3"):
                self.take(self.cast.officials[one], "cancel", why="untrue", words="虚构投诉")
            return
        self.take(self.buyer_signer, "sign", digest=text)
        self.take(self.seller_signer, "countersign", digest=text)
        if target in ("contracted", "terminated"):
            return
        self._carry_out(target)

    def _carry_out(self, target: str) -> None:
        if target in ("on_trial", "given_back"):
            trial = self._mine("trial")[0]["id"]
            self.x.take(self.seller, "trial", trial, "start", delivered=True)
            met = target == "on_trial"
            self.x.take(
                self.buyer, "trial", trial, "report", measure="良率", value="96 %" if met else "71 %", met=met
            )
            if not met:
                self.x.take(self.buyer, "trial", trial, "give_back", measure="良率", value="71 %")
            return
        self._fund()
        first, second = (r["id"] for r in sorted(self._mine("milestone"), key=lambda r: r["no"]))
        if target in ("performing", "late"):
            return
        self._deliver(first)
        if target == "submitted":
            return
        if target == "disputed":
            self.x.take(
                self.buyer_signer, "milestone", first, "dispute", words="虚构主张：指标未达", asked=1_000_000
            )
            return
        if target == "changes":
            self.x.take(self.buyer, "milestone", first, "ask_change", point=1, words="虚构意见：补测高温")
            return
        for stage in (first, second):
            if stage == second:
                self._deliver(second)
            for one in (self.buyer_signer, self.buyer_second):
                if self._mine("milestone", stage)[0]["state"] == "submitted":
                    self.x.take(one, "milestone", stage, "accept")
        self._register()

    def _fund(self) -> None:
        total = sum(r["amount"] for r in self._mine("milestone"))
        got = {"reference": f"DEMO{self.number:04d}", "amount": total, "deal": self.key}
        self.x.take(RAIL, "payment", None, "receive", got)

    def _deliver(self, stage: str) -> None:
        paper = self.x.keep_document(
            self.seller, self.seller_party, "report.pdf", f"{stage} fictional".encode()
        )
        self.x.add_evidence(self.seller, stage, "report", paper)
        self.x.take(self.seller, "milestone", stage, "submit")

    def _register(self) -> None:
        sheet = self._mine("registration")[0]["id"]
        by_hand = {"field": "先进制造", "ip": "技术秘密", "plan": "计划外"}
        self.x.take(self.seller, "registration", sheet, "fill", sheet=by_hand)
        self.x.take(self.seller, "registration", sheet, "check")
        text = self.x.keep_document(
            self.seller, self.seller_party, "contract.pdf", f"{self.key} fictional".encode()
        )
        self.x.take(self.seller, "registration", sheet, "file", document=text)
        office = self.cast.officials["registrar"]
        number = f"DEMO{self.number:012d}"
        self.x.take(office, "registration", sheet, "register", number=number, technology=self._amounts()[1])

    def _mine(self, process: str, key: str | None = None) -> list[Mapping[str, Any]]:
        rows = self.x.mine(self.buyer, process)
        return [r for r in rows if r["deal"] == self.key and key in (None, r["id"])]

    def _agreements(self) -> None:
        """An agreement for each side's secret listing, so that terms may be spoken of."""
        sides = ((self.result, self.buyer, self.buyer_signer, self.seller_signer),
                 (self.need, self.seller, self.seller_signer, self.buyer_signer))  # fmt: skip
        for listing, asker, asker_signer, owner_signer in sides:
            if self.tiers[listing] == "nda":
                asked = {"listing": listing, "purpose": "评估（虚构）", "readers": [asker.user]}
                nda = self.x.take(asker, "nda", None, "ask", asked)
                text = digest([nda, "fictional"])
                self.x.take(
                    owner_signer, "nda", nda, "send", template="v1", until_on=self._day(365), digest=text
                )
                self.x.take(asker_signer, "nda", nda, "sign", digest=text)
                self.x.take(owner_signer, "nda", nda, "countersign", digest=text)

    def _amounts(self) -> tuple[int, int]:
        price = (20 + 3 * self.number) * 1_000_000
        return price, price * 9 // 10

    def _terms(self, mode: str) -> dict[str, Any]:
        price, technology = self._amounts()
        kind = TYPES[self.number % len(TYPES)]
        stages = [("样件", price * 6 // 10, 20), ("交付", price - price * 6 // 10, 60)]
        terms: dict[str, Any] = {
            "type": kind, "mode": mode, "currency": "CNY", "price": price, "technology": technology,
            "title": f"虚构合同 {self.number + 1}", "ip": "归出让方，后续改进归改进方", "from_on": self._day(0),
            "until_on": self._day(365), "clauses": {"tacit": self.number % 2 == 0, "refund": True},
            "milestones": [{"title": t, "amount": a, "due_on": self._day(d), "acceptance": ["符合约定指标"],
                            "wanted": ["report"], "review_days": 15} for t, a, d in stages],
        }  # fmt: skip
        if mode == "use_first":
            terms["trial"] = {"fee": price, "test": "良率 ≥ 95 %", "until_on": self._day(60), "data": "归双方",
                              "liability": "各自承担", "silence": "return"}  # fmt: skip
        return terms

    def _day(self, days: int) -> str:
        return (times.day_of(self.clock()) + timedelta(days=days)).isoformat()


def _pay_out(x: Exchange, cast: Cast, clock: SetClock) -> None:
    """Two sellers have their money paid out; the simulated institution answers."""
    from sanwang.errors import SanwangError

    done = 0
    for party in cast.makers:
        _, signer, second = cast.people[party]
        asked = {"party": party, "amount": 1_000_000, "account_at": f"DEMO-{party[:8]}"}
        try:
            payment = x.take(signer, "payment", None, "instruct", asked)
            x.take(second, "payment", payment, "release")
        except SanwangError:
            continue  # nothing came in for this one
        done += 1
        if done == 2:
            break
    work(x.store, SimulatedRail())
    clock.move(seconds=600)
    work(x.store, SimulatedRail())
