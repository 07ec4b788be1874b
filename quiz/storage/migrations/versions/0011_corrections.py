"""corrections of questions after people sat, and marks set by hand"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import append_only, tables

revision = "0011"
down_revision = "0009"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.add_column("grading", sa.Column("correction", sa.Integer(), nullable=True))
    op.create_table(
        "correction",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question_uid", sa.String(length=160), nullable=False),
        sa.Column("remedy", sa.String(length=12), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("at", tables.Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("remedy IN ('new_key', 'better', 'full', 'drop', 'original')", name=op.f("ck_correction_remedy")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_correction_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("sitting_id", "number", name=op.f("uq_correction_sitting_id_number")),
    )
    op.create_table(
        "mark_override",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", BIG, nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", tables.Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("slot > 0 AND (mark IS NULL OR mark >= 0)", name=op.f("ck_mark_override_range")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_mark_override_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_mark_override_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_override")),
    )
    op.create_index("ix_mark_override_attempt", "mark_override", ["sitting_id", "attempt_id"])
    for table in ("correction", "mark_override"):
        for statement in append_only.statements(op.get_bind().dialect.name, table):
            op.execute(statement)
