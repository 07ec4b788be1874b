"""marks and visits say which sitting they belong to"""

from alembic import op

from quiz.storage import append_only

revision = "0019"
down_revision = "0018"

OWNERS = {"mark": ("grading", "grading_id"), "visit": ("admission", "admission_id")}
"""By table: whose sitting a row belongs to, and the column that names it."""


def upgrade() -> None:
    """Apply. The rows that are there get their sitting, for which the trigger that keeps marks as they are steps aside; no mark changes by it."""
    for table, (owner, column) in OWNERS.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN sitting_id INTEGER CONSTRAINT fk_{table}_sitting_id_sitting REFERENCES sitting (id)")
        kept = table == "mark"
        if kept:
            _let_change(table)
        op.execute(f"UPDATE {table} SET sitting_id = (SELECT sitting_id FROM {owner} WHERE {owner}.id = {table}.{column})")  # noqa: S608 from above
        if kept:
            _keep(table)


def _let_change(table: str) -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(f"DROP TRIGGER {table}_no_update" if is_sqlite else f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_update")


def _keep(table: str) -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(append_only.statements("sqlite", table)[0] if is_sqlite else f"ALTER TABLE {table} ENABLE TRIGGER {table}_no_update")
