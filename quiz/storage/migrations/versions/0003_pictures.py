"""pictures of questions, by the digest of their bytes"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import append_only

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "picture",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('png', 'jpeg')", name=op.f("ck_picture_kind")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_picture")),
    )
    for statement in append_only.statements(op.get_bind().dialect.name, "picture"):
        op.execute(statement)
