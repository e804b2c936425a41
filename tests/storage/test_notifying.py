"""Notifications: every subscriber is woken, no notifier waits or fails, and being off ends no process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from settings import Settings
from storage.engine import database_for, writing
from storage.notifying import Notifier, Subscriber, Topic
from storage.postgres.deadline import DeadlineConnection
from storage.postgres.listening import CHANNEL
from storage.sqlite.sockets import LONGEST_ADDRESS, socket_folder
from tests.conftest import settings_of

on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("settings", ["postgres"], indirect=True)

LISTENING = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'LISTEN %' AND state = 'idle'
"""


@contextlib.asynccontextmanager
async def listening(settings: Settings, heard: asyncio.Event) -> AsyncIterator[Subscriber]:
    """A subscriber that is ready to hear."""
    subscriber = database_for(settings).subscriber(Topic.NEWS, heard.set)
    subscriber.start()
    try:
        if not settings.sqlite_path:
            await listens(settings)
        yield subscriber
    finally:
        subscriber.stop()


def address_of(settings: Settings) -> str:
    return settings.database_url.replace("+psycopg", "", 1)


async def listens(settings: Settings, instead_of: int = 0) -> int:
    """Wait until somebody listens on PostgreSQL: the process id of their connection."""

    def look() -> int:
        with psycopg.connect(address_of(settings), autocommit=True) as connection:
            while True:
                found = connection.execute(LISTENING).fetchone()
                if found and found[0] != instead_of:
                    return int(found[0])

    async with asyncio.timeout(30):
        return await asyncio.to_thread(look)


async def hear(heard: asyncio.Event) -> None:
    await asyncio.wait_for(heard.wait(), 30)
    heard.clear()


def notifier_on(settings: Settings) -> Notifier:
    return database_for(settings).notifier(Topic.NEWS)


def sockets(settings: Settings) -> list[Path]:
    """Return the sockets beside the database. A temporary folder goes with its last one."""
    assert settings.sqlite_path
    folder = socket_folder(settings.sqlite_path)
    return list(folder.iterdir()) if folder.exists() else []


def tell(settings: Settings, engine: Engine) -> None:
    """As the writer does: in the transaction, and behind it."""
    notifier = notifier_on(settings)
    with writing(engine) as session:
        notifier.in_transaction(session.connection())
    notifier.after_commit()
    notifier.close()


async def test_a_listener_is_woken_each_time(settings: Settings, engine: Engine) -> None:
    heard = asyncio.Event()
    async with listening(settings, heard):
        for _ in range(5):
            await asyncio.to_thread(tell, settings, engine)
            await hear(heard)


async def test_telling_when_nobody_listens_is_fine(settings: Settings, engine: Engine) -> None:
    tell(settings, engine)
    async with listening(settings, asyncio.Event()):
        pass
    tell(settings, engine)


async def test_the_next_listener_hears_as_the_first_did(settings: Settings, engine: Engine) -> None:
    async with listening(settings, asyncio.Event()):
        pass
    heard = asyncio.Event()
    async with listening(settings, heard):
        await asyncio.to_thread(tell, settings, engine)
        await hear(heard)


@on_sqlite
async def test_a_listener_that_is_too_busy_to_read_stops_nobody(settings: Settings, engine: Engine) -> None:
    heard = asyncio.Event()
    notifier = notifier_on(settings)
    async with listening(settings, heard):
        for _ in range(10_000):
            notifier.after_commit()
        await hear(heard)
        notifier.after_commit()
        await hear(heard)
    notifier.close()


@on_sqlite
async def test_what_a_killed_listener_left_behind_is_removed(settings: Settings, engine: Engine) -> None:
    assert settings.sqlite_path
    folder = socket_folder(settings.sqlite_path)
    folder.mkdir(exist_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
        dead.bind(str(folder / "news-00000000"))
    heard = asyncio.Event()
    async with listening(settings, heard):
        tell(settings, engine)
        await hear(heard)
        assert len(sockets(settings)) == 1
    assert sockets(settings) == []


@on_sqlite
async def test_of_two_listeners_both_hear_and_one_that_ends_leaves_the_other_its_socket(
    settings: Settings, engine: Engine
) -> None:
    """Two pixel servers beside one file: both erase, whichever of them is restarted."""
    notifier = notifier_on(settings)
    first, second, third = asyncio.Event(), asyncio.Event(), asyncio.Event()
    async with listening(settings, first):
        notifier.after_commit()
        await hear(first)
        async with listening(settings, second):
            notifier.after_commit()
            await hear(first)
            await hear(second)
        notifier.after_commit()
        await hear(first)
    async with listening(settings, third):
        notifier.after_commit()
        await hear(third)
    notifier.close()


@on_sqlite
async def test_a_listener_hears_its_own_topic_only(settings: Settings) -> None:
    erased, heard = database_for(settings).notifier(Topic.ERASED), asyncio.Event()
    notifier = notifier_on(settings)
    async with listening(settings, heard):
        erased.after_commit()
        await asyncio.sleep(0)
        assert not heard.is_set()
        notifier.after_commit()
        await hear(heard)
    erased.close()
    notifier.close()


@on_sqlite
async def test_where_a_file_is_in_the_sockets_place_notifications_are_off_and_nothing_ends(
    settings: Settings, engine: Engine
) -> None:
    assert settings.sqlite_path
    socket_folder(settings.sqlite_path).write_text("not ours")
    async with listening(settings, asyncio.Event()) as subscriber:
        assert subscriber.trouble.startswith("Notifications are off")
        tell(settings, engine)
    assert socket_folder(settings.sqlite_path).read_text() == "not ours"


@on_sqlite
async def test_on_a_volume_without_unix_sockets_notifications_are_off_and_nothing_ends(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing(socket.socket):
        def bind(self, _address: object) -> None:
            raise OSError(95, "Operation not supported")

    with monkeypatch.context() as volume:
        volume.setattr(socket, "socket", Refusing)
        async with listening(settings, asyncio.Event()) as subscriber:
            assert "Operation not supported" in subscriber.trouble
            tell(settings, engine)


@on_sqlite
async def test_a_notifier_without_a_socket_tells_nobody_and_fails_nobody(
    settings: Settings, engine: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as full:
        full.setattr(socket, "socket", refuse)
        tell(settings, engine)
    assert len(caplog.messages) == 1
    assert "Too many open files" in caplog.text


@pytest.mark.parametrize("length", range(60, 240, 20))
async def test_however_long_the_databases_path_is_news_get_through(tmp_path: Path, length: int) -> None:
    folder = tmp_path
    while len(str(folder)) < length:
        folder = folder / "a folder in a folder"
    folder.mkdir(parents=True, exist_ok=True)
    settings, heard = settings_of(folder), asyncio.Event()
    notifier = notifier_on(settings)
    async with listening(settings, heard):
        notifier.after_commit()
        await hear(heard)
    notifier.close()
    assert settings.sqlite_path
    assert len(f"{socket_folder(settings.sqlite_path)}/erased-01234567") <= LONGEST_ADDRESS


async def test_a_folder_for_sockets_in_the_temporary_folder_is_removed_with_the_last_socket(
    tmp_path: Path,
) -> None:
    settings = settings_of(tmp_path / ("deep" * 30))
    assert settings.sqlite_path
    folder = socket_folder(settings.sqlite_path)
    async with listening(settings, asyncio.Event()):
        async with listening(settings, asyncio.Event()):
            pass
        assert len(sockets(settings)) == 1
    assert not folder.exists()


async def test_a_subscriber_makes_the_folder_again_that_another_one_removes_just_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, heard = settings_of(tmp_path / ("deep" * 30)), asyncio.Event()
    assert settings.sqlite_path
    folder, removals = socket_folder(settings.sqlite_path), iter([True, False])

    class Late(socket.socket):
        def bind(self, address: str) -> None:  # type: ignore[override]  # unix sockets only
            if next(removals, False):
                folder.rmdir()
            super().bind(address)

    with monkeypatch.context() as busy:
        busy.setattr(socket, "socket", Late)
        async with listening(settings, heard) as subscriber:
            assert subscriber.trouble == ""
            notifier = notifier_on(settings)
            notifier.after_commit()
            await hear(heard)
            notifier.close()


async def test_two_databases_with_long_paths_do_not_hear_each_other(tmp_path: Path) -> None:
    first, second = (socket_folder(tmp_path / ("deep " * 30) / name / "readback.db") for name in "ab")
    assert first != second


@on_postgres
def test_a_transaction_that_is_taken_back_tells_nothing(settings: Settings, engine: Engine) -> None:
    notifier = notifier_on(settings)
    with psycopg.connect(address_of(settings), autocommit=True) as subscriber:
        subscriber.execute(f"LISTEN {CHANNEL}")
        with Session(engine) as session:
            notifier.in_transaction(session.connection())
            session.rollback()
        with writing(engine) as session:
            notifier.in_transaction(session.connection())
            session.connection().execute(text(f"NOTIFY {CHANNEL}, 'the end'"))
        heard = [news.payload for news in subscriber.notifies(timeout=30, stop_after=2)]
    assert heard == ["", "the end"]


@on_postgres
async def test_a_listener_whose_connection_was_cut_listens_again(settings: Settings, engine: Engine) -> None:
    heard = asyncio.Event()
    async with listening(settings, heard):
        first = await listens(settings)
        with writing(engine) as session:
            session.connection().execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
        await listens(settings, instead_of=first)
        await asyncio.to_thread(tell, settings, engine)
        await hear(heard)


@on_postgres
async def test_while_the_server_is_away_notifications_are_off_and_what_was_missed_is_looked_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, troubles, to = iter(range(3)), list[str](), DeadlineConnection.to

    def away_twice(url: str) -> DeadlineConnection:
        troubles.append(subscriber.trouble)
        return to("postgresql://127.0.0.1:1/readback" if next(tries) < 2 else url)

    monkeypatch.setattr(DeadlineConnection, "to", away_twice)
    heard = asyncio.Event()
    subscriber = database_for(settings).subscriber(Topic.NEWS, heard.set)
    subscriber.start()
    await hear(heard)
    subscriber.stop()
    assert troubles[0] == subscriber.trouble == ""
    assert all(trouble.startswith("Notifications are off") for trouble in troubles[1:])
