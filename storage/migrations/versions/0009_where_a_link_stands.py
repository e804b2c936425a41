"""where a link stands, and a chat's peeks

The status of a link, which was worked out from its history wherever it was shown, becomes three columns, so
that lists and counts are queries. They are filled from the history, read as this version packs it.
A peek at all links, which was a statement about each of them, becomes one row for the chat.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

AT_ONCE = 1000
MOMENT = sqlmodel.sql.sqltypes.UTCDateTime()
LINK = sa.table(
    "link",
    sa.column("id", sa.Integer()),
    sa.column("history", sa.Text()),
    sa.column("status", sqlmodel.sql.sqltypes.AutoString()),
    sa.column("status_since", MOMENT),
    sa.column("last_opened_at", MOMENT),
)


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status", text(), server_default="new", nullable=False))
        batch_op.add_column(sa.Column("status_since", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("last_opened_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("peeked_until", sa.Float(), server_default="0", nullable=False))
    op.create_table(
        "peek",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("said_by", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_peek_chat_id_chat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peek")),
    )
    op.create_index(op.f("ix_peek_chat_id"), "peek", ["chat_id"])
    for batch in _histories(op.get_bind()):
        op.get_bind().execute(
            sa.update(LINK).where(LINK.c.id == sa.bindparam("link")),
            [{"link": link_id, **_columns(json.loads(history))} for link_id, history in batch],
        )


def downgrade() -> None:
    op.drop_table("peek")
    for column in ("peeked_until", "last_opened_at", "status_since", "status"):
        # Not in a batch: that makes the table anew, and SQLite drops none that others refer to.
        op.execute(f"ALTER TABLE link DROP COLUMN {column}")


def _histories(connection: sa.Connection) -> Iterator[list[tuple[int, str]]]:
    """The links that have a history, a thousand at once: a link without one is new, as the default says."""
    last = 0
    query = sa.select(LINK.c.id, LINK.c.history).where(LINK.c.history != "").order_by(LINK.c.id)
    while batch := [
        (row.id, row.history) for row in connection.execute(query.where(LINK.c.id > last).limit(AT_ONCE))
    ]:
        yield batch
        last = batch[-1][0]


def _columns(history: dict[str, Any]) -> dict[str, object]:
    status, since = _status(history)
    opened = history.get("last_open") if history.get("opens") else None
    return {"status": status, "status_since": _moment(since), "last_opened_at": _moment(opened)}


def _status(history: dict[str, Any]) -> tuple[str, float | None]:
    """Until now nobody kept when a provider first fetched: it counts from the sending."""
    if history.get("closed_at") is not None:
        return "objected" if history.get("objected") else "stopped", history["closed_at"]
    if history.get("opens"):
        return "opened", history.get("first_open")
    sent = _sent(history.get("sent"), history.get("armed"))
    if sent is not None:
        return "fetched" if history.get("proxied") else "sent", sent
    return ("draft", history.get("last_draft")) if history.get("draft_agents") else ("new", None)


def _sent(told: list[Any] | None, inferred: list[Any] | None) -> float | None:
    """When the mail left: `told` by its owner as [time, by the button], or `inferred` from a fetch."""
    if told and (not told[1] or not inferred or told[0] < inferred[0]):
        return float(told[0])
    return float(inferred[0]) if inferred else None


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
