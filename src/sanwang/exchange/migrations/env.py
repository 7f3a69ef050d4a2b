"""Runs the steps on the connection that ``steps.upgrade`` gives, in its transaction."""

from alembic import context

from sanwang.exchange.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
