"""A key file that was lost or replaced is told at the start, and so is one that others can read."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from settings import Settings
from storage import key_check
from storage.engine import connect, writing
from storage.keys import open_keys
from storage.links import NewLink, create
from tests.conftest import settings_of
from tests.fetches import NOON


def starts(engine: Engine, path: Path) -> list[str]:
    """Return what a process says of the key file when it starts."""
    return key_check.warnings(engine, path, open_keys(path))


def track(engine: Engine) -> None:
    with writing(engine) as session:
        create(session, NewLink(1, 1, "contract"), now=NOON, daily=50)


def test_nothing_is_said_of_the_key_that_the_links_were_made_with(engine: Engine, settings: Settings) -> None:
    assert starts(engine, settings.key_file) == []
    track(engine)
    assert starts(engine, settings.key_file) == []


def test_a_lost_key_file_is_told_by_the_first_process_that_starts(engine: Engine, settings: Settings) -> None:
    starts(engine, settings.key_file)
    track(engine)
    settings.key_file.unlink()
    (told,) = starts(engine, settings.key_file)
    assert told.startswith(f"KEY_FILE {settings.key_file} is another one than this database was used with.")
    assert starts(engine, settings.key_file) == []


def test_a_lost_key_file_is_told_after_an_upgrade_too(engine: Engine, settings: Settings) -> None:
    """The version before kept no key."""
    track(engine)
    assert len(starts(engine, settings.key_file)) == 1


def test_another_key_file_is_no_harm_before_the_first_link(engine: Engine, settings: Settings) -> None:
    starts(engine, settings.key_file)
    settings.key_file.unlink()
    assert starts(engine, settings.key_file) == []


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_file_that_others_can_read_is_told_each_time(
    mode: int, engine: Engine, settings: Settings
) -> None:
    starts(engine, settings.key_file)
    settings.key_file.chmod(mode)
    for _ in range(2):
        (told,) = starts(engine, settings.key_file)
        assert told.startswith("Other users of this machine can read KEY_FILE")
        assert told.endswith(f"(mode {mode:o}). Run: chmod 600 {settings.key_file}")


def test_a_database_that_does_not_answer_says_nothing_of_the_key(tmp_path: Path) -> None:
    nowhere = settings_of(tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert starts(connect(nowhere), nowhere.key_file) == []
