"""A bot that loses its lock stops working until it has it again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, text

from settings import Settings
from storage.engine import writing
from storage.lock import begin_term
from storage.postgres.lock import ADVISORY
from tests.bot.test_supervisor import wait_for_bot
from tests.in_process import in_process
from tests.people import Chat
from tests.storage.test_lock import end_session_of_the_lock, on_postgres

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid = :pid"


@on_postgres
def test_a_bot_whose_lock_another_bot_got_waits_for_it_and_answers_then(
    settings: Settings, engine: Engine
) -> None:
    """PostgreSQL is restarted, or fails over, and the next bot gets the lock before the first one knows."""
    with in_process(settings) as (api, served):
        wait_for_bot(served, '"well"')
        with another_bot(settings, engine):
            wait_for_bot(served, "Another bot works on this database")
            anna = Chat(api, api.person("Anna"))
            anna.says("/start")
            assert anna.newest_with("Readback") is None
        assert anna.sees("Readback").text.startswith("Readback")
        wait_for_bot(served, '"well"')


@contextmanager
def another_bot(settings: Settings, engine: Engine) -> Iterator[None]:
    """End the session that holds the lock, and hold it: first in the queue, so that nobody is faster."""
    address = settings.database_url.replace("+psycopg", "", 1)
    with psycopg.connect(address, autocommit=True) as second, ThreadPoolExecutor(1) as thread:
        queued = thread.submit(second.execute, f"SELECT pg_advisory_lock({ADVISORY})")
        while not _waits(engine, second.info.backend_pid):
            pass
        end_session_of_the_lock(engine)
        queued.result()
        with writing(engine) as session:
            begin_term(session.connection())
        yield


def _waits(engine: Engine, pid: int) -> bool:
    with writing(engine) as session:
        return bool(session.connection().execute(text(WAITING), {"pid": pid}).scalar())
