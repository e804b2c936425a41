"""lists of links

Links that were made together share one message. The id of the first of them names their list.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LISTED = sa.text("list_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("link", sa.Column("list_id", sa.Integer(), nullable=True))
    op.create_index("ix_link_list_id", "link", ["list_id"], sqlite_where=LISTED, postgresql_where=LISTED)


def downgrade() -> None:
    op.drop_index("ix_link_list_id", "link")
    # Not in a batch: that makes the table anew, and SQLite drops none that others refer to.
    op.execute("ALTER TABLE link DROP COLUMN list_id")
