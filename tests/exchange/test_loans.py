"""Loans and leases whole: asked, refused with reasons, agreed, paid out, repaid to the fen, late, guaranteed, lost."""

import datetime as dt
import random
from contextlib import suppress
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from tests_machine import MoneyMachine, run_machine
from tests_money import gets, has, live_voucher, money_market

from sanwang.errors import SanwangError
from sanwang.exchange.clock import day_of
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.ledger import lending
from sanwang.exchange.tables.loans import guarantees, instalments, loans
from sanwang.exchange.tables.money import accounts
from sanwang.standards.interest import interest, schedule

TERMS = {"principal": 10_000_000, "rate_bp": 360, "periods": 4, "months": 1, "day_count": "act/360",
         "repay": "equal_principal", "late_bp": 540}  # fmt: skip
TODAY = dt.date(2026, 12, 1)


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def applied(m, amount=10_000_000, kind="loan", borrower="supplier", lender="bank_a"):
    data = {
        "borrower": m.party[borrower],
        "lender": m.party[lender],
        "lending": kind,
        "amount": amount,
        "purpose": "备料",
    }
    return m.x.take(m[f"{borrower}_member"], "loan", None, "apply", data)


def agreed(m, kind="loan", amount=10_000_000, **terms):
    loan = applied(m, amount, kind)
    m.x.take(m["bank_a_signer"], "loan", loan, "offer", loan_terms=TERMS | terms, valid_until_on="2026-12-20")
    digest = m.x.show(m["supplier_member"], "loan", loan)["text_digest"]
    m.x.take(m["supplier_signer"], "loan", loan, "accept", digest=digest)
    return loan


def drawn(m, kind="loan", **terms):
    loan = agreed(m, kind, **terms)
    gets(m, "bank_a", 10_000_000)
    m.x.take(m["bank_a_signer"], "loan", loan, "draw")
    return loan


def row(m, loan):
    return m.x.show(m["supplier_member"], "loan", loan)


def on(m, clock, day):
    clock.move(days=(dt.date.fromisoformat(day) - day_of(clock())).days)
    m.x.work()


def holds(m):
    m.x.seal()
    assert m.x.verify() == []


def test_repaid_on_the_days_of_the_schedule_to_the_fen(m, clock):
    loan = drawn(m, fee=50_000)
    assert (has(m, "supplier"), has(m, "bank_a")) == (9_950_000, 50_000)
    gets(m, "supplier", 1_000_000)
    plan = schedule(10_000_000, 360, TODAY, 4, repay="equal_principal")
    paid = 0
    for one in plan:
        on(m, clock, one.due_on.isoformat())
        assert row(m, loan)["interest_paid"] == sum(
            i.interest for i in plan[: one.no - 1]
        )  # not before the day is over
        clock.move(days=1)
        m.x.work()
        paid += one.total
        assert has(m, "bank_a") == 50_000 + paid
        holds(m)
    assert row(m, loan)["state"] == "repaid" and row(m, loan)["repaid"] == 10_000_000


def test_a_refusal_carries_the_reason_and_what_would_have_mended_it(m):
    loan = applied(m)
    with pytest.raises(SanwangError):
        m.x.take(m["bank_a_member"], "loan", loan, "refuse", why="lacks", words="应收账款集中")
    said = {"why": "lacks", "words": "应收账款集中于一家", "mend": "补充第二家核心企业的确权或提供三成担保"}
    m.x.take(m["bank_a_member"], "loan", loan, "refuse", said)
    seen = row(m, loan)
    assert (seen["state"], seen["words"], seen["mend"]) == ("refused", said["words"], said["mend"])
    with pytest.raises(NotFound):
        m.x.show(m["maker_member"], "loan", loan)


@pytest.mark.parametrize(
    ("terms", "said"),
    [({"day_count": "act/act"}, "day_count"), ({"residual": 5}, "residual"), ({"principal": 10_000_001}, "principal"),
     ({"rate_bp": 3.5}, "whole number"), ({"coupon": 1}, "no term"), ({"guarantee_bp": 3000}, "third party"),
     ({"fee": 10_000_000}, "below the principal"), ({"months": 2}, "months")],
)  # fmt: skip
def test_terms_that_make_no_contract_are_refused(m, terms, said):
    loan = applied(m)
    with pytest.raises(Refused, match=said):
        m.x.take(
            m["bank_a_signer"], "loan", loan, "offer", loan_terms=TERMS | terms, valid_until_on="2026-12-20"
        )


def test_limits_are_checked_in_the_command(m):
    def limit(kind, name, amount, members):
        data = {"lender": m.party["bank_a"], "counted": kind, "name": name, "amount": amount,
                "members": [m.party[x] for x in members]}  # fmt: skip
        made = m.x.take(m["bank_a_member"], "credit_limit", None, "propose", data)
        for who in ("bank_a_signer", "bank_a_second"):
            m.x.take(m[who], "credit_limit", made, "confirm")

    limit("debtor", "供应商", 30_000_000, ["supplier"])
    limit("group", "虚构集团", 15_000_000, ["supplier", "maker"])
    limit("bank", "全行", 100_000_000, [])
    gets(m, "bank_a", 50_000_000)
    drawn(m)
    loan = applied(m)
    with pytest.raises(Refused, match=r"虚构集团: 50,000\.00 CNY is left"):
        m.x.take(m["bank_a_signer"], "loan", loan, "offer", loan_terms=TERMS, valid_until_on="2026-12-20")
    smaller = TERMS | {"principal": 5_000_000}
    m.x.take(m["bank_a_signer"], "loan", loan, "offer", loan_terms=smaller, valid_until_on="2026-12-20")
    limit("group", "虚构集团", 14_999_999, ["supplier", "maker"])
    m.x.take(m["supplier_signer"], "loan", loan, "accept", digest=row(m, loan)["text_digest"])
    with pytest.raises(Refused, match="虚构集团"):
        m.x.take(m["bank_a_signer"], "loan", loan, "draw")
    live_voucher(m, "maker", "bank_a", 1)
    [book] = m.x.portfolio(m["bank_a_member"], m.party["bank_a"])
    assert (book.outstanding, book.loans, book.largest) == (10_000_000, 1, 10_000)
    assert {u.name: u.used for u in book.limits} == {
        "供应商": 15_000_000,
        "虚构集团": 15_000_001,
        "全行": 15_000_001,
    }
    with pytest.raises(NotFound):
        m.x.portfolio(m["bank_b_member"], m.party["bank_a"])


def test_late_interest_runs_on_the_unpaid_principal_and_is_paid_first(m, clock):
    loan = drawn(m)
    gets(m, "bank_b", 1)
    pay = {"party": m.party["supplier"], "amount": 9_999_999, "account_at": "x"}
    payment = m.x.take(m["supplier_signer"], "payment", None, "instruct", pay)
    m.x.take(m["supplier_second"], "payment", payment, "release")
    on(m, clock, "2027-01-02")
    assert row(m, loan)["state"] == "arrears"
    on(m, clock, "2027-01-11")
    late = interest(2_500_000, 540, dt.date(2027, 1, 1), dt.date(2027, 1, 11), "act/360")
    assert late == 3_750
    gets(m, "supplier", 1_000_000)
    m.x.take(m["supplier_signer"], "loan", loan, "pay", amount=late + 31_000 + 100_000)
    seen = row(m, loan)
    assert (seen["state"], seen["interest_paid"], seen["repaid"]) == ("arrears", late + 31_000, 100_000)
    due = interest(2_400_000, 540, dt.date(2027, 1, 11), dt.date(2027, 1, 21), "act/360") + 2_400_000
    on(m, clock, "2027-01-21")
    gets(m, "supplier", 2_000_000)
    m.x.take(m["supplier_signer"], "loan", loan, "pay", amount=due)
    assert row(m, loan)["state"] == "performing" and row(m, loan)["repaid"] == 2_500_000
    holds(m)


def test_a_late_clock_costs_the_borrower_nothing(m, clock):
    loan = drawn(m)
    gets(m, "supplier", 1_000_000)
    on(m, clock, "2027-01-20")
    assert row(m, loan)["interest_paid"] == 31_000 and row(m, loan)["state"] == "performing"


def test_repaid_early_with_the_interest_that_has_run(m, clock):
    loan = drawn(m)
    gets(m, "supplier", 1_000_000)
    on(m, clock, "2027-01-02")
    on(m, clock, "2027-01-17")
    m.x.take(m["supplier_signer"], "loan", loan, "prepay")
    run = interest(7_500_000, 360, dt.date(2027, 1, 1), dt.date(2027, 1, 17), "act/360")
    seen = row(m, loan)
    assert (seen["state"], seen["interest_paid"], seen["repaid"]) == ("repaid", 31_000 + run, 10_000_000)
    holds(m)


def test_a_guarantor_pays_its_share_and_gets_it_back_in_proportion(m, clock):
    loan = agreed(m, guarantor=m.party["bank_b"], guarantee_bp=8000, guarantee_fee=20_000)
    [asked] = m.x.mine(m["bank_b_member"], "guarantee")
    gets(m, "bank_a", 10_000_000)
    with pytest.raises(Refused, match="not promised"):
        m.x.take(m["bank_a_signer"], "loan", loan, "draw")
    m.x.take(m["bank_b_signer"], "guarantee", asked["id"], "promise")
    m.x.take(m["bank_a_signer"], "loan", loan, "draw")
    assert has(m, "bank_b") == 20_000
    gets(m, "bank_b", 9_000_000)
    pay = {"party": m.party["supplier"], "amount": 9_980_000, "account_at": "x"}
    payment = m.x.take(m["supplier_signer"], "payment", None, "instruct", pay)
    m.x.take(m["supplier_second"], "payment", payment, "release")
    with pytest.raises(Refused, match="not in arrears"):
        m.x.take(m["bank_a_signer"], "guarantee", asked["id"], "claim")
    on(m, clock, "2027-01-02")
    m.x.take(m["bank_a_signer"], "guarantee", asked["id"], "claim")
    with pytest.raises(Refused, match="claimed or waived"):
        m.x.take(m["bank_a_signer"], "loan", loan, "write_off", why="other", words="虚构")
    m.x.take(m["bank_b_signer"], "guarantee", asked["id"], "pay")
    assert (
        has(m, "bank_b") == 1_020_000
        and m.x.show(m["bank_b_member"], "guarantee", asked["id"])["paid"] == 8_000_000
    )
    holds(m)
    gets(m, "supplier", 1_000_000)
    late = interest(2_500_000, 540, dt.date(2027, 1, 1), dt.date(2027, 1, 2), "act/360")
    m.x.take(m["supplier_signer"], "loan", loan, "pay", amount=late + 31_000 + 900_001)
    assert m.x.show(m["bank_b_member"], "guarantee", asked["id"])["recovered"] == 720_001
    for who in ("bank_a_signer", "bank_a_second"):
        m.x.take(m[who], "loan", loan, "write_off", why="other", words="虚构")
    seen = row(m, loan)
    assert (seen["state"], seen["written_off"], seen["repaid"]) == ("written_off", 9_099_999, 900_001)
    gets(m, "supplier", 2_000_000)
    m.x.take(m["supplier_signer"], "loan", loan, "recover", amount=1_000_000)
    assert row(m, loan)["written_off"] == 8_099_999
    holds(m)


def test_collateral_is_registered_before_money_moves_and_realised_when_late(m, clock):
    loan = agreed(m, collateral=1)
    gets(m, "bank_a", 10_000_000)
    with pytest.raises(Refused, match="collateral"):
        m.x.take(m["bank_a_signer"], "loan", loan, "draw")
    thing = m.x.take(
        m["supplier_member"], "collateral", None, "pledge", loan=loan, words="数控机床两台", worth=6_000_000
    )
    m.x.take(m["bank_a_member"], "collateral", thing, "register", registry_no="ZDC1")
    m.x.take(m["bank_a_signer"], "loan", loan, "draw")
    pay = {"party": m.party["supplier"], "amount": 9_000_000, "account_at": "x"}
    payment = m.x.take(m["supplier_signer"], "payment", None, "instruct", pay)
    m.x.take(m["supplier_second"], "payment", payment, "release")
    on(m, clock, "2027-01-02")
    for who in ("bank_a_signer", "bank_a_second"):
        m.x.take(m[who], "collateral", thing, "realise", amount=1_000_000)
    assert row(m, loan)["repaid"] == 1_000_000 - 31_000 - 375
    holds(m)


def test_new_terms_by_both_sides(m, clock):
    loan = drawn(m)
    pay = {"party": m.party["supplier"], "amount": 10_000_000, "account_at": "x"}
    payment = m.x.take(m["supplier_signer"], "payment", None, "instruct", pay)
    m.x.take(m["supplier_second"], "payment", payment, "release")
    on(m, clock, "2027-01-11")
    fresh_terms = TERMS | {"rate_bp": 300, "periods": 10}
    with pytest.raises(Refused, match="outstanding"):
        m.x.take(
            m["supplier_signer"],
            "loan",
            loan,
            "restructure",
            loan_terms=fresh_terms | {"principal": 9_000_000},
        )
    for who in ("supplier_signer", "bank_a_signer"):
        m.x.take(m[who], "loan", loan, "restructure", loan_terms=fresh_terms)
    seen = row(m, loan)
    assert (seen["state"], seen["plan"], seen["next_on"]) == ("performing", 2, "2027-02-11")
    carried = 31_000 + 3_750 + interest(7_500_000, 360, dt.date(2027, 1, 1), dt.date(2027, 1, 11), "act/360")
    assert seen["terms"]["carried"] == carried
    holds(m)
    gets(m, "supplier", 11_000_000)
    on(m, clock, "2027-02-12")
    first = schedule(10_000_000, 300, dt.date(2027, 1, 11), 10, repay="equal_principal")[0]
    assert row(m, loan)["interest_paid"] == carried + first.interest
    m.x.take(m["supplier_signer"], "loan", loan, "prepay")
    assert row(m, loan)["state"] == "repaid"
    holds(m)


@pytest.mark.parametrize(("end", "returned"), [("buy", 0), ("give_back", 1_000_000)])
def test_a_lease_ends_with_its_residual(m, clock, end, returned):
    loan = drawn(m, "lease", repay="annuity", residual=1_000_000, periods=2)
    gets(m, "supplier", 1_000_000)
    on(m, clock, "2027-01-02")
    on(m, clock, "2027-02-02")
    assert row(m, loan)["state"] == "residual" and row(m, loan)["repaid"] == 9_000_000
    m.x.take(m["supplier_signer" if end == "buy" else "bank_a_signer"], "loan", loan, end)
    seen = row(m, loan)
    assert (seen["state"], seen["returned"], seen["repaid"]) == ("repaid", returned, 10_000_000 - returned)
    holds(m)


SEED = st.integers(0, 2**32 - 1)


class Lending(MoneyMachine):
    """Two borrowers, a bank, a guarantor: any steps in any order on a random clock."""

    @initialize()
    def begin(self):
        self.open_market()
        for name in ("bank_a", "bank_b"):
            self.comes(name, 3_000_000)

    @rule(seed=SEED)
    def lend(self, seed):
        draw = random.Random(seed)
        m, who = self.m, draw.choice(("supplier", "maker"))
        kind = draw.choice(("loan", "lease"))
        principal = draw.randint(2, 500_000)
        terms = {"principal": principal, "rate_bp": draw.randint(0, 2000), "periods": draw.randint(1, 4), "months": 1,
                 "day_count": draw.choice(("act/360", "act/365", "30e/360")), "late_bp": draw.randint(0, 3000),
                 "repay": draw.choice(("annuity", "equal_principal", "bullet")), "fee": 1}  # fmt: skip
        if kind == "lease":
            terms["residual"] = draw.randint(0, principal - 1)
        if draw.random() < 0.6:
            terms |= {"guarantor": m.party["bank_b"], "guarantee_bp": draw.randint(1, 10_000)}
        with suppress(SanwangError):
            loan = applied(m, principal, kind, who)
            later = (day_of(self.clock()) + dt.timedelta(days=9)).isoformat()
            m.x.take(m["bank_a_signer"], "loan", loan, "offer", loan_terms=terms, valid_until_on=later)
            digest = m.x.show(m["bank_a_member"], "loan", loan)["text_digest"]
            m.x.take(m[f"{who}_signer"], "loan", loan, "accept", digest=digest)
            for one in m.x.mine(m["bank_b_member"], "guarantee"):
                if one["state"] == "asked":
                    m.x.take(m["bank_b_signer"], "guarantee", one["id"], "promise")
            m.x.take(m["bank_a_signer"], "loan", loan, "draw")
            if draw.random() < 0.6:
                self.spends(who)
        for days in draw.sample((5, 31, 31, 45), 2):
            self.clock_moves(days)
            self.late_ones(draw.randint(0, 2**31))

    def spends(self, name):
        """What is spent cannot be collected."""
        made = {"party": self.m.party[name], "amount": has(self.m, name), "account_at": "x"}
        payment = self.m.x.take(self.m[f"{name}_signer"], "payment", None, "instruct", made)
        self.m.x.take(self.m[f"{name}_second"], "payment", payment, "release")

    @rule(seed=SEED)
    def steps(self, seed):
        draw = random.Random(seed)
        if draw.random() < 0.3:
            self.clock_moves(31)
        people = [
            f"{p}_{post}" for p in ("supplier", "maker", "bank_a", "bank_b") for post in ("signer", "second")
        ]
        for _ in range(5):
            process, table = draw.choice((("loan", loans), ("loan", loans), ("guarantee", guarantees)))
            with self.m.x.store.read() as tx:
                known = tx.all(sa.select(table).order_by(table.c.id))
            if not known:
                return
            it = draw.choice(known)
            for who in draw.sample(people, 8):
                self.one(draw, process, it, who)

    def one(self, draw, process, it, who):
        with suppress(SanwangError):
            rare = ("withdraw", "waive", "prepay", "restructure", "close")
            choices = [
                c
                for c in self.m.x.allowed(self.m[who], process, it["id"])
                if c.may and (c.event not in rare or draw.random() < 0.01)
            ]
            if not choices:
                return
            choice = draw.choice(choices)
            whole = (
                it.get("drawn", 0) - it.get("repaid", 0) - it.get("written_off", 0) - it.get("returned", 0)
            )
            terms = {k: v for k, v in (it.get("terms") or {}).items()
                     if k in ("rate_bp", "periods", "months", "day_count", "repay", "late_bp", "residual")}  # fmt: skip
            data = {"amount": draw.randint(1, 100_000), "why": "other", "words": "虚构", "mend": "虚构",
                    "loan_terms": terms | {"principal": whole}}  # fmt: skip
            names = {f.rstrip("!") for f in choice.fields}
            given = {n: v for n, v in data.items() if n in names}
            self.m.x.take(self.m[who], process, it["id"], choice.event, given)
            if choice.two in ("sides", "always"):
                for other in ("supplier_signer", "maker_signer", "bank_a_signer", "bank_a_second"):
                    with suppress(SanwangError):
                        self.m.x.take(self.m[other], process, it["id"], choice.event, given)

    def late_ones(self, seed):
        """What is in arrears: guarantees are claimed and paid, borrowers pay something, lenders give up."""
        draw, m = random.Random(seed), self.m
        with m.x.store.read() as tx:
            late = tx.all(sa.select(loans).where(loans.c.state == "arrears").order_by(loans.c.id))
            promised = tx.all(sa.select(guarantees).order_by(guarantees.c.id))
        for it in late:
            for g in (g for g in promised if g["loan"] == it["id"]):
                with suppress(SanwangError):
                    m.x.take(m["bank_a_signer"], "guarantee", g["id"], "claim")
                    m.x.take(m["bank_b_signer"], "guarantee", g["id"], "pay")
            name = "supplier" if it["borrower"] == m.party["supplier"] else "maker"
            with suppress(SanwangError):
                self.comes(name, 50_000)
                m.x.take(m[f"{name}_signer"], "loan", it["id"], "pay", amount=draw.randint(1, 50_000))
            if draw.random() < 0.3:
                for who in ("bank_a_signer", "bank_a_second"):
                    with suppress(SanwangError):
                        m.x.take(m[who], "loan", it["id"], "write_off", why="other", words="虚构")

    @rule(name=st.sampled_from(["supplier", "maker"]), amount=st.integers(1, 300_000))
    def money(self, name, amount):
        self.comes(name, amount)

    @rule(days=st.sampled_from([5, 31, 31, 45]))
    def time_passes(self, days):
        self.clock_moves(days)

    def clock_moves(self, days):
        self.clock.move(days=days)
        self.m.x.work()

    @invariant()
    def everything_holds(self):
        if not hasattr(self, "m"):
            return
        self.m.x.seal()
        assert self.m.x.verify() == []
        with self.m.x.store.read() as tx:
            plans = tx.all(sa.select(instalments))
            for it in tx.all(sa.select(loans)):
                paid = sum(p["paid_principal"] for p in plans if p["loan"] == it["id"])
                outstanding = it["drawn"] - it["repaid"] - it["written_off"] - it["returned"]
                assert outstanding >= 0
                mine = tx.all(
                    sa.select(accounts).where(accounts.c.deal == it["id"], accounts.c.code == "lent")
                )
                assert sum(a["cr"] - a["dr"] for a in mine) == outstanding
                if it["state"] in ("performing", "arrears"):
                    assert paid == it["repaid"]
                if it["state"] in ("repaid", "closed"):
                    assert outstanding == 0
            for g in tx.all(sa.select(guarantees)):
                assert g["paid"] <= g["amount"] * g["share_bp"] // 10_000


machine = partial(run_machine, Lending)


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 8), ("postgresql", 2)])
def test_no_history_breaks_an_invariant(kind, examples, request, tmp_path):
    seen = machine(kind, request, tmp_path, examples)
    wanted = {
        ("loan", "collect"),
        ("loan", "miss"),
        ("guarantee", "pay"),
        ("loan", "write_off"),
        ("loan", "pay"),
    }
    assert wanted <= seen or kind != "sqlite", sorted(seen)


def _lends_a_fen_less(monkeypatch):
    plain = lending.paid

    def paid(it, cost, parts, code="L2"):
        return plain(it, cost, {p: max(a - 1, 0) for p, a in parts.items()}, code)

    monkeypatch.setattr(lending, "paid", paid)


@pytest.mark.parametrize("broken", [_lends_a_fen_less])
def test_broken_books_are_caught(tmp_path, request, monkeypatch, broken):
    broken(monkeypatch)
    with pytest.raises(BaseException):  # noqa: B017 - whatever notices it first
        machine("sqlite", request, tmp_path, 30)
