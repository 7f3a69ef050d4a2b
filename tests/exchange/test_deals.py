"""From inquiry to close, and every way out of it; nothing moves by one side alone."""

import pytest
import sqlalchemy as sa
from tests_border import loaded
from tests_market import contracted, market, need, published, result, terms

from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.given import digest
from sanwang.exchange.tables.deals import outcomes, region_rows
from sanwang.exchange.who import RAIL


@pytest.fixture
def m(store, clock):
    return market(store, clock)


def state(m, deal):
    return m.x.show(m["firm_member"], "deal", deal)["state"]


def stages(m, deal):
    rows = m.x.mine(m["firm_member"], "milestone")
    return {r["no"]: r for r in rows if r["deal"] == deal}


def delivered(m, stage, kind):
    paper = m.x.keep_document(m["university_member"], m.party["university"], f"{kind}.pdf", stage.encode())
    m.x.add_evidence(m["university_member"], stage, kind, paper)
    m.x.take(m["university_member"], "milestone", stage, "submit")


def test_a_deal_to_its_close(m, clock):
    deal = contracted(m)
    assert state(m, deal) == "contracted"
    one, two = stages(m, deal)[1]["id"], stages(m, deal)[2]["id"]
    fund(m, one)
    assert state(m, deal) == "performing"
    with pytest.raises(Refused, match="test_report"):
        m.x.take(m["university_member"], "milestone", one, "submit")
    delivered(m, one, "test_report")
    m.x.take(m["firm_signer"], "milestone", one, "accept")
    fund(m, two)
    delivered(m, two, "report")
    m.x.take(m["firm_signer"], "milestone", two, "accept")
    clock.move(days=1)
    m.x.work()
    assert {n: r["state"] for n, r in stages(m, deal).items()} == {1: "released", 2: "closed"}
    assert state(m, deal) == "performing"
    clock.move(days=91)
    m.x.work()
    assert state(m, deal) == "completed"
    clock.move(days=31)
    m.x.work()
    assert state(m, deal) == "closed"
    assert m.x.verify() == []
    with m.x.store.read() as tx:
        kinds = {r["kind"] for r in tx.all(sa.select(region_rows))}
        assert kinds == {"progress", "ties", "flows"}
        assert tx.value(sa.select(outcomes.c.code)) == "complete"
    assert m.x.search(text="双极板") == []  # its only licence is given


def fund(m, stage):
    """The rail reports what the buyer sent for the milestone."""
    row = next(r for r in m.x.mine(m["firm_member"], "milestone") if r["id"] == stage)
    got = {"reference": f"B{stage}"[:35], "amount": row["amount"], "deal": row["deal"]}
    m.x.take(RAIL, "payment", None, "receive", got)


def test_a_number_is_given_and_the_other_side_told(m):
    listing = published(m, "university_member", "achievements", result())
    deal = m.x.take(m["firm_member"], "deal", None, "inquire", result=listing)
    assert m.x.show(m["firm_member"], "deal", deal)["number"] == "SW-2026-00001"
    assert m.x.inbox(m["university_member"])[0]["process"] == "deal"
    with pytest.raises(Refused, match="SW-2026-00001"):
        m.x.take(m["firm_member"], "deal", None, "inquire", result=listing)
    with pytest.raises(NotFound):
        m.x.show(m["other_member"], "deal", deal)
    with pytest.raises(NotFound):
        m.x.take(m["other_member"], "deal", deal, "decline", why="other")
    with pytest.raises(Refused, match="side that was asked"):
        m.x.take(m["firm_member"], "deal", deal, "accept")


def test_offers_have_versions_and_only_what_was_read_is_accepted(m, clock):
    listing = published(m, "university_member", "achievements", result())
    deal = m.x.take(m["firm_member"], "deal", None, "inquire", result=listing)
    m.x.take(m["university_member"], "deal", deal, "accept")
    with pytest.raises(Refused, match=r"milestones make 600,000\.00 CNY"):
        m.x.take(
            m["university_member"],
            "deal",
            deal,
            "offer",
            terms=terms(price=1, technology=1),
            valid_until_on="2026-12-20",
        )
    m.x.take(m["university_member"], "deal", deal, "offer", terms=terms(), valid_until_on="2026-12-20")
    with pytest.raises(Refused, match="side that received"):
        m.x.take(m["university_member"], "deal", deal, "accept", digest=digest(terms()))
    cheaper = terms(technology=40_000_000)
    m.x.take(m["firm_member"], "deal", deal, "counter", terms=cheaper, valid_until_on="2026-12-20")
    with pytest.raises(Refused, match="digest"):
        m.x.take(m["university_member"], "deal", deal, "accept", digest=digest(terms()))
    clock.move(days=30)
    with pytest.raises(
        Refused, match="is no step"
    ):  # the offer expired at its hour, before the clock has run
        m.x.take(m["university_member"], "deal", deal, "accept", digest=digest(cheaper))
    m.x.work()
    assert state(m, deal) == "talking"
    m.x.seal()
    assert m.x.verify() == []


def test_signing_wants_a_signer_of_each_side_and_two_persons(m):
    listing = published(m, "university_member", "achievements", result())
    deal = m.x.take(m["firm_member"], "deal", None, "inquire", result=listing)
    m.x.take(m["university_member"], "deal", deal, "accept")
    m.x.take(m["university_member"], "deal", deal, "offer", terms=terms(), valid_until_on="2026-12-20")
    text = digest(terms())
    m.x.take(m["firm_member"], "deal", deal, "accept", digest=text)
    with pytest.raises(Refused, match="may sign"):
        m.x.take(m["firm_member"], "deal", deal, "sign", digest=text)
    m.x.take(m["firm_signer"], "deal", deal, "sign", digest=text)
    with pytest.raises(Refused, match="other side has not signed"):
        m.x.take(m["firm_second"], "deal", deal, "countersign", digest=text)
    m.x.take(m["university_signer"], "deal", deal, "countersign", digest=text)
    assert state(m, deal) == "contracted"


def test_no_money_no_contract(m, clock):
    deal = contracted(m)
    clock.move(days=15)
    m.x.work()
    assert state(m, deal) == "terminated"
    assert {r["state"] for r in stages(m, deal).values()} == {"void"}


def test_the_clock_never_pays_against_a_dispute(m, clock):
    deal = contracted(m)
    one = stages(m, deal)[1]["id"]
    fund(m, one)
    delivered(m, one, "test_report")
    m.x.take(m["firm_signer"], "milestone", one, "dispute", words="只有 240 ℃", asked=10_000_000)
    clock.move(days=200)
    m.x.work()
    assert stages(m, deal)[1]["state"] == "disputed"
    with pytest.raises(Refused, match=r"400,000\.00 CNY"):
        m.x.take(m["firm_signer"], "milestone", one, "settle", to_seller=30_000_000, to_buyer=1)
    split = {"to_seller": 30_000_000, "to_buyer": 10_000_000}
    m.x.take(m["firm_signer"], "milestone", one, "settle", split)
    assert stages(m, deal)[1]["state"] == "disputed"
    with pytest.raises(Refused, match="already"):
        m.x.take(m["firm_signer"], "milestone", one, "settle", split)
    m.x.take(
        m["firm_second"], "milestone", one, "settle", split
    )  # another person of the same side is not the other side
    assert stages(m, deal)[1]["state"] == "disputed"
    m.x.take(m["university_signer"], "milestone", one, "settle", split)
    assert stages(m, deal)[1]["state"] == "settled"


WHOLE = {
    "title": "全部",
    "amount": 60_000_000,
    "due_on": "2027-03-31",
    "acceptance": ["好"],
    "wanted": ["report"],
}


def test_silence_accepts_only_where_the_contract_says_so(m, clock):
    for tacit, ends in ((True, "closed"), (False, "submitted")):
        row = result(id=f"R{tacit}", title=f"另一项成果 {tacit}", abstract=f"内容 {tacit}")
        listing = published(m, "university_member", "achievements", row)
        deal = contracted(m, offer=terms(clauses={"tacit": tacit}, milestones=[WHOLE]), listing=listing)
        only = stages(m, deal)[1]["id"]
        fund(m, only)
        delivered(m, only, "report")
        clock.move(days=17)
        m.x.work()
        clock.move(days=1)
        m.x.work()
        assert stages(m, deal)[1]["state"] == ends


def test_above_the_limit_two_persons_accept(m):
    whole = {
        "title": "全部",
        "amount": 120_000_000,
        "due_on": "2027-03-31",
        "acceptance": ["好"],
        "wanted": ["report"],
    }
    big = terms(price=120_000_000, technology=120_000_000, milestones=[whole])
    deal = contracted(m, offer=big)
    one = stages(m, deal)[1]["id"]
    fund(m, one)
    delivered(m, one, "report")
    m.x.take(m["firm_signer"], "milestone", one, "accept")
    assert stages(m, deal)[1]["state"] == "submitted"
    m.x.take(m["firm_second"], "milestone", one, "accept")
    assert stages(m, deal)[1]["state"] == "released"


def test_a_broker_brings_two_who_must_both_agree(m):
    wanted = published(m, "firm_member", "needs", need())
    offered = published(m, "university_member", "achievements", result(title="纳米涂层"))
    deal = m.x.take(
        m["manager"], "deal", None, "inquire", need=wanted, result=offered, broker=m.party["agency"]
    )
    with pytest.raises(Refused):
        m.x.take(m["firm_member"], "deal", deal, "accept")
    m.x.take(m["firm_member"], "deal", deal, "agree_to_talk")
    assert state(m, deal) == "inquiry"
    m.x.take(m["university_member"], "deal", deal, "agree_to_talk")
    assert state(m, deal) == "talking"


def test_across_the_border_somebody_declares(m, store):
    from sanwang.exchange import people
    from sanwang.exchange.who import EXCHANGE

    def abroad(tx):
        made = people.add_party(tx, EXCHANGE, "H1", "虚构香港公司", place="810000", foreign_id="HK 12345")
        people.verify_party(tx, EXCHANGE, made)
        for login in ("hk_member", "hk_signer"):
            user = people.add_user(tx, EXCHANGE, login, login, "虚构的密码-fictional")
            for role in ("member", "signer"):
                people.grant(tx, EXCHANGE, user, role, "party", made)
            m.who[login] = user
        return made

    store.run(abroad)
    buyer, signer = m.x.person(m.who["hk_member"]), m.x.person(m.who["hk_signer"])
    listing = published(m, "university_member", "achievements", result())
    deal = m.x.take(buyer, "deal", None, "inquire", result=listing)
    m.x.take(m["university_member"], "deal", deal, "accept")
    offer = {"terms": terms(), "valid_until_on": "2026-12-20"}
    for given in (
        {},
        {"export_class": "prohibited"},
        {"export_class": "restricted"},
    ):  # before talks of substance too
        with pytest.raises(Refused, match=r"export_class|prohibited|licence"):
            m.x.take(m["university_member"], "deal", deal, "offer", **offer, **given)
    m.x.take(m["university_member"], "deal", deal, "offer", **offer, export_class="free")
    text = digest(terms())
    m.x.take(buyer, "deal", deal, "accept", digest=text)
    loaded(m, "screening")
    [side] = [r for r in m.x.mine(buyer, "counterparty") if r["deal"] == deal]
    m.x.take(buyer, "counterparty", side["id"], "screen")
    m.x.take(m["university_signer"], "deal", deal, "sign", digest=text)
    for given in (
        {},
        {"export_class": "maybe"},
        {"export_class": "prohibited"},
        {"export_class": "restricted"},
    ):
        with pytest.raises(Refused) as told:
            m.x.take(signer, "deal", deal, "countersign", digest=text, **given)
        assert told.value.code == "border_gate"
    m.x.take(signer, "deal", deal, "countersign", digest=text, export_class="free")
    sheet = m.x.mine(buyer, "registration")[0]
    assert "filer" not in {c.event for c in m.x.allowed(buyer, "registration", sheet["id"]) if c.may}


def test_both_sides_end_a_contract_together(m):
    deal = contracted(m)
    fund(m, stages(m, deal)[1]["id"])
    why = {"why": "agreed", "words": "项目调整"}
    m.x.take(m["firm_signer"], "deal", deal, "terminate", why)
    assert state(m, deal) == "performing"
    m.x.take(m["university_signer"], "deal", deal, "terminate", why)
    assert state(m, deal) == "terminated"
    assert {r["state"] for r in stages(m, deal).values()} == {"refunded", "void"}


def test_events_hold_no_words_of_the_sides(m):
    listing = published(m, "university_member", "achievements", result())
    deal = m.x.take(m["firm_member"], "deal", None, "inquire", result=listing, words="绝密的打算")
    m.x.take(m["university_member"], "deal", deal, "decline", why="too_dear", words="不想卖给你们")
    told = str(m.x.events(m["firm_member"], "deal", deal))
    assert "绝密" not in told
    assert "不想" not in told
    assert "too_dear" in told
    assert m.x.show(m["firm_member"], "deal", deal)["words"] == "不想卖给你们"
