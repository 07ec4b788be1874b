"""practice: sets of questions and the answers to them"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import append_only, tables

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "practice_set",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cadre_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("made_at", tables.Moment(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('daily', 'weak', 'retest')", name=op.f("ck_practice_set_kind")),
        sa.CheckConstraint("number > 0", name=op.f("ck_practice_set_number")),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name=op.f("fk_practice_set_cadre_id_cadre")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_practice_set_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_set")),
        sa.UniqueConstraint("cadre_id", "number", name=op.f("uq_practice_set_cadre_id_number")),
    )
    op.create_table(
        "practice_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cadre_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("question_uid", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("at", tables.Moment(timezone=True), nullable=False),
        sa.CheckConstraint("place > 0", name=op.f("ck_practice_answer_place")),
        sa.CheckConstraint("share IS NULL OR share BETWEEN 0 AND 100", name=op.f("ck_practice_answer_share")),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name=op.f("fk_practice_answer_cadre_id_cadre")),
        sa.ForeignKeyConstraint(["set_id"], ["practice_set.id"], name=op.f("fk_practice_answer_set_id_practice_set")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_answer")),
        sa.UniqueConstraint("set_id", "place", name=op.f("uq_practice_answer_set_id_place")),
    )
    op.create_index("ix_practice_answer_cadre_id", "practice_answer", ["cadre_id"])
    for table in ("practice_set", "practice_answer"):
        for statement in append_only.statements(op.get_bind().dialect.name, table):
            op.execute(statement)
