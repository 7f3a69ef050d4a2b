"""Random people take random steps on a random clock; after every one the record, the states and the secrets hold."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests_market import contracted, market, need, published, result, terms

from sanwang.errors import SanwangError
from sanwang.exchange.clock import SetClock, day_of
from sanwang.exchange.store import Store
from sanwang.exchange.tables.deals import contracts, deals, milestones, offers
from sanwang.exchange.tables.market import listings, ndas
from sanwang.exchange.tables.record import consents, events
from sanwang.exchange.who import RAIL, VISITOR

PROCESSES = ("listing", "nda", "deal", "milestone", "trial", "registration", "payment")
PEOPLE = (
    "university_member", "university_signer", "university_second", "firm_member", "firm_signer", "firm_second",
    "other_member", "other_signer", "reviewer_a", "reviewer_b", "operator", "operator_b", "registrar", "manager",
)  # fmt: skip
TRIAL = {"fee": 1, "test": "x", "until_on": "2027-01-31", "data": "x", "liability": "x", "silence": "convert"}
SEED = st.integers(0, 2**32 - 1)


class Machine(RuleBasedStateMachine):
    """Set ``store`` to a fresh one before each run."""

    make: staticmethod
    seen: set[tuple[str, str]]

    @initialize()
    def begin(self):
        self.clock = SetClock(1_796_086_800_000_000)
        self.store: Store = type(self).make(self.clock)
        self.m = market(self.store, self.clock)
        self.count, self.taken = 0, {}
        self.listings = [
            published(
                self.m,
                "university_member",
                "achievements",
                result(openness=tier, id=f"R{n}", title=f"涂层{n}" * 3),
            )
            for n, tier in enumerate(("public", "nda"))
        ]
        self.listings.append(published(self.m, "firm_member", "needs", need()))
        contracted(self.m, listing=self.listings[0])
        other = published(self.m, "university_member", "achievements", result(id="R7", title="试用的成果"))
        contracted(self.m, listing=other, offer=terms(mode="use_first", trial=TRIAL))

    def teardown(self):
        if hasattr(self, "store"):
            with self.store.read() as tx:
                rows = tx.all(sa.select(events.c.process, events.c.take).distinct())
            type(self).seen |= {(r["process"], r["take"]) for r in rows}
            self.store.close()

    def ids(self, process):
        from sanwang.exchange.access import table_of

        with self.store.read() as tx:
            table = table_of(process)
            return [r["id"] for r in tx.all(sa.select(table.c.id).order_by(table.c.id))]

    def given(self, draw: random.Random, process: str, subject: str, fields) -> dict:
        """Something for every field, right more often than not."""
        later = day_of(self.clock.at + draw.randint(1, 60) * 86_400_000_000).isoformat()
        mode = draw.choice(["standard", "use_first"])
        offer = terms(mode=mode)
        if mode == "use_first":
            offer["trial"] = {"fee": 1, "test": "x", "until_on": later, "data": "x", "liability": "x",
                              "silence": draw.choice(["convert", "return"])}  # fmt: skip
        made = {
            "data": need(title="改" * draw.randint(1, 9)) if draw.random() < 0.5 else result(title="改" * 4),
            "why": draw.choice(["other", "agreed"]), "words": "词" * draw.randint(1, 5), "still_true": True,
            "terms": offer, "valid_until_on": later, "until_on": later, "due_on": later, "template": "v1",
            "digest": self.text(process, subject), "amount": draw.choice([1, 1_000_000]), "point": draw.randint(1, 3),
            "asked": draw.choice([1, 1_000_000]), "delivered": True, "measure": "m", "value": "v", "met": True,
            "number": f"N{draw.randint(0, 10**6)}", "technology": 1,
            "sheet": {"field": "x", "ip": "未涉及", "plan": "计划外"},
            "duplicates": {}, "tier": draw.choice(["public", "members", "nda"]),
        }  # fmt: skip
        held = self.held(subject)
        part = draw.randint(0, held)
        made |= {"to_seller": part, "to_buyer": held - part}
        return {f.rstrip("!"): made[f.rstrip("!")] for f in fields if f.rstrip("!") in made
                and (f.endswith("!") or draw.random() < 0.3) and f.rstrip("!") != "tier"}  # fmt: skip

    def text(self, process, subject):
        with self.store.read() as tx:
            if process == "nda":
                return tx.value(sa.select(ndas.c.text_digest).where(ndas.c.id == subject)) or "d1"
            open_ = tx.value(
                sa.select(offers.c.digest).where(offers.c.deal == subject, offers.c.state == "open")
            )
            return (
                open_
                or tx.value(sa.select(contracts.c.text_digest).where(contracts.c.deal == subject))
                or "x"
            )

    def held(self, subject):
        with self.store.read() as tx:
            row = tx.one(sa.select(milestones).where(milestones.c.id == subject))
            return row["amount"] - row["paid"] - row["refunded"] if row else 1

    @rule(seed=SEED)
    def step(self, seed):
        """A few people each take something that they may, or now and then try what they may not."""
        draw = random.Random(seed)
        for _ in range(6):
            process = draw.choice(PROCESSES)
            known = self.ids(process)
            if known:
                self.one(draw, process, draw.choice(known), [self.m[w] for w in draw.sample(PEOPLE, 6)])

    def one(self, draw, process, subject, people):
        for who in people:
            try:
                choices = [
                    c for c in self.m.x.allowed(who, process, subject) if c.may or draw.random() < 0.05
                ]
            except SanwangError:
                continue
            if choices:
                choice = draw.choice(choices)
                if choice.event == "submit" and process == "milestone":
                    self.bring(who, subject)
                self.take(
                    who, process, subject, choice.event, self.given(draw, process, subject, choice.fields)
                )
                return

    def take(self, who, process, subject, event, data):
        self.count += 1
        asked = (who, process, subject, event, data)
        key = f"k{self.count}"
        with suppress(SanwangError):
            self.taken[key] = (asked, self.m.x.take(*asked[:4], data, request=key))

    def bring(self, who, stage):
        for kind in ("test_report", "report"):
            with suppress(SanwangError, StopIteration):
                paper = self.m.x.keep_document(who, next(iter(self.m.x.person(who.user).parties)), kind, b"x")
                self.m.x.add_evidence(who, stage, kind, paper)

    @rule(seed=SEED)
    def inquire(self, seed):
        draw = random.Random(seed)
        listing = draw.choice(self.listings)
        who = self.m[draw.choice(PEOPLE[:8])]
        side = "need" if listing == self.listings[-1] else "result"
        self.take(who, "deal", None, "inquire", {side: listing})
        self.take(who, "nda", None, "ask", {"listing": listing, "purpose": "x", "readers": [who.user]})

    @rule(seed=SEED)
    def money(self, seed):
        draw = random.Random(seed)
        if known := self.ids("deal"):
            got = {
                "reference": f"B{seed}",
                "amount": draw.choice([40_000_000, 60_000_000, 1]),
                "deal": draw.choice(known),
            }
            with suppress(SanwangError):
                self.m.x.take(RAIL, "payment", None, "receive", got)

    @rule(days=st.sampled_from([-2, 0, 0, 1, 1, 1, 2, 3, 20, 70]))
    def clock_moves(self, days):
        self.clock.move(days=days)
        self.m.x.work()

    @rule(seed=SEED)
    def replay(self, seed):
        if not self.taken:
            return
        key = random.Random(seed).choice(sorted(self.taken))
        (who, process, subject, event, data), answer = self.taken[key]
        before = self.events()
        assert self.m.x.take(who, process, subject, event, data, request=key) == answer
        assert self.events() == before

    def events(self):
        with self.store.read() as tx:
            return tx.value(sa.select(sa.func.count()).select_from(events))

    @invariant()
    def everything_holds(self):
        if not hasattr(self, "store"):
            return
        self.m.x.seal()
        assert self.m.x.verify() == []
        with self.store.read() as tx:
            same = listings.c.first_by == listings.c.second_by
            assert tx.value(sa.select(sa.func.count()).select_from(listings).where(same)) == 0
            alone = sa.select(consents.c.subject).group_by(consents.c.event).having(sa.func.count() > 1)
            assert tx.all(alone.with_only_columns(consents.c.event)) == []
            self.both_signed(tx)
        self.no_secret()

    def both_signed(self, tx):
        """Nothing is contracted that two persons of two sides did not sign."""
        joined = sa.join(deals, contracts, deals.c.id == contracts.c.deal)
        under = deals.c.state.in_(("contracted", "on_trial", "performing", "completed", "closed"))
        for row in tx.all(sa.select(contracts).select_from(joined).where(under)):
            assert row["buyer_signed"]
            assert row["seller_signed"]
            assert row["buyer_signed"] != row["seller_signed"]

    def no_secret(self):
        secret = self.listings[1]
        for who in (VISITOR, self.m["other_member"], self.m["operator"], self.m["stranger"]):
            x = self.m.x
            assert "乙二六四" not in str([h for h in x.search(who, most=200) if h.listing == secret])
            assert secret not in [h.listing for h in x.search(who, "乙二六四")]
            with suppress(SanwangError):
                assert "乙二六四" not in str(x.show(who, "listing", secret))


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 4), ("postgresql", 1)])
def test_nothing_random_people_do_breaks_the_exchange(kind, examples, request, tmp_path):
    from conftest_exchange import fresh

    number = iter(range(10_000))
    address = fresh(kind, request)

    class One(Machine):
        make = staticmethod(lambda clock: address(tmp_path / f"{next(number)}.db", clock))
        seen: ClassVar = set()

    how = settings(
        max_examples=examples, stateful_step_count=40, deadline=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck), derandomize=True,
    )  # fmt: skip
    run_state_machine_as_test(One, settings=how)
    assert len(One.seen) >= (30 if kind == "sqlite" else 10), sorted(One.seen)
