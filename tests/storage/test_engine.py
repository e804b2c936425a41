"""Connections: a writer has its lock from the beginning, and one that became useless is dropped."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from settings import Settings
from storage import chats
from storage.engine import connect, reading, writing
from storage.postgres import deadline
from tests.conftest import settings_of
from tests.fetches import NOON

ANNA = 1001


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_transaction_that_writes_has_its_lock_before_it_reads(settings: Settings, engine: Engine) -> None:
    """One that upgraded later would fail at once with SQLITE_BUSY_SNAPSHOT, whatever the busy timeout."""
    other = sqlite3.connect(settings.sqlite_path or "", isolation_level=None, timeout=0)
    with writing(engine) as session:
        session.connection().execute(text("SELECT 1"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    with reading(engine) as session:
        session.connection().execute(text("SELECT 1"))
        other.execute("BEGIN IMMEDIATE")
    other.close()


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
def test_a_call_to_a_server_that_does_not_answer_ends_and_the_next_one_has_a_new_connection(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as hurry:
        hurry.setattr(deadline, "ANSWER", 0.2)
        with pytest.raises(OperationalError, match="did not answer"), reading(engine) as session:
            session.connection().execute(text("SELECT pg_sleep(30)"))
    with reading(engine) as session:
        assert session.connection().execute(text("SELECT 1")).scalar() == 1


def test_a_connection_that_was_opened_on_a_read_only_disk_is_not_used_again(
    tmp_path: Path, migrated_file: Path
) -> None:
    shutil.copy(migrated_file, tmp_path / "readback.db")
    engine = connect(settings_of(tmp_path))
    with engine.connect() as connection:
        connection.execute(text("PRAGMA query_only=ON"))  # refuses like one that was opened read-only
    with pytest.raises(OperationalError, match="readonly database") as refused, writing(engine) as session:
        chats.get_or_create(session, ANNA, NOON)
    # While one such connection is open, new ones share its memory and are read-only, too. So the error must
    # not keep the connection open.
    assert refused
    assert not _open_descriptors(tmp_path / "readback.db")
    with writing(engine) as session:
        chats.get_or_create(session, ANNA, NOON)
    engine.dispose()


def _open_descriptors(file: Path) -> list[Path]:
    """Return the descriptors of this process on which the file is open."""
    return [held for held in Path("/proc/self/fd").iterdir() if held.exists() and held.samefile(file)]
