"""Data offered under a policy, access by one digest, every use judged, written down and counted in its transaction."""

import threading

import pytest
import sqlalchemy as sa
from tests_data import (
    MONEY,
    PLAIN,
    RESEARCH,
    access_row,
    asked,
    asset,
    data_market,
    given,
    holds,
    later,
    listing,
    offered,
    rule,
    terms,
    use,
    uses,
)
from tests_market import contracted

from sanwang.errors import OptionError, SanwangError
from sanwang.exchange import deadlines
from sanwang.exchange.data import policies
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.tables.data import data_accesses, data_uses
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.record import events
from sanwang.web import data_policies


@pytest.fixture(autouse=True)
def _judged():
    data_policies.register()


@pytest.fixture
def m(sqlite_store, clock):
    return data_market(sqlite_store, clock)


def test_from_an_offer_to_a_use(m):
    product = offered(m)
    one = m.x.data_offer(m["maker_member"], product)
    assert [(c.number, c.zh, c.en) for c in one.clauses] == [
        ("P1", "许可使用；用途 为 科研", "may use; purpose is 科研"),
        ("F1", "禁止使用；使用地 为 海淀区 110108", "may not use; place is 海淀区 110108"),
    ]
    assert [o.row["id"] for o in m.x.data_offers(m["maker_member"])] == [product]
    assert m.x.data_offers(m["stranger"]) == []
    access = given(m, product)
    made = use(m, access, "read", units=3)
    assert (made["decision"], made["clauses"], made["charge"], made["no"]) == ("permit", ["P1"], 500, 1)
    refused = use(m, access, place="110108")
    assert (refused["decision"], refused["clauses"], refused["charge"]) == ("deny", ["F1"], 0)
    assert use(m, access, purpose="广告")["clauses"] == ["P1"]
    assert use(m, access, "distribute")["decision"] == "deny"
    assert use(m, access, place=None)["decision"] == "deny"
    log = m.x.data_log(m["supplier_member"], access)
    assert [u["decision"] for u in log.uses] == ["permit", *["deny"] * 4] and log.metered == 500
    with m.x.store.read() as tx:
        told = tx.all(
            sa.select(events.c.take, events.c.data).where(events.c.subject == access).order_by(events.c.seq)
        )
    assert [t["take"] for t in told][-4:] == ["use", "deny", "use", "deny"]
    assert told[-1]["data"]["clauses"] == ["F1"]
    assert (
        set(told[-1]["data"]["words"]) == {"sha256"} == set(told[-2]["data"]["purpose"])
    )  # an operator reads no more
    holds(m)


def test_without_an_evaluator_nothing_is_offered_or_used(m):
    product = offered(m)
    access = given(m, product)
    policies.register(None)
    made = use(m, access)
    assert (
        made["decision"] == "deny"
        and made["clauses"] == []
        and "judges usage policies" in made["reasons"][0][1]
    )
    with pytest.raises(Refused, match="judges usage policies"):
        m.x.data_offer(m["maker_member"], product)
    with pytest.raises(Refused, match="judges usage policies"):
        offered(m)
    data_policies.register()
    holds(m)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"nodes": {}}, "permits nothing"),
        (terms(rule("fly")), "action not understood: fly"),
        (terms(rule("use", ("count", "eq", "3"))), "operator not understood: count eq"),
        (terms(rule("use", ("weather", "eq", "3"))), "left operand not understood: weather"),
        (terms(prohibitions=[rule("use")]), "permits nothing"),
        (terms(rule("use", duty=("applaud",))), "duty is not understood"),
    ],
)
def test_terms_that_are_not_understood_are_not_offered(m, bad, said):
    with pytest.raises(Refused, match=said):
        offered(m, PLAIN | bad)


@pytest.mark.parametrize(
    "bad", [{}, {"assets": 1}, {"nodes": {"urn:p:1": {"x": [["a", "b", "c"]]}}}, {"nodes": []}]
)
def test_what_is_no_terms_says_so(m, bad):
    with pytest.raises(OptionError, match="no terms"):
        offered(m, {**PLAIN, **bad} if bad else {"title": "x"})


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"pricing": "by the kilo"}, "one of free"),
        ({"pricing": "free"}, "costs nothing"),
        ({"pricing": "flat", "price": 0}, "costs nothing"),
        ({"pricing": "unit_used"}, "what a unit is"),
        ({"cap": 0}, "the cap is nothing"),
        ({"currency": "yuan"}, "no currency"),
    ],
)
def test_a_price_that_cannot_be_billed(m, more, said):
    with pytest.raises(Refused, match=said):
        offered(m, **more)


def test_a_product_is_shown_by_a_reviewed_listing_of_its_own_data(m):
    made = asset(m)
    data = {"asset": made, "data_terms": PLAIN} | MONEY
    with pytest.raises(Refused, match="not data"):
        m.x.take(
            m["supplier_signer"],
            "data_product",
            None,
            "draft",
            data | {"listing": listing(m, factor="talent", number="T1")},
        )
    with pytest.raises(Refused, match="same party"):
        m.x.take(
            m["supplier_signer"],
            "data_product",
            None,
            "draft",
            data | {"listing": listing(m, "maker", number="T2")},
        )
    draft = m.x.draft(
        m["supplier_member"], "factors", {"id": "D9", "factor": "data", "actor": "A0022", "class": "虚构"}
    )
    product = m.x.take(m["supplier_signer"], "data_product", None, "draft", data | {"listing": draft})
    with pytest.raises(Refused, match="not published"):
        m.x.take(m["supplier_signer"], "data_product", product, "offer")
    with pytest.raises(NotFound):
        m.x.show(m["maker_member"], "data_product", product)


def test_personal_data_want_an_answer_and_a_basis_on_both_sides(m):
    with pytest.raises(Refused, match="ask where the data came from"):
        asset(m, personal="unknown")
    with pytest.raises(OptionError, match="missing"):
        asset(m, personal=None)
    with pytest.raises(Refused, match="state the legal basis"):
        asset(m, personal="yes")
    product = offered(m, personal="yes", legal_basis="虚构：个人同意，第十三条第一项")
    with pytest.raises(Refused, match="your own legal basis"):
        asked(m, product)
    given(m, product, legal_basis="虚构：个人单独同意")
    holds(m)


def test_access_is_given_on_the_digest_that_was_asked_by(m):
    product = offered(m)
    with pytest.raises(Refused, match="digest of terms and price"):
        asked(m, product, digest="0" * 64)
    with pytest.raises(Refused, match="another, verified party"):
        asked(m, product, "supplier")
    with pytest.raises(Refused, match="nor past"):
        asked(m, product, until_on=later(m, -1), from_on=later(m, -2))
    access = asked(m, product)
    with pytest.raises(Refused, match="the digest is"):
        m.x.take(m["supplier_signer"], "data_access", access, "grant", digest="1" * 64)
    with pytest.raises(Refused, match="no step"):
        use(m, access)
    m.x.take(m["supplier_signer"], "data_product", product, "withdraw")
    with pytest.raises(Refused, match="not on offer"):
        m.x.take(m["supplier_signer"], "data_access", access, "grant", digest=access_row(m, access)["digest"])
    for who in ("firm_member", "stranger"):
        with pytest.raises(NotFound):
            m.x.data_log(m[who], access)
    assert set(m.x.show(m["operator"], "data_access", access)) == {
        "id", "number", "state", "holder", "buyer", "deadline_at", "version"
    }  # fmt: skip


def test_access_follows_from_a_contract_between_the_two(m):
    deal = contracted(m)
    with pytest.raises(Refused, match="no contracted deal between the two"):
        asked(m, offered(m), deal=deal)
    access = given(m, offered(m, who="university"), "firm", "university", deal=deal)
    assert access_row(m, access)["deal"] == deal
    holds(m)


def test_who_is_suspended_uses_and_gets_nothing(m):
    access = given(m, offered(m))
    with m.x.store.write() as tx:
        tx.execute(parties.update().where(parties.c.id == m.party["maker"]).values(state="suspended"))
    with pytest.raises(NotFound):
        use(m, access)
    made = m.x.use_data(m["supplier_member"], access, "use", deliver=True, purpose="科研", place="130100")
    assert (made["decision"], made["clauses"]) == ("deny", ["A"]) and "suspended" in made["reasons"][0][1]


def test_the_terms_of_an_access_are_unchanged_by_what_is_offered_later(m):
    product = offered(m)
    access = given(m, product)
    m.x.take(m["supplier_signer"], "data_product", product, "withdraw")
    assert use(m, access)["decision"] == "permit"
    with pytest.raises(Refused, match="no step"):
        m.x.take(m["supplier_signer"], "data_product", product, "revise", data_terms=PLAIN, pricing="free")


def test_no_use_outside_the_days_of_an_access(m):
    access = given(m, offered(m), from_on=later(m, 5), until_on=later(m, 10))
    early = use(m, access)
    assert (early["decision"], early["clauses"]) == ("deny", ["A"]) and "outside the days" in early[
        "reasons"
    ][0][1]
    m.clock.move(days=5)
    assert use(m, access)["decision"] == "permit"
    m.clock.move(days=5)
    assert use(m, access)["decision"] == "permit"
    m.clock.move(days=1)
    with pytest.raises(Refused, match="no step"):
        use(m, access)
    deadlines.run_due(m.x.store)
    assert access_row(m, access)["state"] == "ended"
    holds(m)


def test_duties_and_payment_come_first(m):
    access = given(m, offered(m, terms(rule("use", duty=("attribute", "compensate")))))
    assert "attribute" in use(m, access)["reasons"][0][1]
    assert use(m, access, duties=["attribute"])["decision"] == "permit"
    free = given(m, offered(m, terms(rule("use", duty=("compensate",))), pricing="free", price=0))
    assert use(m, free, duties=["compensate"])["decision"] == "deny"  # nobody pays by saying so


def test_units_are_told_where_they_are_counted(m):
    access = given(m, offered(m, pricing="unit_delivered", price=7, unit="MB"))
    with pytest.raises(Refused, match="how many units"):
        use(m, access)
    with pytest.raises(Refused, match="no place has the code"):
        use(m, access, units=1, place="999999")
    with pytest.raises(Refused, match="too much at once"):
        m.x.use_data(m["supplier_member"], access, "use", deliver=True, units=2**52)
    assert use(m, access, units=9)["charge"] == 0
    got = m.x.use_data(
        m["supplier_member"], access, "use", deliver=True, purpose="科研", place="130100", units=9
    )
    assert (got["how"], got["charge"]) == ("delivery", 63)


def test_the_same_request_counts_once(m):
    access = given(m, offered(m, terms(rule("use", RESEARCH, ("count", "lteq", "2")))))
    answers = [
        m.x.use_data(m["maker_member"], access, "read", purpose="科研", request="k-1") for _ in range(3)
    ]
    assert {a["no"] for a in answers} == {1} and len(uses(m, access)) == 1


def test_a_number_of_times_ends(m):
    access = given(m, offered(m, terms(rule("use", RESEARCH, ("count", "lteq", "2")))))
    assert [use(m, access, a)["decision"] for a in ("read", "display", "read", "use")] == ["permit"] * 2 + [
        "deny"
    ] * 2
    with pytest.raises(Refused, match="access in force"):
        given(m, access_row(m, access)["product"])
    m.x.take(m["maker_signer"], "data_access", access, "give_up")
    again = given(m, access_row(m, access)["product"])
    assert use(m, again)["decision"] == "permit"  # another agreement is another count
    holds(m)


def test_a_limit_is_not_overrun_by_workers_at_once(store, clock):
    """Eight at once on both databases: as many are permitted as the policy allows, every one is written down."""
    m = data_market(store, clock)
    access = given(m, offered(m, terms(rule("use", RESEARCH, ("count", "lteq", "5")))))
    found, wrong = [], []

    def work():
        for _ in range(2):
            try:
                found.append(use(m, access, "read")["decision"])
            except SanwangError as error:
                wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == [] and sorted(found) == ["deny"] * 11 + ["permit"] * 5
    assert [u["no"] for u in uses(m, access)] == list(range(1, 17))
    holds(m)


@pytest.mark.parametrize(
    "changed", [{"charge": 400}, {"purpose": "广告"}, {"reasons": [["好", "fine"]]}, {"clauses": []}]
)
def test_a_use_that_was_changed_is_found(m, changed):
    access = given(m, offered(m))
    use(m, access)
    with m.x.store.write() as tx:
        tx.execute(data_uses.update().values(**changed))
    assert any("otherwise than it was decided" in f.en for f in m.x.verify())


def test_a_count_that_was_changed_is_found(m):
    access = given(m, offered(m))
    use(m, access, "read")
    assert access_row(m, access)["done"] == {"read": 1}
    with m.x.store.write() as tx:
        tx.execute(data_accesses.update().values(done={}))
    assert any("counts otherwise" in f.en for f in m.x.verify())
