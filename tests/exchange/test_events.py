"""The chain: what is sealed can be recomputed, an edited row is named, a late commit is missed by nobody."""

import hashlib
import json

import pytest
import sqlalchemy as sa

from sanwang.exchange import events
from sanwang.exchange.store import Store
from sanwang.exchange.tables import record


def tell(tx, subject="s", take="t", **more):
    return events.append(
        tx, process="listing", subject=subject, take=take, to_state="draft", agent="clock", **more
    )


def test_sealed_events_verify(store: Store):
    with store.write() as tx:
        ids = [tell(tx, f"s{n}", data={"n": n}) for n in range(5)]
        assert events.seal(tx) == 5
        assert events.seal(tx) == 0
        tell(tx, "late")
        assert events.seal(tx) == 1
    with store.read() as tx:
        assert events.verify(tx) == []
        first = tx.one(sa.select(record.events).where(record.events.c.link == 1))
    assert first["id"] == ids[0]
    told = [first[c] for c in ("seq", "id", "at", "user", "party", "agent", "process", "subject", "take")]
    told += [first["from_state"], first["to_state"], {"n": 0}, first["request"]]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert first["digest"] == hashlib.sha256(("0" * 64 + "\n" + text).encode()).hexdigest()


@pytest.mark.parametrize("column", ["take", "at", "data", "subject", "digest"])
def test_an_edited_event_is_named(store: Store, column: str):
    with store.write() as tx:
        for n in range(4):
            tell(tx, f"s{n}", data={"n": n})
        events.seal(tx)
        _unprotected(tx)
        changed = {"take": "x", "at": 1, "data": {"n": 9}, "subject": "x", "digest": "x"}[column]
        tx.execute(record.events.update().where(record.events.c.link == 3).values(**{column: changed}))
        faults = events.verify(tx)
    assert [f.where for f in faults] == ["event 3"]


def test_a_published_head_that_is_gone_is_told(store: Store):
    with store.write() as tx:
        tell(tx)
        events.seal(tx)
        assert events.publish(tx, "page")[0] == 1
        _unprotected(tx)
        tx.execute(record.events.delete())
        assert [f.where for f in events.verify(tx)] == ["head 1"]


def test_a_reader_is_handed_every_event_once(store: Store):
    seen = []
    with store.write() as tx:
        for n in range(7):
            tell(tx, str(n))
        events.seal(tx, most=5)
        assert events.follow(tx, "alerts", lambda _, row: seen.append(row["subject"]), most=3) == 3
        assert events.follow(tx, "alerts", lambda _, row: seen.append(row["subject"])) == 2
        events.seal(tx)
        events.follow(tx, "alerts", lambda _, row: seen.append(row["subject"]))
    assert seen == [str(n) for n in range(7)]


def test_a_late_commit_gets_a_later_place(store: Store):
    """On PostgreSQL a transaction that began first may commit last: a reader by ``seq`` would miss it."""
    if store.engine.dialect.name == "sqlite":
        with store.write() as tx:
            tell(tx)
            assert events.seal(tx) == 1
        return
    with store.write() as late:
        tell(late, "late")
        with store.write() as tx:
            tell(tx, "early")
        with store.write() as tx:
            assert events.seal(tx) == 1
    with store.write() as tx:
        assert events.seal(tx) == 1
        order = tx.all(sa.select(record.events.c.subject, record.events.c.seq).order_by(record.events.c.link))
        assert [r["subject"] for r in order] == ["early", "late"]
        assert order[0]["seq"] > order[1]["seq"]
        assert events.verify(tx) == []


def test_a_clock_that_goes_back_breaks_nothing(store: Store, clock):
    with store.write() as tx:
        tell(tx)
    clock.move(days=-3)
    with store.write() as tx:
        tell(tx)
        assert events.seal(tx) == 2
        assert events.verify(tx) == []


def _unprotected(tx):
    """As somebody would who holds the database itself."""
    if tx.sqlite:
        tx.execute(sa.text("drop trigger events_fixed"))
        tx.execute(sa.text("drop trigger events_kept"))
    else:
        tx.execute(sa.text("alter table events disable trigger user"))


def test_everything_is_sealed_however_much_waits(store, monkeypatch):
    """A batch is a transaction of its own; what waits is sealed to the last event."""
    from sanwang.exchange.face import Exchange

    for n in range(7):
        store.run(lambda tx, n=n: tell(tx, f"s{n}"))
    before = events.seal
    monkeypatch.setattr(events, "seal", lambda tx: before(tx, 3))
    assert Exchange(store).seal() == 7
    assert Exchange(store).seal() == 0
