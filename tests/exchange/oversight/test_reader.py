"""The rules as a reader, on both databases: each alert stored once, with its case, however rounds break off or race."""

import pytest
from tests_watch import resold, rows, the_case, watch, watched_market

from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.oversight import facts, reader, trade, watching
from sanwang.exchange.oversight.rules import pack
from sanwang.exchange.tables.casework import cases, watch_alerts
from sanwang.exchange.tables.record import cursors


@pytest.fixture
def m(store, clock):
    return watched_market(store, clock)


def test_an_alert_is_stored_once_with_its_words_and_opens_a_case(m):
    resold(m)
    assert watch(m) == (1, 1)
    assert watch(m) == (0, 0)
    [alert], [case] = rows(m, watch_alerts), rows(m, cases)
    assert alert["code"] == "listing_resold" and alert["mode"] == "live" and alert["edition"] == 0
    assert alert["case"] == case["id"] and case["alert"] == alert["id"] and case["state"] == "open"
    assert (alert["subject_kind"], alert["subject"]) == ("party", m.party["other"])
    assert "相同内容" in alert["zh"]["said"] and "same text" in alert["en"]["said"]
    assert all(alert[lang][n] for lang in ("zh", "en") for n in ("rule", "said", "basis", "cleared", "cost"))
    assert case["number"].startswith("W-2026-") and case["severity"] == alert["severity"]
    assert m.x.verify() == []


def test_what_is_stored_is_what_anyone_computes(m):
    for _ in range(3):
        resold(m)
        watch(m)
    said = [watching.as_row(a) for a in m.x.rules()[1]]
    kept = [{n: a[n] for n in ("link", "event", "values", "behind")} for a in rows(m, watch_alerts)]
    assert [{n: s[n] for n in ("link", "event", "values", "behind")} for s in said] == kept


def test_further_alerts_about_the_same_join_the_open_case(m):
    resold(m)
    watch(m)
    resold(m)
    assert watch(m) == (1, 0)
    assert len({a["case"] for a in rows(m, watch_alerts)}) == 1 and len(rows(m, cases)) == 1


def test_a_round_that_breaks_off_leaves_nothing(m, monkeypatch):
    resold(m)
    m.x.seal()

    def broken(*_):
        raise RuntimeError("pulled the plug")

    monkeypatch.setattr(reader, "words", broken)
    with pytest.raises(RuntimeError):
        m.x.watch()
    assert rows(m, watch_alerts) == [] and rows(m, cases) == []
    assert rows_of(m, cursors) == {"rules": 0}
    monkeypatch.undo()
    assert m.x.watch() == (1, 1)


def rows_of(m, table):
    with m.x.store.read() as tx:
        return {r["reader"]: r["link"] for r in tx.all(table.select()) if r["reader"] == "rules"}


def test_two_workers_with_the_same_round_bring_it_once(m):
    resold(m)
    m.x.seal()
    with m.x.store.read() as tx:
        first, second = reader.look(tx, reader.Memory()), reader.look(tx, reader.Memory())
    assert m.x.store.run(lambda tx: reader.keep(tx, first)) == (1, 1)
    assert m.x.store.run(lambda tx: reader.keep(tx, second)) is None
    assert len(rows(m, watch_alerts)) == len(rows(m, cases)) == 1


def test_a_place_put_back_brings_nothing_twice(m):
    case = the_case(m)
    m.x.store.run(lambda tx: tx.execute(cursors.update().where(cursors.c.reader == "rules"), {"link": 0}))
    assert m.x.watch() == (0, 0)
    assert [c["id"] for c in rows(m, cases)] == [case]


def test_a_rule_that_changes_between_looking_and_keeping_is_looked_at_again(m, monkeypatch):
    resold(m)
    m.x.seal()
    with m.x.store.read() as tx:
        found = reader.look(tx, reader.Memory())
    monkeypatch.setattr(reader, "on_duty", lambda tx: found.rules[1:])
    assert m.x.store.run(lambda tx: reader.keep(tx, found)) is None


def shadow(m, **more):
    row = next(r for r in pack() if r.code == "listing_resold").written() | more
    made = m.x.take(m["overseer_1"], "rule", None, "draft", rule=row)
    m.x.seal()
    for event in ("backtest", "shadow"):
        m.x.take(m["overseer_1"], "rule", made, event)
    return made


def test_a_rule_in_the_shadow_runs_beside_the_live_one_and_asks_nobody(m):
    shadow(m)
    resold(m)
    assert watch(m) == (2, 1)
    assert {(a["mode"], a["edition"], bool(a["case"])) for a in rows(m, watch_alerts)} == {
        ("live", 0, True), ("shadow", 1, False)}  # fmt: skip


def test_the_newest_edition_that_went_live_takes_the_place_of_the_shipped_one_and_is_silent_while_paused(
    m, clock
):
    made = shadow(m)
    clock.move(days=29)
    for who in ("overseer_2", "overseer_3"):
        m.x.take(m[who], "rule", made, "go_live")
    resold(m)
    assert watch(m) == (1, 1)
    assert [a["edition"] for a in rows(m, watch_alerts)] == [1]
    m.x.take(m["overseer_1"], "rule", made, "pause", words="核查口径")
    resold(m)
    assert watch(m) == (0, 0)


def test_a_snooze_keeps_alerts_and_opens_no_case_until_it_has_expired(m, clock):
    case = the_case(m)
    m.x.take(m["analyst_1"], "case", case, "hold")
    m.x.take(m["analyst_1"], "case", case, "clear", words="同一集团的两家挂牌，已核实")
    until = "2026-12-20"
    asked = {"alert": rows(m, watch_alerts)[0]["id"], "words": "已核实，两周内不再询问"}
    for wrong in ("2026-12-01", "2027-12-20"):
        with pytest.raises(Refused, match="within 92 days"):
            m.x.take(m["analyst_1"], "snooze", None, "set", **asked, until_on=wrong)
    made = m.x.take(m["analyst_1"], "snooze", None, "set", **asked, until_on=until)
    with pytest.raises(Refused, match="in force already"):
        m.x.take(m["analyst_2"], "snooze", None, "set", **asked, until_on=until)
    for who in ("firm_member", "operator"):
        with pytest.raises((NotFound, Refused)):
            m.x.take(m[who], "snooze", None, "set", **asked, until_on=until)
    resold(m)
    assert watch(m) == (1, 0)
    assert rows(m, watch_alerts)[-1]["snooze"] == made
    clock.move(days=25)
    resold(m)  # the day is over, whether or not the clock has said so
    assert watch(m) == (1, 1)
    m.x.work()
    assert m.x.show(m["analyst_1"], "snooze", made)["state"] == "expired"


@pytest.mark.parametrize("where", [1, 4000, 9000])
def test_facts_read_in_parts_and_alerts_spoken_in_rounds_are_those_of_one_reading(where):
    events = trade.year(trade.PLAIN, 11, firms=60, each=1)
    known = facts.Known()
    whole = facts.facts(events)
    first = facts.facts(events[:where], known)
    second = facts.facts(events[where:], known)
    assert whole.equals(first.vstack(second))
    at = events[: where + 1][-1]["link"] - 1
    early = watching.run(first, pack())
    late = watching.run(whole, pack(), since=at)
    assert [watching.as_row(a) for a in [*early, *late]] == [
        watching.as_row(a) for a in watching.run(whole, pack())
    ]
