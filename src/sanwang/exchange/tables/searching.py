"""The full-text index over search words: FTS5 on SQLite, a GIN index over exact tokens on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa

INDEX = "listing_search"
"""Name of the index; tables and indexes that begin with it are no tables of ours."""

_SQLITE = (
    "create virtual table listing_search using fts5(words, content='listing_words', content_rowid='no', "
    "tokenize=\"unicode61 remove_diacritics 0 tokenchars '.+#%/-'\")",
    "create trigger listing_search_add after insert on listing_words begin "
    "insert into listing_search(rowid, words) values (new.no, new.words); end",
    "create trigger listing_search_drop after delete on listing_words begin "
    "insert into listing_search(listing_search, rowid, words) values ('delete', old.no, old.words); end",
    "create trigger listing_search_change after update on listing_words begin "
    "insert into listing_search(listing_search, rowid, words) values ('delete', old.no, old.words); "
    "insert into listing_search(rowid, words) values (new.no, new.words); end",
)
_POSTGRESQL = (
    "create index listing_search on listing_words using gin (array_to_tsvector(string_to_array(words, ' ')))",
)


def make_index(bind: sa.Connection) -> None:
    """Make the index; the database keeps it in step with the words."""
    for statement in _SQLITE if bind.dialect.name == "sqlite" else _POSTGRESQL:
        bind.exec_driver_sql(statement)
