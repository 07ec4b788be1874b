"""corrections of questions after people sat, marks set by hand, appeals and their answers, double marking"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import append_only, tables

revision = "0011"
down_revision = "0010"

TEXT = ("sitting_id", "question_uid", "blank", "text_digest")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.add_column("sitting", sa.Column("appeal_days", sa.Integer(), nullable=False, server_default="3"))
    op.add_column("sitting", sa.Column("markers", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("sitting", sa.Column("margin_percent", sa.Integer(), nullable=False, server_default="20"))
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
    op.create_table(
        "appeal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", BIG, nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("question_uid", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", tables.Moment(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('report', 'appeal')", name=op.f("ck_appeal_kind")),
        sa.CheckConstraint("slot > 0", name=op.f("ck_appeal_slot")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_appeal_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_appeal_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("sitting_id", "attempt_id", "slot", "kind", name=op.f("uq_appeal_sitting_id_attempt_id_slot_kind")),
    )
    op.create_index("ix_appeal_question", "appeal", ["sitting_id", "question_uid"])
    op.create_table(
        "appeal_answer",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("appeal_id", BIG, nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("correction", sa.Integer(), nullable=True),
        sa.Column("override_id", BIG, nullable=True),
        sa.Column("at", tables.Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("verdict IN ('upheld', 'rejected')", name=op.f("ck_appeal_answer_verdict")),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeal.id"], name=op.f("fk_appeal_answer_appeal_id_appeal")),
        sa.ForeignKeyConstraint(["override_id"], ["mark_override.id"], name=op.f("fk_appeal_answer_override_id_mark_override")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_appeal_answer_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_answer")),
    )
    op.create_index("ix_appeal_answer_appeal", "appeal_answer", ["appeal_id"])
    op.create_table(
        "reading",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("question_uid", sa.String(length=160), nullable=False),
        sa.Column("blank", sa.Integer(), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("marker", sa.String(length=120), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("at", tables.Moment(timezone=True), nullable=False),
        sa.CheckConstraint("place IN (1, 2, 3)", name=op.f("ck_reading_place")),
        sa.CheckConstraint("share >= 0 AND share <= 1000000", name=op.f("ck_reading_share")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_reading_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint(*TEXT, "place", name=op.f("uq_reading_sitting_id_question_uid_blank_text_digest_place")),
        sa.UniqueConstraint(*TEXT, "marker", name=op.f("uq_reading_sitting_id_question_uid_blank_text_digest_marker")),
    )
    op.create_table(
        "claim",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("question_uid", sa.String(length=160), nullable=False),
        sa.Column("blank", sa.Integer(), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("marker", sa.String(length=120), nullable=False),
        sa.Column("expires_at", tables.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_claim_sitting_id_sitting")),
        sa.PrimaryKeyConstraint(*TEXT, "place", name=op.f("pk_claim")),
    )
    for table in ("correction", "mark_override", "appeal", "appeal_answer", "reading"):
        for statement in append_only.statements(op.get_bind().dialect.name, table):
            op.execute(statement)
