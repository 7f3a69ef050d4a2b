"""Schemes planted by the exchange's own steps: the register lies beside the database, the rules find them alone."""

import pytest
import sqlalchemy as sa

from sanwang.exchange.clock import SetClock
from sanwang.exchange.demo_planted import plants, write_down
from sanwang.exchange.demo_schemes import LASTS, SCHEMES
from sanwang.exchange.demo_year import fill_year
from sanwang.exchange.face import Exchange
from sanwang.exchange.oversight.measure import PLANTED, register, registered
from sanwang.exchange.tables.record import events

NOW = 1_828_918_800_000_000
PASSWORD = "fictional-password"
WEEKS = 14


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    path = tmp_path_factory.mktemp("planted") / "year.db"
    x = Exchange.create(path, "admin", PASSWORD, clock=SetClock(NOW))
    sown, beside = plants(7, WEEKS * 7, honest=6, each=1)
    fill_year(x, PASSWORD, 7, firms=18, financiers=3, weeks=WEEKS, beside=beside)
    write_down(register(str(path)), sown[0].schemes)
    yield x, path
    x.close()


def test_what_was_planted_stands_beside_the_database_and_not_in_it(planted):
    x, path = planted
    schemes = registered(register(str(path)))
    fit = set(SCHEMES) - set(LASTS)  # the others take longer than this short year
    assert len({s.code for s in schemes}) >= len(fit) - 2 and len(schemes) >= 2 * len(fit)
    with x.store.read() as tx:
        known = {r["id"] for r in tx.all(sa.select(events.c.id))}
        assert tx.value(sa.select(events.c.id).where(events.c.process == PLANTED)) is None
    assert all(s.events <= known and s.events and s.begun > 0 for s in schemes)
    assert x.verify() == []


def test_rules_find_them_and_say_when_and_at_what_cost(planted):
    x, path = planted
    schemes = registered(register(str(path)))
    scores, _ = x.rules(2.0, schemes)
    told = {s.code: s for s in scores if s.planted}
    assert sum(s.found for s in told.values()) >= 0.8 * len(schemes)
    for s in told.values():
        assert s.found + len(s.missed) == s.planted and len(s.after) == s.found
        assert all(0 <= days < 60 for days in s.after) and s.hours == 2.0 * s.false
    alone, _ = x.rules(2.0)
    assert [s.alerts for s in alone] == [s.alerts for s in scores] and not any(s.planted for s in alone)


def test_a_register_that_is_none_is_said(tmp_path):
    from sanwang.errors import InputError

    (tmp_path / "x.planted.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError):
        registered(tmp_path / "x.planted.json")
    assert register("postgresql://x/y") is None
