"""PostgreSQL as a `Database`: how it is connected to, written, listened to and locked.

Every call has a deadline on this side. A frozen server's kernel goes on acknowledging, so that neither
`statement_timeout` (which the server keeps) nor TCP notices: writers have been seen in COMMIT for more than
700 seconds.

Imported where PostgreSQL is used and nowhere else: psycopg takes 9 MB.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import errors
from sqlalchemy import Connection, Engine, Executable, create_engine, event, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from storage.database import BackupError, BulkInsert, Failure, Row
from storage.lock import LockLostError, begin_term
from storage.notifying import Topic
from storage.times import moment

STATEMENT_MS = 2500
"""Milliseconds the server may work on one statement; below ANSWER, so that it can report that itself."""
ANSWER = 3.0
"""Seconds this side waits for one answer of the server."""

COLLISIONS = ("40001", "40P01", "55P03")
"""Serialization failure, deadlock, and a lock that could not be had in time."""
NO_TABLE = "42P01"

CHANNEL = "readback_news"
LISTENED = 10
"""Waits of a second between two checks whether the server is still there."""
ADVISORY = 0x52656164
"""The key of the advisory lock: "Read"."""

NO_BACKUP = (
    "PostgreSQL has its own tool for that: pg_dump --format=custom --file=FILE, given the same address."
)


class DeadlineConnection(psycopg.Connection[Any]):
    """A connection that hangs up on a server that does not answer.

    The server may still carry out what it was asked: a commit has to be repeated by id, on another
    connection.
    """

    @classmethod
    def to(cls, url: str) -> Self:
        """Return a connection outside SQLAlchemy's pool, that commits each statement."""
        address = url.replace("postgresql+psycopg://", "postgresql://", 1)
        return cls.connect(address, autocommit=True, connect_timeout=3)

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the network: psycopg's one place that does. Raises psycopg.OperationalError."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, ANSWER)
        except errors._WaitTimeout as late:
            # Not `cancel`: that asks the same server, and waits for it as well.
            self.pgconn.finish()
            raise psycopg.OperationalError(f"PostgreSQL did not answer within {ANSWER:.0f} s") from late


class PostgresDatabase:
    """One database of a server, or of a cluster behind one address."""

    mark = "%s"
    # A plain FOR UPDATE would wait for every insert that refers to the row, and two of those waits are a
    # deadlock.
    row_lock = " FOR NO KEY UPDATE"
    files: tuple[Path, ...] = ()

    def __init__(self, url: str) -> None:
        self._url = url

    def connect(self, *, checkpoints: bool, fail_fast: bool) -> Engine:  # noqa: ARG002  # the server's matter
        options = "-c synchronous_commit=on -c lock_timeout=2000 -c timezone=UTC"
        if fail_fast:
            options += f" -c statement_timeout={STATEMENT_MS}"
        engine = create_engine(
            self._url,
            pool_pre_ping=True,
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

    def bulk_insert(self, table: str, columns: Sequence[str]) -> BulkInsert:
        """COPY many rows: that costs a quarter of an INSERT, where each value is a parameter.

        A lone row is inserted: that is one trip to the server instead of two.
        """
        names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
        copying = f'COPY "{table}" ({names}) FROM STDIN'
        inserting = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608

        def run(cursor: Any, rows: Sequence[Row]) -> None:
            if len(rows) == 1:
                cursor.execute(inserting, rows[0])
                return
            with cursor.copy(copying) as copy:
                for row in rows:
                    copy.write_row(row)

        return run

    def insert_new(self, table: type[SQLModel], key: str) -> Executable:
        return _insert_new(table, key)

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

    def notifier(self, topic: Topic) -> "NotifyNotifier":
        return NotifyNotifier(topic)

    def subscriber(self, topic: Topic, on_notification: Callable[[], None]) -> "ListenSubscriber":
        return ListenSubscriber(self._url, topic, on_notification)

    def bot_lock(self, engine: Engine) -> "AdvisoryLock":
        return AdvisoryLock(engine)

    def look_over(self) -> list[str]:
        return []

    def integrity(self) -> list[str]:
        return []

    def backup(self, target: Path) -> None:  # noqa: ARG002  # SQLite's needs it
        raise BackupError(NO_BACKUP)

    def warning(self) -> str:
        return ""

    def details(self) -> dict[str, object]:
        return {}


@cache
def _insert_new(table: type[SQLModel], key: str) -> Executable:
    return insert(table).on_conflict_do_nothing(index_elements=[key])


def _connect_with_deadline(_dialect: Any, _record: Any, cargs: Any, cparams: Any) -> DeadlineConnection:
    return DeadlineConnection.connect(*cargs, **cparams)


class NotifyNotifier:
    """Notifies with NOTIFY, within the transaction: the server tells it at the commit, or never."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic

    def in_transaction(self, connection: Connection) -> None:
        if self._topic is Topic.NEWS:
            connection.execute(_NOTIFY)

    def after_commit(self) -> None:
        """Do nothing: the server has told it."""

    def close(self) -> None: ...


_NOTIFY = text(f"NOTIFY {CHANNEL}")


class ListenSubscriber:
    """Listens in a thread of its own, on a connection of its own; opens a lost one again.

    What was erased is nobody's news here: there is no log to truncate, so that topic needs no connection.
    """

    def __init__(self, url: str, topic: Topic, on_notification: Callable[[], None]) -> None:
        self._url, self._topic, self._on_notification = url, topic, on_notification
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._connection: DeadlineConnection | None = None
        self.trouble = ""

    def start(self) -> None:
        if self._topic is Topic.NEWS:
            threading.Thread(target=self._listen, name="news", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        if self._connection:
            self._connection.close()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                with DeadlineConnection.to(self._url) as self._connection:
                    self._pass_on(self._connection)
            except Exception as error:
                reason = str(error).partition("\n")[0]
                self.trouble = f"Notifications are off ({reason}): what is new is found by polling only."
                self._stopping.wait(1)

    def _back(self) -> None:
        """Wake the loop: what was notified while nobody listened is lost."""
        self.trouble = ""
        self._loop.call_soon_threadsafe(self._on_notification)

    def _pass_on(self, connection: DeadlineConnection) -> None:
        """Call `on_notification` for each notification, until the connection breaks or `stop` is called."""
        while not self._stopping.is_set():
            # Again and again: only a question shows that a server is frozen.
            connection.execute(f"LISTEN {CHANNEL}")
            if self.trouble:
                self._back()
            for _ in range(LISTENED):
                for _ in connection.notifies(timeout=1, stop_after=1):
                    self._loop.call_soon_threadsafe(self._on_notification)
                if self._stopping.is_set():
                    return


class AdvisoryLock:
    """An advisory lock, held by a session of its own: it is lost with that session."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: Connection | None = None
        self.term = 0

    def take(self) -> bool:
        if self._session is None:
            self._session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            # Out of the pool, which would lend it to somebody else, or replace it.
            self._session.detach()
        try:
            if not self._session.execute(_TRY_LOCK).scalar():
                return False
            # In this session: that it can be done at all proves that the lock is still held.
            self.term = begin_term(self._session)
        except DBAPIError:
            self.release()
            raise
        return True

    def require(self) -> None:
        try:
            if self._session is None:
                raise LockLostError("The bot does not hold its lock.")
            self._session.execute(_STILL_THERE)
        except DBAPIError as error:
            self.release()
            raise LockLostError(f"The session that held the bot's lock is gone: {error.orig}") from error

    def release(self) -> None:
        if self._session:
            self._session.close()
        self._session = None


_TRY_LOCK = text(f"SELECT pg_try_advisory_lock({ADVISORY})")
_STILL_THERE = text("SELECT 1")
