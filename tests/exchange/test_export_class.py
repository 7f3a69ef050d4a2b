"""The machine suggests a class of export with its words; a person declares, and may say otherwise."""

import pytest
from tests_border import load
from tests_market import market, published, result, terms

from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.export_class import suggest
from sanwang.exchange.tables.people import parties


@pytest.fixture
def m(store, clock):
    return market(store, clock)


def talking(m, place="810000", **more):
    """A firm abroad asks for a result."""
    m.x.store.run(
        lambda tx: tx.execute(parties.update().where(parties.c.id == m.party["firm"]), {"place": place})
    )
    listing = published(m, "university_member", "achievements", result(**more))
    deal = m.x.take(m["firm_member"], "deal", None, "inquire", result=listing)
    m.x.take(m["university_member"], "deal", deal, "accept")
    return deal


def test_words_of_the_catalogue_are_found_and_said(m):
    made = load(m, "export")
    deal = talking(m)
    found = m.x.export_class(m["university_member"], deal)
    assert found.crosses and found.catalogue["id"] == made and found.export_class == "prohibited"
    first, second = found.entries
    assert (first.code, first.found, first.where) == ("虚-1", ("秘密配方",), ("R1.abstract",))
    assert (second.export_class, second.found) == ("restricted", ("纳米涂层", "双极板"))
    with pytest.raises(NotFound):
        m.x.export_class(m["other_member"], deal)


def test_the_person_declares(m):
    load(m, "export")
    deal = talking(m)
    for event_class in (None, "prohibited"):
        more = {"export_class": event_class} if event_class else {}
        with pytest.raises(Refused, match="across the border"):
            m.x.take(
                m["university_member"],
                "deal",
                deal,
                "offer",
                terms=terms(),
                valid_until_on="2026-12-20",
                **more,
            )
    m.x.take(m["university_member"], "deal", deal, "offer", terms=terms(), valid_until_on="2026-12-20",
             export_class="restricted", licence_number="虚-许可-1")  # fmt: skip


def test_nothing_found_is_no_class(m):
    load(m, "export", [{"code": "虚-9", "class": "restricted", "name": "别的", "words": ["无人船"]}])
    found = m.x.export_class(m["firm_member"], talking(m))
    assert found.crosses and found.entries == () and found.export_class is None


def test_at_home_nothing_is_asked(m):
    load(m, "export")
    found = m.x.export_class(m["firm_member"], talking(m, "130600"))
    assert not found.crosses and found.entries == ()


def test_without_a_catalogue_nothing_is_said(m):
    found = m.x.export_class(m["firm_member"], talking(m))
    assert found.catalogue is None and found.export_class is None


def test_what_is_secret_is_not_told_by_its_words(m):
    """The other side is told of words it may read alone."""
    load(m, "export")
    deal = talking(m, openness="nda")
    with m.x.store.read() as tx:
        assert suggest(tx, m.x.person(m["university_member"].user), deal).entries
        told = suggest(tx, m.x.person(m["firm_member"].user), deal).entries
    assert [(e.code, e.where) for e in told] == [("虚-2", ("R1.title",))]
