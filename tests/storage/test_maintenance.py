"""The file is checked before it is used, copied while it is used, and left alone when it is damaged."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from settings import Settings
from storage.checking import check, notes
from storage.claims import Ended, Outcome, claim, settle
from storage.database import BackupError, DamagedError
from storage.engine import connect, writing
from storage.ingest import record
from storage.kinds import MessageKind
from storage.outbox import Owed, owe
from storage.spools import Spools
from storage.sqlite.maintenance import backup, check_before_use, integrity
from tests.fetches import NOON, arrival
from tests.processes import ROOT
from tests.storage.test_ingest import ANNA, track
from tracking import Windows

only_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def file(settings: Settings, engine: Engine) -> Path:
    """The database, with a link and its fetches in it."""
    with writing(engine) as session:
        link = track(session)
        fetches = [arrival(link.token, NOON + 60 * number) for number in range(5)]
        record(session.connection(), fetches, Windows())
    return settings.sqlite_path or Path()


def spoil(path: Path) -> None:
    """Overwrite a page in the middle."""
    with path.open("r+b") as raw:
        raw.seek(path.stat().st_size // 4096 // 2 * 4096)
        raw.write(b"\xff" * 4096)


def run(settings: Settings, *arguments: str) -> tuple[int, str]:
    environ = {"DATABASE_URL": settings.database_url, "KEY_FILE": str(settings.key_file)}
    done = subprocess.run(
        [sys.executable, "-m", "storage", *arguments],
        cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@only_sqlite
def test_a_sound_file_passes_the_check_without_a_word(file: Path) -> None:
    assert check_before_use(file) == []
    assert integrity(file) == []


@only_sqlite
def test_a_damaged_file_is_refused_and_not_a_byte_of_it_changes(file: Path, engine: Engine) -> None:
    engine.dispose()
    spoil(file)
    before = file.read_bytes()
    with pytest.raises(DamagedError, match=r"left as it is.*newest backup"):
        check_before_use(file)
    assert file.read_bytes() == before


@only_sqlite
def test_a_file_too_large_for_the_start_is_checked_as_far_as_time_goes(file: Path, engine: Engine) -> None:
    with writing(engine) as session:
        many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
        insert = "INSERT INTO pulse (name, at, trouble) SELECT i, '2026-01-01 00:00:00', '' FROM n"
        session.connection().execute(text(insert.replace("SELECT i", many + "SELECT i")))
    (warning,) = check_before_use(file, seconds=-1)
    assert "python -m storage check" in warning


def wal_of_a_killed_process(file: Path, engine: Engine) -> Path:
    """Return the WAL that a killed process left behind, while nobody else has the file open."""
    engine.dispose()
    code = "import os, sqlite3, sys\nfile = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    code += "file.execute(\"INSERT INTO pulse VALUES ('last', '2026-01-01', '')\")\nos.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code, str(file)], check=False)
    return file.with_name(file.name + "-wal")


@only_sqlite
def test_what_a_killed_process_left_in_the_wal_is_checked_and_left_there(file: Path, engine: Engine) -> None:
    wal = wal_of_a_killed_process(file, engine)
    before = wal.read_bytes()
    assert check_before_use(file) == []
    assert wal.read_bytes() == before != b""


@only_sqlite
def test_a_wal_that_somebody_removed_is_reported(file: Path, engine: Engine) -> None:
    wal_of_a_killed_process(file, engine).unlink()
    (warning,) = check_before_use(file)
    assert "-wal file is missing" in warning


@only_sqlite
def test_a_backup_is_a_sound_copy_of_what_is_there_now(
    settings: Settings, file: Path, tmp_path: Path
) -> None:
    target = tmp_path / "copy.db"
    backup(file, target)
    assert integrity(target) == []
    (count,) = sqlite3.connect(target).execute("SELECT count(*) FROM fetch").fetchone()
    assert count == 5
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupError, match="there already"):
        backup(file, target)


@only_sqlite
def test_from_a_backup_the_outbox_goes_on_and_what_was_sent_is_not_sent_again(
    settings: Settings, engine: Engine, file: Path, tmp_path: Path
) -> None:
    with writing(engine) as session:
        (card,) = claim(session, NOON + 900, 1)
        settle(session, card, Outcome(Ended.SENT, telegram_id=51), NOON + 900)
        owe(session.connection(), [Owed("reply:1", ANNA, MessageKind.REPLY, NOON)])
    restored = tmp_path / "restored.db"
    backup(file, restored)
    after = connect(settings.model_copy(update={"database_url": f"sqlite:///{restored}"}))
    with writing(after) as session:
        assert [claimed.message.key for claimed in claim(session, NOON + 1800, 8)] == ["reply:1"]
    after.dispose()


@only_sqlite
def test_a_damaged_file_gives_no_backup(file: Path, engine: Engine, tmp_path: Path) -> None:
    engine.dispose()
    spoil(file)
    with pytest.raises(BackupError):
        backup(file, tmp_path / "copy.db")
    assert list(tmp_path.glob("copy*")) == []


def test_a_sound_database_is_found_sound(settings: Settings, engine: Engine, file: Path) -> None:
    assert check(engine) == []
    code, said = run(settings, "check")
    assert (code, "is sound" in said) == (0, True)


@pytest.mark.parametrize(
    ("spoiling", "finding"),
    [
        ('DELETE FROM "fetch" WHERE seq = 3', "numbered 1 to 5, and 5 were counted"),
        ("UPDATE link SET fetches = 9", "and 9 were counted"),
        ("UPDATE outbox SET state = 'sent', delivered_version = 0", "is sent, version"),
        ("UPDATE outbox SET state = 'lost'", "is lost"),
        ("UPDATE alembic_version SET version_num = '0000'", "python -m storage upgrade"),
    ],
)
def test_what_disagrees_is_found(
    settings: Settings, engine: Engine, file: Path, spoiling: str, finding: str
) -> None:
    with writing(engine) as session:
        session.connection().execute(text(spoiling))
    assert finding in check(engine)[0]


@only_sqlite
def test_a_check_of_a_damaged_file_ends_with_one(settings: Settings, engine: Engine, file: Path) -> None:
    engine.dispose()
    spoil(file)
    code, said = run(settings, "check")
    assert (code, "ERROR" in said) == (1, True)


def test_what_lies_beside_the_database_is_reported(settings: Settings) -> None:
    assert notes(settings) == []
    spools = Spools(settings.spool_path)
    spools.append([arrival("A" * 22, NOON)] * 3)
    spools.put_aside([arrival("A" * 22, NOON)])
    waiting, set_aside = notes(settings)
    assert waiting.startswith("3 fetches wait")
    assert set_aside.startswith("1 fetches")


def test_a_backup_by_command(settings: Settings, engine: Engine, file: Path, tmp_path: Path) -> None:
    code, said = run(settings, "backup", str(tmp_path / "copy.db"))
    if settings.sqlite_path:
        assert (code, integrity(tmp_path / "copy.db")) == (0, [])
    else:
        assert (code, "pg_dump" in said) == (2, True)


@only_sqlite
def test_an_upgrade_beside_a_key_file_says_that_the_database_is_new(settings: Settings, file: Path) -> None:
    assert run(settings, "upgrade")[0] == 0
    file.unlink()
    code, said = run(settings, "upgrade")
    assert (code, "a new, empty one is at" in said) == (0, True)


@only_sqlite
def test_a_pixel_server_refuses_a_damaged_file(settings: Settings, engine: Engine, file: Path) -> None:
    engine.dispose()
    spoil(file)
    environ = {"DATABASE_URL": settings.database_url, "KEY_FILE": str(settings.key_file)}
    done = subprocess.run(
        [sys.executable, "-m", "pixel_server"],
        cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "is damaged" in done.stderr) == (2, True)
