"""The lock of the one bot beside a SQLite file."""

import os
from pathlib import Path

from sqlalchemy import Engine

from storage.files import hold
from storage.lock import LockLostError, begin_term


class FileLock:
    """A lock on a file beside the database; the kernel releases it when the process ends."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path, self._engine = path, engine
        self._held: int | None = None
        self.term = 0

    def take(self) -> bool:
        self._held = self._held or hold(self._path)
        if self._held is None:
            return False
        with self._engine.connect().execution_options(writes=True) as connection:
            self.term = begin_term(connection)
            connection.commit()
        return True

    def require(self) -> None:
        if self._held is None or not _is_at(self._held, self._path):
            self.release()
            raise LockLostError(f"The bot's lock, {self._path}, was removed or replaced.")

    def release(self) -> None:
        if self._held is not None:
            os.close(self._held)
        self._held = None


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
