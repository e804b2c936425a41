"""erased links count for the daily limit

A chat keeps for a day when its erased links were made, so that erasing makes no room for more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chat", sa.Column("erased_links", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("chat", "erased_links")
