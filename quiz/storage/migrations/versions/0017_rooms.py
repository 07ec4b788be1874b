"""rooms of a sitting"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply."""
    op.add_column("sitting", sa.Column("rooms", sa.Text(), server_default="", nullable=False))
