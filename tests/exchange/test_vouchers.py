"""Receivable vouchers: confirmed once, split to the fen, passed, financed by the best bid, paid or not."""

from datetime import date

import pytest
from tests_market import contracted, terms
from tests_money import gets, has, held, live_voucher, money_market

from sanwang.exchange import bids
from sanwang.exchange.clock import day_of
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.rules.reading import in_force


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def holds(m):
    m.x.seal()
    assert m.x.verify() == []


def financed(m, holding, bank="bank_a", price=9_800_000, **more):
    """A part asked about, bid for by one bank, accepted and paid for."""
    m.x.take(m["supplier_signer"], "holding", holding, "register", registry_no=f"ZD{holding[-8:]}")
    m.x.take(
        m["supplier_signer"], "holding", holding, "ask", financiers=[m.party["bank_a"], m.party["bank_b"]]
    )
    bid = offer(m, holding, bank, price, **more)
    m.x.take(m["supplier_signer"], "bid", bid, "accept", agreed=True)
    m.x.take(m[f"{bank}_signer"], "bid", bid, "pay")
    return bid


def offer(m, holding, bank, price, recourse=False, **more):
    data = {"holding": holding, "financier": m.party[bank], "price": price, "recourse": recourse,
            "valid_until_on": "2026-12-20"}  # fmt: skip
    return m.x.take(m[f"{bank}_member"], "bid", None, "offer", data | more)


def test_confirmed_by_two_split_passed_financed_and_paid(m, clock):
    voucher = live_voucher(m)
    [whole] = held(m, "supplier")
    m.x.take(m["supplier_signer"], "holding", whole["id"], "split", parts=[3_333_333, 6_666_667])
    first, second = held(m, "supplier")
    assert [first["owed"], second["owed"]] == [3_333_333, 6_666_667]
    paper = m.x.keep_document(m["supplier_signer"], m.party["supplier"], "order.pdf", b"fictional")
    m.x.take(m["supplier_signer"], "holding", first["id"], "pass", to_party=m.party["maker"], document=paper)
    m.x.take(m["maker_signer"], "holding", first["id"], "take")
    gets(m, "bank_a", 7_000_000)
    financed(m, second["id"], price=6_600_000, fees=10_000)
    assert has(m, "supplier") == 6_590_000
    assert has(m, "bank_a") == 7_000_000 - 6_590_000 - 6_666_667 * 2 // 10_000
    holds(m)
    gets(m, "firm", 10_000_000)
    clock.move(days=100)
    m.x.work()
    assert m.x.show(m["firm_member"], "voucher", voucher)["state"] == "settled"
    assert (has(m, "maker"), has(m, "firm")) == (3_333_333, 0)
    assert has(m, "bank_a") == 7_000_000 - 6_590_000 - 1_333 + 6_666_667
    holds(m)


def test_one_invoice_is_confirmed_once_whoever_writes_it_and_however(m):
    number = "24117000000123456789"
    live_voucher(m, invoice=number)
    for party, written in (
        ("maker", f" {number[:10]} {number[10:]}"),
        ("supplier", "２４117000000123456789"),
    ):
        with pytest.raises(Refused, match="confirmed before"):
            live_voucher(m, holder=party, invoice=written)
    live_voucher(m, holder="maker", invoice="INV-1")
    live_voucher(m, holder="supplier", invoice="INV-1")  # a number of one's own is unique to who issued it
    with pytest.raises(Refused, match="confirmed before"):
        live_voucher(m, holder="supplier", invoice="inv 1")


def test_an_invoice_is_free_again_when_its_voucher_came_to_nothing(m):
    data = {
        "debtor": m.party["firm"],
        "holder": m.party["supplier"],
        "amount": 5,
        "due_on": "2027-01-01",
        "invoice": "A1",
    }
    made = m.x.take(m["firm_member"], "voucher", None, "draft", data)
    m.x.take(m["firm_member"], "voucher", made, "drop")
    live_voucher(m, amount=5, invoice="A1")


@pytest.mark.parametrize(
    ("due_on", "why", "may"),
    [("2026-12-01", "", False), ("2027-06-01", "", True), ("2027-06-10", "", False), ("2027-06-10", "设备调试期", True),
     ("2027-12-02", "设备调试期", True), ("2027-12-03", "设备调试期", False)],
)  # fmt: skip
def test_the_term_is_guarded_by_dated_rules(m, due_on, why, may):
    more = {"long_why": why} if why else {}
    if may:
        live_voucher(m, due_on=due_on, **more)
    else:
        with pytest.raises(Refused, match="term is wrong"):
            live_voucher(m, due_on=due_on, **more)


def test_rules_say_how_they_were_read():
    from datetime import date

    for name in ("longest", "usual", "register", "stop_on_default"):
        assert "to be verified" in in_force(f"voucher.{name}", date(2026, 12, 1)).said("en")
    assert "待核实" not in in_force("voucher.notice", date(2026, 12, 1)).said("zh")


def test_one_person_does_not_bind_the_debtor(m):
    data = {
        "debtor": m.party["firm"],
        "holder": m.party["supplier"],
        "amount": 5,
        "due_on": "2027-01-01",
        "invoice": "A1",
    }
    made = m.x.take(m["firm_signer"], "voucher", None, "draft", data)
    m.x.take(m["firm_signer"], "voucher", made, "confirm")
    assert m.x.show(m["firm_signer"], "voucher", made)["state"] == "draft"
    with pytest.raises(Refused, match="another person"):
        m.x.take(m["firm_signer"], "voucher", made, "confirm")
    with pytest.raises(Refused, match="sign for the party"):
        m.x.take(m["firm_member"], "voucher", made, "confirm")


def test_money_moves_only_for_a_part_in_the_registry(m):
    live_voucher(m)
    [part] = held(m, "supplier")
    gets(m, "bank_a", 20_000_000)
    m.x.take(m["supplier_signer"], "holding", part["id"], "ask", financiers=[m.party["bank_a"]])
    bid = offer(m, part["id"], "bank_a", 9_000_000)
    with pytest.raises(Refused, match="central registry"):
        m.x.take(m["supplier_signer"], "bid", bid, "accept")
    m.x.take(m["supplier_signer"], "holding", part["id"], "stop")
    m.x.take(m["supplier_signer"], "holding", part["id"], "register", registry_no="ZD1")
    live_voucher(m, invoice="INV-2")
    other = held(m, "supplier")[1]
    with pytest.raises(Refused, match="another holding"):
        m.x.take(m["supplier_signer"], "holding", other["id"], "register", registry_no="ZD1")


def test_several_bid_the_holder_sees_all_with_yearly_cost_each_bank_its_own(m):
    live_voucher(m)
    [part] = held(m, "supplier")
    m.x.take(
        m["supplier_signer"], "holding", part["id"], "ask", financiers=[m.party["bank_a"], m.party["bank_b"]]
    )
    dear = offer(m, part["id"], "bank_a", 9_800_000, fees=50_000)
    cheap = offer(m, part["id"], "bank_b", 9_790_000, recourse=True, words="到期未付的，由供应商回购")
    found = m.x.offers(m["supplier_member"], part["id"])
    assert [o.bid for o in found] == [cheap, dear]
    assert [o.received for o in found] == [9_790_000, 9_750_000]
    assert found[0].recourse == "到期未付的，由供应商回购" and found[1].recourse == ""
    assert found[1].yearly == round(((10_000_000 / 9_750_000) ** (365 / 90) - 1) * 10_000)
    assert [o.bid for o in m.x.offers(m["bank_a_member"], part["id"])] == [dear]
    with pytest.raises(NotFound):
        m.x.show(m["bank_a_member"], "bid", cheap)
    with pytest.raises(NotFound):
        m.x.offers(m["maker_member"], part["id"])


def test_recourse_only_where_said_and_agreed(m, clock):
    live_voucher(m)
    [part] = held(m, "supplier")
    m.x.take(m["supplier_signer"], "holding", part["id"], "register", registry_no="ZD1")
    m.x.take(m["supplier_signer"], "holding", part["id"], "ask", financiers=[m.party["bank_a"]])
    with pytest.raises(Refused, match="one sentence"):
        offer(m, part["id"], "bank_a", 9_900_000, recourse=True)
    bid = offer(m, part["id"], "bank_a", 9_900_000, recourse=True, words="到期未付由供应商回购")
    with pytest.raises(Refused, match="到期未付由供应商回购"):
        m.x.take(m["supplier_signer"], "bid", bid, "accept")
    m.x.take(m["supplier_signer"], "bid", bid, "accept", agreed=True)
    gets(m, "bank_a", 9_950_000)
    m.x.take(m["bank_a_signer"], "bid", bid, "pay")
    clock.move(days=100)
    m.x.work()
    [late] = held(m, "bank_a", "overdue")
    gets(m, "supplier", 1_000_000)
    m.x.take(m["supplier_signer"], "holding", late["id"], "buy_back")
    assert held(m, "bank_a", "overdue") == [] and held(m, "supplier", "overdue")[0]["owed"] == 10_000_000
    assert has(m, "supplier") == 9_900_000 + 1_000_000 - 10_000_000
    holds(m)


def test_without_recourse_the_financier_bears_the_default(m, clock):
    voucher = live_voucher(m)
    [part] = held(m, "supplier")
    gets(m, "bank_a", 9_900_000)
    financed(m, part["id"], price=9_800_000)
    clock.move(days=100)
    m.x.work()
    [late] = held(m, "bank_a", "overdue")
    for who in ("supplier_signer", "supplier_member"):
        with pytest.raises((NotFound, Refused)):
            m.x.take(m[who], "holding", late["id"], "buy_back")
    with pytest.raises(Refused, match="overdue"):
        live_voucher(m, invoice="INV-9", due_on="2027-06-01")
    row = m.x.show(m["bank_a_member"], "holding", late["id"])
    days = (day_of(clock.at) - date.fromisoformat(row["due_on"])).days
    assert days > 0 and row["late_interest"] == row["owed"] * days * 5 // 10_000
    gets(m, "firm", 4_000_000)
    m.x.take(m["firm_signer"], "voucher", voucher, "pay_part", amount=3_000_001)
    assert has(m, "bank_a") == 9_900_000 - 9_800_000 - 2_000 + 3_000_001
    for one in ("operator", "operator_b"):
        m.x.take(m[one], "voucher", voucher, "write_off", why="other", words="虚构：破产终结")
    assert m.x.show(m["firm_member"], "voucher", voucher)["state"] == "written_off"
    assert held(m, "bank_a", "lost")[0]["owed"] == 6_999_999
    holds(m)


def test_the_default_ends_what_was_under_way(m, clock):
    live_voucher(m, due_on="2026-12-10")
    live_voucher(m, due_on="2026-12-10", invoice="INV-2")
    live_voucher(m, due_on="2026-12-10", invoice="INV-3")
    one, two, three = held(m, "supplier")
    paper = m.x.keep_document(m["supplier_signer"], m.party["supplier"], "order.pdf", b"fictional")
    m.x.take(m["supplier_signer"], "holding", one["id"], "pass", to_party=m.party["maker"], document=paper)
    m.x.take(m["supplier_signer"], "holding", two["id"], "ask", financiers=[m.party["bank_a"]])
    m.x.take(m["supplier_signer"], "holding", three["id"], "register", registry_no="ZD3")
    m.x.take(m["supplier_signer"], "holding", three["id"], "ask", financiers=[m.party["bank_a"]])
    clock.move(days=7)
    bid = offer(m, three["id"], "bank_a", 9_000_000)
    m.x.take(m["supplier_signer"], "bid", bid, "accept")
    clock.move(days=3)
    m.x.work()
    assert [h["owed"] for h in held(m, "supplier", "overdue")] == [10_000_000] * 3
    holds(m)


def test_a_sale_that_is_not_paid_for_is_undone(m, clock):
    live_voucher(m)
    [part] = held(m, "supplier")
    m.x.take(m["supplier_signer"], "holding", part["id"], "register", registry_no="ZD1")
    m.x.take(
        m["supplier_signer"], "holding", part["id"], "ask", financiers=[m.party["bank_a"], m.party["bank_b"]]
    )
    first, other = offer(m, part["id"], "bank_a", 9_000_000), offer(m, part["id"], "bank_b", 9_100_000)
    m.x.take(m["supplier_signer"], "bid", first, "accept")
    assert m.x.show(m["bank_b_member"], "bid", other)["state"] == "lost"
    with pytest.raises(Refused, match="not enough money"):
        m.x.take(m["bank_a_signer"], "bid", first, "pay")
    paper = m.x.keep_document(m["supplier_signer"], m.party["supplier"], "order.pdf", b"fictional")
    with pytest.raises(Refused):
        m.x.take(
            m["supplier_signer"], "holding", part["id"], "pass", to_party=m.party["maker"], document=paper
        )
    clock.move(days=6)
    m.x.work()
    assert m.x.show(m["bank_a_member"], "bid", first)["state"] == "lapsed"
    assert [h["id"] for h in held(m, "supplier")] == [part["id"]]
    holds(m)


def test_a_firm_sees_its_own_legs_and_the_debtor_whom_to_pay(m):
    voucher = live_voucher(m)
    [whole] = held(m, "supplier")
    m.x.take(m["supplier_signer"], "holding", whole["id"], "split", parts=[1_000_000, 9_000_000])
    small, large = held(m, "supplier")
    paper = m.x.keep_document(m["supplier_signer"], m.party["supplier"], "order.pdf", b"fictional")
    m.x.take(m["supplier_signer"], "holding", small["id"], "pass", to_party=m.party["maker"], document=paper)
    m.x.take(m["maker_signer"], "holding", small["id"], "take")
    [its] = held(m, "maker")
    assert its["giver"] == m.party["supplier"]
    for other in (large["id"], whole["id"]):
        with pytest.raises(NotFound):
            m.x.show(m["maker_member"], "holding", other)
    with pytest.raises(NotFound):
        m.x.show(m["supplier_member"], "holding", its["id"])
    with pytest.raises(NotFound):
        m.x.show(m["maker_member"], "voucher", voucher)
    seen = m.x.show(m["firm_member"], "holding", its["id"])
    assert seen["holder"] == m.party["maker"] and seen["noticed_at"] and "giver" not in seen
    assert any(n["subject"] == its["id"] for n in m.x.inbox(m["firm_member"]))
    assert "splits" not in m.x.show(m["supplier_member"], "voucher", voucher)
    assert set(m.x.show(m["operator"], "holding", its["id"])) == {
        "id",
        "number",
        "state",
        "due_on",
        "deadline_at",
        "version",
    }
    with pytest.raises(NotFound):
        m.x.show(m["bank_a_member"], "holding", large["id"])


def test_parts_that_do_not_add_up_are_refused(m):
    live_voucher(m)
    [part] = held(m, "supplier")
    for parts in ([1, 2], [10_000_000, 0], [5_000_000, 5_000_001]):
        with pytest.raises(Refused, match="parts must"):
            m.x.take(m["supplier_signer"], "holding", part["id"], "split", parts=parts)


def test_both_may_cancel_what_nobody_else_holds(m):
    voucher = live_voucher(m)
    for who in ("firm_signer", "supplier_signer"):
        m.x.take(m[who], "voucher", voucher, "cancel", why="agreed")
    assert m.x.show(m["firm_member"], "voucher", voucher)["state"] == "void"
    holds(m)
    voucher = live_voucher(m)
    [part] = held(m, "supplier")
    m.x.take(m["supplier_signer"], "holding", part["id"], "split", parts=[1, 9_999_999])
    with pytest.raises(Refused, match="split"):
        m.x.take(m["firm_signer"], "voucher", voucher, "cancel", why="agreed")


def test_an_accepted_milestone_is_paid_by_voucher(m):
    two = [dict(t, by_voucher=n == 0) for n, t in enumerate(terms()["milestones"])]
    two[0] |= {"retained": 0, "wanted": ["report"]}
    deal = contracted(m, offer=terms(milestones=two))
    assert m.x.show(m["firm_member"], "deal", deal)["state"] == "performing"
    stage = next(r for r in m.x.mine(m["firm_member"], "milestone") if r["no"] == 1)
    assert stage["state"] == "funded" and stage["hold"] is None

    def draft(**more):
        data = {
            "debtor": m.party["firm"],
            "holder": m.party["university"],
            "amount": 40_000_000,
            "due_on": "2027-03-01",
        }
        return m.x.take(m["firm_signer"], "voucher", None, "draft", data | {"milestone": stage["id"]} | more)

    with pytest.raises(Refused, match="400,000"):
        draft()  # nothing has been accepted yet
    paper = m.x.keep_document(m["university_member"], m.party["university"], "r.pdf", b"fictional", deal)
    m.x.add_evidence(m["university_member"], stage["id"], "report", paper)
    m.x.take(m["university_member"], "milestone", stage["id"], "submit")
    m.x.take(m["firm_signer"], "milestone", stage["id"], "accept")
    with pytest.raises(Refused, match="400,000"):
        draft(amount=39_000_000)
    voucher = draft()
    with pytest.raises(Refused, match="confirmed before"):
        draft()
    for who in ("firm_signer", "firm_second"):
        m.x.take(m[who], "voucher", voucher, "confirm")
    m.x.take(m["university_signer"], "voucher", voucher, "accept")
    assert m.x.show(m["university_member"], "voucher", voucher)["state"] == "live"
    holds(m)


def test_the_yearly_cost_is_compound_over_actual_days():
    assert bids.yearly(10_000, 10_100, 365) == 100
    assert bids.yearly(9_950_000, 10_000_000, 30) == round(((10_000 / 9_950) ** (365 / 30) - 1) * 10_000)
    assert bids.yearly(10, 11, 0) is None
