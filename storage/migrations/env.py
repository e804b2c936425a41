"""Alembic's entry: one connection is handed over, or opened from the settings."""

from typing import Any

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import settings
import storage.tables  # noqa: F401  # fills SQLModel.metadata
from storage.engine import connect, writing


def migrate(connection: Connection) -> None:
    options: dict[str, Any] = {"render_as_batch": True, "compare_type": True}
    context.configure(connection=connection, target_metadata=SQLModel.metadata, **options)
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    handed: Connection | None = context.config.attributes.get("connection")
    if handed is not None:
        migrate(handed)
        return
    with writing(connect(settings.read())) as session:
        migrate(session.connection())


main()
