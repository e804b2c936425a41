"""One bot at a time: a second one on the same database waits until the first is gone."""

import fcntl
import logging
from pathlib import Path
from typing import IO, TYPE_CHECKING

from settings import Settings

if TYPE_CHECKING:
    from storage.postgres import DeadlineConnection

log = logging.getLogger(__name__)

ADVISORY = 0x52656164
"""The key of PostgreSQL's advisory lock: "Read"."""


class BotLock:
    """Held for as long as the process lives: by flock beside a SQLite file, or by a session lock."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file: IO[str] | None = None
        self._connection: DeadlineConnection | None = None

    def take(self) -> bool:
        """Whether the lock is ours now."""
        if path := self._settings.sqlite_path:
            return self._take_file(path.with_suffix(".bot"))
        return self._take_session()

    def _take_file(self, path: Path) -> bool:
        self._file = self._file or path.open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _take_session(self) -> bool:
        if self._connection is None or self._connection.closed:
            from storage.postgres import DeadlineConnection

            self._connection = DeadlineConnection.to(self._settings)
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (ADVISORY,)).fetchone()
        return bool(row and row[0])

    def release(self) -> None:
        if self._file:
            self._file.close()
        if self._connection:
            self._connection.close()
