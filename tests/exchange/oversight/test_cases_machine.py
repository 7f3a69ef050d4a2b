"""Random analysts, parties and clocks on cases, on both databases: nobody judges where they have an interest or twice."""

import random
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from tests_machine import MoneyMachine, run_machine
from tests_market import need, published
from tests_watch import TITLES, rows, watched

from sanwang.errors import SanwangError
from sanwang.exchange import people
from sanwang.exchange.clock import day_of
from sanwang.exchange.errors import Conflict
from sanwang.exchange.oversight import judging
from sanwang.exchange.process import processes
from sanwang.exchange.steps import GUARDS
from sanwang.exchange.tables.casework import ENDED, cases, labels, snoozes, watch_alerts
from sanwang.exchange.tables.record import cursors, events
from sanwang.exchange.who import EXCHANGE

SEED = st.integers(0, 2**32 - 1)
RARE = {"clear": 0.2, "release": 0.2, "return": 0.3, "ask": 0.5}
SELLERS = {"other": "A0003", "agency": "A0004"}
PEOPLE = ("overseer_1", "overseer_2", "overseer_3", "analyst_1", "analyst_2", "analyst_3", "inside", "other_member",
          "agency_member", "firm_member", "operator", "stranger")  # fmt: skip


class Casework(MoneyMachine):
    """Cases about listings that were resold by two parties, one of which employs an analyst."""

    @initialize()
    def begin(self):
        self.open_market()
        watched(self.m)
        user = self.m.who["analyst_3"].user
        self.m.who["inside"] = self.m.who["analyst_3"]
        grant = partial(
            people.grant, who=EXCHANGE, user=user, scope_kind="party", scope=self.m.party["agency"]
        )
        self.m.x.store.run(lambda tx: grant(tx, role="member"))
        self.listed = self.turn = 0
        published(self.m, "firm_member", "needs", need())

    @rule(seed=SEED)
    def happens(self, seed):
        """Something is resold, days pass, a worker dies, or somebody tries something of a case or a snooze."""
        self.turn += 1
        draw = random.Random(f"{seed} {self.turn}")
        for _ in range(16):
            what = draw.random()
            if what < 0.08 or not rows(self.m, cases):
                self.resold(draw)
            elif what < 0.2:
                self.clock.move(days=draw.choice([0.5, 3, 16, 32]))
                self.m.x.work()
            elif what < 0.22:
                self.broken_round()
            elif what < 0.9:
                known = rows(self.m, cases)
                alive = [c for c in known if c["state"] not in ENDED] or known
                self.somebody(draw, "case", draw.choice(alive)["id"])
            elif what < 0.95 and (held := rows(self.m, snoozes)):
                self.somebody(draw, "snooze", draw.choice(held)["id"])
            else:
                told = draw.choice(rows(self.m, watch_alerts))
                self.tried(draw.choice(PEOPLE), "snooze", None, "set", alert=told["id"], words="已核实",
                           until_on=self.later(draw))  # fmt: skip

    def resold(self, draw):
        """A party lists the firm's text as its own; the rules speak, once."""
        name = draw.choice(list(SELLERS))
        self.listed += 1
        if self.listed < len(TITLES):
            published(self.m, f"{name}_member", "needs", need(id=f"R{self.listed}", actor=SELLERS[name],
                                                              title=TITLES[self.listed]))  # fmt: skip
        self.m.x.seal()
        self.m.x.watch()
        assert self.m.x.watch() == (0, 0)

    def broken_round(self):
        """A worker dies: its place is that of an earlier round."""
        put_back = cursors.update().where(cursors.c.reader == "rules")
        self.m.x.store.run(lambda tx: tx.execute(put_back, {"link": 0}))
        self.m.x.watch()
        assert self.m.x.watch() == (0, 0)

    def later(self, draw):
        return day_of(self.clock.at + draw.randint(-1, 40) * 86_400_000_000).isoformat()

    def somebody(self, draw, process, subject):
        """The first of a few people who may do something does; now and then one tries what may not be done."""
        for who in draw.sample(PEOPLE, len(PEOPLE)):
            try:
                choices = self.m.x.allowed(self.m[who], process, subject)
            except SanwangError:
                continue
            for choice in draw.sample(choices, len(choices)):
                if draw.random() < (RARE.get(choice.event, 1) if choice.may else 0.03):
                    self.tried(
                        who, process, subject, choice.event, **self.given(draw, subject, choice.fields)
                    )
                    return

    def given(self, draw, subject, fields):
        [case] = rows(self.m, cases, id=subject) or [None]
        named = case["parties"] if case and draw.random() < 0.9 else [self.m.party["firm"]]
        made = {
            "words": "理由", "question": "来源为何？" if draw.random() < 0.8 else "触发规则", "article": "第三条",
            "party": draw.choice(named), "case_measure": draw.choice(["notice", "suspend", "correct", "none"]),
        }  # fmt: skip
        asked = {f.rstrip("!") for f in fields}
        return {n: x for n, x in made.items() if n in asked}

    def tried(self, who, process, subject, event, **data):
        try:
            self.m.x.take(self.m[who], process, subject, event, data)
        except Conflict:
            raise AssertionError("the database had to refuse what a guard should have") from None
        except SanwangError:
            return

    @invariant()
    def holds(self):
        if not hasattr(self, "listed"):
            return
        found, told = rows(self.m, cases), rows(self.m, watch_alerts)
        open_ = [(c["code"], c["subject_kind"], c["subject"]) for c in found if c["state"] not in ENDED]
        assert len(open_) == len(set(open_)), "two open cases of a rule about a subject"
        assert all((a["case"] is None) == bool(a["snooze"]) for a in told), (
            "an alert lost, or a snoozed one asked about"
        )
        for case in found:
            its = [a for a in told if a["case"] == case["id"]]
            assert its and case["alert"] in [a["id"] for a in its]
            judges = [case["found_by"], case["acted_by"], case["appeal_by"]]
            named = [j for j in judges if j]
            assert len(named) == len(set(named)), "one person in two places"
            self.by_whom(case)
        assert self.m.x.verify() == []
        self.precision(found)

    def by_whom(self, case):
        """Every step by people who may: watchers outside the parties named; a party only to answer and appeal."""
        inside = {self.m["inside"].user} if self.m.party["agency"] in case["parties"] else set()
        watchers = {self.m[w].user for w in PEOPLE if w.startswith(("overseer", "analyst"))} - inside
        ways = {t.event: t for t in processes()["case"].transitions}
        state = None
        for e in rows(self.m, events, process="case", subject=case["id"]):
            assert e["from_state"] == state and (
                state is None or state in ways[e["take"]].sources or e["take"] == "release"
            )
            state = e["to_state"]
            if e["agent"] == "person":
                ours = {"answer": case["asked_party"], "appeal": case["held_party"]}.get(e["take"])
                assert (e["party"] in case["parties"] and ours) if e["party"] else e["user"] in watchers, e[
                    "take"
                ]
        assert state == case["state"]

    def precision(self, found):
        """What is told of the rule is what its cases say, counted anew."""
        decided = [c for c in found if c["state"] in judging.DECIDED]
        right = sum(c["finding"] == "true" for c in decided)
        with self.m.x.store.read() as tx:
            known = judging.judged(tx, "listing_resold")
            words = tx.value(sa.select(sa.func.count()).select_from(labels))
        assert (known.right, known.of) == (right, len(decided)) and words >= known.of


machine = partial(run_machine, Casework, steps=5)


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 8), ("postgresql", 4)])
def test_random_casework(kind, examples, request, tmp_path):
    seen = machine(kind, request, tmp_path, examples)
    wanted = {(p, t.event) for p in ("case", "snooze") for t in processes()[p].transitions}
    missing = wanted - seen
    assert len(missing) < 5, missing


@pytest.mark.parametrize("name", ["no_interest", "second_analyst", "not_involved"])
def test_a_guard_that_lets_everybody_pass_is_caught(name, request, tmp_path, monkeypatch):
    monkeypatch.setitem(GUARDS, name, lambda tx, step: None)
    if name == "no_interest":
        from sanwang.exchange.oversight import seeing

        monkeypatch.setattr(seeing, "watching", lambda who, case: {r for r in seeing.WATCHERS if who.has(r)})
    with pytest.raises((AssertionError, ExceptionGroup)):
        machine("sqlite", request, tmp_path, 8)
