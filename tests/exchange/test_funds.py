"""Funds: paid in = called and paid, nobody beyond a promise, and everything adds up at every moment."""

import datetime as dt
import random
from contextlib import suppress
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from tests_machine import MoneyMachine, run_machine
from tests_money import gets, has, money_market

from sanwang.errors import SanwangError
from sanwang.exchange import capital, funds
from sanwang.exchange.clock import day_of
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.ledger import pooled
from sanwang.exchange.tables.funds import capital_calls, commitments, investments
from sanwang.exchange.tables.funds import funds as fund_rows
from sanwang.standards.returns import rates

DAYS = {"close_on": "2027-01-31", "invest_until_on": "2028-12-31", "ends_on": "2031-12-31"}
SHEET = {"revolving": False, "share_by": "commitment", "purpose": "虚构：新材料中试", **DAYS}
TERMS = {"instrument": "equity", "tranches": [{"milestone": "样件", "amount": 300_000},
                                              {"milestone": "小批", "amount": 200_001}]}  # fmt: skip


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def proposed(m, **more):
    who = [m.party[n] for n in ("bank_b", "supplier", "maker")]
    return m.x.take(m["bank_a_member"], "fund", None, "propose", manager=m.party["bank_a"], name="虚构基金",
                    fund_terms=SHEET | more, invited=who)  # fmt: skip


def test_more_parties_may_be_invited_while_it_raises(m):
    fund = proposed(m)
    with pytest.raises(NotFound):
        m.x.show(m["firm_member"], "fund", fund)
    m.x.take(m["bank_a_member"], "fund", fund, "invite", invited=[m.party["firm"]])
    assert m.x.show(m["firm_member"], "fund", fund)["state"] == "raising"
    promise(m, fund, "firm", 1_000)
    promise(m, fund, "maker", 1_000)  # those invited before still are


def promise(m, fund, name, amount):
    digest = m.x.show(m[f"{name}_member"], "fund", fund)["text_digest"]
    made = m.x.take(
        m[f"{name}_member"], "commitment", None, "offer", fund=fund, investor=m.party[name], amount=amount
    )
    m.x.take(m[f"{name}_signer"], "commitment", made, "sign", digest=digest)
    m.x.take(m["bank_a_signer"], "commitment", made, "admit")
    return made


def both(m, process, subject, event, **data):
    for who in ("bank_a_signer", "bank_a_second"):
        m.x.take(m[who], process, subject, event, **data)


def raised(m, amounts=(600_000, 300_000, 100_000), **more):
    fund = proposed(m, **more)
    for name, amount in zip(("bank_b", "supplier", "maker"), amounts, strict=True):
        if amount:
            promise(m, fund, name, amount)
    both(m, "fund", fund, "close")
    return fund


def called(m, fund, amount, pay=("bank_b", "supplier", "maker"), due_on="2027-02-20"):
    m.x.take(m["bank_a_signer"], "fund", fund, "call", amount=amount, due_on=due_on, purpose="虚构")
    for name in pay:
        for one in m.x.mine(m[f"{name}_member"], "capital_call"):
            if one["state"] in ("sent", "late") and one["investor"] == m.party[name]:
                gets(m, name, one["amount"])
                m.x.take(m[f"{name}_signer"], "capital_call", one["id"], "pay")


def invests(m, fund, terms=TERMS, name="firm"):
    made = m.x.take(m["bank_a_member"], "investment", None, "propose", fund=fund, investee=m.party[name],
                    invest_terms=terms)  # fmt: skip
    m.x.take(m[f"{name}_signer"], "investment", made, "accept",
             digest=m.x.show(m[f"{name}_member"], "investment", made)["text_digest"])  # fmt: skip
    return made


def tranche(m, made, name="firm"):
    m.x.take(m[f"{name}_signer"], "investment", made, "report", words="虚构：里程碑达成")
    m.x.take(m["bank_a_signer"], "investment", made, "pay")


def sold(m, made, amount, cost, name="maker"):
    m.x.take(m["bank_a_signer"], "investment", made, "ask", buyer=m.party[name], amount=amount, cost=cost)
    gets(m, name, amount)
    m.x.take(m[f"{name}_signer"], "investment", made, "pay")


def fund_row(m, fund):
    return m.x.show(m["bank_a_member"], "fund", fund)


def holds(m):
    m.x.seal()
    assert m.x.verify() == []


def test_a_whole_life_ends_with_everything_distributed(m, clock):
    fund = raised(m)
    called(m, fund, 500_001)
    row = fund_row(m, fund)
    assert (row["called"], row["paid_in"]) == (500_001, 500_001)
    with m.x.store.read() as tx:
        parts = sorted(c["paid"] for c in tx.all(sa.select(commitments)))
    assert parts == [50_000, 150_000, 300_001]
    made = invests(m, fund)
    with pytest.raises(Refused, match="no step from there"):
        m.x.take(m["bank_a_signer"], "investment", made, "pay")
    tranche(m, made)
    assert has(m, "firm") == 300_000
    clock.move(days=365)
    m.x.take(
        m["bank_a_signer"],
        "investment",
        made,
        "value",
        on_day="2027-12-01",
        worth=700_000,
        basis="虚构：可比交易",
    )
    seen = m.x.fund(m["bank_b_member"], fund)
    assert (seen.cash, seen.cost, seen.worth) == (200_001, 300_000, 900_001)
    assert seen.net == pytest.approx(
        rates([(dt.date(2026, 12, 1), -500_001), (dt.date(2027, 12, 1), 900_001)])
    )
    tranche(m, made)
    sold(m, made, 900_000, 500_001)
    assert m.x.show(m["bank_a_member"], "investment", made)["state"] == "exited"
    m.x.take(m["bank_a_signer"], "fund", fund, "distribute", amount=900_000)
    assert [has(m, n) for n in ("bank_b", "supplier", "maker")] == [540_000, 270_000, 90_000]
    both(m, "fund", fund, "wind_up")
    end = m.x.fund(m["supplier_member"], fund)
    assert (end.cash, end.cost, end.worth, end.whole) == (0, 0, 0, pytest.approx(900_000 / 500_001))
    assert sum(f.amount for f in end.flows) == 0
    holds(m)


def test_strangers_see_nothing_and_investors_not_who_else_was_asked(m):
    fund = raised(m, (600_000, 300_000, 0))
    for who in ("university_member", "firm_member"):
        with pytest.raises(NotFound):
            m.x.show(m[who], "fund", fund)
    assert "invited" not in m.x.show(m["bank_b_member"], "fund", fund)
    with pytest.raises(NotFound):  # invited, but promised nothing
        m.x.fund(m["maker_member"], fund)
    assert m.x.fund(m["bank_b_member"], fund).committed == 900_000
    assert [r["id"] for r in m.x.mine(m["maker_member"], "fund")] == [fund]


def test_nobody_is_called_beyond_their_promise(m):
    fund = raised(m, (7, 7, 7))
    for amount in (1, 1, 5, 14):
        called(m, fund, amount)
        holds(m)
    with pytest.raises(Refused, match=r"at most what is not called, 0\.00"):
        called(m, fund, 1)
    with m.x.store.read() as tx:
        assert [c["paid"] for c in tx.all(sa.select(commitments))] == [7, 7, 7]


def test_who_does_not_pay_is_late_and_the_call_can_be_taken_back(m, clock):
    fund = raised(m)
    called(m, fund, 1_000_000, pay=("bank_b",), due_on="2026-12-20")
    clock.move(days=25)
    m.x.work()
    late = [c for c in m.x.mine(m["bank_a_member"], "capital_call") if c["state"] == "late"]
    assert sorted(c["amount"] for c in late) == [100_000, 300_000]
    m.x.take(m["bank_a_signer"], "capital_call", late[0]["id"], "take_back", why="breach")
    assert fund_row(m, fund)["called"] == 1_000_000 - late[0]["amount"]
    holds(m)


def test_a_tranche_waits_for_money_and_no_more_is_promised_than_can_come_in(m):
    fund = raised(m)
    with pytest.raises(Refused, match="more than the fund can still invest"):
        invests(m, fund, {"instrument": "loan", "tranches": [{"milestone": "x", "amount": 1_000_001}]})
    made = invests(m, fund)
    m.x.take(m["firm_signer"], "investment", made, "report", words="虚构")
    with pytest.raises(Refused, match="call capital first"):
        m.x.take(m["bank_a_signer"], "investment", made, "pay")
    m.x.take(m["bank_a_signer"], "investment", made, "return", why="lacks", words="缺检测报告（虚构）")
    called(m, fund, 1_000_000)
    with pytest.raises(Refused, match=r"at most 4,999\.99"):
        m.x.take(m["bank_a_signer"], "fund", fund, "distribute", amount=500_000)
    holds(m)


@pytest.mark.parametrize(("revolving", "again"), [(False, 0), (True, 900_000)])
def test_only_a_revolving_fund_invests_again_what_came_back(m, revolving, again):
    fund = raised(m, (300_000, 200_001, 0), revolving=revolving)
    called(m, fund, 500_001)
    made = invests(m, fund)
    tranche(m, made)
    tranche(m, made)
    sold(m, made, 900_000, 500_001)
    ask = {"instrument": "loan", "tranches": [{"milestone": "x", "amount": again or 1}]}
    if revolving:
        second = invests(m, fund, ask, "supplier")
        tranche(m, second, "supplier")
        with pytest.raises(Refused, match=r"can still invest: 0\.00"):
            invests(m, fund, {"instrument": "loan", "tranches": [{"milestone": "x", "amount": 1}]})
    else:
        with pytest.raises(Refused, match=r"can still invest: 0\.00"):
            invests(m, fund, ask)
    holds(m)


def test_a_write_off_leaves_the_rest_and_ends_when_nothing_is_left(m):
    fund = raised(m)
    called(m, fund, 500_001)
    made = invests(m, fund)
    tranche(m, made)
    both(m, "investment", made, "write_off", cost=100_000, why="other", words="虚构")
    assert m.x.fund(m["bank_a_member"], fund).cost == 200_000
    both(m, "investment", made, "write_off", cost=200_000, why="other", words="虚构")
    row = m.x.show(m["firm_member"], "investment", made)
    assert (row["state"], row["written_off"]) == ("written_off", 300_000)
    assert fund_row(m, fund)["written_off"] == 300_000
    holds(m)


def test_paid_in_shares_follow_what_was_paid(m):
    fund = raised(m, (600_000, 400_000, 0), share_by="paid_in")
    called(m, fund, 1_000_000, pay=("supplier",))
    m.x.take(m["bank_a_signer"], "fund", fund, "distribute", amount=1_000)
    assert (has(m, "supplier"), has(m, "bank_b")) == (1_000, 0)
    holds(m)


def test_a_fund_that_is_not_raised_lapses_with_its_promises(m, clock):
    fund = proposed(m)
    promise(m, fund, "bank_b", 10)
    clock.move(days=70)
    m.x.work()
    assert fund_row(m, fund)["state"] == "dropped"
    holds(m)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"close_on": "2026-01-01"}, "follow each other"), ({"revolving": 1}, "true or false"),
     ({"purpose": " "}, "purpose"), ({"fee": 1}, "are wanted"), ({"ends_on": "2027-01-01"}, "follow each other")],
)  # fmt: skip
def test_a_term_sheet_says_everything(m, change, said):
    with pytest.raises(Refused, match=said):
        proposed(m, **change)


SEED = st.integers(0, 2**32 - 1)
NAMES = ("bank_b", "supplier", "maker", "firm")


class Pooling(MoneyMachine):
    """Two funds, one revolving: any steps in any order on a random clock."""

    @initialize()
    def begin(self):
        self.open_market()
        for name in NAMES:
            gets(self.m, name, 2_000_000)
        self.funds = [raised(self.m, (500_000, 300_001, 7)), raised(self.m, (90_000, 1, 50_000), revolving=True,
                                                                     share_by="paid_in")]  # fmt: skip
        for fund, amount in zip(self.funds, (600_000, 100_000), strict=True):
            called(self.m, fund, amount)

    @rule(seed=SEED)
    def propose(self, seed):
        draw, m = random.Random(seed), self.m
        rows = [{"milestone": "x", "amount": draw.randint(1, 120_000)} for _ in range(draw.randint(1, 3))]
        with suppress(SanwangError):
            invests(
                m, draw.choice(self.funds), {"instrument": "equity", "tranches": rows}, draw.choice(NAMES[1:])
            )

    @rule(seed=SEED)
    def steps(self, seed):
        draw, m = random.Random(seed), self.m
        for _ in range(12):
            process, table = draw.choice((("fund", fund_rows), ("investment", investments), ("investment", investments),
                                          ("capital_call", capital_calls)))  # fmt: skip
            with m.x.store.read() as tx:
                known = tx.all(sa.select(table).order_by(table.c.id))
            if known:
                self.one(draw, process, draw.choice(known))

    def one(self, draw, process, it):
        m = self.m
        people = [f"{p}_{post}" for p in ("bank_a", *NAMES) for post in ("signer",)]
        for who in draw.sample(people, len(people)):
            choices = []
            with suppress(SanwangError):  # not theirs to see
                choices = [c for c in m.x.allowed(m[who], process, it["id"]) if c.may]
            if not choices:
                continue
            choice = draw.choice(choices)
            if choice.event in ("drop", "wind_up", "withdraw", "end_tranches") and draw.random() < 0.9:
                continue
            cost = it.get("invested", 0) - it.get("cost_back", 0) - it.get("written_off", 0)
            cash = (
                it.get("paid_in", 0)
                - it.get("invested", 0)
                + it.get("came_back", 0)
                - it.get("distributed", 0)
            )
            most = cash if choice.event == "distribute" else 200_000
            data = {"amount": draw.randint(1, max(most, 1)), "why": "other", "words": "虚构", "purpose": "虚构",
                    "due_on": (day_of(self.clock()) + dt.timedelta(days=9)).isoformat(), "worth": 5, "basis": "虚构",
                    "cost": draw.randint(0, max(cost, 1)), "on_day": day_of(self.clock()).isoformat(),
                    "buyer": m.party[draw.choice(NAMES)]}  # fmt: skip
            names = {f.rstrip("!") for f in choice.fields}
            given = {n: v for n, v in data.items() if n in names}
            with suppress(SanwangError):
                m.x.take(m[who], process, it["id"], choice.event, given)
                if choice.two == "always":
                    m.x.take(m["bank_a_second"], process, it["id"], choice.event, given)
            return

    @rule(days=st.sampled_from([3, 15, 300]))
    def time_passes(self, days):
        self.clock.move(days=days)
        self.m.x.work()

    @invariant()
    def everything_holds(self):
        if not hasattr(self, "m"):
            return
        self.m.x.seal()
        assert self.m.x.verify() == []
        with self.m.x.store.read() as tx:
            for row in tx.all(sa.select(fund_rows)):
                calls = tx.all(sa.select(capital_calls).where(capital_calls.c.fund == row["id"]))
                assert row["paid_in"] == sum(c["amount"] for c in calls if c["state"] == "paid")
                cash = row["paid_in"] - row["invested"] + row["came_back"] - row["distributed"]
                cost = row["invested"] - row["cost_back"] - row["written_off"]
                assert cash >= 0 and cost >= 0
                gains = row["came_back"] - row["cost_back"]
                assert cost + cash + row["distributed"] + row["written_off"] == row["paid_in"] + gains
            for row in tx.all(sa.select(commitments)):
                assert row["paid"] <= row["called"] <= row["amount"]


machine = partial(run_machine, Pooling, steps=15)


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 12), ("postgresql", 3)])
def test_no_history_breaks_an_invariant(kind, examples, request, tmp_path):
    seen = machine(kind, request, tmp_path, examples)
    wanted = {("fund", "call"), ("fund", "distribute"), ("capital_call", "pay"), ("investment", "report"),
              ("investment", "pay"), ("investment", "ask"), ("investment", "write_off")}  # fmt: skip
    assert wanted <= seen or kind != "sqlite", sorted(seen)


def _loses_a_fen(monkeypatch):
    plain = pooled.distributed
    monkeypatch.setattr(
        pooled, "distributed", lambda it, parts: plain(it, {p: max(a - 1, 0) for p, a in parts.items()})
    )


def _promises_beyond(monkeypatch):
    from sanwang.exchange import investments as module

    for where in (funds, module, capital):
        monkeypatch.setattr(where, "reach", lambda tx, fund: 2**40)


@pytest.mark.parametrize("broken", [_loses_a_fen, _promises_beyond])
def test_broken_books_are_caught(tmp_path, request, monkeypatch, broken):
    broken(monkeypatch)
    with pytest.raises(BaseException):  # noqa: B017 - whatever notices it first
        machine("sqlite", request, tmp_path, 40)


def test_a_fund_that_invests_again_against_its_terms_is_caught(m, monkeypatch):
    from sanwang.exchange import investments as module

    for where in (funds, module, capital):
        monkeypatch.setattr(where, "reinvestable", funds.cash)
    fund = raised(m, (300_000, 200_001, 0))
    called(m, fund, 500_001)
    made = invests(m, fund)
    tranche(m, made)
    tranche(m, made)
    sold(m, made, 900_000, 500_001)
    assert m.x.verify() == []
    invests(m, fund, {"instrument": "loan", "tranches": [{"milestone": "x", "amount": 1}]})
    assert any("came in" in f.en for f in m.x.verify())
