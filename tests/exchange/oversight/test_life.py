"""A rule's life on both databases: whoever wrote it does not let it go live, and not before it has run in the shadow."""

import pytest
from tests_market import market

from sanwang.errors import OptionError
from sanwang.exchange import people
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.oversight.life import running, standing
from sanwang.exchange.oversight.rules import pack
from sanwang.exchange.who import EXCHANGE


@pytest.fixture
def m(store, clock):
    made = market(store, clock)

    def add(tx):
        for name in ("author", "second", "third"):
            user = people.add_user(tx, EXCHANGE, name, name, "", kept="x")
            people.grant(tx, EXCHANGE, user, "overseer")
            yield name, user

    made.who |= {n: made.x.person(u) for n, u in store.run(lambda tx: dict(add(tx))).items()}
    return made


def row(**more):
    return next(r for r in pack() if r.code == "accepted_unproved").written() | more


def shadowed(m):
    made = m.x.take(m["author"], "rule", None, "draft", rule=row())
    m.x.seal()
    for event in ("backtest", "shadow"):
        m.x.take(m["author"], "rule", made, event)
    return made


def state(m, made):
    return m.x.show(m["author"], "rule", made)["state"]


def test_from_draft_to_retired(m, clock):
    made = shadowed(m)
    assert m.x.show(m["second"], "rule", made)["backtest"]["alerts"] == 0
    with pytest.raises(Refused, match="20 working days"):
        m.x.take(m["second"], "rule", made, "go_live")
    clock.move(days=29)
    with pytest.raises(Refused, match="author"):
        m.x.take(m["author"], "rule", made, "go_live")
    m.x.take(m["second"], "rule", made, "go_live")
    assert state(m, made) == "shadow"
    with pytest.raises(Refused, match="another person"):
        m.x.take(m["second"], "rule", made, "go_live")
    m.x.take(m["third"], "rule", made, "go_live")
    with m.x.store.read() as tx:
        assert [r.code for r in standing(tx, "live")] == ["accepted_unproved"]
    with pytest.raises(Refused, match="no step"):
        m.x.take(m["author"], "rule", made, "retire", words="x")
    m.x.take(m["author"], "rule", made, "pause", words="太多误报")
    m.x.take(m["second"], "rule", made, "resume")
    m.x.take(m["third"], "rule", made, "resume")
    m.x.take(m["author"], "rule", made, "pause", words="x")
    m.x.take(m["author"], "rule", made, "retire", words="由新版取代")
    assert state(m, made) == "retired" and m.x.verify() == []


def test_a_new_edition_is_a_new_draft(m):
    first = m.x.take(m["author"], "rule", None, "draft", rule=row())
    second = m.x.take(m["author"], "rule", None, "draft", rule=row(severity="high"))
    assert [m.x.show(m["author"], "rule", r)["edition"] for r in (first, second)] == [1, 2]


def test_only_overseers_see_and_write_rules(m):
    made = m.x.take(m["author"], "rule", None, "draft", rule=row())
    for who in ("firm_member", "stranger", "auditor"):
        with pytest.raises(NotFound):
            m.x.show(m[who], "rule", made)
        with pytest.raises(Refused):
            m.x.take(m[who], "rule", None, "draft", rule=row())
        assert m.x.mine(m[who], "rule") == []
    assert set(m.x.show(m["operator"], "rule", made)) == {"id", "state"}


def test_a_rule_that_reads_a_trait_never_becomes_a_draft(m):
    with pytest.raises(OptionError, match="trait"):
        m.x.take(m["author"], "rule", None, "draft", rule=row(when="gender == 1"))
    with pytest.raises(OptionError, match="no feature"):
        m.x.take(m["author"], "rule", None, "draft", rule=row(when="payouts_before > 1"))
    assert m.x.mine(m["author"], "rule") == []


def test_an_own_rule_runs_in_place_of_the_shipped_one_of_its_code(m):
    made = m.x.take(m["author"], "rule", None, "draft", rule=row(limits={"none": 9}))
    own = m.x.take(m["author"], "rule", None, "draft", rule=row(code="house_rule"))
    m.x.seal()
    for one in (made, own):
        for event in ("backtest", "shadow"):
            m.x.take(m["author"], "rule", one, event)
    with m.x.store.read() as tx:
        found = running(tx)
    assert [r.code for r in found] == [r.code for r in pack()] + ["house_rule"]
    assert next(r for r in found if r.code == "accepted_unproved").limits == {"none": 9}
    assert [s.code for s in m.x.rules()[0]] == [r.code for r in found]
