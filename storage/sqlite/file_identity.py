"""Checks that the SQLite file is still the one that was opened.

A file that was deleted or replaced goes on taking commits from the processes that have it open, and nobody
else ever sees them: what is committed there is lost without an error.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

from storage.database import UnusableDatabaseError

Identity = tuple[int, int]
"""A file's device and inode."""


def missing_file(path: Path) -> UnusableDatabaseError:
    """Return the error for a file that is not there and has not been opened before."""
    return UnusableDatabaseError(
        f"There is no database file {path}. DATABASE_URL names it. For a new, empty database run: "
        "python -m storage upgrade. If there was one, put it back together with its -wal file."
    )


def unopenable_file(path: Path, error: Exception) -> UnusableDatabaseError:
    """Return the error for a file that cannot be opened or made."""
    reason = getattr(error, "strerror", None) or error
    return UnusableDatabaseError(
        f"The database file {path} cannot be opened: {reason}. DATABASE_URL names it. Set DATABASE_URL to a "
        "file in a folder in which this program may write, such as sqlite:////home/anna/readback.db."
    )


class DatabaseFileReplacedError(sqlite3.OperationalError):
    """The file that was opened is no longer the file at its path; the message says what to do."""


class FileIdentity:
    """A path, and the file that was first opened there: no other file is used until a restart.

    A file that comes back is used again. Another file is not: the WAL beside it belongs to the first one,
    and SQLite would replay it into the second.
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
        # The pool drops the connection and asks for a new one, and opening that says what is wrong.
        if self._identity() != self._first:
            raise DisconnectionError

    def require(self) -> None:
        """Raise DatabaseFileReplacedError unless the file is where it was opened."""
        found = self._identity()
        if found is None and self._first is None:
            raise DatabaseFileReplacedError(str(missing_file(self._path)))
        if found is None:
            raise DatabaseFileReplacedError(
                f"The database file {self._path} is gone. Put it back together with its -wal file; "
                "fetches are kept beside it until then. For a new one run: python -m storage upgrade"
            )
        if self._first and found != self._first:
            raise DatabaseFileReplacedError(
                f"The database file {self._path} was replaced while it was open. End both processes, remove "
                "the -wal and -shm files of the old one, and start again; fetches are kept until then."
            )

    def _identity(self) -> Identity | None:
        try:
            # Called after every commit, and pathlib's own way takes four times as long.
            found = os.stat(self._text)  # noqa: PTH116
        except OSError:
            return None
        return found.st_dev, found.st_ino
