"""What all tables share: one MetaData, the few types of column, and tables that only ever grow."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of the exchange; the database's are made by the migrations alone and compared with this in a test."""


class Document(sa.TypeDecorator[Any]):
    """A JSON value kept as one canonical text, so that both databases hold and digest the same bytes."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: sa.Dialect) -> str | None:
        """The canonical text of a value."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:  # noqa: ANN401 - any JSON
        """The value of a text."""
        return None if value is None else json.loads(value)


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values give equal bytes. Raises ValueError for what is no JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def key(name: str = "id", comment: str = "UUIDv7, made by us") -> sa.Column[str]:
    """The primary key of most tables."""
    return sa.Column(name, sa.String(36), primary_key=True, comment=comment)


def to(
    target: str, name: str, comment: str, *, null: bool = True, primary: bool = False, index: bool = False
) -> sa.Column[str]:
    """A reference to another table's row; nothing referred to can be deleted."""
    return sa.Column(
        name,
        sa.String(36),
        sa.ForeignKey(f"{target}.id", ondelete="RESTRICT"),
        nullable=null and not primary,
        primary_key=primary,
        index=index,
        comment=comment,
    )


def text(name: str, comment: str, *, null: bool = True, default: str | None = None) -> sa.Column[str]:
    """Words, or a code of a closed list."""
    return sa.Column(name, sa.Text, nullable=null, server_default=default, comment=comment)


def number(name: str, comment: str, *, null: bool = True, default: str | None = None) -> sa.Column[int]:
    """A whole number of up to 64 bits."""
    return sa.Column(name, sa.BigInteger, nullable=null, server_default=default, comment=comment)


def fen(name: str, comment: str, *, null: bool = True, default: str | None = None) -> sa.Column[int]:
    """Money in integer fen (or the smallest unit of the row's currency)."""
    return number(name, f"{comment} (fen)", null=null, default=default)


def moment(name: str, comment: str, *, null: bool = True) -> sa.Column[int]:
    """A point in time: integer microseconds UTC."""
    return number(name, f"{comment} (microseconds UTC)", null=null)


def day(name: str, comment: str, *, null: bool = True) -> sa.Column[str]:
    """A calendar day as ISO text."""
    return sa.Column(name, sa.String(10), nullable=null, comment=f"{comment} (ISO date)")


def document(name: str, comment: str, *, null: bool = True) -> sa.Column[Any]:
    """A JSON value."""
    return sa.Column(name, Document, nullable=null, comment=comment)


def version() -> sa.Column[int]:
    """The number that grows with every change of the row, for optimistic locking."""
    return number("version", "grows with every change of the row", null=False, default="1")


def one_of(column: str, *values: str, name: str | None = None) -> sa.CheckConstraint:
    """The column holds one of the values (or nothing, where it may be null)."""
    listed = ", ".join(f"'{v}'" for v in values)
    return sa.CheckConstraint(f"{column} in ({listed})", name=name or column)


def append_only(table: sa.Table, once: tuple[str, ...] = ()) -> sa.Table:
    """Declare that rows of a table are never changed nor deleted; ``once`` names columns that may be filled once.

    The triggers themselves are made in the migration by ``triggers.protect``; a test compares the two.
    """
    table.info["append_only"] = once
    return table


def partial(name: str, *columns: Any, where: str, unique: bool = True) -> sa.Index:  # noqa: ANN401 - columns
    """An index over the rows that meet a condition, on both databases."""
    condition = sa.text(where)
    return sa.Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
