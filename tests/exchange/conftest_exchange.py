"""Fresh stores on request, for tests that need many."""

from __future__ import annotations

import os
import shutil
import uuid

import sqlalchemy as sa

from sanwang.exchange.store import open_store

TEMPLATE = f"sanwang_template_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
"""A database to copy: every process of tests has its own, also on one server."""


def database(server: str) -> str:
    """The address of a fresh database on a server."""
    name = f"sanwang_{uuid.uuid4().hex[:12]}"
    url = sa.make_url(server).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'create database "{name}" template "{TEMPLATE}"')
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def fresh(kind, request):
    """A function from a path and a clock to a migrated, empty store of that kind of database."""
    if kind == "sqlite":
        template = request.getfixturevalue("sqlite_template")

        def copied(path, clock):
            shutil.copy(template, path)
            return open_store(path, clock)

        return copied
    server = request.getfixturevalue("template")

    def made(path, clock):
        return open_store(database(server), clock)

    return made
