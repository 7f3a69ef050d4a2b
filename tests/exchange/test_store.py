"""One transaction, all or nothing, the same on both databases; migrations make exactly what the tables declare."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from sanwang.exchange.errors import StoreError
from sanwang.exchange.migrations import steps
from sanwang.exchange.store import Busy, Store, open_store
from sanwang.exchange.tables import metadata, record
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.searching import INDEX
from sanwang.exchange.tables.triggers import protected


def a_party(tx, name="甲"):
    made = tx.id()
    tx.insert(parties, id=made, kind="org", actor=made, name=name, state="unverified")
    return made


def ours(name, kind, parents):
    return not (name or "").startswith(INDEX)


def test_migrations_make_what_the_tables_declare(store: Store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_name": ours})
        assert compare_metadata(context, metadata) == []
        grows = {t.name for t in metadata.sorted_tables if "append_only" in t.info}
        assert protected(connection) == grows


def test_every_column_says_what_it_holds():
    assert [f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.columns if not c.comment] == []


def test_a_transaction_that_fails_leaves_nothing(store: Store):
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        a_party(tx)
        _ = 1 / 0
    with store.read() as tx:
        assert tx.all(sa.select(parties)) == []


def test_nothing_is_written_while_reading(store: Store):
    with pytest.raises((StoreError, sa.exc.DBAPIError)), store.read() as tx:
        a_party(tx)
    with store.write() as tx:
        a_party(tx)


def test_a_stale_change_is_refused(store: Store):
    with store.write() as tx:
        made = a_party(tx)
        old = tx.locked(parties, made)
        tx.change(parties, old, name="乙")
        with pytest.raises(StoreError):
            tx.change(parties, old, name="丙")


def test_append_only_tables_cannot_be_changed(store: Store):
    for sql in (
        "update heads set digest = 'x'",
        "delete from heads",
        "update events set take = 'x' where seq = 1",
    ):
        with store.write() as tx:
            tx.insert(
                record.events,
                id=tx.id(),
                at=1,
                agent="clock",
                process="p",
                subject="s",
                take="t",
                to_state="u",
            )
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), store.write() as tx:
            tx.execute(sa.text(sql))


def test_writers_wait_for_each_other_and_lose_nothing(store: Store):
    """Eight writers on SQLite and 32 on PostgreSQL add one to the same row, five times each."""
    writers = 8 if store.engine.dialect.name == "sqlite" else 32
    with store.write() as tx:
        made = a_party(tx)

    def add(tx):
        row = tx.locked(parties, made)
        tx.change(parties, row, name=str(int(row["name"]) + 1 if row["name"].isdigit() else 1))

    threads = [threading.Thread(target=lambda: [store.run(add) for _ in range(5)]) for _ in range(writers)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with store.read() as tx:
        assert tx.value(sa.select(parties.c.name)) == str(5 * writers)


def test_what_stays_busy_is_told(store: Store):
    calls = []

    def always(tx):
        calls.append(1)
        raise Busy("busy", "忙")

    with pytest.raises(Busy):
        store.run(always, tries=3)
    assert len(calls) == 3


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path, sqlite_template: Path):
    (tmp_path / "m.db").write_bytes(sqlite_template.read_bytes())
    store = open_store(tmp_path / "m.db")
    sa.event.listen(store.engine, "begin", lambda c: c.exec_driver_sql("pragma max_page_count = 1"))
    with pytest.raises(StoreError, match="disk is full"), store.write() as tx:
        for _ in range(2000):
            a_party(tx, "甲" * 200)
    with store.read() as tx:
        assert tx.all(sa.select(parties)) == []


def test_addresses_that_are_none_are_refused():
    for address in ("mysql://localhost/x", "sqlite://", "://"):
        with pytest.raises(StoreError):
            open_store(address)


def test_a_store_of_another_version_is_refused(tmp_path: Path):
    store = open_store(tmp_path / "empty.db")
    with pytest.raises(StoreError, match="upgrade"):
        store.require_current()
    store.migrate()
    store.require_current()
    assert steps.standing(store.engine)[0] == steps.revisions()[-1]
