"""A test in the sandbox: reviewed by two, held within its limits by the store, made good, left, and judged by numbers."""

import threading
from datetime import timedelta

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from tests_machine import MoneyMachine, run_machine
from tests_money import gets, has, live_voucher, money_market

from sanwang.errors import OptionError, SanwangError
from sanwang.exchange import people
from sanwang.exchange.clock import day_of
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.oversight import limits, partaking
from sanwang.exchange.oversight.facts import facts
from sanwang.exchange.reports import shown
from sanwang.exchange.reports.month import Month
from sanwang.exchange.reports.report import compute
from sanwang.exchange.tables.record import events, notices
from sanwang.exchange.tables.sandbox import pilot_accounts, pilots
from sanwang.exchange.who import EXCHANGE, RAIL


def with_overseers(m):
    def add(tx):
        found = {}
        for name, scope in (
            ("overseer", ""),
            ("overseer_b", ""),
            ("local", "110000"),
            ("elsewhere", "120000"),
        ):
            found[name] = people.add_user(tx, EXCHANGE, name, name, "", kept="x")
            people.grant(tx, EXCHANGE, found[name], "overseer", "place" if scope else "platform", scope)
        found["interested"] = people.add_user(tx, EXCHANGE, "interested", "interested", "", kept="x")
        people.grant(tx, EXCHANGE, found["interested"], "overseer")
        people.grant(tx, EXCHANGE, found["interested"], "member", "party", m.party["supplier"])
        return found

    m.who |= {name: m.x.person(user) for name, user in m.x.store.run(add).items()}
    return m


@pytest.fixture
def m(store, clock):
    return with_overseers(money_market(store, clock))


def application(m, **more):
    return {
        "partner": m.party["bank_a"], "title": "虚构分期预付", "relaxes": "虚构规则第三条", "audience": "虚构小微企业",
        "aim": "缩短回款", "benefit": "更快", "plan": "分三步", "safeguards": "限额与复核", "complaint_way": "平台投诉",
        "compensation": "申请方先行赔付", "exit_plan": ["5 | 通知参加人", "20｜退还余额"], "consent": "本人已知悉风险。",
        "measures": ["按时收款 | share | higher | 5", "收款天数 | mean | lower | 2 | 天"], "comparison": 50,
        "from_on": later(m, 0), "until_on": later(m, 90), "most_people": 10, "most_person": 10_000,
        "most_total": 50_000, "most_complaints": 1_000, "most_loss": 5_000,
    } | more  # fmt: skip


def later(m, days):
    return (day_of(m.clock()) + timedelta(days=days)).isoformat()


def drafted(m, who="supplier", **more):
    data = {"applicant": m.party[who]} | application(m, **more)
    return m.x.take(m[f"{who}_signer"], "pilot", None, "draft", data)


def noticed(m, **more):
    made = drafted(m, **more)
    m.x.take(m["supplier_signer"], "pilot", made, "apply")
    m.x.take(m["overseer"], "pilot", made, "notice")
    return made


def admitted(m, made):
    for who in ("overseer", "overseer_b"):
        m.x.take(m[who], "pilot", made, "admit", authority="虚构局", paper="虚2026-1")


def running(m, **more):
    made = noticed(m, from_on=later(m, 20), until_on=later(m, 110), **more)
    m.clock.move(days=20)
    admitted(m, made)
    return made


def row(m, made):
    with m.x.store.read() as tx:
        return dict(tx.one(sa.select(pilots).where(pilots.c.id == made)))


def enrolled(m, made, account):
    m.x.take(
        m["supplier_member"], "pilot", made, "enrol", account=account, digest=row(m, made)["consent_digest"]
    )
    with m.x.store.read() as tx:
        return partaking.account_of(tx, made, account)["part"]


def in_test(m, made, count=1, name="acc"):
    """Accounts that were drawn into the test."""
    found, n = [], 0
    while len(found) < count:
        n += 1
        if enrolled(m, made, f"{name}-{n:03d}") == "test":
            found.append(f"{name}-{n:03d}")
    return found


def use(m, made, account, amount):
    return m.x.take(m["supplier_member"], "pilot", made, "use", account=account, amount=amount)


def complain(m, made, who="maker", **more):
    data = {"saying": "complaint", "pilot": made, "by_party": m.party[who], "words": "未按约退款"} | more
    return m.x.take(m[f"{who}_member"], "complaint", None, "lodge", data)


def told(m, who):
    with m.x.store.read() as tx:
        return tx.all(sa.select(notices).where(notices.c.user == who.user))


def holds(m):
    m.x.seal()
    assert m.x.verify() == []


def test_two_overseers_admit_what_was_on_public_notice(m):
    made = noticed(m, from_on=later(m, 20), until_on=later(m, 110))
    assert row(m, made)["number"].startswith("T-")
    with pytest.raises(Refused, match="public notice lasts"):
        admitted(m, made)
    m.clock.move(days=20)
    m.x.take(m["overseer"], "pilot", made, "admit", authority="虚构局", paper="虚2026-1")
    with pytest.raises(Refused, match="another person"):
        m.x.take(m["overseer"], "pilot", made, "admit", authority="虚构局", paper="虚2026-1")
    assert row(m, made)["state"] == "noticed"
    m.x.take(m["local"], "pilot", made, "admit", authority="虚构局", paper="虚2026-1")
    assert row(m, made)["state"] == "running"
    holds(m)


def test_an_overseer_with_an_interest_or_of_another_place_is_none(m):
    made = drafted(m)
    m.x.take(m["supplier_signer"], "pilot", made, "apply")
    with pytest.raises(Refused, match="only"):
        m.x.take(m["interested"], "pilot", made, "notice")
    for who in ("elsewhere", "maker_member", "stranger"):
        with pytest.raises(NotFound):
            m.x.show(m[who], "pilot", made)
    m.x.take(m["local"], "pilot", made, "notice")
    seen = m.x.show(m["maker_member"], "pilot", made)
    assert seen["title"] == "虚构分期预付" and "plan" not in seen and "finding" not in seen
    assert m.x.show(m["overseer"], "pilot", made)["plan"] == "分三步"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"measures": []}, "one measure"),
        ({"measures": ["满意度 | 平均 | higher | 1"]}, "share or mean"),
        ({"measures": ["天数 | mean | lower | 1"]}, "unit"),
        ({"measures": ["比例 | share | higher | nan"]}, "number from 0"),
        ({"exit_plan": ["通知参加人"]}, "days | step"),
        ({"comparison": 0}, "10 to 90"),
        ({"most_person": 60_000}, "at most the money"),
        ({"eases": "trial_extensions"}, "both or none"),
        ({"eases": "voucher.platform_fee", "eased_to": 9}, "can be relaxed"),
        ({"eases": "trial_extensions", "eased_to": 2}, "above what holds"),
        ({"aim": " "}, "empty"),
        ({"until_on": "2020-01-01"}, "after the first"),
    ],
)
def test_what_cannot_be_measured_is_no_application(m, more, said):
    with pytest.raises(Refused, match=said.replace("|", r"\|")):
        drafted(m, **more)


def test_comments_are_answered_before_anybody_is_admitted(m):
    made = noticed(m, from_on=later(m, 20), until_on=later(m, 110))
    with pytest.raises(Refused, match="comment"):
        complain(m, made)
    said = complain(m, made, saying="comment", words="请公开赔付标准")
    m.clock.move(days=20)
    with pytest.raises(Refused, match="1 comments"):
        admitted(m, made)
    with pytest.raises(Refused, match="nothing is owed"):
        m.x.take(m["supplier_signer"], "complaint", said, "answer", words="见第三条", redress=1)
    m.x.take(m["supplier_signer"], "complaint", said, "answer", words="见第三条")
    admitted(m, made)
    assert row(m, made)["state"] == "running" and row(m, made)["complaints"] == 0
    holds(m)


def test_limits_of_money_refuse_the_use_that_would_pass_them(m):
    made = running(m)
    one, two = in_test(m, made, 2)
    use(m, made, one, 9_999)
    with pytest.raises(Refused, match="Money a person at most"):
        use(m, made, one, 2)
    use(m, made, one, 1)
    with pytest.raises(Refused, match="not in the test"):
        use(m, made, "nobody", 1)
    for n, account in enumerate([two, *in_test(m, made, 3, "more")]):
        use(m, made, account, 10_000 - (n == 3))
    assert row(m, made)["total"] == 49_999
    with pytest.raises(Refused, match="Money in all"):
        use(m, made, in_test(m, made, 1, "last")[0], 2)
    near = [n["cause"].split(":")[1] for n in told(m, m["overseer"]) if n["kind"] == "limit"]
    assert sorted(near) == ["most_person", "most_total"]  # each told once
    holds(m)


def test_no_more_people_than_the_limit(m):
    made = running(m, most_people=3)
    in_test(m, made, 3)
    with pytest.raises(Refused, match="its 3 people"):
        enrolled(m, made, "one-too-many")
    holds(m)


def test_who_takes_part_agreed_to_the_text_and_has_no_name(m):
    made = running(m)
    for account, digest, said in (("张三丰的店", None, "pseudonym"), ("acc-1", "0" * 64, "consent is another"),
                                  (m.party["maker"], None, "by itself")):  # fmt: skip
        with pytest.raises(Refused, match=said):
            data = {"account": account, "digest": digest or row(m, made)["consent_digest"]}
            m.x.take(m["supplier_member"], "pilot", made, "enrol", data)
    data = {"party": m.party["maker"], "digest": row(m, made)["consent_digest"]}
    for who in ("maker_member", "other_signer"):
        with pytest.raises(Refused, match="may sign"):
            m.x.take(m[who], "pilot", made, "join", data)
    m.x.take(m["maker_signer"], "pilot", made, "join", data)
    with pytest.raises(Refused, match="already"):
        m.x.take(m["maker_signer"], "pilot", made, "join", data)
    with pytest.raises(Refused):
        m.x.take(m["other_signer"], "pilot", made, "quit", account=m.party["maker"])
    m.x.take(m["maker_signer"], "pilot", made, "quit", account=m.party["maker"])
    holds(m)


def test_the_draw_is_recomputed_and_fair(m):
    made = running(m, most_people=200)
    parts = [enrolled(m, made, f"acc-{n:03d}") for n in range(40)]
    assert 8 <= parts.count("comparison") <= 32
    holds(m)
    with m.x.store.write() as tx:
        one = tx.one(sa.select(pilot_accounts).where(pilot_accounts.c.part == "comparison"))
        its = pilot_accounts.c.account == one["account"]
        tx.execute(pilot_accounts.update().where(its), {"part": "test"})
    assert any("drawn" in f.en for f in m.x.verify())


def test_a_comparison_account_uses_nothing(m):
    made = running(m, most_people=200)
    n = next(n for n in range(100) if enrolled(m, made, f"acc-{n:03d}") == "comparison")
    with pytest.raises(Refused, match="not in the test"):
        use(m, made, f"acc-{n:03d}", 1)


def test_complaints_pause_the_test_in_the_same_transaction(m):
    made = running(m)
    one = in_test(m, made)[0]
    complain(m, made)
    assert row(m, made)["state"] == "running"  # 500 a 10,000 of the limit of 1,000
    complain(m, made, "firm")
    assert row(m, made)["state"] == "paused"
    with pytest.raises(Refused, match="no step"):
        use(m, made, one, 1)
    m.x.take(m["overseer"], "pilot", made, "limit", limit_name="most_complaints", most=1_500)
    with pytest.raises(Refused, match="still reached"):
        m.x.take(m["overseer"], "pilot", made, "resume")
    m.x.take(m["overseer_b"], "pilot", made, "limit", limit_name="most_complaints", most=1_500)
    for who in ("overseer", "overseer_b"):
        m.x.take(m[who], "pilot", made, "resume")
    use(m, made, one, 1)
    holds(m)


def test_a_loss_counts_in_full_and_pauses(m):
    made = running(m)
    one = in_test(m, made)[0]
    m.x.take(m["supplier_member"], "pilot", made, "loss", account=one, amount=7_000, words="系统故障")
    assert row(m, made)["state"] == "paused" and row(m, made)["loss"] == 7_000
    holds(m)


@pytest.mark.parametrize("limit", [{"limit_name": "most_total", "amount": 1}, {"limit_name": "most_people", "amount": 9},
                                   {"limit_name": "people", "most": 9}, {"limit_name": "most_loss", "most": 9}])  # fmt: skip
def test_a_limit_is_set_in_its_own_unit_and_not_below_what_was_used(m, limit):
    made = running(m)
    use(m, made, in_test(m, made)[0], 2)
    with pytest.raises(Refused, match="limit is wrong"):
        m.x.take(m["overseer"], "pilot", made, "limit", limit)


def test_redress_is_paid_through_the_ledger(m):
    made = running(m)
    gets(m, "supplier", 1_000)
    case = complain(m, made, asked=500)
    with pytest.raises(NotFound):
        m.x.show(m["firm_member"], "complaint", case)
    m.x.take(m["supplier_signer"], "complaint", case, "answer", words="只赔一半", redress=250)
    m.x.take(m["maker_member"], "complaint", case, "escalate", words="全部损失应赔")
    m.x.take(m["overseer"], "complaint", case, "decide", words="全赔", redress=500)
    assert m.x.show(m["maker_member"], "complaint", case)["state"] == "owed"
    m.x.take(m["supplier_signer"], "complaint", case, "pay")
    assert (has(m, "supplier"), has(m, "maker")) == (500, 500)
    assert m.x.show(m["maker_member"], "complaint", case)["state"] == "closed"
    holds(m)


def test_redress_of_a_person_is_paid_over_a_bank_once(m):
    made = running(m)
    gets(m, "supplier", 1_000)
    account = in_test(m, made)[0]
    first, second = (
        m.x.take(m["supplier_member"], "complaint", None, "lodge_for", saying="complaint", pilot=made, account=account,
                 words="电话投诉") for _ in range(2)
    )  # fmt: skip
    for case in (first, second):
        m.x.take(m["supplier_signer"], "complaint", case, "answer", words="赔", redress=100)
        with pytest.raises(Refused, match="only"):
            m.x.take(
                m["supplier_signer"], "complaint", case, "accept"
            )  # the respondent does not accept for them
        m.x.take(m["overseer"], "complaint", case, "accept")
    with pytest.raises(Refused, match="no account here"):
        m.x.take(m["supplier_signer"], "complaint", first, "pay")
    pay = {"party": m.party["supplier"], "amount": 100, "account_at": "x"}
    paid = m.x.take(m["supplier_signer"], "payment", None, "instruct", pay)
    m.x.take(m["supplier_second"], "payment", paid, "release")
    with pytest.raises(Refused, match="confirmed payment"):
        m.x.take(m["supplier_signer"], "complaint", first, "paid", payment=paid)
    m.x.take(RAIL, "payment", paid, "send")
    m.x.take(RAIL, "payment", paid, "confirm", reference="B1")
    m.x.take(m["supplier_signer"], "complaint", first, "paid", payment=paid)
    with pytest.raises(Refused, match="used for no other"):
        m.x.take(m["supplier_signer"], "complaint", second, "paid", payment=paid)
    holds(m)


def test_silence_accepts_and_lateness_is_told(m):
    made = running(m)
    case = complain(m, made)
    m.clock.move(days=9)
    m.x.work()
    assert any(n["subject"] == case and n["kind"] == "overdue" for n in told(m, m["overseer"]))
    m.x.take(m["supplier_signer"], "complaint", case, "answer", words="已处理")
    m.clock.move(days=20)
    m.x.work()
    assert m.x.show(m["maker_member"], "complaint", case)["state"] == "closed"


def test_from_exit_to_a_finding_with_an_interval(m):
    made = running(m, most_people=200, most_total=2_000_000)
    parts = {f"acc-{n:03d}": enrolled(m, made, f"acc-{n:03d}") for n in range(60)}
    for n, (account, part) in enumerate(parts.items()):
        values = (int(part == "test" or n % 4 == 0), 20 + n % 3 + (10 if part == "comparison" else 0))
        for no, value in enumerate(values, 1):
            m.x.take(
                m["supplier_member"], "pilot", made, "observe", account=account, measure_no=no, observed=value
            )
    for data, said in (
        ({"observed": 1}, "before"),
        ({"measure_no": 3}, "1 to 2"),
        ({"account": "no-1"}, "nobody"),
    ):
        whole = {"account": "acc-001", "measure_no": 1, "observed": 0} | data
        with pytest.raises(Refused, match=said):
            m.x.take(m["supplier_member"], "pilot", made, "observe", whole)
    case = complain(m, made)
    m.clock.move(days=91)
    m.x.work()
    assert row(m, made)["state"] == "closing"
    with pytest.raises(Refused, match="退还余额"):
        m.x.take(m["supplier_signer"], "pilot", made, "report", words="x")
    for no in (1, 2):
        m.x.take(m["supplier_member"], "pilot", made, "exit_step", exit_no=no)
    with pytest.raises(Refused, match="1 complaints"):
        m.x.take(m["supplier_signer"], "pilot", made, "report", words="x")
    m.x.take(m["maker_member"], "complaint", case, "withdraw")
    m.x.take(m["supplier_signer"], "pilot", made, "report", words="达到目标")
    share, days = row(m, made)["results"]
    assert share["verdict"] == days["verdict"] == "reached"
    low, high = share["difference"][1:]
    assert 5 <= low < share["difference"][0] < high and days["difference"][2] < -2
    with pytest.raises(Refused, match="written down first"):
        m.x.take(m["overseer"], "pilot", made, "pass")
    m.x.take(m["overseer"], "pilot", made, "find", words="成效达到，建议推广")
    for who in ("overseer", "overseer_b"):
        m.x.take(m[who], "pilot", made, "pass")
    assert row(m, made)["state"] == "passed"
    holds(m)


@pytest.mark.parametrize("part", ["test", "comparison"])
def test_a_rule_of_the_exchange_holds_otherwise_for_those_in_the_test(m, monkeypatch, part):
    """Below 600,000 yuan one person is enough for those in the test, and each such step counts."""
    monkeypatch.setattr(partaking, "drawn", lambda *given: part)
    made = running(m, eases="two_above", eased_to=60_000_000, most_person=55_000_000, most_total=200_000_000)
    data = {"party": m.party["maker"], "digest": row(m, made)["consent_digest"]}
    m.x.take(m["maker_signer"], "pilot", made, "join", data)
    gets(m, "maker", 300_000_000)
    gets(m, "firm", 300_000_000)
    assert paid_alone(m, "maker", 49_999_999) == "settled"
    assert row(m, made)["total"] == 0  # anybody may do that
    assert paid_alone(m, "maker", 54_000_000) == ("settled" if part == "test" else "live")
    assert row(m, made)["total"] == (54_000_000 if part == "test" else 0)
    if part == "test":
        with pytest.raises(Refused, match="Money a person"):
            paid_alone(m, "maker", 52_000_000)
    assert paid_alone(m, "firm", 54_000_000) == "live"  # takes no part
    holds(m)


def paid_alone(m, debtor, amount):
    """Where a voucher stands that one person of its debtor paid."""
    made = live_voucher(m, debtor, "supplier", amount, due_on=later(m, 60), invoice=f"INV-{debtor}-{amount}")
    m.x.take(m[f"{debtor}_signer"], "voucher", made, "pay")
    return m.x.show(m[f"{debtor}_member"], "voucher", made)["state"]


def test_eight_writers_do_not_overrun_a_limit(store, clock):
    m = with_overseers(money_market(store, clock))
    made = running(m, most_people=50, most_person=1_000, most_total=1_000, most_loss=1)
    accounts = in_test(m, made, 8)
    done, refused = [], []

    def many(account):
        for _ in range(30):
            try:
                use(m, made, account, 10)
                done.append(account)
            except Refused:
                refused.append(account)

    threads = [threading.Thread(target=many, args=(a,)) for a in accounts]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert (len(done), len(refused), row(m, made)["total"]) == (100, 140, 1_000)
    holds(m)


def test_what_rules_read_of_uses(m):
    made = running(m)
    one = in_test(m, made)[0]
    use(m, made, one, 9_000)
    for who in ("overseer", "overseer_b"):
        m.x.take(m[who], "pilot", made, "limit", limit_name="most_person", amount=20_000)
    use(m, made, one, 9_500)
    m.x.seal()
    with m.x.store.read() as tx:
        told = facts(tx.all(sa.select(events).order_by(events.c.link))).to_dicts()
    used = [(f["key"], f["amount"], f["extra"]) for f in told if f["kind"] == "use"]
    assert used == [(one, 9_000, 10_000), (one, 9_500, 20_000)]


def test_rates_are_over_twenty_people_at_least():
    assert limits.complaint_rate(1, 1) == 500
    assert limits.complaint_rate(1, 30) == 334  # rounded up
    assert limits.complaint_rate(0, 0) == 0


def test_the_month_counts_tests_and_complaints_where_they_stand(m):
    made = running(m)
    first, second = complain(m, made), complain(m, made, "firm")
    m.x.take(m["maker_member"], "complaint", first, "withdraw")
    m.x.take(m["supplier_signer"], "complaint", second, "answer", words="见第三条")
    m.x.seal()
    with m.x.store.read() as tx:
        of = Month(day_of(tx.now).year, day_of(tx.now).month)
        report = compute(tx, of)
    said = next(t for t in shown.tables(report, "en") if t.name == "overseen")
    rows = {(r["process"], r["state"]): r["count"] for r in said.frame.to_dicts()}
    assert rows == {("Sandbox test", "Paused"): 1, ("Complaint or comment", "Withdrawn"): 1,
                    ("Complaint or comment", "Answered"): 1}  # fmt: skip
    m.clock.move(days=40)
    with m.x.store.read() as tx:
        later_on = compute(tx, Month(day_of(tx.now).year, day_of(tx.now).month))
    counted = later_on.figures.filter(pl.col("figure") == "overseen").select("one", "two").rows()
    assert ("complaint", "withdrawn") not in counted  # it ended in an earlier month


class SandboxMachine(MoneyMachine):
    """Whatever happens in whatever order: limits hold, counters follow from events, nobody is paid twice."""

    @initialize()
    def begin(self):
        self.open_market()
        self.m.clock = self.clock
        with_overseers(self.m)
        self.pilot = running(
            self.m, most_people=4, most_person=100, most_total=250, most_complaints=1_500, most_loss=200
        )
        self.tested = in_test(self.m, self.pilot, 2)
        self.cases = []
        self.comes("supplier", 500)

    def tried(self, who, process, subject, event, data=None):
        try:
            return self.m.x.take(self.m[who], process, subject, event, data or {})
        except (SanwangError, OptionError):
            return None

    @rule(n=st.integers(0, 9))
    def enrols(self, n):
        data = {"account": f"acc-{n:03d}", "digest": row(self.m, self.pilot)["consent_digest"]}
        self.tried("supplier_member", "pilot", self.pilot, "enrol", data)

    @rule(n=st.integers(0, 1), amount=st.integers(1, 120))
    def uses(self, n, amount):
        data = {"account": self.tested[n], "amount": amount}
        self.tried("supplier_member", "pilot", self.pilot, "use", data)

    @rule(n=st.integers(1, 4), amount=st.integers(1, 120))
    def loses(self, n, amount):
        data = {"account": f"acc-{n:03d}", "amount": amount, "words": "x"}
        self.tried("supplier_member", "pilot", self.pilot, "loss", data)

    @rule(redress=st.sampled_from([0, 50, 400]), settled=st.booleans())
    def complains(self, redress, settled):
        case = self.tried("maker_member", "complaint", None, "lodge", {
            "saying": "complaint", "pilot": self.pilot, "by_party": self.m.party["maker"], "words": "x"})  # fmt: skip
        if case:
            self.cases.append(case)
            self.tried("supplier_signer", "complaint", case, "answer", {"words": "x", "redress": redress})
            if settled:
                self.tried("maker_member", "complaint", case, "accept")
                self.tried("supplier_signer", "complaint", case, "pay")

    @rule(n=st.integers(0, 5), event=st.sampled_from(["accept", "escalate", "pay", "withdraw", "decide"]))
    def goes_on(self, n, event):
        if n < len(self.cases):
            who = {"accept": "maker_member", "escalate": "maker_member", "withdraw": "maker_member",
                   "decide": "overseer", "pay": "supplier_signer"}[event]  # fmt: skip
            data = (
                {"words": "x", "redress": 30}
                if event == "decide"
                else {"words": "x"}
                if event == "escalate"
                else {}
            )
            self.tried(who, "complaint", self.cases[n], event, data)

    @rule(event=st.sampled_from(["pause", "resume", "leave", "exit_step", "report"]))
    def overseen(self, event):
        who = {"pause": ("overseer",), "resume": ("overseer", "overseer_b")}.get(event, ("supplier_signer",))
        data = {"pause": {"words": "x"}, "exit_step": {"exit_no": 1}, "report": {"words": "x"}}.get(event, {})
        for one in who:
            self.tried(one, "pilot", self.pilot, event, data)

    @rule(days=st.integers(1, 40))
    def waits(self, days):
        self.clock.move(days=days)
        self.m.x.work()

    @invariant()
    def all_holds(self):
        if not hasattr(self, "pilot"):
            return
        now = row(self.m, self.pilot)
        assert now["people"] <= now["most_people"] and now["total"] <= now["most_total"]
        assert now["state"] != "running" or not limits.breached(now)
        assert has(self.m, "supplier") + has(self.m, "maker") == 500
        holds(self.m)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_machine(kind, request, tmp_path):
    seen = run_machine(SandboxMachine, kind, request, tmp_path, 12 if kind == "sqlite" else 3, steps=20)
    assert {
        ("pilot", "use"),
        ("pilot", "breach"),
        ("pilot", "loss"),
        ("complaint", "pay"),
    } <= seen or kind != "sqlite"


def test_a_counter_that_is_off_is_found(m):
    made = running(m)
    use(m, made, in_test(m, made)[0], 5)
    with m.x.store.write() as tx:
        tx.execute(pilots.update().where(pilots.c.id == made), {"total": 4})
    assert any("stands otherwise" in f.en for f in m.x.verify())
