"""keyed sheets and scanned pages say which person they are from, where a name may be that of two

The rows that are there keep only their name: who of its bearers it was cannot be known afterwards.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Apply."""
    for table in ("keying", "scan"):
        op.add_column(table, sa.Column("person", sa.String(length=120), server_default="", nullable=False))
    told = sa.text("person <> ''")
    op.create_index("uq_keying_person", "keying", ["sitting_id", "paper_id", "person"], unique=True, sqlite_where=told, postgresql_where=told)
