"""admission codes and the devices admitted by them"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import tables

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "admission",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("cadre_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(length=100), nullable=False),
        sa.Column("voided_at", tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name=op.f("fk_admission_cadre_id_cadre")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_admission_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission")),
        sa.UniqueConstraint("digest", name=op.f("uq_admission_digest")),
    )
    op.create_index("ix_admission_cadre", "admission", ["sitting_id", "cadre_id"])
    op.create_table(
        "visit",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("admission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("replaced_at", tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["admission_id"], ["admission.id"], name=op.f("fk_visit_admission_id_admission")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_visit")),
    )
    op.create_index("ix_visit_admission_id", "visit", ["admission_id"])
