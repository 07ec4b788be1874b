"""time given to people, and attempts opened again"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import append_only, tables

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply."""
    op.add_column("sitting", sa.Column("extended_to", tables.Moment(timezone=True), nullable=True))
    op.create_table(
        "attempt_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("cadre_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("deadline_before", tables.Moment(timezone=True), nullable=True),
        sa.Column("deadline_after", tables.Moment(timezone=True), nullable=True),
        sa.Column("closed_at", tables.Moment(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=20), nullable=True),
        sa.Column("at", tables.Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("kind IN ('extend', 'pause', 'reopen')", name=op.f("ck_attempt_change_kind")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_attempt_change_minutes")),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name=op.f("fk_attempt_change_cadre_id_cadre")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_attempt_change_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_change")),
    )
    op.create_index("ix_attempt_change_cadre", "attempt_change", ["sitting_id", "cadre_id"])
    for statement in append_only.statements(op.get_bind().dialect.name, "attempt_change"):
        op.execute(statement)
