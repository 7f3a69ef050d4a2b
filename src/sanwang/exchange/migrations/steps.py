"""One history of the tables, for both databases, run by Alembic."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "sanwang.exchange:migrations")
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Take every step from where the database stands to a revision, all of them or none."""
    config = _config()
    with engine.connect() as connection:
        writing = connection.execution_options(sanwang_write=True)
        with writing.begin():
            config.attributes["connection"] = writing
            command.upgrade(config, revision)


def revisions() -> list[str]:
    """Every revision, oldest first."""
    return [s.revision for s in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


def standing(engine: sa.Engine) -> tuple[str | None, str | None]:
    """The revision the database is at, and the newest one."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), head
