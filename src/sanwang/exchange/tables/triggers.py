"""Triggers that keep append-only tables from being changed, on both databases."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.sql.compiler import IdentifierPreparer


def protect(bind: sa.Connection, table: str, once: Sequence[str] = ()) -> None:
    """Make UPDATE and DELETE of a table fail; columns of ``once`` may be filled where they are all empty."""
    for statement in _statements(bind, table, tuple(once)):
        bind.exec_driver_sql(statement)


def protected(bind: sa.Connection) -> frozenset[str]:
    """Names of the tables that have both triggers."""
    asked = (
        "select name, tbl_name from sqlite_master where type = 'trigger'"
        if bind.dialect.name == "sqlite"
        else "select t.tgname, c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid "
        "where not t.tgisinternal"
    )
    found = {(str(row[0]), str(row[1])) for row in bind.exec_driver_sql(asked)}
    return frozenset(t for _, t in found if {(f"{t}_kept", t), (f"{t}_fixed", t)} <= found)


def _statements(bind: sa.Connection, table: str, once: tuple[str, ...]) -> list[str]:
    quote = bind.dialect.identifier_preparer
    if bind.dialect.name == "sqlite":
        return _sqlite(quote, table, once, [c["name"] for c in sa.inspect(bind).get_columns(table)])
    return _postgresql(quote, table, once)


def _sqlite(quote: IdentifierPreparer, table: str, once: tuple[str, ...], columns: list[str]) -> list[str]:
    def q(name: str) -> str:
        return quote.quote(name)

    same = [f"new.{q(c)} is old.{q(c)}" for c in columns if c not in once]
    empty = [f"old.{q(c)} is null" for c in once]
    condition = f" when not ({' and '.join(same + empty)})" if once else ""
    stop = f"begin select raise(abort, '{table} is append-only'); end"
    return [
        f"create trigger {table}_fixed before update on {q(table)}{condition} {stop}",
        f"create trigger {table}_kept before delete on {q(table)} {stop}",
    ]


def _postgresql(quote: IdentifierPreparer, table: str, once: tuple[str, ...]) -> list[str]:
    q, stop = quote.quote(table), f"raise exception '{table} is append-only'; end $$ language plpgsql"
    less = "".join(f" - '{c}'" for c in once)
    empty = "".join(f" and old.{quote.quote(c)} is null" for c in once)
    may = (
        f"if tg_op = 'UPDATE' and to_jsonb(new){less} = to_jsonb(old){less}{empty} then return new; end if; "
        if once
        else ""
    )
    return [
        f"create function {table}_append_only() returns trigger as $$ begin {may}{stop}",
        f"create trigger {table}_fixed before update on {q} for each row execute function {table}_append_only()",
        f"create trigger {table}_kept before delete on {q} for each row execute function {table}_append_only()",
        f"create trigger {table}_whole before truncate on {q} for each statement "
        f"execute function {table}_append_only()",
    ]
