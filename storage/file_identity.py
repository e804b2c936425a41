"""Where the SQLite file lies, and whether it still lies there.

A file that was deleted or replaced goes on taking commits from who has it open, and nobody else ever
sees them: what is committed there is lost without an error.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

Identity = tuple[int, int]


class UnusableDatabaseError(Exception):
    """There is no database here that this program can work with; the message says what to do."""


def is_missing(path: Path) -> UnusableDatabaseError:
    return UnusableDatabaseError(
        f"There is no database file {path}. DATABASE_URL names it. For a new, empty database run: "
        "python -m storage upgrade. If there was one, put it back together with its -wal file."
    )


def cannot_be_opened(path: Path, error: Exception) -> UnusableDatabaseError:
    reason = getattr(error, "strerror", None) or error
    return UnusableDatabaseError(
        f"The database file {path} cannot be opened: {reason}. DATABASE_URL names it. Set DATABASE_URL to a "
        "file in a folder in which this program may write, such as sqlite:////home/anna/readback.db."
    )


class DatabaseFileReplacedError(sqlite3.OperationalError):
    """The file that was opened is not the file at its path any more; the message says what to do."""


class FileIdentity:
    """One path, and the file that was found there first: no other is taken for it until a restart.

    A file that comes back is used again. Another one is not: the WAL beside it belongs to the first, and
    would be replayed into the second.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._text = path, str(path)
        self._first: Identity | None = None

    def guard(self, engine: Engine) -> None:
        """Let the engine open the file only where it is and was, and never make one."""
        event.listen(engine, "do_connect", self._open)
        event.listen(engine, "checkout", self._check)

    def _open(self, _dialect: Any, _record: Any, _cargs: Any, cparams: Any) -> sqlite3.Connection:
        self.require()
        connection: sqlite3.Connection = sqlite3.connect(
            f"{self._path.as_uri()}?mode=rw", uri=True, **cparams
        )
        self._first = self._first or self._identity()
        return connection

    def _check(self, _connection: Any, _record: Any, _proxy: Any) -> None:
        # The pool drops the connection and asks for a new one, which says what is wrong.
        if self._identity() != self._first:
            raise DisconnectionError

    def require(self) -> None:
        """Raises DatabaseFileReplacedError unless the file lies where it was opened."""
        found = self._identity()
        if found is None and self._first is None:
            raise DatabaseFileReplacedError(str(is_missing(self._path)))
        if found is None:
            raise DatabaseFileReplacedError(
                f"The database file {self._path} is gone. Put it back together with its -wal file; "
                "what comes meanwhile is kept beside it. For a new one run: python -m storage upgrade"
            )
        if self._first and found != self._first:
            raise DatabaseFileReplacedError(
                f"The database file {self._path} was replaced while it was open. End both processes, remove "
                "the -wal and -shm files of the old one, and start again; what comes meanwhile is kept."
            )

    def _identity(self) -> Identity | None:
        try:
            # Asked after every commit, and pathlib's own costs four times as much.
            found = os.stat(self._text)  # noqa: PTH116
        except OSError:
            return None
        return found.st_dev, found.st_ino


def require_same_file(connection: Connection) -> None:
    """Raise DatabaseFileReplacedError if the last commit went into a file that is no longer at its path."""
    file_identity: FileIdentity | None = connection.get_execution_options().get("file_identity")
    if file_identity:
        file_identity.require()
