"""A database file that is not where it was: nothing goes into a ghost, and nothing is made anew."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from settings import Settings
from storage.engine import SchemaError, connect, database_of, reading, require_schema, writing
from storage.migrate import upgrade
from storage.sqlite.file_identity import DatabaseFileReplacedError
from storage.tables import Link
from tests.conftest import settings_of
from tests.storage.test_ingest import track

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def file(settings: Settings) -> Path:
    assert settings.sqlite_path
    return settings.sqlite_path


def links(engine: Engine) -> int:
    with reading(engine) as session:
        return len(session.exec(select(Link)).all())


def test_a_file_that_was_deleted_is_noticed_and_not_made_again(engine: Engine, file: Path) -> None:
    with writing(engine) as session:
        track(session)
    file.unlink()
    with pytest.raises(OperationalError, match="is gone"), writing(engine):
        pass
    with pytest.raises(SchemaError, match="is gone"):
        require_schema(engine)
    assert not file.exists()


def test_a_file_that_came_back_is_used_again(engine: Engine, file: Path) -> None:
    with writing(engine) as session:
        track(session)
    away = file.rename(file.with_suffix(".away"))
    with pytest.raises(OperationalError, match="is gone"), writing(engine):
        pass
    away.rename(file)
    with writing(engine) as session:
        track(session)
    assert links(engine) == 2


def test_another_file_in_its_place_is_not_written_to(engine: Engine, file: Path) -> None:
    with writing(engine) as session:
        track(session)
    other = file.with_suffix(".other")
    shutil.copy(file, other)
    other.rename(file)
    before = file.read_bytes()
    with pytest.raises(OperationalError, match="was replaced"), writing(engine) as session:
        track(session)
    assert file.read_bytes() == before


def test_what_was_committed_into_a_ghost_does_not_count(engine: Engine, file: Path) -> None:
    with engine.connect().execution_options(writes=True) as connection:
        database_of(connection).require_same_file()
        file.unlink()
        with pytest.raises(DatabaseFileReplacedError):
            database_of(connection).require_same_file()


def test_only_an_upgrade_makes_a_file_and_only_for_its_owner(settings: Settings, tmp_path: Path) -> None:
    new = settings_of(tmp_path / "new")
    engine = connect(new)
    with pytest.raises(SchemaError, match="python -m storage upgrade"):
        require_schema(engine)
    assert new.sqlite_path
    assert not new.sqlite_path.exists()
    upgrade(engine)
    require_schema(engine)
    assert new.sqlite_path.stat().st_mode & 0o777 == 0o600
    engine.dispose()
