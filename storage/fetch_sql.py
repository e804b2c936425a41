"""The SQL that stores fetches, written out for each database. It takes tuples.

Building statements and naming parameters cost more than SQLite's own work on them.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from storage.database import BulkInsert, Database

COLUMNS = (
    "id",
    "link_id",
    "seq",
    "at",
    "agent",
    "network",
    "sign",
    "rendered",
    "device",
    "user_agent",
    "kind",
    "reason",
    "confidence",
)
LINK = (
    "SELECT id, token, list_id, chat_id, thread_id, asked_in, muted, fetches, peeked_until, history FROM link"
)
"""The columns of a link that judging its fetches needs. A condition and `FetchSql.lock` follow."""


class FetchSql(NamedTuple):
    """The statements for one database."""

    mark: str
    """The mark of a parameter."""
    lock: str
    """The clause that locks the rows of a SELECT."""
    insert: BulkInsert
    update: str
    correct: str
    time: Callable[[float], object]
    """Converts epoch seconds into what the driver takes."""


@lru_cache(4)
def sql_for(database: Database) -> FetchSql:
    """Return the statements. `update` and `correct` end with the id of the row."""
    mark = database.mark
    return FetchSql(
        mark,
        database.row_lock,
        database.bulk_insert("fetch", COLUMNS),
        f"UPDATE link SET fetches = {mark}, "  # noqa: S608
        f"last_event_at = CASE WHEN last_event_at < {mark} THEN {mark} ELSE last_event_at END, "
        f"history = {mark}, status = {mark}, status_since = {mark}, last_opened_at = {mark} "
        f"WHERE id = {mark}",
        f'UPDATE "fetch" SET kind = {mark}, reason = {mark}, confidence = {mark} WHERE id = {mark}',  # noqa: S608
        database.time,
    )
