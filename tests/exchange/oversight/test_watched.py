"""Rules over a real exchange, on both databases; and how good they are on years of trade with schemes planted in them."""

import json

import pytest
from statsmodels.stats.proportion import proportion_confint
from tests_market import contracted, market, need, published, result, terms

from sanwang.exchange.errors import NotFound
from sanwang.exchange.oversight import facts, measure, schemes, trade, watching
from sanwang.exchange.oversight.rules import pack
from sanwang.exchange.who import RAIL


@pytest.fixture
def m(store, clock):
    return market(store, clock)


def spoken(m, *codes):
    m.x.seal()
    return [a for a in m.x.rules()[1] if a.rule.code in codes]


def accepted(m, wanted):
    one = {"title": "样件", "amount": 10_000_000, "due_on": "2027-03-31", "acceptance": ["可用"], "wanted": wanted,
           "review_days": 15}  # fmt: skip
    deal = contracted(m, offer=terms(milestones=[one], price=10_000_000, technology=9_000_000))
    m.x.take(RAIL, "payment", None, "receive", reference="IN1", amount=10_000_000, deal=deal)
    [stage] = m.x.mine(m["firm_member"], "milestone")
    if wanted:
        paper = m.x.keep_document(m["university_member"], m.party["university"], "r.pdf", b"report")
        m.x.add_evidence(m["university_member"], stage["id"], "report", paper)
    m.x.take(m["university_member"], "milestone", stage["id"], "submit")
    m.x.take(m["firm_signer"], "milestone", stage["id"], "accept")
    return deal


def test_a_milestone_accepted_without_evidence_is_seen_in_the_exchange(m):
    deal = accepted(m, [])
    [alert] = spoken(m, "accepted_unproved")
    assert alert.deal == deal and set(alert.parties) == {m.party["firm"], m.party["university"]}
    assert m.x.verify() == []


def test_one_with_evidence_is_not(m):
    accepted(m, ["report"])
    assert spoken(m, "accepted_unproved", "paid_before_contract") == []


def test_money_before_the_contract_is_seen(m):
    listing = published(m, "university_member", "achievements", result())
    deal = m.x.take(m["firm_member"], "deal", None, "inquire", result=listing)
    m.x.take(RAIL, "payment", None, "receive", reference="IN1", amount=1_000, deal=deal)
    [alert] = spoken(m, "paid_before_contract")
    assert alert.deal == deal and alert.values["contracts_of_deal"] == 0


def test_the_same_text_of_another_party_is_seen(m):
    published(m, "firm_member", "needs", need())
    assert spoken(m, "listing_resold") == []
    published(m, "other_member", "needs", need(id="N2", actor="A0003", title="另一标题"))
    [alert] = spoken(m, "listing_resold")
    assert m.party["other"] in alert.parties


def test_what_is_stated_for_oversight_is_shown_to_no_other(m):
    deal = contracted(m)
    for who in ("operator", "firm_member", "stranger"):
        with pytest.raises((NotFound, KeyError)):
            m.x.events(m[who], "statement", deal)
    assert m.x.events(m["auditor"], "statement", deal)[0]["data"]["price"] == 60_000_000


def test_anyone_with_the_events_gets_the_same_alerts(m):
    accepted(m, [])
    m.x.seal()
    with m.x.store.read() as tx:
        kept = json.loads(json.dumps(list(facts.sealed(tx))))
    again = watching.run(facts.facts(kept), pack())
    assert [watching.as_row(a) for a in again] == [watching.as_row(a) for a in m.x.rules()[1]]


@pytest.mark.parametrize("hits", range(13))
def test_the_interval_is_wilsons(hits):
    mine = measure.share(hits, 12)
    low, high = proportion_confint(hits, 12, method="wilson")
    assert (mine.low, mine.high) == pytest.approx((low, high))


def measured(habits, seed=7):
    events = trade.year(habits, seed)
    frame = facts.facts(events)
    alerts = watching.run(frame, pack())
    return measure.scores(frame, pack(), alerts, trade.truth(events)), frame, trade.truth(events), alerts


def test_the_same_seed_gives_the_same_year():
    assert trade.year(trade.PLAIN, 3, firms=30, each=1) == trade.year(trade.PLAIN, 3, firms=30, each=1)
    assert trade.year(trade.PLAIN, 3, firms=30, each=1) != trade.year(trade.PLAIN, 4, firms=30, each=1)


def test_schemes_are_found_and_what_is_missed_is_told():
    for habits, least in ((trade.PLAIN, 0.85), (trade.OTHER, 0.4)):
        scores, *_ = measured(habits)
        assert {s.code for s in scores} == set(schemes.SCHEMES)
        for s in scores:
            assert s.planted == 12 and s.found + len(s.missed) == 12 and s.alerts >= s.false
            assert s.recall.low <= s.recall.value <= s.recall.high
        assert sum(s.found for s in scores) / sum(s.planted for s in scores) > least
        assert any(s.missed for s in scores)


def test_who_takes_care_is_found_less_often():
    plain, other = (measured(h)[0] for h in (trade.PLAIN, trade.OTHER))
    assert sum(s.found for s in other) < sum(s.found for s in plain)


def test_rules_find_more_of_the_schemes_than_a_threshold_with_as_many_alerts():
    scores, frame, planted, alerts = measured(trade.PLAIN)
    amounts = frame.filter(frame["kind"].is_in(["flow", "payout"]))["amount"].sort(descending=True)
    base = measure.thresholds(frame, planted, amounts[len(alerts)])
    assert base["alerts"] >= len(alerts) * 0.95
    assert sum(s.found for s in scores) > 1.5 * base["found"]


def test_a_year_without_schemes_says_what_false_alarms_cost():
    made = trade.Trade(trade.PLAIN, 5)
    made.honest()
    frame = facts.facts(made.events())
    scores = measure.scores(frame, pack(), watching.run(frame, pack()), [], hours=2.0)
    assert sum(s.false for s in scores) > 10
    assert all(s.hours == 2.0 * s.false and s.recall.value is None for s in scores)


def test_a_limit_of_money_in_a_product_is_said_as_money():
    """``limit * share`` of a rule about payouts: the threshold is money, the share a plain number."""
    rule_ = next(r for r in pack() if r.code == "split_payouts")
    values = {"amount": 90_000_000, "small_payouts": 3, "small_sum": 229_000_000, **rule_.limits}
    alert = watching.Alert(rule_, 1, "e", 0, (), "", "", values, {})
    assert "2,000,000.00 CNY × 20" in alert.said("en") and "200000000" not in alert.said("en") + alert.said(
        "zh"
    )
