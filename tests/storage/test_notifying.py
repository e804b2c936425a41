"""News: whoever listens is woken, and nobody who tells ever waits or fails."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from settings import Settings
from storage.engine import writing
from storage.notifying import CHANNEL, LONGEST_SOCKET_PATH, Notifier, Subscriber, socket_path
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
    subscriber = Subscriber(settings, heard.set)
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


def tell(settings: Settings, engine: Engine) -> None:
    """As the writer does: in the transaction, and behind it."""
    notifier = Notifier(settings)
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
    notifier = Notifier(settings)
    async with listening(settings, heard):
        for _ in range(10_000):
            notifier.after_commit()
        await hear(heard)
        notifier.after_commit()
        await hear(heard)
    notifier.close()


@on_sqlite
async def test_what_a_killed_listener_left_behind_is_replaced(settings: Settings, engine: Engine) -> None:
    Subscriber(settings, asyncio.Event().set)
    socket_path(settings).touch()
    heard = asyncio.Event()
    async with listening(settings, heard):
        tell(settings, engine)
        await hear(heard)
    assert not socket_path(settings).exists()


@pytest.mark.parametrize("length", range(60, 240, 20))
async def test_however_long_the_databases_path_is_news_get_through(tmp_path: Path, length: int) -> None:
    folder = tmp_path
    while len(str(folder)) < length:
        folder = folder / "a folder in a folder"
    folder.mkdir(parents=True, exist_ok=True)
    settings, heard = settings_of(folder), asyncio.Event()
    notifier = Notifier(settings)
    async with listening(settings, heard):
        notifier.after_commit()
        await hear(heard)
    notifier.close()
    assert len(str(socket_path(settings))) <= LONGEST_SOCKET_PATH


async def test_two_databases_with_long_paths_do_not_hear_each_other(tmp_path: Path) -> None:
    paths = []
    for name in ("a", "b"):
        folder = tmp_path / ("deep " * 30) / name
        paths.append(socket_path(settings_of(folder)))
    assert paths[0] != paths[1]


@on_postgres
def test_a_transaction_that_is_taken_back_tells_nothing(settings: Settings, engine: Engine) -> None:
    notifier = Notifier(settings)
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
