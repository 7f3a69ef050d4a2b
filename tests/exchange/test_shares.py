"""The inventors' share follows what a voucher pays: who holds it does not matter, and no payment waits for it."""

import pytest
from tests_market import contracted, terms
from tests_money import gets, has, held, money_market

from sanwang.exchange.ledger.accounts import Account, balance, found
from sanwang.exchange.tables.deals import share_lines, shares

AMOUNT = 40_000_000


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def live(m, costs=0):
    """An accepted milestone of 400,000 yuan, paid by a live voucher; 50 % of it to two inventors. Returns its id."""
    two = [dict(t, by_voucher=n == 0) for n, t in enumerate(terms()["milestones"])]
    two[0] |= {"retained": 0, "wanted": ["report"]}
    deal = contracted(m, offer=terms(milestones=two))

    def share(tx):
        made = tx.id()
        tx.insert(shares, id=made, deal=deal, institution=m.party["university"], rule={"name": "虚构"}, floor_bp=5_000,
                  given_bp=5_000, costs=costs, state="active", version=1)  # fmt: skip
        for name, bp in (("甲", 6_667), ("乙", 3_333)):
            tx.insert(share_lines, id=tx.id(), share=made, name=name, bp=bp)

    m.x.store.run(share)
    stage = next(r for r in m.x.mine(m["firm_member"], "milestone") if r["no"] == 1)
    paper = m.x.keep_document(m["university_member"], m.party["university"], "r.pdf", b"fictional", deal)
    m.x.add_evidence(m["university_member"], stage["id"], "report", paper)
    m.x.take(m["university_member"], "milestone", stage["id"], "submit")
    m.x.take(m["firm_signer"], "milestone", stage["id"], "accept")
    data = {
        "debtor": m.party["firm"],
        "holder": m.party["university"],
        "amount": AMOUNT,
        "due_on": "2027-03-01",
    }
    voucher = m.x.take(m["firm_signer"], "voucher", None, "draft", data | {"milestone": stage["id"]})
    for who in ("firm_signer", "firm_second"):
        m.x.take(m[who], "voucher", voucher, "confirm")
    m.x.take(m["university_signer"], "voucher", voucher, "accept")
    return voucher


def set_aside(m):
    """What stands with the inventors, and what is due and not yet set aside."""
    with m.x.store.read() as tx:
        lines = [r["id"] for r in tx.all(share_lines.select().order_by(share_lines.c.id))]
        rows = [found(tx, Account("inventor", deal=one)) for one in lines]
        return [balance(r) if r else 0 for r in rows], tx.one(shares.select())["due"]


def holds(m):
    m.x.seal()
    assert m.x.verify() == []


def test_paid_on_the_day_half_goes_to_the_inventors(m, clock):
    voucher = live(m)
    assert set_aside(m) == ([0, 0], 0)
    gets(m, "firm", AMOUNT)
    clock.move(days=100)
    m.x.work()
    assert m.x.show(m["firm_member"], "voucher", voucher)["state"] == "settled"
    assert set_aside(m) == ([13_334_000, 6_666_000], 0)
    assert has(m, "university") == AMOUNT // 2
    holds(m)


def test_documented_costs_come_off_once(m, clock):
    voucher = live(m, costs=10_000_000)
    clock.move(days=100)
    m.x.work()  # overdue
    gets(m, "firm", AMOUNT)
    m.x.take(m["firm_signer"], "voucher", voucher, "pay_part", amount=4_000_000)
    assert set_aside(m) == ([0, 0], 0)
    for who in ("firm_signer", "firm_second"):
        if m.x.show(m["firm_member"], "voucher", voucher)["state"] == "overdue":
            m.x.take(m[who], "voucher", voucher, "pay")
    assert sum(set_aside(m)[0]) == 15_000_000
    holds(m)


def test_sold_and_paid_to_another_the_share_is_due_and_set_aside_as_money_is_there(m, clock):
    """The payment does not wait: what the institution has not free stays due until its next receipt."""
    live(m)
    [part] = held(m, "university")
    rest = [part["owed"] - 1_000_000, 1_000_000]
    m.x.take(m["university_signer"], "holding", part["id"], "split", parts=rest)
    big = max(held(m, "university"), key=lambda r: r["owed"])
    paper = m.x.keep_document(m["university_member"], m.party["university"], "order.pdf", b"fictional")
    m.x.take(m["university_signer"], "holding", big["id"], "pass", to_party=m.party["maker"], document=paper)
    m.x.take(m["maker_signer"], "holding", big["id"], "take")
    gets(m, "firm", AMOUNT)
    clock.move(days=100)
    m.x.work()
    given, due = set_aside(m)
    assert (sum(given), due) == (1_000_000, 19_000_000) and has(m, "university") == 0
    assert has(m, "maker") == AMOUNT - 1_000_000
    holds(m)
