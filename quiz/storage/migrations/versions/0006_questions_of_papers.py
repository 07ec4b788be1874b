"""questions of papers in a table of their own: papers that share them name them"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import append_only

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply. Papers written before keep their questions in their own content."""
    op.create_table(
        "paper_question",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_paper_question")),
    )
    for statement in append_only.statements(op.get_bind().dialect.name, "paper_question"):
        op.execute(statement)
