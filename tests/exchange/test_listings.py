"""Listings: two reviews by two persons, versions, renewal, feedback, duplicates shown before publishing."""

import pytest
from tests_market import market, need, published, result

from sanwang.errors import OptionError
from sanwang.exchange.errors import NotFound, Refused


@pytest.fixture
def m(store, clock):
    return market(store, clock)


def states(m, listing):
    return m.x.show(m["firm_member"], "listing", listing)["state"]


def test_from_draft_to_published(m):
    listing = published(m, "firm_member", "needs", need())
    shown = m.x.show(m["other_member"], "listing", listing)
    assert shown["state"] == "published"
    assert shown["fields"]["text"].startswith("需要")
    m.x.seal()
    assert m.x.verify() == []


def test_the_second_reviewer_is_not_the_first(m):
    listing = m.x.draft(m["firm_member"], "needs", need())
    m.x.take(m["firm_member"], "listing", listing, "submit")
    m.x.take(m["reviewer_a"], "listing", listing, "pass")
    with pytest.raises(Refused, match="second reviewer") as told:
        m.x.take(m["reviewer_a"], "listing", listing, "publish")
    assert told.value.code == "other_reviewer"
    assert "复审人" in told.value.said("zh")


def test_a_reviewer_does_not_judge_their_own_party(m, store):
    from sanwang.exchange import people
    from sanwang.exchange.who import EXCHANGE

    listing = m.x.draft(m["firm_member"], "needs", need())
    m.x.take(m["firm_member"], "listing", listing, "submit")
    store.run(lambda tx: people.grant(tx, EXCHANGE, m["firm_signer"].user, "reviewer"))
    with pytest.raises(Refused, match="own party"):
        m.x.take(m["firm_signer"], "listing", listing, "pass")


def test_what_is_returned_says_why_and_can_be_mended(m):
    listing = m.x.draft(m["firm_member"], "needs", need())
    m.x.take(m["firm_member"], "listing", listing, "submit")
    m.x.take(m["reviewer_a"], "listing", listing, "return", why="incomplete", words="请写明工作温度")
    assert states(m, listing) == "draft"
    told = m.x.inbox(m["firm_member"])[0]
    assert told["words"]["words"] == "请写明工作温度"
    m.x.take(m["firm_member"], "listing", listing, "edit", {"data": need(title="耐高温双极板涂层二")})
    m.x.take(m["firm_member"], "listing", listing, "submit")
    assert states(m, listing) == "first_review"


def test_a_row_with_errors_is_refused_with_every_error(m):
    with pytest.raises(Refused) as told:
        m.x.draft(m["firm_member"], "needs", need(title="", trl_required=17, budget="80万"))
    for words in ("Title", "TRL required 17", "80万"):
        assert words in told.value.said("en")
    with pytest.raises(OptionError):
        m.x.draft(m["firm_member"], "facts", {"id": "x"})
    with pytest.raises(Refused):
        m.x.draft(m["firm_member"], "needs", need(actor="A0001"))


def test_a_revision_is_hidden_until_it_is_accepted(m):
    listing = published(m, "firm_member", "needs", need())
    m.x.take(m["firm_member"], "listing", listing, "revise", {"data": need(title="新的题目")})
    assert m.x.show(m["other_member"], "listing", listing)["fields"]["title"] == "耐高温双极板涂层"
    assert m.x.search(m["other_member"], "新的题目") == []
    m.x.take(m["reviewer_b"], "listing", listing, "accept")
    assert [h.title for h in m.x.search(m["other_member"], "新的题目")] == ["新的题目"]
    assert m.x.search(m["other_member"], "耐高温双极板") == []


def test_a_likely_duplicate_must_be_answered(m):
    first = published(m, "firm_member", "needs", need())
    second = m.x.draft(m["other_member"], "needs", need(id="N2", actor="A0003"))
    with pytest.raises(Refused, match=first) as told:
        m.x.take(m["other_member"], "listing", second, "submit")
    assert told.value.code == "duplicates_answered"
    m.x.take(m["other_member"], "listing", second, "submit", duplicates={first: "不同的温度范围"})
    assert m.x.show(m["other_member"], "listing", second)["state"] == "first_review"


def test_it_expires_by_itself_is_announced_and_can_be_renewed(m, clock):
    listing = published(m, "firm_member", "needs", need())
    with pytest.raises(Refused, match="30 days"):
        m.x.take(m["firm_member"], "listing", listing, "renew", still_true=True)
    clock.move(days=160)
    m.x.work()
    assert [n["kind"] for n in m.x.inbox(m["firm_member"])] == ["deadline"]
    m.x.work()
    assert len(m.x.inbox(m["firm_member"])) == 1
    clock.move(days=30)
    assert m.x.search(text="双极板") == []  # hidden at its hour, before the clock has run
    m.x.work()
    assert states(m, listing) == "expired"
    m.x.take(m["firm_member"], "listing", listing, "renew", still_true=True)
    assert [h.listing for h in m.x.search(text="双极板")] == [listing]
    clock.move(days=181)
    m.x.work()
    clock.move(days=366)
    m.x.work()
    assert states(m, listing) == "closed"


def test_two_operators_suspend_and_another_restores(m):
    listing = published(m, "firm_member", "needs", need())
    why = {"why": "untrue", "words": "投诉"}
    m.x.take(m["operator"], "listing", listing, "suspend", why)
    assert states(m, listing) == "published"
    with pytest.raises(Refused, match="already"):
        m.x.take(m["operator"], "listing", listing, "suspend", why)
    m.x.take(m["operator_b"], "listing", listing, "suspend", why)
    assert states(m, listing) == "suspended"
    assert m.x.search(text="双极板") == []
    with pytest.raises(Refused, match="another operator"):
        m.x.take(m["operator_b"], "listing", listing, "restore")
    m.x.take(m["operator"], "listing", listing, "restore")
    assert len(m.x.search(text="双极板")) == 1
    m.x.seal()
    assert m.x.verify() == []


def test_what_one_may_do_and_why_not_the_rest(m):
    listing = published(m, "firm_member", "needs", need())
    choices = {c.event: c for c in m.x.allowed(m["firm_member"], "listing", listing, "en")}
    assert choices["revise"].may
    assert choices["withdraw"].may
    assert not choices["renew"].may
    assert "30 days" in choices["renew"].why
    assert choices["suspend"].why == "only the operator may do that"
    assert all(
        c.why == "须由平台运营方办理" or c.why
        for c in m.x.allowed(m["other_member"], "listing", listing, "zh")
    )
    with pytest.raises(NotFound):
        m.x.allowed(m["other_member"], "listing", "none")


def test_withdrawing_waits_for_deals(m):
    listing = published(m, "university_member", "achievements", result())
    deal = m.x.take(m["firm_member"], "deal", None, "inquire", result=listing)
    with pytest.raises(Refused, match="1 deals"):
        m.x.take(m["university_member"], "listing", listing, "withdraw", why="changed")
    m.x.take(m["university_member"], "deal", deal, "decline", why="not_open")
    m.x.take(m["university_member"], "listing", listing, "withdraw", why="changed")


def test_the_same_request_twice_changes_nothing(m):
    row = need()
    asked = {"kind": "needs", "row": "N1", "data": row}
    first = m.x.take(m["firm_member"], "listing", None, "draft", asked, request="k1")
    assert m.x.take(m["firm_member"], "listing", None, "draft", asked, request="k1") == first
    from sanwang.exchange.errors import Conflict

    with pytest.raises(Conflict):
        m.x.take(m["firm_member"], "listing", None, "draft", asked | {"tier": "nda"}, request="k1")
    assert len(m.x.mine(m["firm_member"], "listing")) == 1
