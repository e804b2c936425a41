"""the outbox by its name

The table `alert` becomes `outbox`, and some columns get the names that the code uses. A pixel server of the
previous version that still runs keeps fetches in its spool until it is restarted, so nothing is lost.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEPT = (
    "id, key, chat_id, link_id, fetch_id, kind, loud, thread_id, reply_to, payload, state, attempts, "
    "in_doubt, created_at, not_before, changes_at, lease_until, fence, telegram_id"
)


def upgrade() -> None:
    _move("alert", "outbox", ("wanted", "shown", "trouble"), ("version", "delivered_version", "last_error"))
    op.execute("ALTER TABLE statement RENAME COLUMN telling TO kind")
    op.execute("ALTER TABLE link RENAME COLUMN kept_from TO history_before_purge")


def downgrade() -> None:
    op.execute("ALTER TABLE link RENAME COLUMN history_before_purge TO kept_from")
    op.execute("ALTER TABLE statement RENAME COLUMN kind TO telling")
    _move("outbox", "alert", ("version", "delivered_version", "last_error"), ("wanted", "shown", "trouble"))


def _move(old: str, new: str, before: tuple[str, str, str], after: tuple[str, str, str]) -> None:
    """Make the table anew and fill it: SQLite cannot rename constraints."""
    _create(new, *after)
    kept = f"INSERT INTO {new} ({KEPT}, {', '.join(after)}) SELECT {KEPT}, {', '.join(before)} FROM {old}"  # noqa: S608
    op.execute(kept)
    _continue_numbering(old, new)
    op.drop_table(old)
    _index(new)


def _create(name: str, version: str, delivered: str, error: str) -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    moment = sqlmodel.sql.sqltypes.UTCDateTime
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", text(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("fetch_id", text(), nullable=True),
        sa.Column("kind", text(), nullable=False),
        sa.Column("loud", sa.Boolean(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=True),
        sa.Column("reply_to", sa.Integer(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", text(), nullable=False),
        sa.Column(version, sa.Integer(), nullable=False),
        sa.Column(delivered, sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("in_doubt", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("not_before", moment(), nullable=True),
        sa.Column("changes_at", moment(), nullable=True),
        sa.Column("lease_until", moment(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("telegram_id", sa.Integer(), nullable=True),
        sa.Column(error, text(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f(f"fk_{name}_chat_id_chat")),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f(f"fk_{name}_link_id_link")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("key", name=op.f(f"uq_{name}_key")),
        sqlite_autoincrement=True,
    )


def _continue_numbering(old: str, new: str) -> None:
    """Go on where the old table's numbers ended: an id is never given twice, even if its row is gone."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{new}'")  # noqa: S608  # the names above
        op.execute(f"UPDATE sqlite_sequence SET name = '{new}' WHERE name = '{old}'")  # noqa: S608
    else:
        numbered = f"SELECT last_value, is_called FROM {old}_id_seq"  # noqa: S608  # the names above
        op.execute(f"SELECT setval('{new}_id_seq', last_value, is_called) FROM ({numbered}) AS old")  # noqa: S608


def _index(name: str) -> None:
    due, changes = sa.text("state IN ('pending', 'sending')"), sa.text("changes_at IS NOT NULL")
    op.create_index(op.f(f"ix_{name}_chat_id"), name, ["chat_id"])
    op.create_index(op.f(f"ix_{name}_link_id"), name, ["link_id"])
    op.create_index(f"ix_{name}_due", name, ["chat_id", "id"], sqlite_where=due, postgresql_where=due)
    op.create_index(
        f"ix_{name}_changes", name, ["changes_at"], sqlite_where=changes, postgresql_where=changes
    )
