"""proposals with a second reader, retired questions, who wrote what, and where questions were used"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import append_only, tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply. Columns are added in place: recreating a table would drop its triggers."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("question", sa.Column("retired_at", tables.Moment(timezone=True), nullable=True))
    op.add_column("question_revision", sa.Column("read_by", sa.String(length=100), server_default="", nullable=False))
    op.create_table(
        "question_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("cadre_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.CheckConstraint("part IN ('author', 'reader')", name=op.f("ck_question_person_part")),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name=op.f("fk_question_person_cadre_id_cadre")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_person_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_person")),
        sa.UniqueConstraint("question_id", "cadre_id", "part", name=op.f("uq_question_person_question_id_cadre_id_part")),
    )
    op.create_index(op.f("ix_question_person_cadre_id"), "question_person", ["cadre_id"])
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("changed_at", tables.Moment(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'returned', 'approved', 'published', 'withdrawn')", name=op.f("ck_proposal_state")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_proposal_author_id_account")),
        sa.ForeignKeyConstraint(["reader_id"], ["account.id"], name=op.f("fk_proposal_reader_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index("ix_proposal_state", "proposal", ["state"])
    op.create_table(
        "proposal_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("at", tables.Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("source_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_event_proposal_id_proposal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_event")),
    )
    op.create_index(op.f("ix_proposal_event_proposal_id"), "proposal_event", ["proposal_id"])
    op.create_table(
        "question_use",
        sa.Column("id", big, nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("question_uid", sa.String(length=160), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_question_use_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_use")),
        sa.UniqueConstraint("sitting_id", "question_uid", name=op.f("uq_question_use_sitting_id_question_uid")),
    )
    op.create_index("ix_question_use_question_uid", "question_use", ["question_uid"])
    dialect = op.get_bind().dialect.name
    for table in ("proposal_event", "question_person", "question_use"):
        for statement in append_only.statements(dialect, table):
            op.execute(statement)
