"""seats, forms and questions of papers; what is changed in a sitting after its draw"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import append_only, tables

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply."""
    op.add_column("paper", sa.Column("seat", sa.Integer(), nullable=True))
    op.add_column("paper", sa.Column("form", sa.String(length=2), server_default="", nullable=False))
    op.add_column("paper", sa.Column("questions", sa.Text(), server_default="[]", nullable=False))
    op.create_table(
        "amendment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", tables.Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("kind IN ('replace_question', 'add_cadre')", name=op.f("ck_amendment_kind")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_amendment_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
        sa.UniqueConstraint("sitting_id", "number", name=op.f("uq_amendment_sitting_id_number")),
    )
    for statement in append_only.statements(op.get_bind().dialect.name, "amendment"):
        op.execute(statement)
