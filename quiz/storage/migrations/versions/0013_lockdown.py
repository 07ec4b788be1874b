"""the keys of Safe Exam Browser that may show a sitting's questions"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply."""
    op.add_column("sitting", sa.Column("seb_keys", sa.Text(), nullable=False, server_default=""))
