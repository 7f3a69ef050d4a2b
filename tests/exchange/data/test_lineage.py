"""The register of data assets: what was derived from what, under which access, and what a revocation touches."""

import pytest
import sqlalchemy as sa
from tests_data import asked, asset, data_market, drawn, given, holds, offered, rule, terms, use, uses
from tests_money import gets

from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.tables.data import data_assets, data_uses
from sanwang.exchange.tables.record import notices
from sanwang.web import data_policies

DERIVABLE = terms(rule("use"), rule("distribute"))


@pytest.fixture(autouse=True)
def _judged():
    data_policies.register()


@pytest.fixture
def m(sqlite_store, clock):
    found = data_market(sqlite_store, clock)
    gets(found, "bank_a", 1_000_000)
    return found


def number(m, access, no=1):
    return f"{m.x.show(m['supplier_member'], 'data_access', access)['number']}/{no}"


def derived(m, names, who="maker", **more):
    data = {"party": m.party[who], "title": "虚构衍生数据", "personal": "no", "uses": names} | more
    return m.x.take(m[f"{who}_signer"], "data_asset", None, "derive", data)


def chain(m):
    """A source of the supplier, derived by the maker, offered on and used by the bank."""
    access = given(m, offered(m, DERIVABLE))
    assert use(m, access, "derive")["decision"] == "permit"
    made = derived(m, [number(m, access)])
    product = offered(m, terms(rule("use")), "maker", made, pricing="free", price=0)
    further = given(m, product, "bank_a", "maker")
    assert use(m, further, who="bank_a")["decision"] == "permit"
    return access, made, further


def test_what_was_derived_names_its_permitted_uses(m):
    access, made, _ = chain(m)
    (source,) = m.x.data_sources(m["maker_member"], made)
    assert source["access"] == access and source["use_no"] == 1 and source["number"].startswith("DA-")
    with pytest.raises(NotFound):
        m.x.data_sources(m["supplier_member"], made)
    holds(m)


def test_a_policy_that_forbids_deriving_is_the_end_of_it(m):
    access = given(m, offered(m, terms(rule("use"), prohibitions=[rule("derive")])))
    assert use(m, access, "derive")["clauses"] == ["F1"]
    with pytest.raises(Refused, match="no permitted use to derive"):
        derived(m, [number(m, access)])
    use(m, access, "read")
    with pytest.raises(Refused, match="no permitted use to derive"):
        derived(m, [number(m, access, 2)])
    with pytest.raises(Refused, match="has no use"):
        derived(m, [number(m, access, 9)])
    with pytest.raises(Refused, match="has no use"):
        derived(m, [number(m, access)], "supplier")
    with pytest.raises(Refused, match="once"):
        derived(m, [number(m, access, 2)] * 2)
    with m.x.store.read() as tx:
        assert len(tx.all(sa.select(data_assets))) == 1


def test_personal_data_stay_personal_unless_it_is_said_how_not(m):
    product = offered(m, DERIVABLE, personal="yes", legal_basis="虚构：个人同意")
    access = given(m, product, legal_basis="虚构：个人单独同意")
    use(m, access, "derive")
    with pytest.raises(Refused, match="made anonymous"):
        derived(m, [number(m, access)])
    derived(m, [number(m, access)], legal_basis="虚构：按县汇总，每格不少于五人")
    holds(m)


def test_what_was_derived_is_passed_on_only_where_the_source_lets_it(m):
    access = given(m, offered(m, terms(rule("use"), prohibitions=[rule("distribute")])))
    use(m, access, "derive")
    made = derived(m, [number(m, access)])
    with pytest.raises(Refused, match=r"DA-.* F1: the policy prohibits distribute"):
        offered(m, terms(rule("use")), "maker", made)
    silent = given(m, offered(m, terms(rule("use"))))
    use(m, silent, "derive")
    with pytest.raises(Refused, match="no permission covers distribute"):
        offered(m, terms(rule("use")), "maker", derived(m, [number(m, silent)]))


def test_a_revocation_shows_and_tells_what_it_touches(m):
    access, made, further = chain(m)
    (touched,) = m.x.data_touched(m["supplier_member"], access)
    row = m.x.show(m["maker_member"], "data_asset", made)
    name = m.x.show(m["bank_a_member"], "data_access", further)["number"]
    assert touched == {"asset": row["number"], "party": "虚构maker", "steps": 1, "accesses": [name]}
    for who in ("maker_member", "bank_a_member"):
        with pytest.raises(NotFound):
            m.x.data_touched(m[who], access)
    m.x.take(m["supplier_signer"], "data_access", access, "revoke", stays=False, why="breach")
    with m.x.store.read() as tx:
        told = {r["user"] for r in tx.all(sa.select(notices).where(notices.c.subject == access))}
    assert {m["bank_a_member"].user, m["maker_member"].user} <= told
    stopped = use(m, further, who="bank_a")
    assert (stopped["decision"], stopped["clauses"]) == ("deny", ["A"]) and "revoked" in stopped["reasons"][
        0
    ][1]
    with pytest.raises(Refused, match="a source was revoked"):
        asked(m, m.x.show(m["bank_a_member"], "data_access", further)["product"], "bank_b")
    with pytest.raises(Refused, match="was revoked"):
        derived(m, [number(m, access)])
    holds(m)


def test_a_revocation_may_leave_what_was_derived_alone(m):
    access, made, further = chain(m)
    m.x.take(m["supplier_signer"], "data_access", access, "revoke", stays=True, why="changed")
    assert use(m, further, who="bank_a")["decision"] == "permit"
    with pytest.raises(Refused, match="no step"):
        use(m, access)
    with pytest.raises(Refused, match="still offered"):
        m.x.take(m["maker_signer"], "data_asset", made, "withdraw")
    holds(m)


def test_two_steps_down(m):
    access, made, further = chain(m)
    assert use(m, further, "derive", who="bank_a")["decision"] == "permit"
    last = derived(m, [number_of(m, further, 2)], "bank_a")
    found = m.x.data_touched(m["supplier_member"], access)
    assert [t["steps"] for t in found] == [1, 2]
    m.x.take(m["supplier_signer"], "data_access", access, "revoke", stays=False, why="breach")
    with pytest.raises(Refused, match="a source was revoked"):
        offered(m, terms(rule("use")), "bank_a", last)
    assert made != last
    holds(m)


def number_of(m, access, no):
    return f"{m.x.show(m['bank_a_member'], 'data_access', access)['number']}/{no}"


def test_an_asset_that_is_used_by_nobody_is_withdrawn(m):
    made = asset(m)
    m.x.take(m["supplier_signer"], "data_asset", made, "withdraw")
    with pytest.raises(Refused, match="registered no more"):
        offered(m, DERIVABLE, of=made)


def test_a_lineage_without_leave_is_found(m):
    access, _, _ = chain(m)
    drawn(m, access)
    assert uses(m, access)[0]["action"] == "derive"
    with m.x.store.write() as tx:
        tx.execute(data_uses.update().where(data_uses.c.access == access).values(action="read"))
    assert any("derived without leave" in f.en for f in m.x.verify())
