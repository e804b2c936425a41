"""judged again in steps

Links with many fetches are marked, and the bot judges them again in steps.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unjudged",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_unjudged_link_id_link")),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_unjudged")),
    )


def downgrade() -> None:
    op.drop_table("unjudged")
