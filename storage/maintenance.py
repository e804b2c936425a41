"""Care for the SQLite file: is it whole before anybody works on it, and a copy of it that is."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from storage.file_identity import UnusableDatabaseError, cannot_be_opened, is_missing

LONGEST_LOOK = 1.0
"""Seconds of checking at a start: a gigabyte or so, and a restart should not take three."""


class DamagedError(UnusableDatabaseError):
    """The file is damaged, and nothing was done to it; the message says what to do."""


class BackupError(Exception):
    """There is no backup; the message says why."""


def look_over(path: Path, seconds: float = LONGEST_LOOK) -> list[str]:
    """Check the file before it is used, without changing a byte; what should be known about it.

    Raises DamagedError. A file too large for the time is checked as far as the time goes.
    """
    warnings = []
    if _beside(path, "-shm").exists() and not _beside(path, "-wal").exists():
        warnings.append(
            f"{path} was in use and its -wal file is missing: what was committed last may be lost. "
            "Copy a database only with: python -m storage backup FILE"
        )
    if path.exists() and not _quick_check(path, seconds):
        warnings.append(
            f"{path} is too large to be checked whole at the start. Now and then run: python -m storage check"
        )
    return warnings


def _quick_check(path: Path, seconds: float) -> bool:
    """Whether there was time for all of it."""
    end = time.monotonic() + seconds
    with closing(_read_only(path)) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > end, 10_000)
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return False
            raise cannot_be_opened(path, error) from error
        except sqlite3.DatabaseError as error:
            found = str(error)
    if found != "ok":
        raise DamagedError(
            f"The database file {path} is damaged ({found}). It was left as it is. Move it and the -wal and "
            "-shm files beside it away, put the newest backup in its place, and start again. What can be "
            f"saved of the damaged one: sqlite3 {path} .recover"
        )
    return True


def integrity(path: Path) -> list[str]:
    """Everything SQLite finds wrong with the file; nothing when it is sound. Raises UnusableDatabaseError."""
    if not path.exists():
        raise is_missing(path)
    with closing(_read_only(path)) as connection:
        try:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            return [*(line for line in found if line != "ok"), *_orphans(connection)]
        except sqlite3.OperationalError as error:
            raise cannot_be_opened(path, error) from error
        except sqlite3.DatabaseError as error:
            return [str(error)]


def _orphans(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("PRAGMA foreign_key_check").fetchall()
    return [f"a row of {table} refers to a row of {parent} that is not there" for table, _, parent, _ in rows]


def backup(path: Path, target: Path) -> None:
    """A sound copy, while everybody goes on working: whole under its name, or not there.

    Raises BackupError.
    """
    if not path.exists():
        raise is_missing(path)
    if target.exists():
        raise BackupError(f"{target} is there already. Name a file that is not.")
    draft = target.with_name(target.name + ".part")
    try:
        draft.unlink(missing_ok=True)
        # SQLite writes into an empty file, and so with the rights it has.
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(_read_only(path)) as connection:
            connection.execute("VACUUM INTO ?", [str(draft)])
        for line in integrity(draft):
            raise BackupError(f"The copy is not sound, and was removed: {line}")
        _sync(draft)
        draft.rename(target)
        _sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"There is no backup: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, not even the WAL when it is closed. Raises UnusableDatabaseError."""
    try:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.OperationalError as error:
        raise cannot_be_opened(path, error) from error


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
