"""A PostgreSQL database as a `Database`: how it is connected to and written."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql

from storage.database import BackupError, BulkInsert, Failure, Row
from storage.notifying import Topic
from storage.postgres.deadline import DeadlineConnection
from storage.postgres.listening import ListenSubscriber, NotifyNotifier
from storage.postgres.lock import AdvisoryLock
from storage.times import moment

STATEMENT_MS = 2500
"""Milliseconds the server may work on one statement. This side waits 3 s for an answer, so the server can
report itself that it was too slow."""

COLLISIONS = ("40001", "40P01", "55P03")
"""Serialization failure, deadlock, and a lock that could not be had in time."""
NO_TABLE = "42P01"

NO_BACKUP = (
    "PostgreSQL has its own tool for that: pg_dump --format=custom --file=FILE, given the same address."
)


class PostgresDatabase:
    """One database of a server, or of a cluster behind one address."""

    mark = "%s"
    # A plain FOR UPDATE would wait for every insert that refers to the row, and two of those waits are a
    # deadlock.
    row_lock = " FOR NO KEY UPDATE"
    files: tuple[Path, ...] = ()
    insert = staticmethod(postgresql.insert)

    def __init__(self, url: str) -> None:
        self._url = url

    def connect(self, *, checkpoints: bool, fail_fast: bool) -> Engine:  # noqa: ARG002  # the server's matter
        options = "-c synchronous_commit=on -c lock_timeout=2000 -c timezone=UTC"
        if fail_fast:
            options += f" -c statement_timeout={STATEMENT_MS}"
        engine = create_engine(
            self._url,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": 3, "options": options},
            execution_options={"database": self},
        )
        if fail_fast:
            event.listen(engine, "do_connect", _connect_with_deadline)
        return engine

    def create(self) -> bool:
        return False

    def time(self, at: float) -> object:
        return moment(at)

    def bulk_insert(self, table: str, columns: Sequence[str], *, unless: str = "") -> BulkInsert:
        """COPY many rows: that costs a quarter of an INSERT, where each value is a parameter.

        A lone row is inserted: that is one trip to the server instead of two.
        """
        names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
        copying = f'COPY "{table}" ({names}) FROM STDIN'
        inserting = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608

        if unless:
            inserting += f" ON CONFLICT ({unless}) DO NOTHING"

        def run(cursor: Any, rows: Sequence[Row]) -> None:
            if len(rows) == 1:
                cursor.execute(inserting, rows[0])
                return
            if unless:
                cursor.executemany(inserting, rows)
                return
            with cursor.copy(copying) as copy:
                for row in rows:
                    copy.write_row(row)

        return run

    def begin(self, connection: Connection) -> None:
        """Do nothing: psycopg begins by itself, with the first statement."""

    def require_same_file(self) -> None:
        """Do nothing: the files are the server's."""

    def checkpoint(self, connection: Connection) -> None:
        """Do nothing: the server makes its checkpoints itself."""

    def truncate_log(self, engine: Engine) -> bool:  # noqa: ARG002  # SQLite's needs it
        """Do nothing: PostgreSQL keeps its own log, for as long as its operator wants."""
        return True

    def failure(self, error: Exception) -> Failure:
        cause = getattr(error, "orig", None) or error
        match cause:
            case psycopg.Error() if cause.sqlstate in COLLISIONS:
                return Failure.COLLISION
            case psycopg.Error() if cause.sqlstate == NO_TABLE:
                return Failure.NO_TABLE
            case psycopg.OperationalError():
                return Failure.DISCONNECTED
            case psycopg.DataError() | psycopg.IntegrityError():
                return Failure.POISONED
            case psycopg.Error():
                return Failure.AWAY
        return Failure.POISONED

    def notifier(self, topic: Topic) -> NotifyNotifier:
        return NotifyNotifier(topic)

    def subscriber(self, topic: Topic, on_notification: Callable[[], None]) -> ListenSubscriber:
        return ListenSubscriber(self._url, topic, on_notification)

    def bot_lock(self, engine: Engine) -> AdvisoryLock:
        return AdvisoryLock(engine)

    def check_before_use(self) -> list[str]:
        return []

    def integrity(self) -> list[str]:
        return []

    def backup(self, target: Path) -> None:  # noqa: ARG002  # SQLite's needs it
        raise BackupError(NO_BACKUP)

    def warning(self) -> str:
        return ""

    def details(self) -> dict[str, object]:
        return {}


def _connect_with_deadline(_dialect: Any, _record: Any, cargs: Any, cparams: Any) -> DeadlineConnection:
    return DeadlineConnection.connect(*cargs, **cparams)
