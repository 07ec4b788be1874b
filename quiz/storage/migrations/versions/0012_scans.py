"""scanned answer sheets, what people decide about them, and keying in by hand"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import append_only, tables

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "scan_image",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('png', 'jpeg')", name=op.f("ck_scan_image_kind")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_scan_image")),
    )
    op.create_table(
        "scan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=True),
        sa.Column("paper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("problem", sa.String(length=20), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("read_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("read_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["scan_image.digest"], name=op.f("fk_scan_digest_scan_image")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_scan_paper_id_paper")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_scan_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
    op.create_index("ix_scan_paper", "scan", ["paper_id"])
    op.create_index("ix_scan_sitting", "scan", ["sitting_id", "problem"])
    op.create_index("ix_scan_digest", "scan", ["digest"])
    op.create_table(
        "scan_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=True),
        sa.Column("paper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("blank", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by", sa.String(length=100), nullable=False),
        sa.Column("decided_at", tables.Moment(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('mark', 'drop', 'confirm')", name=op.f("ck_scan_decision_kind")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_scan_decision_paper_id_paper")),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_decision_scan_id_scan")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_scan_decision_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_decision")),
    )
    op.create_index("ix_scan_decision_paper", "scan_decision", ["paper_id"])
    op.create_index("ix_scan_decision_scan_id", "scan_decision", ["scan_id"])
    op.create_table(
        "keying",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("keyed_by", sa.String(length=100), nullable=False),
        sa.Column("keyed_at", tables.Moment(timezone=True), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 3", name=op.f("ck_keying_number")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_keying_paper_id_paper")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_keying_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keying")),
        sa.UniqueConstraint("paper_id", "number", name=op.f("uq_keying_paper_id_number")),
    )
    op.create_index("ix_keying_sitting_id", "keying", ["sitting_id"])
    for table in ("scan_image", "scan", "scan_decision", "keying"):
        for statement in append_only.statements(op.get_bind().dialect.name, table):
            op.execute(statement)
