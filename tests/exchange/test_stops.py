"""Stops: frozen money neither leaves nor is set off, what was under way goes on, and it ends the way it began."""

import uuid
from contextlib import suppress

import pytest
from conftest_exchange import fresh
from hypothesis import HealthCheck, example, given, settings
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
    @example([("in", "maker", 300), ("freeze", "maker", 200), ("out", "maker", 250)])
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


def test_prepaid_money_that_is_stopped_ends_nowhere_until_it_is_lifted(m, clock):
    from test_prepaid import ended, funded, state

    made = funded(m)
    stop = enforced(m, "maker", prepaid=made)
    m.x.take(m["maker_signer"], "prepaid", made, "say", fact="delivered")
    m.x.take(m["firm_signer"], "prepaid", made, "say", fact="tested")
    assert ended(m, made) == [(None, None), (None, None)]
    for event, who in (("give_back", "maker_signer"),):
        with pytest.raises(Refused, match="stopped"):
            m.x.take(m[who], "prepaid", made, event)
    holds(m)
    clock.move(days=90)  # past due and expiry: the clock does nothing either
    m.x.work()
    assert (state(m, made), has(m, "maker")) == ("live", 0)
    lifted(m, stop)  # what was said in time counts as said in time
    assert ended(m, made) == [("合格放款", 600_000), ("按期", 400_001)]
    assert (state(m, made), has(m, "maker")) == ("done", 1_000_001)
    holds(m)


def test_what_is_paid_on_a_loan_whose_claim_is_stopped_stays_frozen_with_the_lender(m, clock):
    from test_loans import TERMS, drawn

    loan = drawn(m)
    stop = enforced(m, "bank_a", loan=loan)
    before = can_use(m, "bank_a")
    with pytest.raises(Refused, match="stopped"):
        m.x.take(m["bank_a_signer"], "loan", loan, "restructure", loan_terms=TERMS)
    gets(m, "supplier", 20_000_000)
    m.x.take(m["supplier_signer"], "loan", loan, "prepay")
    paid = has(m, "bank_a") - before
    assert paid >= 10_000_000
    assert can_use(m, "bank_a") == before
    holds(m)
    lifted(m, stop)
    assert can_use(m, "bank_a") == before + paid
    holds(m)


def test_escrow_that_is_stopped_is_neither_released_nor_given_back(m, clock):
    from test_deals import contracted

    from sanwang.exchange.tables.deals import milestones

    deal = contracted(m)
    m.x.take(RAIL, "payment", None, "receive", {"reference": "E1", "amount": 60_000_000, "deal": deal})
    with m.x.store.read() as tx:
        import sqlalchemy as sa

        one = tx.all(sa.select(milestones).where(milestones.c.deal == deal).order_by(milestones.c.no))[0][
            "id"
        ]
    paper = m.x.keep_document(m["university_member"], m.party["university"], "t.pdf", b"x", deal)
    m.x.add_evidence(m["university_member"], one, "test_report", paper)
    m.x.take(m["university_member"], "milestone", one, "submit")
    stop = enforced(m, "university", deal=deal)
    with pytest.raises(Refused, match="already"):
        enforced(m, "firm", deal=deal)
    with pytest.raises(Refused, match="stopped"):
        m.x.take(m["firm_signer"], "milestone", one, "accept")
    clock.move(days=60)
    m.x.work()
    assert has(m, "university") == 0
    holds(m)
    lifted(m, stop)
    clock.move(days=1)
    for who in ("firm_signer", "firm_second"):
        with suppress(SanwangError):
            m.x.take(m[who], "milestone", one, "accept")
    m.x.work()
    assert has(m, "university") > 0
    holds(m)


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [("pledge", {"loan": "x"}, "a pledge names a holding"), ("insolvency", {"deal": "x"}, "one thing at a time"),
     ("freeze", {"deal": "x", "loan": "y"}, "one thing at a time"), ("freeze", {"loan": "x"}, "not theirs")],
)  # fmt: skip
def test_what_cannot_be_stopped_is_refused(m, kind, more, said):
    with pytest.raises(Refused, match=said):
        entered(m, "maker", kind, **more)


def test_agreed_late_interest_is_collected_with_the_payment_and_frozen_with_a_stopped_part(m, clock):
    voucher = live_voucher(m, amount=1_000_000, due_on="2026-12-11", late_bp=1_825)
    clock.move(days=11)
    m.x.work()
    clock.move(days=19)  # thirty days after the start, twenty after the due date
    [part] = held(m, "supplier", "overdue")
    enforced(m, "supplier", holding=part["id"])
    gets(m, "firm", 1_010_000)
    m.x.take(m["firm_signer"], "voucher", voucher, "pay_part", amount=400_000)
    assert has(m, "supplier") == 400_000 + 4_000  # 400,000 × 18.25 % × 20/365
    m.x.take(m["firm_signer"], "voucher", voucher, "pay")
    assert (has(m, "firm"), has(m, "supplier"), can_use(m, "supplier")) == (0, 1_010_000, 0)
    holds(m)


def test_without_money_for_the_late_interest_an_overdue_voucher_is_not_paid(m, clock):
    voucher = live_voucher(m, amount=1_000_000, due_on="2026-12-11", late_bp=1_825)
    clock.move(days=30)
    m.x.work()
    gets(m, "firm", 1_000_000)
    with pytest.raises(Refused, match="less than"):
        m.x.take(m["firm_signer"], "voucher", voucher, "pay")


def test_known_claims_by_rank_and_what_each_would_get(m, clock):
    gets(m, "firm", 500)
    live_voucher(m, "firm", "supplier", 300, "2027-03-01", "I-1")
    live_voucher(m, "firm", "maker", 600, "2027-03-01", "I-2")
    stop = enforced(m, "firm", "insolvency")
    found_ = m.x.estate(m["operator"], stop, wages=200)
    assert [(c.rank, c.amount, c.gets) for c in found_] == [
        ("wages", 200, 200),
        ("ordinary", 300, 100),
        ("ordinary", 600, 200),
    ]
    with pytest.raises(NotFound):
        m.x.estate(m["maker_signer"], stop)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 3000), st.lists(st.tuples(st.sampled_from(["costs", "wages", "taxes", "ordinary"]),
                                                st.integers(1, 900)), max_size=8))  # fmt: skip
def test_a_lower_rank_gets_nothing_until_the_higher_ones_are_whole(money, rows):
    from sanwang.exchange.insolvency import RANKS, Claim, shared

    order = {name: n for n, name in enumerate(RANKS)}
    found_ = shared(money, [Claim("x", "y", rank, amount, False, 0) for rank, amount in rows], order)
    assert sum(c.gets for c in found_) == min(money, sum(a for _, a in rows))
    for one in found_:
        assert 0 <= one.gets <= one.amount
        if one.gets:
            assert all(c.gets == c.amount for c in found_ if order[c.rank] < order[one.rank])
