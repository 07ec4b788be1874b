"""failed log-ins of names that nobody has"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import tables

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "stranger",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stranger")),
        sa.UniqueConstraint("digest", name=op.f("uq_stranger_digest")),
    )
