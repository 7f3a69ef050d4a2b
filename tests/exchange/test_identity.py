"""Signing in."""

import pytest
from tests_market import PASSWORD, market

from sanwang.exchange import identity
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.face import Exchange


@pytest.fixture
def m(store, clock):
    return market(store, clock)


def test_a_password_signs_in_and_a_wrong_one_does_not(m):
    assert m.x.sign_in("Firm_Member", PASSWORD).user == m["firm_member"].user
    for login, password in (("firm_member", "wrong password"), ("nobody", PASSWORD)):
        with pytest.raises(Refused, match="login or password"):
            m.x.sign_in(login, password)


def test_five_failures_lock_for_a_quarter_of_an_hour(m, clock):
    for _ in range(5):
        with pytest.raises(Refused, match="wrong"):
            m.x.sign_in("firm_member", "wrong password")
    with pytest.raises(Refused, match="too many"):
        m.x.sign_in("firm_member", PASSWORD)
    clock.move(seconds=901)
    m.x.sign_in("firm_member", PASSWORD)


def test_a_session_ends(m, clock):
    token = m.x.store.run(lambda tx: identity.open_session(tx, m["firm_member"].user))
    with m.x.store.read() as tx:
        assert identity.of_session(tx, token).user == m["firm_member"].user
        assert identity.of_session(tx, "other") is None
    clock.move(days=1)
    with m.x.store.read() as tx:
        assert identity.of_session(tx, token) is None


def test_people_of_a_suspended_party_act_no_more(m, store):
    from sanwang.exchange.tables.people import parties

    assert m.x.person(m["firm_member"].user).parties
    with store.write() as tx:
        tx.execute(parties.update().where(parties.c.id == m.party["firm"]), {"state": "suspended"})
    assert m.x.person(m["firm_member"].user).parties == frozenset()


def test_a_new_exchange_has_one_operator(tmp_path):
    x = Exchange.create(tmp_path / "m.db", "admin", PASSWORD)
    assert x.sign_in("admin", PASSWORD).has("operator")
    with pytest.raises(Refused):
        Exchange.create(tmp_path / "m.db", "admin2", PASSWORD)
    with pytest.raises(NotFound):
        x.person("nobody")
    x.seal()
    assert x.verify() == []
