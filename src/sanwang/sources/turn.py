"""One writer at a time: a table that several people add to loses nobody's row."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from sanwang.errors import InputError

PATIENCE = 60.0
"""Seconds a writer waits for the others."""


@contextmanager
def turn(folder: Path, table: str) -> Generator[None, None, None]:
    """Hold the turn to write a table of a folder; the system lets it go if the writer dies.

    The lock is an exclusive transaction of a small hidden database. Raises InputError where the others take too long.
    """
    try:
        lock = sqlite3.connect(folder / f".{table}.lock", timeout=PATIENCE, isolation_level=None)
        with closing(lock) as base:
            base.execute("BEGIN EXCLUSIVE")
            yield
            base.execute("COMMIT")
    except sqlite3.Error as error:
        raise InputError(
            f"{folder}: the table {table} is being written ({error})",
            f"{folder}：{table} 表正被他人写入，请稍后再试",
        ) from error
