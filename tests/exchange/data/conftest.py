"""A store on SQLite alone, for what does not turn on the database."""

import pytest

from sanwang.exchange.store import open_store


@pytest.fixture
def sqlite_store(sqlite_template, tmp_path, clock):
    copied = tmp_path / "data.db"
    copied.write_bytes(sqlite_template.read_bytes())
    opened = open_store(copied, clock)
    yield opened
    opened.close()
