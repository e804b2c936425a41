"""Checks the SQLite file before it is used, and copies it while it is in use."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from storage.database import BackupError, DamagedError
from storage.files import sync
from storage.sqlite.file_identity import missing_file, unopenable_file

LONGEST_CHECK = 0.2
"""Seconds of checking at a start. With one second, a start with ten million fetches took three times as long
as one with few."""


def check_before_use(path: Path, seconds: float = LONGEST_CHECK) -> list[str]:
    """Check the file before it is used, without changing a byte of it; return warnings.

    A file that takes longer than `seconds` is checked in part. Raises UnusableDatabaseError.
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
    """Return False if time ran out before the end of the file."""
    end = time.monotonic() + seconds
    with closing(_read_only(path)) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > end, 10_000)
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return False
            raise unopenable_file(path, error) from error
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
    """Return everything that SQLite finds wrong with the file. Raises UnusableDatabaseError."""
    if not path.exists():
        raise missing_file(path)
    with closing(_read_only(path)) as connection:
        try:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            return [*(line for line in found if line != "ok"), *_orphans(connection)]
        except sqlite3.OperationalError as error:
            raise unopenable_file(path, error) from error
        except sqlite3.DatabaseError as error:
            return [str(error)]


def _orphans(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("PRAGMA foreign_key_check").fetchall()
    return [f"a row of {table} refers to a row of {parent} that is not there" for table, _, parent, _ in rows]


def backup(path: Path, target: Path) -> None:
    """Write a sound copy while the database is in use; `target` appears whole or not at all.

    Raises BackupError and UnusableDatabaseError.
    """
    if not path.exists():
        raise missing_file(path)
    if target.exists():
        raise BackupError(f"{target} is there already. Name a file that is not.")
    draft = target.with_name(target.name + ".part")
    try:
        draft.unlink(missing_ok=True)
        # SQLite writes into an empty file, and keeps the rights it has.
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(_read_only(path)) as connection:
            connection.execute("VACUUM INTO ?", [str(draft)])
        for line in integrity(draft):
            raise BackupError(f"The copy is not sound, and was removed: {line}")
        sync(draft)
        draft.rename(target)
        sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"No backup was made: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _read_only(path: Path) -> sqlite3.Connection:
    """Return a connection that changes nothing, not even the WAL when it is closed.

    Raises UnusableDatabaseError.
    """
    try:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.OperationalError as error:
        raise unopenable_file(path, error) from error


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
