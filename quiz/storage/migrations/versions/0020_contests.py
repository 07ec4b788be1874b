"""contests take marks off: a mark may be below 0, and a sitting says whether it is a contest

SQLite cannot change a CHECK. A copy of the table would lose its triggers and, where others refer to it, their rows; so the stored text of the table
is changed, as https://www.sqlite.org/lang_altertable.html (section 7) allows for changes that no row depends on: every row obeys the wider rule.
"""

from alembic import op
from sqlalchemy import text

revision = "0020"
down_revision = "0019"

WIDER = (
    ("mark", "range", "mark >= 0 AND mark <= max_mark", "mark >= -max_mark AND mark <= max_mark"),
    ("mark_override", "range", "slot > 0 AND (mark IS NULL OR mark >= 0)", "slot > 0"),
)
"""Table, name, rule of before and rule from now on; an override is bound by the mark that it makes."""

KINDS = "contest IN ('no', 'not_below_zero', 'below_zero')"


def upgrade() -> None:
    """Apply."""
    op.execute(f"ALTER TABLE sitting ADD COLUMN contest VARCHAR(14) DEFAULT 'no' NOT NULL CONSTRAINT ck_sitting_contest CHECK ({KINDS})")
    if op.get_bind().dialect.name == "sqlite":
        _rewrite()
        return
    for table, name, _, rule in WIDER:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({rule})")


def _rewrite() -> None:
    """Put the wider rules into the texts of the tables; a text without the old rule ends the migration. The connection reads the schema anew."""
    connection = op.get_bind()
    connection.execute(text("PRAGMA writable_schema = ON"))
    try:
        for table, name, before, rule in WIDER:
            old, new = (f"CONSTRAINT ck_{table}_{name} CHECK ({one})" for one in (before, rule))
            found = {"name": table, "old": old, "new": new}
            sql = "UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :name AND instr(sql, :old)"
            if connection.execute(text(sql), found).rowcount != 1:
                raise ValueError(f"the table {table} does not have its rule {name}")
        number = connection.execute(text("PRAGMA schema_version")).scalar_one()
        connection.execute(text(f"PRAGMA schema_version = {number + 1}"))
    finally:
        connection.execute(text("PRAGMA writable_schema = RESET"))
