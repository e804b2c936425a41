"""Two pixel servers beside one SQLite file: when one ends, the other does all of its work."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pixel_server.database import committing
from pixel_server.database import writer as writer_module
from settings import Settings
from storage import erasing, links
from storage.engine import database_of, writing
from storage.notifying import Topic
from storage.tables import Link
from tests.fetches import NOON, arrival
from tests.pixel_server.serving import PATIENCE, Served, hasty, kinds, serving, stored, track

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry often, so that no test waits for what a server does every second, or every ten."""
    monkeypatch.setattr(writer_module, "RETRY_SECONDS", 0.02)
    monkeypatch.setattr(writer_module, "ADOPT_SECONDS", 0.02)
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", 0)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold another program's transaction: no pixel server can write until it ends."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def turns(served: Served) -> Iterator[None]:
    """Give a server time, a request at a time."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        yield
        served.get("/healthz")


def file_of(settings: Settings) -> Path:
    assert settings.sqlite_path
    return settings.sqlite_path


def test_what_an_ended_server_left_in_its_spool_is_stored_by_the_other_one(
    settings: Settings, engine: Engine
) -> None:
    link = track(engine)
    with serving(settings, hasty(settings)) as stays:
        with locked(file_of(settings)):
            with serving(settings, hasty(settings)) as ends:
                answers = [server.fetch(link).status for server in (stays, ends, ends)]
            assert answers == [200, 200, 200]
            assert stored(engine, link) == []
        assert any(len(kinds(engine, link)) == 3 for _ in turns(stays))
        assert any(not stays.services.writer.spools.waiting for _ in turns(stays))


def test_a_server_that_starts_again_and_again_beside_another_one_makes_no_more_files(
    settings: Settings, engine: Engine
) -> None:
    link = track(engine)
    with serving(settings, hasty(settings)) as stays:
        for _ in range(3):
            with locked(file_of(settings)), serving(settings, hasty(settings)) as ends:
                assert ends.fetch(link).status == 200
            spools = [*settings.spool_path.parent.glob("*.spool*")]
            assert any(not sum(spool.stat().st_size for spool in spools) for _ in turns(stays))
            assert any(_held(stays) == 1 for _ in turns(stays))
    assert len([*settings.spool_path.parent.glob("*.spool*")]) == 2
    assert len(kinds(engine, link)) == 3


def _held(served: Served) -> int:
    return len(served.services.writer.spools._held)


@pytest.mark.parametrize("first_ends", [True, False])
def test_the_server_that_stays_erases_within_a_second(
    settings: Settings, engine: Engine, first_ends: bool
) -> None:
    link = track(engine, "a secret plan")
    with ExitStack() as one, ExitStack() as two:
        first, second = (server.enter_context(serving(settings)) for server in (one, two))
        (one if first_ends else two).close()
        stays = second if first_ends else first
        stays.services.writer.spools.put_aside([arrival(link.token, NOON)])
        traces = (b"a secret plan", link.token.encode())
        assert all(trace in _all_bytes(settings) for trace in traces)
        _erase(engine, link)
        for trace in traces:
            assert any(trace not in _all_bytes(settings) for _ in turns(stays))


def _erase(engine: Engine, link: Link) -> None:
    """Erase a link as the bot does."""
    with writing(engine) as session:
        found = links.link_of(session, link.chat_id, link.id, lock=True)
        assert found
        erasing.erase_link(session, found, mentions=lambda _: True)
    notifier = database_of(engine).notifier(Topic.ERASED)
    notifier.after_commit()
    notifier.close()


def _all_bytes(settings: Settings) -> bytes:
    """Return the bytes of the database, of its WAL, and of the fetches that were set aside."""
    files = file_of(settings).parent.glob(f"{file_of(settings).stem}*")
    return b"".join(file.read_bytes() for file in files if file.is_file())
