"""Write the next step of the exchange's migrations: what the tables declare and the history does not make yet.

Usage: python scripts/exchange/new_revision.py 0004 "what it is for". The step is a draft: read it before committing.
Functions are one a table, so that the file can be read.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import ops

from sanwang.exchange.migrations import steps
from sanwang.exchange.store import open_store
from sanwang.exchange.tables import metadata
from sanwang.exchange.tables.searching import INDEX

HERE = Path(__file__).resolve().parents[2] / "src/sanwang/exchange/migrations/versions"
OPTIONS = {"render_as_batch": True, "compare_type": True}


def ours(name: str | None, kind: str, parents: object) -> bool:
    return not (name or "").startswith(INDEX)


def main(number: str, why: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "history.db")
        if steps.revisions():
            store.migrate()
        with store.engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"target_metadata": metadata, "include_name": ours, **OPTIONS}
            )
            found = produce_migrations(context, metadata).upgrade_ops
            groups = _by_table(found.ops if found else [])
            bodies = {name: _rendered(group) for name, group in groups.items()}
        store.close()
    before = steps.revisions()
    path = HERE / f"r{number}_{why.replace(' ', '_').lower()}.py"
    path.write_text(_file(number, before[-1] if before else None, why, bodies, groups), encoding="utf-8")
    sys.stdout.write(f"{path}\n")


def _by_table(found: list[ops.MigrateOperation]) -> dict[str, list[ops.MigrateOperation]]:
    groups: dict[str, list[ops.MigrateOperation]] = {}
    for one in found:
        name = getattr(one, "table_name", None) or "other"
        groups.setdefault(str(name), []).extend(one.ops if isinstance(one, ops.ModifyTableOps) else [one])
    return groups


def _rendered(group: list[ops.MigrateOperation]) -> str:
    text = render_python_code(ops.UpgradeOps(ops=group), render_as_batch=True, user_module_prefix="base.")
    lines = (line for line in text.splitlines() if "### " not in line and "info={" not in line)
    return "\n".join(lines).replace("astext_type=sa.Text()", "")


def _file(
    number: str,
    before: str | None,
    why: str,
    bodies: dict[str, str],
    groups: dict[str, list[ops.MigrateOperation]],
) -> str:
    made = [n for n, g in groups.items() if any(isinstance(o, ops.CreateTableOp) for o in g)]
    kept = {
        n: metadata.tables[n].info["append_only"] for n in made if "append_only" in metadata.tables[n].info
    }
    calls = [f"    _{name}()" for name in bodies]
    calls += [f"    protect(op.get_bind(), {name!r}, {once!r})" for name, once in kept.items()]
    parts = [
        f'"""{why}."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n',
        "from sanwang.exchange.tables import base",
        "from sanwang.exchange.tables.triggers import protect\n",
        f'revision = "{number}"\ndown_revision = {before!r}\nbranch_labels = None\ndepends_on = None\n\n',
        "def upgrade() -> None:\n" + f'    """{why}."""\n' + "\n".join(calls) + "\n\n",
    ]
    parts += [f"def _{name}() -> None:\n    {body.strip()}\n\n" for name, body in bodies.items()]
    return "\n".join(parts)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
