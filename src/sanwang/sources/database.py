"""Tables and queries of a database as sheets: by an SQLAlchemy address, read only, recognised like any other."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Mapping
from typing import Any

from sanwang.errors import InputError
from sanwang.schema import Problem
from sanwang.sources.raw import Cell, RawTable
from sanwang.sources.recognise.names import fold
from sanwang.sources.recognise.sheet import Known, recognise
from sanwang.sources.workspace import BY_NAME, Found, Workspace, read_found

LARGEST = 5_000_000
"""Rows of one table that are read."""


def read_database(address: str, queries: Mapping[str, str] | None = None) -> Workspace:
    """Every table and view of the database, or the result of each query (name → SQL). Raises InputError where
    it cannot be reached, the query fails, or SQLAlchemy or the driver is missing."""
    return read_found(look_database(address, queries))


def look_database(address: str, queries: Mapping[str, str] | None = None) -> list[Found]:
    """The tables or query results with the guesses for each."""
    alchemy = _alchemy()
    engine = None
    try:
        engine = alchemy.create_engine(address)
        with engine.connect() as connection:
            asked = dict(queries or {}) or _tables(alchemy, connection)
            raws = [_raw(alchemy, connection, address, name, sql) for name, sql in asked.items()]
    except (
        Exception
    ) as error:  # each driver raises its own: all mean that the database cannot be read as asked
        raise InputError(
            f"{_safe(alchemy, address)}: {str(error).splitlines()[0]} / 数据库无法读取"
        ) from error
    finally:
        if engine is not None:
            engine.dispose()
    return [_looked(raw, name) for raw, name in zip(raws, asked, strict=True)]


def _alchemy() -> Any:  # noqa: ANN401 - an optional package
    try:
        import sqlalchemy
    except ImportError as error:
        raise InputError(
            "a database needs SQLAlchemy: pip install 'sanwang[database]'",
            "读数据库需要 SQLAlchemy：pip install 'sanwang[database]'",
        ) from error
    return sqlalchemy


def _safe(alchemy: Any, address: str) -> str:  # noqa: ANN401
    """The address without its password."""
    try:
        return str(alchemy.engine.make_url(address).render_as_string(hide_password=True))
    except alchemy.exc.ArgumentError:
        return "database"


def _tables(alchemy: Any, connection: Any) -> dict[str, str]:  # noqa: ANN401
    found = alchemy.inspect(connection)
    quote = connection.dialect.identifier_preparer.quote
    names = (*found.get_table_names(), *found.get_view_names())
    return {name: f"SELECT * FROM {quote(name)}" for name in names}  # noqa: S608 - a quoted name


def _raw(alchemy: Any, connection: Any, address: str, name: str, sql: str) -> RawTable:  # noqa: ANN401
    result = connection.execute(alchemy.text(sql))
    rows: list[tuple[int, list[Cell]]] = [(1, list(result.keys()))]
    for number, row in enumerate(result, 2):
        if number > LARGEST:
            terms = (("met", f"> {LARGEST:,} rows"), ("limit", f"{LARGEST:,}"))
            return RawTable(
                _safe(alchemy, address),
                name,
                rows,
                True,
                (Problem("error", "too_large", file=name, terms=terms),),
            )
        rows.append((number, [_cell(v) for v in row]))
    return RawTable(_safe(alchemy, address), name, rows, True)


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, (str, int, float, bool, dt.date, dt.time)):
        return value
    return format(value, "f") if isinstance(value, decimal.Decimal) else str(value)


def _looked(raw: RawTable, name: str) -> Found:
    kind = BY_NAME.get(fold(name))
    return Found(raw, kind.name if kind else None, tuple(recognise(raw, Known(kind.name if kind else None))))
