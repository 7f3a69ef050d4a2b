"""Bills: what was metered, once, up to the cap, without what is disputed; paid through the books, stops respected."""

import threading

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from tests_data import (
    access_row,
    bill,
    data_market,
    drawn,
    given,
    holds,
    later,
    offered,
    terms,
    use,
    uses,
)
from tests_data import rule as clause
from tests_machine import MoneyMachine, run_machine
from tests_money import gets, has

from sanwang.errors import SanwangError
from sanwang.exchange import deadlines
from sanwang.exchange.clock import day_of
from sanwang.exchange.errors import Refused
from sanwang.exchange.tables.data import data_bills, data_disputes, data_uses
from sanwang.web import data_policies


@pytest.fixture(autouse=True)
def _judged():
    data_policies.register()


@pytest.fixture
def m(sqlite_store, clock):
    return data_market(sqlite_store, clock)


def pays(m, made, who="maker"):
    return m.x.take(m[f"{who}_signer"], "data_bill", made, "pay")


def disputed(m, access, no, words="虚构：未曾使用"):
    data = {"access": access, "use_no": no, "words": words}
    return m.x.take(m["maker_signer"], "data_dispute", None, "open", data)


def test_a_bill_is_what_was_used_and_is_paid_once(m):
    access = given(m, offered(m))
    for action in ("read", "read", "distribute"):
        use(m, access, action)
    made = drawn(m, access)
    assert bill(m, made)["amount"] == 1_000 and bill(m, made)["number"].startswith("DB-")
    use(m, access)
    with pytest.raises(Refused, match="still open"):
        drawn(m, access)
    before = has(m, "supplier")
    pays(m, made)
    assert has(m, "supplier") - before == 1_000
    with pytest.raises(Refused, match="no step"):
        pays(m, made)
    assert has(m, "supplier") - before == 1_000
    later_ = drawn(m, access)
    assert bill(m, later_)["amount"] == 500
    pays(m, later_)
    with pytest.raises(Refused, match="nothing to bill"):
        drawn(m, access)
    log = m.x.data_log(m["maker_member"], access)
    assert (log.metered, log.billed, log.paid) == (1_500, 1_500, 1_500)
    holds(m)


def test_a_period_takes_the_uses_up_to_its_day(m):
    access = given(m, offered(m))
    use(m, access)
    m.clock.move(days=10)
    use(m, access)
    with pytest.raises(Refused, match="still to come"):
        m.x.take(m["supplier_member"], "data_bill", None, "draw", access=access, until_on=later(m, 1))
    made = m.x.take(m["supplier_member"], "data_bill", None, "draw", access=access, until_on=later(m, -1))
    assert bill(m, made)["amount"] == 500 and [u["bill"] == made for u in uses(m, access)] == [True, False]


@pytest.mark.parametrize(
    ("price", "charges"),
    [
        ({"pricing": "flat", "price": 900}, [900, 0, 0]),
        ({"pricing": "use", "price": 10}, [10, 10]),
        ({"pricing": "unit_used", "price": 10, "unit": "条"}, [30, 40]),
        ({"pricing": "unit_used", "price": 10, "unit": "条", "cap": 50}, [30, 40]),
        ({"pricing": "free", "price": 0}, [0, 0]),
    ],
)
def test_prices(m, price, charges):
    access = given(m, offered(m, **price))
    use(m, access, units=3)
    use(m, access, units=4)
    assert [u["charge"] for u in uses(m, access)] == charges
    if price["price"] == 0:
        with pytest.raises(Refused, match="nothing to bill"):
            drawn(m, access)
    else:
        assert bill(m, drawn(m, access))["amount"] == min(sum(charges), price.get("cap", 10**9))
    holds(m)


def test_the_cap_holds_over_all_bills_of_an_access(m):
    access = given(m, offered(m, cap=1_200))
    paid = []
    for _ in range(2):
        use(m, access)
        use(m, access)
        paid.append(drawn(m, access))
        pays(m, paid[-1])
    assert [bill(m, b)["amount"] for b in paid] == [1_000, 200]
    use(m, access)
    with pytest.raises(Refused, match="nothing to bill"):
        drawn(m, access)
    holds(m)


def test_a_disputed_use_is_taken_out_and_comes_back_only_by_word(m):
    access = given(m, offered(m))
    for _ in range(4):
        use(m, access)
    made = drawn(m, access)
    one, two, three = (disputed(m, access, no) for no in (1, 2, 3))
    assert bill(m, made)["amount"] == 500
    with pytest.raises(Refused, match="no open bill"):
        disputed(m, access, 1)
    pays(m, made)
    with pytest.raises(Refused, match="no open bill"):
        disputed(m, access, 4)  # paid: the complaint is the way
    m.x.take(m["maker_signer"], "data_dispute", one, "admit")
    m.x.take(m["supplier_signer"], "data_dispute", two, "waive")
    for who in ("operator", "operator_b"):
        m.x.take(m[who], "data_dispute", three, "rule", billed=True, words="虚构：记录属实")
    assert [u["standing"] for u in uses(m, access)] == ["metered", "waived", "metered", "metered"]
    assert bill(m, drawn(m, access))["amount"] == 1_000
    assert "虚构" in m.x.show(m["operator"], "data_dispute", two)["words"]
    holds(m)


def test_a_bill_of_disputed_uses_alone_ends(m):
    access = given(m, offered(m))
    use(m, access)
    made = drawn(m, access)
    disputed(m, access, 1)
    assert (bill(m, made)["state"], bill(m, made)["amount"]) == ("void", 0)
    holds(m)


def test_a_void_bill_frees_its_uses(m):
    access = given(m, offered(m))
    use(m, access)
    made = drawn(m, access)
    m.x.take(m["supplier_signer"], "data_bill", made, "void", why="incomplete")
    assert bill(m, drawn(m, access))["amount"] == 500
    holds(m)


def test_what_is_frozen_does_not_pay(m):
    access = given(m, offered(m))
    use(m, access)
    made = drawn(m, access)
    stop = {"stopping": "freeze", "party": m.party["maker"], "authority": "虚构法院", "paper": "虚1号",
            "currency": "CNY"}  # fmt: skip
    frozen = m.x.take(m["operator"], "stop", None, "order", stop)
    for who in ("operator_b", "operator"):
        m.x.take(m[who], "stop", frozen, "enforce")
    with pytest.raises(Refused, match="frozen"):
        pays(m, made)
    assert bill(m, made)["state"] == "open" and has(m, "supplier") == 0
    holds(m)


def test_what_is_not_there_does_not_pay_and_an_overdue_bill_closes_a_duty_to_pay(m):
    access = given(m, offered(m, terms(clause("use", duty=("compensate",))), price=2_000_000))
    assert use(m, access)["decision"] == "permit"
    made = drawn(m, access)
    with pytest.raises(Refused, match="not enough money"):
        pays(m, made)
    m.clock.move(days=20)
    deadlines.run_due(m.x.store)
    assert "compensate" in use(m, access)["reasons"][0][1]
    gets(m, "maker", 5_000_000)
    pays(m, made)
    assert use(m, access)["decision"] == "permit"
    holds(m)


def test_bills_go_on_after_an_access_ended(m):
    access = given(m, offered(m))
    use(m, access)
    m.x.take(m["supplier_signer"], "data_access", access, "revoke", stays=True, why="changed")
    pays(m, drawn(m, access))
    holds(m)


def test_a_bill_drawn_by_two_at_once_is_one(store, clock):
    """On both databases: one bill, every use in it once, while uses go on."""
    m = data_market(store, clock)
    access = given(m, offered(m))
    use(m, access)
    done, refused = [], []

    def work(turn):
        try:
            done.append(drawn(m, access) if turn % 2 else use(m, access)["no"])
        except SanwangError as error:
            refused.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with m.x.store.read() as tx:
        assert len(tx.all(sa.select(data_bills))) == 1
    assert len(refused) == 3 and len(uses(m, access)) == 5
    holds(m)


def test_a_bill_that_was_changed_is_found(m):
    access = given(m, offered(m))
    use(m, access)
    drawn(m, access)
    with m.x.store.write() as tx:
        tx.execute(data_bills.update().values(amount=400))
    assert any("not what was used" in f.en for f in m.x.verify())


class DataMachine(MoneyMachine):
    """Uses, bills, disputes, payments in any order: what is billed follows from what was used."""

    @initialize(cap=st.sampled_from([None, 700, 2_500]), times=st.integers(2, 12))
    def begin(self, cap, times):
        self.open_market()
        gets(self.m, "maker", 1_000_000)
        limited = terms(clause("use", ("purpose", "eq", "科研"), ("count", "lteq", str(times))))
        self.cap, self.times = cap, times
        self.access = given(self.m, offered(self.m, limited, pricing="unit_used", price=100, unit="条", cap=cap),
                            until_on=later(self.m, 20))  # fmt: skip
        for _ in range(3):
            use(self.m, self.access, units=2)
        self.days = (access_row(self.m, self.access)["from_on"], access_row(self.m, self.access)["until_on"])

    def _try(self, function, *args, **more):
        try:
            return function(*args, **more)
        except SanwangError:
            return None

    def _of(self, table, state="open"):
        with self.m.x.store.read() as tx:
            asked = sa.select(table.c.id).where(table.c.state == state).order_by(table.c.id)
            return [r["id"] for r in tx.all(asked)]

    @rule(
        units=st.integers(1, 6), purpose=st.sampled_from(["科研", "广告"]), days=st.sampled_from([0, 0, 1, 9])
    )
    def uses_it(self, units, purpose, days):
        self.m.clock.move(days=days)
        self._try(use, self.m, self.access, units=units, purpose=purpose)

    @rule()
    def bills(self):
        self._try(drawn, self.m, self.access)

    @rule()
    def pays_it(self):
        for one in self._of(data_bills):
            self._try(pays, self.m, one)

    @rule()
    def disputes_it(self):
        billed = [u["no"] for u in uses(self.m, self.access) if u["bill"]]
        if not billed or not self._of(data_bills):
            self._try(drawn, self.m, self.access)
        self._try(disputed, self.m, self.access, billed[-1] if billed else 1)

    @rule(how=st.sampled_from(["admit", "waive"]))
    def decides(self, how):
        self.disputes_it()
        who = "maker_signer" if how == "admit" else "supplier_signer"
        for one in self._of(data_disputes)[:1]:
            self._try(self.m.x.take, self.m[who], "data_dispute", one, how)

    @rule()
    def voids(self):
        for one in self._of(data_bills):
            self._try(self.m.x.take, self.m["supplier_signer"], "data_bill", one, "void", why="changed")

    @invariant()
    def adds_up(self):
        if not hasattr(self, "access"):
            return
        with self.m.x.store.read() as tx:
            rows = tx.all(sa.select(data_uses))
            bills = tx.all(sa.select(data_bills))
        permitted = [r for r in rows if r["decision"] == "permit"]
        assert len(permitted) <= self.times
        assert all(self.days[0] <= day_of(r["at"]).isoformat() <= self.days[1] for r in permitted)
        # what was billed, recomputed from units and prices alone
        whole = sum(100 * r["units"] for r in permitted if r["bill"] and r["standing"] == "metered")
        billed = sum(b["amount"] for b in bills if b["state"] != "void")
        assert billed == (whole if self.cap is None else min(whole, self.cap))
        assert has(self.m, "supplier") == sum(b["amount"] for b in bills if b["state"] == "paid")

    def teardown(self):
        if hasattr(self, "m"):
            holds(self.m)
        super().teardown()


def test_the_machine(request, tmp_path):
    seen = run_machine(DataMachine, "sqlite", request, tmp_path, 4, steps=45)
    wanted = {"use", "permit", "deny"}
    assert {t for p, t in seen if p == "data_access"} >= wanted
    assert {
        ("data_bill", "pay"),
        ("data_bill", "void"),
        ("data_dispute", "admit"),
        ("data_dispute", "waive"),
    } <= seen
