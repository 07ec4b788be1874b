"""records of cadres as given out, names as they stood, make-ups, samples, certificates"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import append_only, tables

revision = "0015"
down_revision = "0013"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.add_column("paper", sa.Column("cadre_name", sa.String(length=100), server_default="", nullable=False))
    op.add_column("paper", sa.Column("unit_name", sa.String(length=100), server_default="", nullable=False))
    op.add_column("sitting", sa.Column("makes_up", sa.String(length=80), server_default="", nullable=False))
    op.add_column("sitting", sa.Column("counting", sa.String(length=12), server_default="", nullable=False))
    op.add_column("sitting", sa.Column("sample", sa.String(length=80), server_default="", nullable=False))
    op.create_index("ix_sitting_makes_up", "sitting", ["makes_up"])
    _record_issue()
    _samples()
    _certificates()
    for table in ("record_issue", "sample", "sample_draw", "certificate", "certificate_end"):
        for statement in append_only.statements(op.get_bind().dialect.name, table):
            op.execute(statement)


def _who_and_when() -> tuple[sa.Column[object], sa.Column[object]]:
    return sa.Column("at", tables.Moment(timezone=True), nullable=False), sa.Column("actor", sa.String(length=100), nullable=False)


def _record_issue() -> None:
    op.create_table(
        "record_issue",
        sa.Column("id", BIG, nullable=False),
        sa.Column("cadre_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        *_who_and_when(),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name=op.f("fk_record_issue_cadre_id_cadre")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_issue")),
        sa.UniqueConstraint("digest", name=op.f("uq_record_issue_digest")),
    )
    op.create_index("ix_record_issue_cadre_id", "record_issue", ["cadre_id"])


def _samples() -> None:
    op.create_table(
        "sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("frame", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        *_who_and_when(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample")),
        sa.UniqueConstraint("code", name=op.f("uq_sample_code")),
    )
    op.create_table(
        "sample_draw",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=200), nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        *_who_and_when(),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"], name=op.f("fk_sample_draw_sample_id_sample")),
        sa.PrimaryKeyConstraint("sample_id", name=op.f("pk_sample_draw")),
    )


def _certificates() -> None:
    op.create_table(
        "certificate",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("cadre_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        *_who_and_when(),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_certificate_validity")),
        sa.CheckConstraint("score >= least", name=op.f("ck_certificate_earned")),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name=op.f("fk_certificate_cadre_id_cadre")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_certificate_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
    )
    op.create_index("ix_certificate_sitting", "certificate", ["sitting_id"])
    op.create_index("ix_certificate_cadre_id", "certificate", ["cadre_id"])
    op.create_table(
        "certificate_end",
        sa.Column("certificate_id", BIG, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        *_who_and_when(),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_end_certificate_id_certificate")),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificate_end")),
    )
