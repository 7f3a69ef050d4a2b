"""The store as a Region: what deals wrote comes back; the same rows give the same digest; tiers hold."""

import pytest
from test_deals import delivered, fund, stages
from tests_market import market, need, published, result, terms

WHOLE = {
    "title": "全部",
    "amount": 60_000_000,
    "due_on": "2027-03-31",
    "acceptance": ["好"],
    "wanted": ["report"],
}


@pytest.fixture
def m(store, clock):
    return market(store, clock)


def done(m, clock):
    """A need and a result, dealt about and completed."""
    wanted = published(m, "firm_member", "needs", need())
    offered = published(m, "university_member", "achievements", result(title="纳米涂层"))
    region = m.x.region()
    pair = {"need": "N1", "result": "R1", "score": 0.8, "reasons": ["温度相符"]}
    assert m.x.suggest(m["manager"], "match", region, [pair]) == 1
    [draft] = m.x.suggestions(m["firm_member"])
    deal = m.x.take(m["firm_member"], "deal", None, "inquire", suggestion=draft.id)
    assert m.x.suggestions(m["firm_member"]) == []
    assert {wanted, offered} == {m.x.show(m["firm_member"], "deal", deal)[k] for k in ("need", "result")}
    carry(m, deal)
    clock.move(days=2)
    m.x.work()
    assert m.x.show(m["firm_member"], "deal", deal)["state"] == "completed"


def carry(m, deal):
    from sanwang.exchange.given import digest

    offer = terms(milestones=[WHOLE])
    m.x.take(m["university_member"], "deal", deal, "accept")
    m.x.take(m["university_member"], "deal", deal, "offer", terms=offer, valid_until_on="2026-12-20")
    for who, event in (
        ("firm_member", "accept"),
        ("university_signer", "sign"),
        ("firm_signer", "countersign"),
    ):
        m.x.take(m[who], "deal", deal, event, digest=digest(offer))
    stage = stages(m, deal)[1]["id"]
    fund(m, stage)
    delivered(m, stage, "report")
    for who in ("firm_signer", "firm_second"):
        if m.x.show(m[who], "milestone", stage)["state"] == "submitted":
            m.x.take(m[who], "milestone", stage, "accept")


def test_a_deal_comes_back_into_the_region(m, clock):
    before = m.x.region()
    done(m, clock)
    region = m.x.region()
    assert region.check().errors == ()
    assert region.digest != before.digest
    assert region.digest == m.x.region().digest
    assert region["outcomes"].select("need", "achievement", "result").rows() == [("N1", "R1", "deal")]
    assert set(region["progress"]["step"]) == {"published", "matched", "contracted", "paid"}
    assert region["flows"].select("origin", "destination", "value").rows() == [
        ("110108", "130600", 50_000_000)
    ]
    assert region["ties"].select("a", "b", "count").rows() == [("A0002", "A0001", 1)]
    # what is over is known, and no plan uses it
    assert sorted(region["decisions"].select("subject", "verdict").rows()) == [
        ("N1", "reject"),
        ("R1", "reject"),
    ]
    assert region["achievements"]["licences"].to_list() == [0]


def test_closure_rises_with_the_deal(m, clock):
    import sanwang as sw

    published(m, "university_member", "achievements", result(id="R8", title="别的粉末", abstract="别的"))
    before = sw.closure(m.x.region())
    done(m, clock)
    after = sw.closure(m.x.region())

    assert reached(after)["paid"] == reached(before)["paid"] + 1
    assert reached(before) != reached(after)


def reached(found):
    """Results that came to each step of the funnel."""
    return dict(found.shown.tables[0].frame.select("step", "reached").iter_rows())


def test_what_is_handed_out_holds_no_secrets(m):
    published(m, "firm_member", "needs", need(openness="nda"))
    published(m, "university_member", "achievements", result(title="纳米涂层"), marks={"abstract": "nda"})
    whole, members, public = (str(m.x.region(level)["needs"].to_dicts() + m.x.region(level)["achievements"].to_dicts())
                              for level in (3, 1, 0))  # fmt: skip
    for secret in ("甲一七三", "乙二六四"):
        assert secret in whole
        assert secret not in members
        assert secret not in public
    assert "纳米涂层" in public
    assert "A0001" in members
    assert "A0001" not in public


def test_a_dismissed_draft_is_an_outcome_and_a_changed_listing_makes_drafts_stale(m):
    wanted = published(m, "firm_member", "needs", need())
    published(m, "university_member", "achievements", result(title="纳米涂层"))
    published(m, "university_member", "achievements", result(id="R2", title="第三种粉末", abstract="粉末"))
    pairs = [{"need": "N1", "result": r, "score": s} for r, s in (("R1", 0.9), ("R2", 0.5))]
    assert m.x.suggest(m["manager"], "plan", m.x.region(), [*pairs, {"need": "N1", "result": "R9"}]) == 2
    first, _ = m.x.suggestions(m["firm_member"])
    m.x.dismiss(m["firm_member"], first.id, "too_early", "成熟度不够")
    assert m.x.region()["outcomes"].select("achievement", "result", "note").rows() == [
        ("R1", "none", "too_early")
    ]
    m.x.take(
        m["firm_member"], "listing", wanted, "revise", {"data": need(text="改写后的内容，需要更高的温度")}
    )
    m.x.take(m["reviewer_a"], "listing", wanted, "accept")
    assert m.x.suggestions(m["firm_member"]) == []


def test_reasons_quote_nothing_one_may_not_read(m):
    published(m, "firm_member", "needs", need())
    published(m, "university_member", "achievements", result(title="纳米涂层", openness="nda"))
    pair = {"need": "N1", "result": "R1", "score": 0.9, "reasons": ["配方乙二六四相符"]}
    m.x.suggest(m["manager"], "match", m.x.region(), [pair])
    assert m.x.suggestions(m["firm_member"])[0].reasons is None
    assert m.x.suggestions(m["other_member"]) == []
    assert "乙二六四" not in str(m.x.suggestions(m["manager"]))
