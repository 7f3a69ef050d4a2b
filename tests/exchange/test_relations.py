"""Relations between parties: one declares, the other confirms, two operators decide what is contested; rules read what
stands."""

import pytest
import sqlalchemy as sa
from tests_money import money_market

from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.oversight.facts import facts
from sanwang.exchange.tables.record import events


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def declared(m, who="supplier_member", **more):
    data = {
        "one": m.party["supplier"],
        "two": m.party["maker"],
        "relation_kind": "control",
        "shown_by": "章程第五条",
    }
    return m.x.take(m[who], "relation", None, "declare", data | more)


def state(m, made):
    return m.x.show(m["operator"], "relation", made)["state"]


def on_record(m):
    """What rules read: by pair the sum of relations that stand."""
    m.x.seal()
    with m.x.store.read() as tx:
        told = facts(tx.all(sa.select(events).order_by(events.c.link))).to_dicts()
    found = {}
    for f in told:
        if f["kind"] == "relation":
            found[f["party"], f["other"]] = found.get((f["party"], f["other"]), 0) + f["amount"]
    return found


def test_what_both_sides_say_stands_and_rules_read_it_from_both_sides(m):
    made = declared(m)
    assert on_record(m) == {}  # one side alone has not made it true
    m.x.take(m["maker_signer"], "relation", made, "confirm")
    one, two = m.party["supplier"], m.party["maker"]
    assert state(m, made) == "standing" and on_record(m) == {(one, two): 1, (two, one): 1}


def test_only_two_operators_take_it_off_the_record(m):
    made = declared(m)
    m.x.take(m["maker_signer"], "relation", made, "confirm")
    with pytest.raises(Refused):
        m.x.take(m["supplier_signer"], "relation", made, "end", words="已转让")
    m.x.take(m["operator"], "relation", made, "end", words="股权已转让")
    assert state(m, made) == "standing"  # one of them is not enough
    m.x.take(m["operator_b"], "relation", made, "end", words="股权已转让")
    assert state(m, made) == "ended" and set(on_record(m).values()) == {0}


@pytest.mark.parametrize(
    ("event", "end", "stands"), [("confirm", "standing", 1), ("dismiss", "dismissed", None)]
)
def test_what_is_contested_is_found_out_by_two(m, event, end, stands):
    made = declared(m)
    m.x.take(m["maker_member"], "relation", made, "contest", words="无此关系")
    for who in (m["operator"], m["operator_b"]):
        m.x.take(who, "relation", made, event, words="查章程")
    assert state(m, made) == end
    assert on_record(m).get((m.party["maker"], m.party["supplier"])) == stands


def test_silence_is_no_confirmation(m):
    made = declared(m, "operator")
    m.clock.move(days=30)
    m.x.work()
    assert state(m, made) == "contested" and on_record(m) == {}


def test_it_is_declared_once_by_a_side_of_it_and_seen_by_its_sides(m):
    made = declared(m)
    with pytest.raises(Refused, match="on record already"):
        declared(m, one=m.party["maker"], two=m.party["supplier"], who="operator")
    for wrong in ({"relation_kind": "friends"}, {"two": m.party["supplier"]}, {"two": "nobody"}):
        with pytest.raises(Refused):
            declared(m, **{"relation_kind": "kin"} | wrong)
    with pytest.raises((NotFound, Refused)):
        declared(m, "bank_a_signer", relation_kind="kin")
    assert m.x.show(m["maker_member"], "relation", made)["shown_by"] == "章程第五条"
    with pytest.raises(NotFound):
        m.x.show(m["bank_a_signer"], "relation", made)
    with pytest.raises(Refused):
        m.x.take(m["supplier_signer"], "relation", made, "confirm")  # nobody confirms their own word
