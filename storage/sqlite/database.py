"""A SQLite file as a `Database`: how it is opened, written and locked.

Transactions that write begin with BEGIN IMMEDIATE. One that reads first and writes later fails at once with
SQLITE_BUSY_SNAPSHOT, whatever the busy timeout says.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import ExceptionContext

from storage.database import BulkInsert, Failure, Row
from storage.notifying import Topic
from storage.sqlite import maintenance
from storage.sqlite.file_identity import DatabaseFileReplacedError, FileIdentity, unopenable_file
from storage.sqlite.lock import FileLock
from storage.sqlite.sockets import SocketNotifier, SocketSubscriber
from storage.times import moment

BUSY_MS = 2000
"""Milliseconds a writer waits for another one before it fails with "database is locked"."""

FIXED_VERSION = (3, 51, 3)
"""Before it, several connections that reset a WAL at the same time can corrupt the file."""

LONGEST_WAL = 16_000
"""Pages of 4 KiB, after which a commit waits for a checkpoint. The writer makes one sooner, between two. A
page that many fetches have changed meanwhile is copied once: with 20,000 links, 4,000 pages took 8 us more a
fetch."""
CACHE_KIB = 16_384
"""Pages that a connection of the pixel server keeps in memory. SQLite's own 2,000 KiB hold a third of 20,000
links."""

LARGEST_INSERT = 128
"""Rows in one statement: with 13 values each they are far below SQLite's 32,766 parameters."""


class SqliteDatabase:
    """One file. Only the process that checkpoints ever resets its WAL: SQLite before 3.51.3 can corrupt one
    that several processes reset."""

    mark, row_lock = "?", ""
    insert = staticmethod(sqlite.insert)

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity = FileIdentity(path)
        self.files: tuple[Path, ...] = (path,)
        self.require_same_file = self._identity.require

    def connect(self, *, checkpoints: bool, fail_fast: bool) -> Engine:  # noqa: ARG002  # a file always answers
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists():
                self._path.open("rb").close()
        except OSError as error:
            raise unopenable_file(self._path, error) from error
        engine = create_engine(
            f"sqlite:///{self._path}", execution_options={"database": self}, hide_parameters=True
        )
        self._identity.guard(engine)
        _configure_connections(engine, checkpoints=checkpoints)
        _reopen_after_read_only(engine)
        _begin_explicitly(engine)
        return engine

    def create(self) -> bool:
        made = not self._path.exists()
        try:
            self._path.touch(mode=0o600)
        except OSError as error:
            raise unopenable_file(self._path, error) from error
        return made

    def time(self, at: float) -> object:
        return _as_text(at)

    def bulk_insert(self, table: str, columns: Sequence[str], *, unless: str = "") -> BulkInsert:
        """Insert many rows with one statement, in powers of two so that few statements are ever prepared.

        The driver hands the interpreter to the event loop at every statement, and gets it back late.
        """

        end = f" ON CONFLICT ({unless}) DO NOTHING" if unless else ""

        @cache
        def statement(size: int) -> str:
            marks = f"({', '.join(['?'] * len(columns))})"
            return f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES {", ".join([marks] * size)}{end}'  # noqa: S608

        def run(cursor: Any, rows: Sequence[Row]) -> None:
            done = 0
            while done < len(rows):
                size = min(LARGEST_INSERT, 1 << (len(rows) - done).bit_length() - 1)
                cursor.execute(statement(size), [*chain.from_iterable(rows[done : done + size])])
                done += size

        return run

    def begin(self, connection: Connection) -> None:
        # Straight through the driver: 46 us for a lone fetch, where SQLAlchemy's own way takes 104.
        try:
            _driver(connection).execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if _was_read_only(error):
                connection.engine.dispose()
            raise

    def checkpoint(self, connection: Connection) -> None:
        with suppress(sqlite3.Error):  # the next commit meets it too, and reports it
            _driver(connection).execute("PRAGMA wal_checkpoint(PASSIVE)").close()

    def truncate_log(self, engine: Engine) -> bool:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchone()
        finally:
            connection.close()
        return busy is not None and busy[0] == 0

    def failure(self, error: Exception) -> Failure:
        match getattr(error, "orig", None) or error:
            case DatabaseFileReplacedError():
                return Failure.NO_FILE
            case sqlite3.DataError() | sqlite3.IntegrityError():
                return Failure.POISONED
            case sqlite3.OperationalError() as cause if "locked" in str(cause):
                return Failure.COLLISION
            case sqlite3.OperationalError() as cause if "no such table" in str(cause):
                return Failure.NO_TABLE
            case sqlite3.Error():
                return Failure.AWAY
        return Failure.POISONED

    def notifier(self, topic: Topic) -> SocketNotifier:
        return SocketNotifier(self._path, topic)

    def subscriber(self, topic: Topic, on_notification: Callable[[], None]) -> SocketSubscriber:
        return SocketSubscriber(self._path, topic, on_notification)

    def bot_lock(self, engine: Engine) -> FileLock:
        return FileLock(self._path.with_suffix(".bot"), engine)

    def check_before_use(self) -> list[str]:
        return maintenance.check_before_use(self._path)

    def integrity(self) -> list[str]:
        return maintenance.integrity(self._path)

    def backup(self, target: Path) -> None:
        maintenance.backup(self._path, target)

    def warning(self) -> str:
        if sqlite3.sqlite_version_info >= FIXED_VERSION:
            return ""
        return (
            f"SQLite {sqlite3.sqlite_version} can corrupt a WAL that several processes reset; "
            "only the pixel server checkpoints here. 3.51.3 or newer has the fix."
        )

    def details(self) -> dict[str, object]:
        """Return `wal_bytes`, the size of the WAL: it grows while somebody reads for long."""
        try:
            return {"wal_bytes": self._path.with_name(self._path.name + "-wal").stat().st_size}
        except OSError:
            return {"wal_bytes": 0}


def _configure_connections(engine: Engine, *, checkpoints: bool) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        # `_begin_explicitly` sends BEGIN: the driver must not add one of its own.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"wal_autocheckpoint={LONGEST_WAL if checkpoints else 0}",
            *([f"cache_size=-{CACHE_KIB}"] if checkpoints else []),
        ):
            connection.execute(f"PRAGMA {pragma}")


def _reopen_after_read_only(engine: Engine) -> None:
    @event.listens_for(engine, "handle_error")
    def reopen(context: ExceptionContext) -> None:
        # A connection that was opened while the disk was read-only stays so for ever, and so does a new one
        # while an old one is open: a process has one shared memory for each file. An old one is only closed
        # once its cursors are.
        if _was_read_only(context.original_exception):
            context.is_disconnect = True
            if context.execution_context:
                context.execution_context.cursor.close()
            engine.dispose()


def _begin_explicitly(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not _driver(connection).in_transaction:
            writes = connection.get_execution_options().get("writes")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _was_read_only(error: BaseException) -> bool:
    return "readonly database" in str(error)


@lru_cache(4096)
def _as_text(at: float) -> str:
    """Return a time as SQLAlchemy keeps it in SQLite. Cached: a busy millisecond has many fetches."""
    return moment(at).isoformat(" ", "microseconds")[:26]
