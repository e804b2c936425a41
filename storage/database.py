"""All that differs between SQLite and PostgreSQL, as one interface: `Database`.

storage/sqlite/ and storage/postgres/ implement it, each once. `database_for` in engine.py chooses one by
DATABASE_URL; nobody else asks which one it is.
"""

from collections.abc import Callable, Hashable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine
from sqlmodel import SQLModel

from storage.lock import BotLock
from storage.notifying import Notifier, Subscriber, Topic

Row = tuple[object, ...]
BulkInsert = Callable[[Any, Sequence[Row]], None]
"""Inserts rows through a driver's cursor."""


class UnusableDatabaseError(Exception):
    """There is no database here that this program can work with; the message says what to do."""


class DamagedError(UnusableDatabaseError):
    """The file is damaged, and nothing was done to it; the message says what to do."""


class BackupError(Exception):
    """No backup was made; the message says why."""


class Failure(StrEnum):
    """The meaning of an error for the transaction that met it."""

    COLLISION = "collision"
    """A deadlock, a conflict or a busy file: the same transaction may succeed in a moment."""
    DISCONNECTED = "disconnected"
    """The connection to the server broke, or the server cannot go on: another connection may do better."""
    POISONED = "poisoned"
    """The rows themselves are at fault, or the program is: it fails again however often it is tried."""
    NO_TABLE = "no_table"
    """The database was never upgraded."""
    NO_FILE = "no_file"
    """The database file is not there, or is another one than before; the error says what to do."""
    AWAY = "away"
    """Nothing can be stored for now: a full or read-only disk, a damaged file, a refused login."""


class Database(Hashable, Protocol):
    """One database, before and after it is connected to."""

    files: tuple[Path, ...]
    """The files that must survive a restart."""

    # Connecting

    def connect(self, *, checkpoints: bool, fail_fast: bool) -> Engine:
        """Return an engine, and open nothing yet. Raises UnusableDatabaseError. See `engine.connect`."""

    def create(self) -> bool:
        """Make an empty database where there is none; return True if it was made.

        Raises UnusableDatabaseError.
        """

    # Transactions, on the hot path: errors are the driver's own, not SQLAlchemy's

    mark: str
    """The mark of a parameter in SQL."""
    row_lock: str
    """The clause after a SELECT that locks its rows; begins with a space where it is not empty."""

    def insert(self, table: type[SQLModel], /) -> Any:
        """Return the dialect's INSERT, which can leave alone the rows whose key is there already."""

    def time(self, at: float) -> object:
        """Return epoch seconds as the driver takes a time."""

    def bulk_insert(self, table: str, columns: Sequence[str], *, unless: str = "") -> BulkInsert:
        """Return the fastest way to insert rows of these columns.

        A row whose value in the column `unless` is there already changes nothing.
        """

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that writes. `engine.commit` or `engine.abandon` ends it."""

    def require_same_file(self) -> None:
        """Raise an error of the driver's if the last commit went into a file that is gone or replaced."""

    def checkpoint(self, connection: Connection) -> None:
        """Copy the log's pages into the database file. Call it while nobody waits for a commit."""

    def truncate_log(self, engine: Engine) -> bool:
        """Overwrite what was erased in the log as well; return False while somebody still reads from it.

        Only for the process that checkpoints.
        """

    def failure(self, error: Exception) -> Failure:
        """Return what an error, the driver's or SQLAlchemy's, means for its transaction."""

    # Between processes

    def notifier(self, topic: Topic) -> Notifier:
        """Return what notifies the subscribers of a topic."""

    def subscriber(self, topic: Topic, on_notification: Callable[[], None]) -> Subscriber:
        """Return a subscriber that calls `on_notification` in the running event loop."""

    def bot_lock(self, engine: Engine) -> BotLock:
        """Return the lock that one bot at a time holds."""

    # Care

    def check_before_use(self) -> list[str]:
        """Check the database before it is used; return warnings. Raises UnusableDatabaseError."""

    def integrity(self) -> list[str]:
        """Return all that is damaged. May take minutes. Raises UnusableDatabaseError."""

    def backup(self, target: Path) -> None:
        """Write a sound copy to a new file. Raises BackupError and UnusableDatabaseError."""

    def warning(self) -> str:
        """Return what is wrong with the library in use; empty when nothing is."""

    def details(self) -> dict[str, object]:
        """Return figures for /readyz."""
