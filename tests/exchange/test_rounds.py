"""A clearing round as people run it: lodged, confirmed, proposed, refused, solved again, in effect on its day."""

import uuid

import numpy as np
import pytest
from conftest_exchange import fresh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests_money import gets, has, held, live_voucher, money_market

from sanwang.exchange.clock import SetClock
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.rounds import largest

FIRMS = ("firm", "supplier", "maker", "bank_a", "bank_b")


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def opened(m, effect_on="2026-12-31"):
    data = {"name": "十二月轧差（虚构）", "lodge_until_on": "2026-12-10", "effect_on": effect_on}
    return m.x.take(m["operator"], "round", None, "open", data)


def lodged(m, round_, debtor, creditor, amount, due_on="2026-11-30", confirm=True):
    data = {"round": round_, "debtor": m.party[debtor], "creditor": m.party[creditor], "amount": amount,
            "due_on": due_on, "invoice": f"I-{uuid.uuid4().hex[:8]}"}  # fmt: skip
    made = m.x.take(m[f"{creditor}_signer"], "lodging", None, "lodge", data)
    if confirm:
        m.x.take(m[f"{debtor}_signer"], "lodging", made, "confirm")
    return made


def notice(m, who):
    return next(
        n
        for n in m.x.mine(m[f"{who}_signer"], "round_notice")
        if n["state"] in ("sent", "accepted", "certified")
    )


def answer(m, who, event="accept", **data):
    its = notice(m, who)
    given_ = {"digest": its["text_digest"]} if event == "accept" else {"why": "other"} | data
    m.x.take(m[f"{who}_signer"], "round_notice", its["id"], event, given_)


def state(m, round_):
    return m.x.show(m["operator"], "round", round_)["state"]


def holds(m):
    m.x.seal()
    assert m.x.verify() == []


def on(m, clock, days):
    clock.move(days=days)
    m.x.work()


def test_a_round_from_lodging_to_certificates(m, clock):
    round_ = opened(m)
    a = lodged(m, round_, "firm", "supplier", 100)
    lodged(m, round_, "supplier", "maker", 70)
    lodged(m, round_, "maker", "firm", 90)
    lodged(m, round_, "firm", "bank_a", 500)  # on no circle
    unconfirmed = lodged(m, round_, "maker", "firm", 10_000, confirm=False)
    holds(m)
    on(m, clock, 11)
    assert state(m, round_) == "proposed"
    with pytest.raises(NotFound):
        m.x.show(m["maker_member"], "lodging", a)
    its = notice(m, "firm")
    assert (its["payable"], its["receivable"], its["cleared"]) == (600, 90, 70)
    assert {x["way"] for x in its["lines"]} == {"pay", "receive"}
    with pytest.raises(StopIteration):
        notice(m, "bank_a")  # nothing of it is set off: nothing is asked of it
    with pytest.raises(Refused, match="figures are others"):
        m.x.take(m["firm_signer"], "round_notice", its["id"], "accept", digest="x")
    for who in ("firm", "supplier", "maker"):
        answer(m, who)
    assert state(m, round_) == "agreed"
    assert m.x.show(m["firm_member"], "lodging", unconfirmed)["state"] == "released"
    on(m, clock, 22)
    assert state(m, round_) == "done"
    assert m.x.show(m["firm_member"], "lodging", a)["cleared"] == 70
    certificate = notice(m, "maker")
    assert certificate["state"] == "certified" and certificate["entry"]
    holds(m)


def test_who_refuses_is_left_out_and_it_is_solved_again(m, clock):
    round_ = opened(m)
    lodged(m, round_, "firm", "supplier", 100)
    lodged(m, round_, "supplier", "firm", 30)
    lodged(m, round_, "supplier", "maker", 70)
    lodged(m, round_, "maker", "firm", 90)
    on(m, clock, 11)
    assert m.x.show(m["operator"], "round", round_)["cleared"] == 30 * 2 + 70 * 3
    answer(m, "supplier")
    answer(m, "firm")
    answer(m, "maker", "refuse")
    row = m.x.show(m["operator"], "round", round_)
    assert (row["state"], row["solved"], row["cleared"]) == ("proposed", 2, 60)
    answer(m, "supplier")
    on(m, clock, 10)  # the firm keeps silent: no agreement
    assert state(m, round_) == "empty"
    holds(m)


def test_an_agreement_stands_where_its_lines_do(m, clock):
    round_ = opened(m)
    lodged(m, round_, "firm", "supplier", 50)
    lodged(m, round_, "supplier", "firm", 50)
    lodged(m, round_, "maker", "bank_a", 9)
    lodged(m, round_, "bank_a", "maker", 9)
    on(m, clock, 11)
    for who in ("firm", "supplier", "maker"):
        answer(m, who)
    answer(m, "bank_a", "refuse")
    assert state(m, round_) == "agreed"
    assert m.x.show(m["operator"], "round", round_)["cleared"] == 100
    holds(m)


def test_vouchers_take_part_and_wait_meanwhile(m, clock):
    voucher = live_voucher(m, "firm", "supplier", 1_000, "2027-03-01")
    whole = live_voucher(m, "supplier", "firm", 400, "2027-03-01", invoice="B")
    round_ = opened(m)
    for who in ("supplier", "firm"):
        [part] = held(m, who)
        m.x.take(m[f"{who}_signer"], "lodging", None, "lodge_part", round=round_, holding=part["id"])
    with pytest.raises(Refused, match="clearing round"):
        gets(m, "firm", 5_000)
        m.x.take(m["firm_signer"], "voucher", voucher, "pay")
    on(m, clock, 11)
    for who in ("firm", "supplier"):
        answer(m, who)
    on(m, clock, 22)
    assert m.x.show(m["firm_member"], "voucher", whole)["state"] == "settled"
    assert m.x.show(m["firm_member"], "voucher", voucher)["set_off"] == 400
    assert [h["owed"] for h in held(m, "supplier")] == [600]
    holds(m)
    on(m, clock, 70)
    assert has(m, "supplier") == 600
    holds(m)


def test_a_voucher_due_before_the_effect_is_not_lodged(m):
    live_voucher(m, "firm", "supplier", 1_000, "2026-12-31")
    round_ = opened(m)
    [part] = held(m, "supplier")
    with pytest.raises(Refused, match="due after"):
        m.x.take(m["supplier_signer"], "lodging", None, "lodge_part", round=round_, holding=part["id"])


def test_one_debt_stands_in_one_round_and_late_ones_in_none(m, clock):
    round_, other = opened(m), opened(m)
    sides = {"debtor": m.party["firm"], "creditor": m.party["maker"]}
    data = sides | {"round": round_, "amount": 5, "due_on": "2026-12-01", "invoice": "A 1"}
    m.x.take(m["maker_member"], "lodging", None, "lodge", data)
    with pytest.raises(Refused, match="lodged already"):
        m.x.take(m["maker_member"], "lodging", None, "lodge", data | {"round": other, "invoice": "a1"})
    on(m, clock, 11)
    with pytest.raises(Refused, match="takes no debts"):
        m.x.take(m["maker_member"], "lodging", None, "lodge", data | {"invoice": "A2"})


def test_the_operator_leaves_a_party_out_with_two(m, clock):
    round_ = opened(m)
    lodged(m, round_, "firm", "supplier", 50)
    lodged(m, round_, "supplier", "firm", 50)
    for who in ("operator", "operator_b"):
        m.x.take(
            m[who],
            "round",
            round_,
            "leave_out",
            party=m.party["supplier"],
            why="unlawful",
            words="虚构：已受理破产",
        )
    on(m, clock, 11)
    assert state(m, round_) == "empty"
    assert "left_out" not in m.x.show(m["firm_member"], "round", round_)
    holds(m)


debts = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 500)).filter(lambda d: d[0] != d[1]),
                 min_size=1, max_size=12)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(debts)
def test_as_much_as_a_linear_program_clears(some):
    rows = [{"id": str(n), "debtor": f"f{a}", "creditor": f"f{b}", "amount": x, "due_on": "2026-12-01"}
            for n, (a, b, x) in enumerate(some)]  # fmt: skip
    balance = np.zeros((5, len(some)))
    for n, (a, b, _) in enumerate(some):
        balance[a, n], balance[b, n] = 1, -1
    best = linprog(
        -np.ones(len(some)), A_eq=balance, b_eq=np.zeros(5), bounds=[(0, x) for *_, x in some], method="highs"
    )
    assert sum(largest(rows).values()) == round(-best.fun)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_whatever_people_answer_nobodys_balance_moves(kind, request, tmp_path):
    make = fresh(kind, request)

    @settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        debts,
        st.lists(
            st.sampled_from(["accept", "accept", "accept", "refuse", "silent"]), min_size=40, max_size=40
        ),
    )
    def run(some, answers):
        clock = SetClock(1_796_086_800_000_000)
        m = money_market(make(tmp_path / f"{uuid.uuid4()}.db", clock), clock)
        round_ = opened(m)
        for a, b, amount in some:
            lodged(m, round_, FIRMS[a], FIRMS[b], amount)
        on(m, clock, 11)
        turn, refused = iter(answers), set()
        while state(m, round_) == "proposed":
            for who in FIRMS:
                asked = [n for n in m.x.mine(m[f"{who}_signer"], "round_notice") if n["state"] == "sent"]
                said = next(turn, "accept")
                if asked and said != "silent" and state(m, round_) == "proposed":
                    answer(m, who, said)
                    refused |= {who} if said == "refuse" else set()
                elif asked and said == "silent":
                    refused.add(who)
            if state(m, round_) == "proposed":
                on(m, clock, 5)
        assert state(m, round_) in ("agreed", "empty")
        clock.move(days=60)
        m.x.work()
        assert state(m, round_) in ("done", "empty")
        holds(m)
        with m.x.store.read() as tx:
            from sanwang.exchange.tables.rounds import lodgings

            rows = tx.all(lodgings.select())
        for who in FIRMS:
            pays = sum(r["cleared"] for r in rows if r["debtor"] == m.party[who])
            assert pays == sum(r["cleared"] for r in rows if r["creditor"] == m.party[who])
        m.x.store.close()

    run()


def harmless_round(m, harmless=True):
    made = m.x.take(m["operator"], "round", None, "open", name="虚构", lodge_until_on="2026-12-10",
                    effect_on="2026-12-31", harmless=harmless)  # fmt: skip
    for debtor, creditor in (("firm", "supplier"), ("supplier", "firm"), ("firm", "maker")):
        lodged(m, made, debtor, creditor, 10_000)
    return made


def test_a_creditor_outside_the_cycle_is_not_hurt_where_the_round_says_so(m, clock):
    """A owes B and C, B owes A: what A has reaches C only as long as A's debt to B is not set off against it."""
    gets(m, "firm", 6_000)
    gets(m, "supplier", 10_000)
    plain = harmless_round(m, harmless=False)
    on(m, clock, 10)
    assert m.x.show(m["operator"], "round", plain)["cleared"] == 20_000
    for who in ("operator", "operator_b"):
        m.x.take(m[who], "round", plain, "cancel", why="other", words="虚构")


def test_its_price_is_what_is_set_off_less(m, clock):
    gets(m, "firm", 6_000)
    gets(m, "supplier", 10_000)
    made = harmless_round(m)
    on(m, clock, 10)
    row = m.x.show(m["operator"], "round", made)
    assert (row["state"], row["cleared"], row["price"], row["left_out"]) == (
        "empty",
        0,
        20_000,
        {m.party["firm"]: "harm"},
    )
    holds(m)


def test_who_can_pay_hurts_nobody_and_nothing_is_given_up(m, clock):
    gets(m, "firm", 20_000)
    gets(m, "supplier", 10_000)
    made = harmless_round(m)
    on(m, clock, 10)
    row = m.x.show(m["operator"], "round", made)
    assert (row["state"], row["cleared"], row["price"]) == ("proposed", 20_000, 0)
    holds(m)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 1000)), max_size=14),
       st.lists(st.integers(0, 1500), min_size=6, max_size=6))  # fmt: skip
def test_nobody_outside_loses_by_a_linear_program(debts, cash):
    """What is left after leaving out the culprits is checked by payments from a solver of another make."""
    from sanwang.exchange.round_harm import culprits

    rows = [{"id": str(n), "debtor": str(a), "creditor": str(b), "amount": c, "due_on": "2026-11-30"}
            for n, (a, b, c) in enumerate(debts) if a != b]  # fmt: skip
    money, out = {str(n): c for n, c in enumerate(cash)}, set()
    taking, cleared = rows, largest(rows)
    while found := culprits(rows, cleared, [], money):
        assert not found <= out
        out |= found
        taking = [r for r in rows if not {r["debtor"], r["creditor"]} & out]
        cleared = largest(taking)
    inside = {r[n] for r in taking if cleared.get(r["id"]) for n in ("debtor", "creditor")}
    before = received([(r["debtor"], r["creditor"], r["amount"]) for r in rows], money)
    after = received(
        [(r["debtor"], r["creditor"], r["amount"] - cleared.get(r["id"], 0)) for r in rows], money
    )
    for name in money:
        if name not in inside:
            assert after.get(name, 0) >= before.get(name, 0) - 1


def received(debts, cash):
    """What each firm is paid, by the linear program of Eisenberg and Noe: payments as large as can be."""
    names = sorted(cash)
    owed = {n: sum(c for a, _, c in debts if a == n) for n in names}
    matrix, most = [], []
    for n in names:
        line = [0.0] * len(names)
        line[names.index(n)] = 1.0
        for a, b, c in debts:
            if b == n and c:
                line[names.index(a)] -= c / owed[a]
        matrix.append(line)
        most.append(cash[n])
    found = linprog([-1] * len(names), A_ub=matrix, b_ub=most, bounds=[(0, owed[n]) for n in names]).x
    return {n: sum(c / owed[a] * found[names.index(a)] for a, b, c in debts if b == n and c) for n in names}
