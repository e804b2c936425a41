"""The SQL that stores fetches, written out for each database. It takes tuples.

Building statements and naming parameters cost more than SQLite's own work on them.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from storage import outbox
from storage.database import BulkInsert, Database
from storage.tables import OutboxMessage

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
    "count",
    "last_at",
    "last_id",
)
"""The columns of a row. The last three are those of a run."""
ALERT = ("key", "chat_id", "link_id", "fetch_id", "thread_id", "created_at", "kind", "loud")
"""The columns of an alert in the outbox. Those of `NOTHING_YET` follow."""
NOTHING_YET = {
    column.name: column.default.arg
    for column in OutboxMessage.__table__.columns  # type: ignore[attr-defined]  # SQLModel's own
    if column.default is not None and column.name not in ALERT
}
"""The other columns of a message that was just owed, with their values."""
LINK = (
    "SELECT id, token, list_id, chat_id, thread_id, asked_in, muted, fetches, peeked_until, history FROM link"
)
"""The columns of a link that judging its fetches needs. A condition and `FetchSql.lock` follow."""


def padded(values: Sequence[object]) -> list[object]:
    """Return the values, the last one repeated, in as many places as a power of two has.

    So a list of any length needs few statements: the driver keeps 128 of them ready.
    """
    return [*values, *[values[-1]] * ((1 << (len(values) - 1).bit_length()) - len(values))]


class FetchSql(NamedTuple):
    """The statements for one database."""

    mark: str
    """The mark of a parameter."""
    lock: str
    """The clause that locks the rows of a SELECT."""
    insert: BulkInsert
    go_on: str
    correct: str
    update: str
    owe: BulkInsert
    refresh: str
    """Does what `outbox.refresh` does. The keys follow, as a list of marks in brackets."""
    time: Callable[[float], object]
    """Converts epoch seconds into what the driver takes."""


@lru_cache(4)
def sql_for(database: Database) -> FetchSql:
    """Return the statements. `go_on`, `correct` and `update` end with the id of the row."""
    mark = database.mark
    newer = ", ".join(f"{name} = {value}" for name, value in outbox.NEWER.items())
    return FetchSql(
        mark,
        database.row_lock,
        database.bulk_insert("fetch", COLUMNS),
        f'UPDATE "fetch" SET count = count + {mark}, last_at = {mark}, last_id = {mark} WHERE id = {mark}',  # noqa: S608
        f'UPDATE "fetch" SET kind = {mark}, reason = {mark}, confidence = {mark} WHERE id = {mark}',  # noqa: S608
        f"UPDATE link SET fetches = {mark}, "  # noqa: S608
        f"last_event_at = CASE WHEN last_event_at < {mark} THEN {mark} ELSE last_event_at END, "
        f"history = {mark}, status = {mark}, status_since = {mark}, last_opened_at = {mark} "
        f"WHERE id = {mark}",
        database.bulk_insert("outbox", (*ALERT, *NOTHING_YET), unless="key"),
        f"UPDATE outbox SET {newer} WHERE key IN ",  # noqa: S608
        database.time,
    )
