"""peeks at one link

A peek at one link was a statement about it. It is a row like a peek at all links now, so that both can be
shown and ended.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Written out: for SQLite, alembic adds no column that refers to another table.
    op.execute(
        "ALTER TABLE peek ADD COLUMN link_id INTEGER CONSTRAINT fk_peek_link_id_link REFERENCES link (id)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM peek WHERE link_id IS NOT NULL")
    op.execute("ALTER TABLE peek DROP COLUMN link_id")
