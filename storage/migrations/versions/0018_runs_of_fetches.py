"""runs of fetches

What one program fetches again and again is one row, with a count and the time of the last.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fetch", sa.Column("count", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("fetch", sa.Column("last_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.add_column("fetch", sa.Column("last_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("fetch", "last_id")
    op.drop_column("fetch", "last_at")
    op.drop_column("fetch", "count")
