"""Alembic's entry: runs the scripts on the connection that `quiz.storage.migrate` hands over."""

from alembic import context

from quiz.storage.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    user_module_prefix="tables.",
)
with context.begin_transaction():
    context.run_migrations()
