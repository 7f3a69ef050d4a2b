"""Nobody reads what their tier forbids, through any function; under an agreement one reads, and it is kept who did."""

import json

import pytest
import sqlalchemy as sa
from tests_market import market, need, published, result

from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.tables.market import reveals
from sanwang.exchange.who import VISITOR

SECRETS = {"needs": "甲一七三", "achievements": "乙二六四"}


@pytest.fixture
def m(store, clock):
    return market(store, clock)


def probe(m, who, listing):
    """Everything that can be asked about listings, as one text."""
    x, found = m.x, []
    asks = [
        lambda: x.search(who),
        lambda: x.search(who, "双极板"),
        lambda: x.search(who, SECRETS["needs"]),
        lambda: x.search(who, SECRETS["achievements"]),
        lambda: x.search(who, "配方"),
        lambda: x.counts(who),
        lambda: x.show(who, "listing", listing),
        lambda: x.allowed(who, "listing", listing),
        lambda: x.events(who, "listing", listing),
        lambda: x.duplicates(who, "achievements", result(id="R9")),
        lambda: x.duplicates(who, "needs", need(id="N9")),
        lambda: x.suggestions(who),
        lambda: x.inbox(who),
        lambda: x.mine(who, "listing"),
        lambda: x.mine(who, "deal"),
        lambda: x.mine(who, "nda"),
        lambda: x.take(who, "listing", listing, "revise", {"data": need()}),
        lambda: x.take(who, "listing", listing, "pass"),
        lambda: x.take(who, "nda", None, "ask", listing=listing, purpose="x", readers=["x"]),
    ]
    for ask in asks:
        try:
            found.append(ask())
        except (NotFound, Refused) as error:
            found.append(str(error))
    return json.dumps(found, default=str, ensure_ascii=False)


@pytest.mark.parametrize("tier", ["public", "members", "nda"])
@pytest.mark.parametrize("kind", ["needs", "achievements"])
def test_each_tier_is_read_by_those_who_may(m, tier, kind):
    owner, row = ("firm_member", need()) if kind == "needs" else ("university_member", result())
    listing = published(m, owner, kind, row | {"openness": tier})
    secret, title = SECRETS[kind], row["title"]
    readers = {
        "visitor": (VISITOR, False),
        "stranger": (m["stranger"], False),
        "member": (m["other_member"], tier != "nda"),
        "operator": (m["operator"], False),
        "auditor": (m["auditor"], False),
        "registrar": (m["registrar"], False),
        "owner": (m[owner], True),
    }
    for name, (who, may) in readers.items():
        read = probe(m, who, listing)
        assert (secret in read) == may, name
        seen = tier == "public" or name in ("member", "operator", "owner")
        assert (title in read) == seen, name


def test_a_search_finds_nothing_by_words_one_may_not_read(m):
    listing = published(m, "university_member", "achievements", result(openness="nda"))
    for who, word, hits in (
        (m["other_member"], "乙二六四", 0),
        (m["other_member"], "纳米涂层", 1),
        (VISITOR, "纳米涂层", 0),
        (m["university_member"], "乙二六四", 1),
    ):
        assert len(m.x.search(who, word)) == hits
    m.x.seal()
    m.x.seal()
    m.x.save_search(m["other_member"], "密", "at_once", text="乙二六四")
    m.x.save_search(m["other_member"], "开", "at_once", text="纳米")
    other = result(id="R2", title="另一纳米粉末", abstract="完全不同的乙二六四内容", openness="nda")
    published(m, "university_member", "achievements", other)
    m.x.work()
    told = [n for n in m.x.inbox(m["other_member"]) if n["kind"] == "search"]
    assert [n["words"]["search"] for n in told] == ["开"]
    assert listing


def agreement(m, listing):
    nda = m.x.take(
        m["firm_member"], "nda", None, "ask", listing=listing, purpose="评估", readers=[m["firm_member"].user]
    )
    m.x.take(m["university_member"], "nda", nda, "send", template="v1", until_on="2027-03-31", digest="d1")
    m.x.take(m["firm_signer"], "nda", nda, "sign", digest="d1")
    m.x.take(m["university_signer"], "nda", nda, "countersign", digest="d1")
    return nda


def test_under_an_agreement_a_named_reader_reads_and_it_is_kept(m, clock):
    listing = published(m, "university_member", "achievements", result(openness="nda"))
    nda = agreement(m, listing)
    assert "乙二六四" not in str(m.x.show(m["firm_member"], "listing", listing))
    assert "乙二六四" in m.x.reveal(m["firm_member"], nda)["abstract"]
    for other in ("firm_signer", "other_member", "operator"):
        with pytest.raises((NotFound, Refused)):
            m.x.reveal(m[other], nda)
    with m.x.store.read() as tx:
        kept = tx.all(sa.select(reveals))
    assert [(r["user"], r["version_no"]) for r in kept] == [(m["firm_member"].user, 1)]
    assert "abstract" in kept[0]["what"]
    [read] = m.x.readings(m["university_member"], listing)
    assert (read["at"], read["party"], read["what"]) == (clock(), "虚构firm", kept[0]["what"])
    for other in ("firm_member", "other_member", "operator"):
        with pytest.raises(NotFound):
            m.x.readings(m[other], listing)
    assert [h.listing for h in m.x.search(m["firm_member"], "乙二六四")] == [listing]
    assert m.x.search(m["firm_signer"], "乙二六四") == []


@pytest.mark.parametrize("how", ["expired", "revoked"])
def test_reading_stops_with_the_agreement(m, clock, how):
    listing = published(m, "university_member", "achievements", result(openness="nda"))
    nda = agreement(m, listing)
    m.x.reveal(m["firm_member"], nda)
    if how == "expired":
        clock.move(days=121)  # its last day has passed; the clock has not run
    else:
        m.x.take(m["university_member"], "nda", nda, "revoke", why="other", words="不再合作")
    with pytest.raises(Refused):
        m.x.reveal(m["firm_member"], nda)
    assert m.x.search(m["firm_member"], "乙二六四") == []


def test_nothing_is_signed_but_what_was_sent(m):
    listing = published(m, "university_member", "achievements", result(openness="nda"))
    with pytest.raises(Refused, match="belong to the recipient"):
        m.x.take(
            m["firm_member"],
            "nda",
            None,
            "ask",
            listing=listing,
            purpose="x",
            readers=[m["other_member"].user],
        )
    nda = m.x.take(
        m["firm_member"], "nda", None, "ask", listing=listing, purpose="x", readers=[m["firm_member"].user]
    )
    m.x.take(m["university_member"], "nda", nda, "send", template="v1", until_on="2027-03-31", digest="d1")
    with pytest.raises(Refused, match="d1"):
        m.x.take(m["firm_signer"], "nda", nda, "sign", digest="d2")
    with pytest.raises(Refused, match="may sign"):
        m.x.take(m["firm_member"], "nda", nda, "sign", digest="d1")


def test_talks_about_a_secret_want_an_agreement(m):
    from tests_market import terms

    listing = published(m, "university_member", "achievements", result(openness="nda"))
    deal = m.x.take(m["firm_member"], "deal", None, "inquire", result=listing)
    m.x.take(m["university_member"], "deal", deal, "accept")
    offer = {"terms": terms(), "valid_until_on": "2026-12-20"}
    with pytest.raises(Refused, match="NDA"):
        m.x.take(m["university_member"], "deal", deal, "offer", offer)
    agreement(m, listing)
    m.x.take(m["university_member"], "deal", deal, "offer", offer)


def test_a_field_the_owner_marked_is_raised(m):
    listing = published(m, "firm_member", "needs", need(), marks={"text": "nda"})
    assert "甲一七三" not in probe(m, m["other_member"], listing)
    assert "甲一七三" in str(m.x.show(m["firm_member"], "listing", listing))


def test_grants_that_were_taken_back_do_not_count(m, store):
    from sanwang.exchange import people
    from sanwang.exchange.who import EXCHANGE

    listing = published(m, "firm_member", "needs", need(openness="members"))
    before = m["other_member"]
    assert "甲一七三" in probe(m, before, listing)
    store.run(lambda tx: people.take_back(tx, EXCHANGE, before.user, "member", "party", m.party["other"]))
    assert "甲一七三" not in probe(m, before, listing)


def test_who_may_not_see_a_deal_sees_nothing_of_it(m):
    from tests_market import contracted

    deal = contracted(m)
    stage = m.x.mine(m["firm_member"], "milestone")[0]["id"]
    for who in (VISITOR, m["stranger"], m["other_member"], m["reviewer_a"], m["auditor"]):
        for process, subject in (("deal", deal), ("milestone", stage)):
            for ask in (m.x.show, m.x.allowed):
                with pytest.raises(NotFound):
                    ask(who, process, subject)
        assert m.x.mine(who, "deal") == []
    assert "price" not in m.x.show(m["operator"], "deal", deal)
    assert {e["take"] for e in m.x.events(m["auditor"], "deal", deal)} >= {"inquire", "countersign"}
