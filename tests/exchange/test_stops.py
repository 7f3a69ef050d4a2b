"""Stops: frozen money neither leaves nor is set off, what was under way goes on, and it ends the way it began."""

import uuid
from contextlib import suppress

import pytest
from conftest_exchange import fresh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_rounds import answer, lodged, on, opened, state
from tests_money import gets, has, held, live_voucher, money_market

from sanwang.errors import SanwangError
from sanwang.exchange.clock import SetClock
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.ledger import transfers
from sanwang.exchange.ledger.accounts import found, usable
from sanwang.exchange.ledger.rules import wallet
from sanwang.exchange.who import RAIL


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def entered(m, party, kind="freeze", **more):
    data = {
        "stopping": kind,
        "party": m.party[party],
        "authority": "虚构法院",
        "paper": f"（2026）虚{uuid.uuid4().hex[:6]}",
    }
    return m.x.take(m["operator"], "stop", None, "order", data | more)


def enforced(m, party, kind="freeze", **more):
    made = entered(m, party, kind, **more)
    for who in ("operator", "operator_b"):
        m.x.take(m[who], "stop", made, "enforce")
    return made


def lifted(m, stop):
    for who in ("operator", "operator_b"):
        m.x.take(m[who], "stop", stop, "lift", authority="虚构法院", paper="（2026）虚解1")


def out(m, party, amount):
    pay = {"party": m.party[party], "amount": amount, "account_at": "x"}
    made = m.x.take(m[f"{party}_signer"], "payment", None, "instruct", pay)
    m.x.take(m[f"{party}_second"], "payment", made, "release")
    return made


def can_use(m, party):
    with m.x.store.read() as tx:
        row = found(tx, wallet(m.party[party]))
        return usable(row) if row else 0


def holds(m):
    m.x.seal()
    assert m.x.verify() == []


def test_one_person_stops_nothing(m):
    gets(m, "maker", 100)
    stop = entered(m, "maker", amount=50)
    m.x.take(m["operator"], "stop", stop, "enforce")
    out(m, "maker", 100)
    with pytest.raises(NotFound):
        m.x.show(m["maker_member"], "stop", stop)
    with pytest.raises(Refused):
        m.x.take(
            m["firm_signer"],
            "stop",
            None,
            "order",
            stopping="freeze",
            party=m.party["maker"],
            authority="x",
            paper="y",
        )


def test_a_freeze_keeps_its_amount_and_what_comes_in_until_it_is_filled(m):
    gets(m, "maker", 100)
    under_way = out(m, "maker", 30)
    stop = enforced(m, "maker", amount=120)
    assert can_use(m, "maker") == 0
    with pytest.raises(Refused, match="frozen"):
        out(m, "maker", 1)
    m.x.take(RAIL, "payment", under_way, "send")
    m.x.take(RAIL, "payment", under_way, "confirm", reference="B1")  # released before: it goes on
    gets(m, "maker", 60)
    assert (has(m, "maker"), can_use(m, "maker")) == (130, 10)
    out(m, "maker", 10)
    with pytest.raises(Refused, match="frozen"):
        out(m, "maker", 1)
    holds(m)
    assert m.x.show(m["maker_member"], "stop", stop)["state"] == "in_force"
    lifted(m, stop)
    out(m, "maker", 120)
    holds(m)


def test_several_freezes_add_up_and_one_ends_by_itself(m, clock):
    gets(m, "maker", 100)
    enforced(m, "maker", amount=40, until_on="2026-12-10")
    enforced(m, "maker", amount=30)
    assert can_use(m, "maker") == 30
    on(m, clock, 11)
    assert can_use(m, "maker") == 70
    holds(m)


def test_a_frozen_debtor_defaults_and_pays_when_it_is_lifted(m, clock):
    voucher = live_voucher(m, amount=1_000, due_on="2026-12-10")
    gets(m, "firm", 1_000)
    stop = enforced(m, "firm")
    on(m, clock, 11)
    assert m.x.show(m["firm_member"], "voucher", voucher)["state"] == "overdue"
    with pytest.raises(Refused, match="free money"):
        m.x.take(m["firm_signer"], "voucher", voucher, "pay")
    lifted(m, stop)
    m.x.take(m["firm_signer"], "voucher", voucher, "pay")
    assert has(m, "supplier") == 1_000
    holds(m)


@pytest.mark.parametrize("kind", ["freeze", "pledge"])
def test_a_stopped_part_does_not_change_hands_and_its_money_stays_frozen(m, clock, kind):
    live_voucher(m, amount=1_000, due_on="2026-12-10")
    [part] = held(m, "supplier")
    m.x.take(m["supplier_signer"], "holding", part["id"], "register", registry_no="Z1")
    m.x.take(m["supplier_signer"], "holding", part["id"], "ask", financiers=[m.party["bank_a"]])
    stop = enforced(m, "supplier", kind, holding=part["id"])
    assert held(m, "supplier")[0]["id"] == part["id"]  # the asking ended
    paper = m.x.keep_document(m["supplier_signer"], m.party["supplier"], "a.pdf", b"x")
    for event, data in (("split", {"parts": [1, 999]}), ("ask", {"financiers": [m.party["bank_a"]]}),
                        ("pass", {"to_party": m.party["maker"], "document": paper})):  # fmt: skip
        with pytest.raises(Refused, match="stopped"):
            m.x.take(m["supplier_signer"], "holding", part["id"], event, data)
    with pytest.raises(Refused, match="stopped already"):
        entered(m, "supplier", "pledge", holding=part["id"])
    gets(m, "firm", 1_000)
    on(m, clock, 11)
    assert (has(m, "supplier"), can_use(m, "supplier")) == (1_000, 0)
    holds(m)
    lifted(m, stop)
    assert can_use(m, "supplier") == 1_000
    holds(m)


def test_who_is_insolvent_takes_part_in_nothing_new_and_no_round(m, clock):
    round_ = opened(m)
    lodged(m, round_, "firm", "supplier", 100)
    lodged(m, round_, "supplier", "firm", 40)
    lodged(m, round_, "maker", "firm", 30)
    lodged(m, round_, "firm", "maker", 30)
    on(m, clock, 11)
    for who in ("firm", "supplier", "maker"):
        answer(m, who)
    assert state(m, round_) == "agreed"
    stop = enforced(m, "supplier", "insolvency")
    with pytest.raises(Refused, match="two parties"):
        live_voucher(m, due_on="2027-02-01", invoice="X9")
    on(m, clock, 22)
    row = m.x.show(m["operator"], "round", round_)
    assert row["left_out"] == {m.party["supplier"]: "stopped"}
    for who in ("firm", "maker"):
        with suppress(StopIteration, Refused):
            answer(m, who)
    on(m, clock, 10)
    on(m, clock, 30)
    assert state(m, round_) in ("done", "empty")
    holds(m)
    lifted(m, stop)
    live_voucher(m, due_on="2027-04-01", invoice="X9")


STEPS = st.lists(
    st.tuples(st.sampled_from(["in", "out", "out", "answer", "freeze", "freeze", "lift", "voucher", "work"]),
              st.sampled_from(["maker", "supplier"]), st.integers(1, 300)),
    max_size=25,
)  # fmt: skip


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_frozen_money_never_moves(kind, request, tmp_path):
    histories(kind, request, tmp_path)


def test_a_ledger_that_forgets_the_freeze_is_caught(request, tmp_path, monkeypatch):
    plain = transfers._allowed
    monkeypatch.setattr(transfers, "_allowed", lambda row, fresh: plain({**row, "frozen": 0}, fresh))
    with pytest.raises(AssertionError):
        histories("sqlite", request, tmp_path)


def histories(kind, request, tmp_path):
    make = fresh(kind, request)

    @settings(max_examples=25 if kind == "sqlite" else 10, deadline=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(STEPS)
    def run(steps):
        clock = SetClock(1_796_086_800_000_000)
        m = money_market(make(tmp_path / f"{uuid.uuid4()}.db", clock), clock)
        stops, waiting = [], []
        for number, (what, party, amount) in enumerate(steps):
            before = {p: balances(m, p) for p in ("maker", "supplier")}
            with suppress(SanwangError):
                one(m, clock, what, party, amount, number, stops, waiting)
            for p, (free, frozen) in before.items():
                now, _ = balances(m, p)
                assert now >= min(free, frozen), (what, p)
            holds(m)
        m.x.store.close()

    run()


def balances(m, party):
    with m.x.store.read() as tx:
        row = found(tx, wallet(m.party[party]))
        return (row["cr"] - row["dr"] - row["dr_held"], row["frozen"]) if row else (0, 0)


def one(m, clock, what, party, amount, number, stops, waiting):
    other = "supplier" if party == "maker" else "maker"
    if what == "in":
        gets(m, party, amount)
    elif what == "out":
        waiting.append(out(m, party, amount))
    elif what == "answer" and waiting:
        payment = waiting.pop()
        m.x.take(RAIL, "payment", payment, "send")
        event = "confirm" if amount % 2 else "reject"
        m.x.take(
            RAIL,
            "payment",
            payment,
            event,
            {"reference": f"B{number}"} | ({} if amount % 2 else {"why": "bank"}),
        )
    elif what == "freeze":
        stops.append(enforced(m, party, amount=amount))
    elif what == "lift" and stops:
        lifted(m, stops.pop())
    elif what == "voucher":
        live_voucher(m, party, other, amount, "2026-12-20", invoice=f"I{number}")
    elif what == "work":
        clock.move(days=amount % 20)
        m.x.work()
