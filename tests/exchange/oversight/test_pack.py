"""Every rule of the pack on each side of its edge: what makes it speak, and the nearest that does not."""

from itertools import pairwise

import pytest
from chains import WAN, Chain

from sanwang.exchange.oversight.features import features
from sanwang.exchange.oversight.rules import pack


def round_trip(share=70, gap=90, related=True, least=20):
    c = Chain()
    if related:
        c.related("A", "B")
    c.contract("B", "A", least * WAN * share // 100)
    c.on(gap).contract("A", "B", least * WAN)
    return c


def over(*between):
    c = Chain()
    c.related("A", "B")
    way = ["B", *between, "A"]
    for payer, payee in pairwise(way):
        c.contract(payer, payee, 30 * WAN)
    c.on(20).contract("A", "B", 30 * WAN)
    return c


def loop(share, related=False):
    c = Chain()
    if related:
        c.related("A", "B")
    c.contract("B", "A", 100 * WAN * share // 100)
    c.on(3).contract("A", "B", 100 * WAN)
    return c


def split(times=3, each=70, days=5, account="ACC"):
    c = Chain()
    for n in range(times):
        c.on(n * days / (times - 1)).payout("A", each * WAN, account if n else "ACC")
    return c


def priced(price, many=8, field="H"):
    c = Chain()
    for n in range(many):
        c.on(n).contract("A", "B", (10 + n % 3) * WAN)
    c.on(30).contract("C", "D", price, field=field)
    return c


def accepted(
    pieces=1, creditor=False, withdrawn=False, by="x", relative=False, acted=False, first_only=False
):
    c = Chain()
    if creditor:  # took a voucher that the seller owes, for the holder
        made, _ = c.voucher("S", "B", WAN)
        c.events[-2] |= {"user": "x", "party": "B"}
    if acted:
        c.add("deal", "inquire", "Q", user="x", party="S")
    _, stage = c.contract("B", "S", 10 * WAN)
    made = [c.evidence(stage, f"d{n}") for n in range(pieces)]
    if withdrawn:
        c.add("evidence", "withdraw", made[0])
    if relative:
        c.related("x", "S")
    c.add("milestone", "accept", stage, user=by, party="B", **({"agreed": "d"} if first_only else {}))
    return c


def wash(back=True, gap=365, share=60):
    c = Chain()
    one, _ = c.contract("A", "B", 10 * WAN)
    c.register(one, 10 * WAN * share // 100)
    two, _ = c.on(gap).contract("B" if back else "A", "A" if back else "B", 10 * WAN)
    c.register(two, 10 * WAN)
    return c


def undelivered(days=180, technology=90, piece=False, paid=10):
    c = Chain()
    deal, stage = c.contract("A", "B", 100 * WAN, technology * WAN)
    c.register(deal, technology * WAN)
    if piece:
        c.evidence(stage)
    c.comes(paid * WAN, deal)
    c.on(days).comes(1)
    return c


def evidence(other=True, digest="a", withdrawn=False):
    c = Chain()
    _, one = c.contract("A", "B", WAN)
    _, two = c.contract("A", "C", WAN) if other else ("", one)
    made = c.evidence(one, "a")
    if withdrawn:
        c.add("evidence", "withdraw", made)
    c.evidence(two, digest)
    return c


def invoice(other="C", number="7"):
    c = Chain()
    c.voucher("A", "B", WAN, "7")
    c.voucher("A", other, WAN, number)
    return c


def self_dealing(related=True, contract=False, ended=False):
    c = Chain()
    made = c.related("A", "B") if related else ""
    if ended:
        c.add("relation", "end", made)
    if contract:
        c.contract("A", "B", WAN)
    c.voucher("A", "B", WAN)
    return c


def chain(hands=4, days=20, split=False):
    c = Chain()
    voucher, part = c.voucher("A", "B", WAN)
    for n in range(hands):
        c.on(1 + n * days / (hands - 1))
        if split:
            part = f"Z{n}"
            c.add("statement", "part", part, voucher=voucher, holder=f"P{n}", owed=WAN, part_of=None)
        part = c.passes(voucher, part, f"P{n + 1}")
    return c


def early(first="money"):
    c = Chain()
    c.add("deal", "inquire", "D")
    if first == "contract":
        c.contract("A", "B", WAN, deal="D")
    c.comes(WAN, "D")
    return c


def changed(before=3, account="NEW", amount=30, used_before=None):
    c = Chain()
    if used_before is not None:
        c.payout("A", WAN, "NEW")
    for n in range(before):
        c.on(n + 1).payout("A", WAN)
    c.on(30 if used_before is None else used_before).payout("A", amount * WAN, account)
    return c


def refunded(accept=True, amount=1, first_only=False):
    c = Chain()
    _, stage = c.contract("A", "B", 10 * WAN)
    c.evidence(stage)
    if accept:
        c.add("milestone", "accept", stage, user="u", party="A")
    c.add(
        "milestone",
        "settle",
        stage,
        to_seller=0,
        to_buyer=amount * WAN,
        **({"agreed": "d"} if first_only else {}),
    )
    return c


def dormant(quiet=150, amount=300, largest=100):
    c = Chain()
    c.contract("A", "B", largest * WAN)
    c.on(quiet).add("deal", "inquire", "Q", user="x", party="A")  # asking about the deal wakes nobody
    c.contract("A", "C", amount * WAN)
    return c


def listed(second="B", text="t", days=730):
    c = Chain()
    c.add("statement", "text", "L1", text="t")
    c.events[-1]["data"]["party"] = "A"
    c.on(days).add("statement", "text", "L2", text=text)
    c.events[-1]["data"]["party"] = second
    return c


def pilot(many=8, amount=80, days=3):
    c = Chain()
    for n in range(many + 1):
        c.on(n * days / many).add("pilot", "use", "T", account=f"a{n}", amount=amount, limit=100)
    return c


EDGES = {
    "related_round_trip": (
        [round_trip(), over("C")],
        [round_trip(share=69), round_trip(gap=91), round_trip(related=False), round_trip(least=19), over("C", "D")],
    ),
    "loop": ([loop(95), loop(105)], [loop(94), loop(106), loop(100, related=True)]),
    "split_payouts": ([split(), split(each=67), split(times=5, each=40)],
                      [split(times=2, each=120), split(days=5.1, each=67), split(each=66), split(account="B")]),
    "odd_price": ([priced(3 * 12 * WAN), priced(2 * WAN)],
                  [priced(14 * WAN), priced(8 * WAN), priced(100 * WAN, many=7), priced(100 * WAN, field="X")]),
    "accepted_unproved": ([accepted(pieces=0), accepted(withdrawn=True)],
                          [accepted(), accepted(pieces=2, withdrawn=True), accepted(pieces=0, first_only=True)]),
    "accepted_by_relative": ([accepted(relative=True), accepted(acted=True)],
                             [accepted(), accepted(creditor=True), accepted(relative=True, by="y"), accepted(acted=True, by="y")]),
    "wash_registration": ([wash()], [wash(back=False), wash(gap=366), wash(share=59)]),
    "registered_undelivered": ([undelivered()],
                               [undelivered(days=179), undelivered(technology=89), undelivered(piece=True),
                                undelivered(paid=11)]),
    "evidence_twice": ([evidence(), evidence(withdrawn=True)], [evidence(other=False), evidence(digest="b")]),
    "invoice_twice": ([invoice()], [invoice(other="B"), invoice(number="8")]),
    "voucher_self_dealing": ([self_dealing()],
                             [self_dealing(related=False), self_dealing(contract=True), self_dealing(ended=True)]),
    "voucher_chain": ([chain()], [chain(hands=3), chain(days=20.1), chain(split=True)]),
    "paid_before_contract": ([early()], [early("contract")]),
    "account_changed": ([changed()], [changed(before=2), changed(account="ACC"), changed(amount=29),
                                      changed(used_before=8)]),
    "refund_after_acceptance": ([refunded()], [refunded(accept=False), refunded(amount=0), refunded(first_only=True)]),
    "dormant_large": ([dormant()], [dormant(quiet=149), dormant(amount=299), dormant(largest=101)]),
    "listing_resold": ([listed()], [listed(second="A"), listed(text="u"), listed(days=731)]),
    "pilot_many_small": ([pilot()], [pilot(many=7), pilot(amount=79), pilot(days=3.6)]),
}  # fmt: skip


def test_every_rule_has_edges():
    assert set(EDGES) == {r.code for r in pack()} and len(EDGES) >= 14
    assert {n for r in pack() for n in r.tree.names()} >= set(features())


@pytest.mark.parametrize("code", EDGES)
def test_each_side_of_the_edge(code):
    for number, one in enumerate(EDGES[code][0]):
        assert one.alerts(code), f"{code}: example {number} should speak"
    for number, one in enumerate(EDGES[code][1]):
        assert one.alerts(code) == [], f"{code}: counter-example {number} should not"


@pytest.mark.parametrize("code", EDGES)
def test_an_alert_says_why_with_links_article_and_what_would_have_cleared_it(code):
    one = EDGES[code][0][0]
    alert = one.alerts(code)[0]
    known = {e["id"] for e in one.events}
    assert alert.event in known and all(e in known for events in alert.behind.values() for e in events)
    assert not any(e == alert.event for events in alert.behind.values() for e in events)
    for lang in ("zh", "en"):
        assert alert.said(lang) and alert.cleared(lang) and alert.rule.basis(lang)
        assert not set("{}") & set(alert.said(lang) + alert.cleared(lang))
    assert alert.because("en")


def test_the_way_back_is_linked():
    one = over("C")
    [alert] = one.alerts("related_round_trip")
    behind = {e["id"]: e["data"] for e in one.events if e["id"] in alert.behind["back_amount"]}
    assert [(d["buyer"], d["seller"]) for d in behind.values()] == [("B", "C"), ("C", "A")]


def test_words_of_an_alert():
    [alert] = split().alerts("split_payouts")
    assert "3" not in alert.because("zh")[1]
    assert alert.because("en")[0] == "its amount 700,000.00 CNY < 2,000,000.00 CNY"
    assert "to be verified" in alert.rule.basis("en") and "待核实" in alert.rule.basis("zh")
    assert " or " in alert.cleared("en") and "或" in alert.cleared("zh")
