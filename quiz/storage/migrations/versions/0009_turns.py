"""turns at the desk, the time an answer was made, and how long after a deadline it may come in"""

import sqlalchemy as sa
from alembic import op

from quiz.storage import tables

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply."""
    op.add_column("attempt", sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("attempt", sa.Column("device", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("response", sa.Column("made_at", tables.Moment(timezone=True), nullable=True))
    op.add_column("sitting", sa.Column("delivery_minutes", sa.Integer(), nullable=False, server_default="10"))
