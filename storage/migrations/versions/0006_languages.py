"""languages"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = ("language", "telegram_language")


def upgrade() -> None:
    with op.batch_alter_table("chat", schema=None) as batch_op:
        for name in COLUMNS:
            batch_op.add_column(
                sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False)
            )


def downgrade() -> None:
    with op.batch_alter_table("chat", schema=None) as batch_op:
        for name in COLUMNS:
            batch_op.drop_column(name)
