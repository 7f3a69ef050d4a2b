"""A deal's side from abroad is cleared on the list in force before anything is signed; a new list asks again."""

import pytest
from tests_border import LISTS, load
from tests_market import market, published, result, terms

from sanwang.exchange import people
from sanwang.exchange.errors import Refused
from sanwang.exchange.given import digest
from sanwang.exchange.tables.border import counterparties
from sanwang.exchange.who import EXCHANGE

TEXT = digest(terms())


@pytest.fixture
def m(store, clock):
    return market(store, clock)


def agreed(m, name="虚构海外公司", place="810000"):
    """A deal with a buyer from abroad whose terms are agreed. Returns deal, buyer and what screens the buyer."""

    def add(tx):
        made = people.add_party(tx, EXCHANGE, "H1", name, place=place, foreign_id="HK-虚-1", fictional=True)
        people.verify_party(tx, EXCHANGE, made)
        user = people.add_user(tx, EXCHANGE, "hk", "hk", "", kept="!")
        for role in ("member", "signer"):
            people.grant(tx, EXCHANGE, user, role, "party", made)
        return user

    buyer = m.x.person(m.x.store.run(add))
    deal = m.x.take(
        buyer, "deal", None, "inquire", result=published(m, "university_member", "achievements", result())
    )
    m.x.take(m["university_member"], "deal", deal, "accept")
    offer = {"terms": terms(), "valid_until_on": "2026-12-20", "export_class": "free"}
    m.x.take(m["university_member"], "deal", deal, "offer", offer)
    m.x.take(buyer, "deal", deal, "accept", digest=TEXT)
    [row] = m.x.mine(buyer, "counterparty") or [None]
    return deal, buyer, row


def sign(m, deal):
    m.x.take(m["university_signer"], "deal", deal, "sign", digest=TEXT)


def where(m, side):
    return m.x.show(m["university_member"], "counterparty", side["id"])["state"]


def test_without_a_list_nobody_signs_and_what_sounds_like_nothing_is_cleared(m):
    deal, buyer, side = agreed(m)
    assert side["state"] == "waiting"
    with pytest.raises(Refused, match="no screening list is in force"):
        sign(m, deal)
    load(m, "screening")
    with pytest.raises(Refused, match="must be cleared on the list in force"):
        sign(m, deal)
    m.x.take(buyer, "counterparty", side["id"], "screen")
    assert where(m, side) == "cleared"
    sign(m, deal)
    m.x.seal()
    assert m.x.verify() == []


def test_a_hit_waits_for_a_person_and_a_new_list_asks_again(m):
    load(m, "screening")
    deal, buyer, side = agreed(m, "Nothern Example Trading")
    assert side["state"] == "held" and side["id"] in {r["id"] for r in m.x.queue(m["operator"])}
    with pytest.raises(Refused, match="must be cleared"):
        sign(m, deal)
    word = {"why": "other", "words": "注册号不同（虚构）"}
    with pytest.raises(Refused, match="only the operator"):
        m.x.take(buyer, "counterparty", side["id"], "let_pass", word)
    m.x.take(m["operator"], "counterparty", side["id"], "let_pass", word)
    sign(m, deal)
    load(m, "screening", [*LISTS["screening"], {"name": "虚构新增有限公司"}])
    with pytest.raises(Refused, match="must be cleared"):
        m.x.take(buyer, "deal", deal, "countersign", digest=TEXT, export_class="free")
    m.x.take(buyer, "counterparty", side["id"], "screen")
    m.x.take(m["operator_b"], "counterparty", side["id"], "let_pass", word)
    m.x.take(buyer, "deal", deal, "countersign", digest=TEXT, export_class="free")
    told = [r["verdict"] for r in m.x.screenings(buyer, side["id"], "counterparty")]
    assert told == ["hit", "let_pass", "hit", "let_pass"]
    m.x.seal()
    assert m.x.verify() == []
    m.x.store.run(lambda tx: tx.execute(counterparties.update().values(screened_by=None)))
    assert any("not cleared by a screening" in f.en for f in m.x.verify())


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_side_that_was_refused_ends_with_its_deal(m):
    load(m, "screening")
    deal, _, side = agreed(m, "Northern Example Trading LLC")
    m.x.take(m["operator"], "counterparty", side["id"], "refuse", why="unlawful", words="虚构：在名单上")
    with pytest.raises(Refused, match="was refused"):
        sign(m, deal)
    for who in ("operator", "operator_b"):
        m.x.take(m[who], "deal", deal, "cancel", why="unlawful", words="虚构")
    assert where(m, side) == "over"


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_side_from_home_is_not_screened(m):
    assert agreed(m, place="310000")[2] is None
