"""what was pressed while the bot was away

Telegram does not say when a button was pressed. The bot keeps when Telegram last answered its request for
updates: what it receives first after an outage was pressed since then.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("since", sa.Float(), nullable=True))
    # The bot that is being upgraded asked for updates until its last heartbeat, if nothing was wrong.
    op.execute("INSERT INTO pulse (name, at, trouble) SELECT 'updates', at, '' FROM pulse "
               "WHERE name = 'bot' AND trouble = ''")  # fmt: skip


def downgrade() -> None:
    op.execute("DELETE FROM pulse WHERE name = 'updates'")
    op.execute("ALTER TABLE statement DROP COLUMN since")
    op.execute("ALTER TABLE inbox DROP COLUMN since")
