"""The store: one transaction to read or to write in, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import event, exc

from sanwang.exchange.clock import Clock, system_clock
from sanwang.exchange.errors import NotFound, StoreError
from sanwang.exchange.ids import new_id

TRIES = 12
"""How often a transaction is begun anew that met another's lock or was not serialisable."""

_AGAIN = {"40001", "40P01", "55P03"}
_FULL = {"53100", "53200"}

Row = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Tx:
    """One transaction: statements, and the moment it counts as happening."""

    connection: sa.Connection
    now: int
    memory: dict[str, Any] = field(default_factory=dict[str, Any], repr=False, compare=False)

    @property
    def sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.connection.dialect.name == "sqlite"

    def execute(self, statement: sa.Executable, values: Any = None) -> sa.CursorResult[Any]:  # noqa: ANN401
        """Run a statement, with one row of values or many."""
        return self.connection.execute(statement, values)  # pyright: ignore[reportReturnType]  # Core gives a cursor

    def all(self, statement: sa.Executable, values: Mapping[str, object] | None = None) -> list[Row]:
        """Every row, each a mapping."""
        return cast("list[Row]", self.connection.execute(statement, values).mappings().all())

    def one(self, statement: sa.Executable, values: Mapping[str, object] | None = None) -> Row | None:
        """The first row, or None."""
        return cast("Row | None", self.connection.execute(statement, values).mappings().first())

    def the(self, table: sa.Table, key: str) -> Row:
        """The row of an id. Raises NotFound where there is none."""
        row = self.one(sa.select(table).where(table.c.id == key))
        if row is None:
            raise NotFound
        return row

    def value(self, statement: sa.Executable, values: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401
        """The first column of the first row, or None."""
        return self.connection.execute(statement, values).scalar()

    def insert(self, table: sa.Table, **values: object) -> None:
        """Add one row."""
        self.connection.execute(table.insert(), values)

    def locked(self, table: sa.Table, key: str) -> Row | None:
        """A row by its id, held until the transaction ends, or None."""
        return self.one(sa.select(table).where(table.c.id == key).with_for_update())

    def change(self, table: sa.Table, row: Row, **values: object) -> Row:
        """Set columns of a row that has a version; the version grows by one. Returns the row as it is now.

        Raises StoreError where somebody else changed it meanwhile (it was not read locked).
        """
        fresh = dict(values) | {"version": row["version"] + 1}
        done = self.execute(
            table.update().where(table.c.id == row["id"], table.c.version == row["version"]), fresh
        )
        if done.rowcount != 1:
            raise StoreError("somebody else changed it meanwhile; look again", "已被他人修改，请刷新后重试")
        return dict(row) | fresh

    def id(self) -> str:
        """A fresh identifier."""
        return new_id(self.now)


class Store:
    """A database of one exchange. Make one with ``open_store``."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self.engine, self.clock = engine, clock
        self._turn = Lock() if engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def write(self) -> Generator[Tx]:
        """One transaction that all happens or not at all: ``BEGIN IMMEDIATE`` on SQLite, READ COMMITTED elsewhere.

        Threads that write to one SQLite file take turns here: the database's own waiting is by sleeping and unfair.
        """
        with _told(), self._turn, self.engine.connect() as connection:
            writing = connection.execution_options(sanwang_write=True)
            with writing.begin():
                yield Tx(writing, self.clock())

    @contextmanager
    def read(self) -> Generator[Tx]:
        """One consistent view; nothing can be written in it."""
        with _told(), self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(  # noqa: PLW2901
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                yield Tx(connection, self.clock())

    def run(self, function: Callable[[Tx], T], tries: int = TRIES) -> T:
        """What a function gives in a transaction of its own, begun anew a bounded number of times where it met a lock.

        Raises StoreError when it was still busy the last time; what the function raises passes through, with nothing
        written.
        """
        for attempt in range(tries):
            try:
                with self.write() as tx:
                    return function(tx)
            except Busy:
                if attempt == tries - 1:
                    raise
                time.sleep(random.uniform(0, min(0.5, 0.005 * 2**attempt)))  # noqa: S311 - spreads writers, hides nothing
        raise AssertionError

    def migrate(self) -> None:
        """Bring the tables to this version of the program, from none or from any earlier one."""
        from sanwang.exchange.migrations.steps import upgrade

        upgrade(self.engine)

    def require_current(self) -> None:
        """Raise StoreError unless the tables are of this version of the program."""
        from sanwang.exchange.migrations.steps import standing

        found, wanted = standing(self.engine)
        if found != wanted:
            raise StoreError(
                f"the store is of version {found or 'none'}, this program wants {wanted}: sanwang exchange upgrade",
                f"数据库版本为 {found or '无'}，本程序需要 {wanted}：请运行 sanwang exchange upgrade",
            )

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


class Busy(StoreError):
    """Another transaction held what this one needed; trying again may help."""


def open_store(url: str | Path, clock: Clock = system_clock) -> Store:
    """The store at a database address (``sqlite:///market.db``, ``postgresql://…``) or a file's path.

    Raises StoreError for an address that is none of these.
    """
    return Store(_engine(_address(url)), clock)


def _address(url: str | Path) -> sa.URL:
    if isinstance(url, Path) or "://" not in url:
        return sa.URL.create("sqlite", database=str(url))
    try:
        read = sa.make_url(url)
    except (exc.ArgumentError, ValueError) as error:
        raise StoreError("that is no database address", "这不是数据库地址") from error
    backend = read.get_backend_name()
    if backend == "sqlite":
        return read
    if backend in ("postgresql", "postgres"):
        return read.set(drivername="postgresql+psycopg")
    raise StoreError(
        f"the exchange runs on SQLite and PostgreSQL, not on {backend}",
        f"交易所使用 SQLite 或 PostgreSQL，不支持 {backend}",
    )


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(url, isolation_level="READ COMMITTED", pool_size=8, max_overflow=32)
    if not url.database or url.database == ":memory:":
        raise StoreError("the exchange wants a file, not a database in memory", "交易所需要数据库文件")
    engine = sa.create_engine(url, connect_args={"timeout": 5.0})
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _pragmas(connection: Any, record: object) -> None:  # noqa: ANN401 - the driver's connection
    """Full durability: money is in this file. The driver's own transactions are off, ``_begin`` starts them."""
    connection.isolation_level = None
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "temp_store=memory"):
        connection.execute(f"pragma {pragma}")


def _begin(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("sanwang_write")
    connection.exec_driver_sql(f"pragma query_only={'off' if writing else 'on'}")
    connection.exec_driver_sql("begin immediate" if writing else "begin")


@contextmanager
def _told() -> Generator[None]:
    """Errors of the drivers as sentences a person can act on; constraint violations pass as they are."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _sentence(error) from error


def _sentence(error: exc.DBAPIError) -> Exception:
    code, words = getattr(error.orig, "sqlstate", None), str(error.orig)
    if code in _AGAIN or "database is locked" in words or "database table is locked" in words:
        return Busy("the store is busy; try again", "数据库繁忙，请重试")
    if code in _FULL or "disk is full" in words:
        return StoreError("the disk is full: nothing was written", "磁盘已满：未写入任何内容")
    if isinstance(error, exc.OperationalError):
        first = words.splitlines()[0] if words else type(error.orig).__name__
        return StoreError(f"the store cannot be used: {first}", f"数据库无法使用：{first}")
    return error
