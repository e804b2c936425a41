"""One bot at a time."""

import subprocess
import sys
import time

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from settings import Settings
from storage.engine import connect, database_of, is_passing, writing
from storage.lock import BotLock, LockLostError, begin_term, require_term
from tests.processes import ROOT

on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("settings", ["postgres"], indirect=True)

BUSY = "PRAGMA busy_timeout=50"

TAKE_AND_HOLD = """
import sys
import settings
from storage.engine import connect, database_of
engine = connect(settings.read({"DATABASE_URL": sys.argv[1]}, dotenv=None))
lock = database_of(engine).bot_lock(engine)
print(lock.take(), flush=True)
sys.stdin.readline()
"""


def lock_on(engine: Engine) -> BotLock:
    return database_of(engine).bot_lock(engine)


def takes_over(lock: BotLock) -> bool:
    """Ask again until it is ours: PostgreSQL notices a closed connection a moment later."""
    give_up = time.monotonic() + 30
    while not lock.take():
        if time.monotonic() > give_up:
            return False
    return True


def test_the_second_bot_waits_and_takes_over_when_the_first_ends(engine: Engine) -> None:
    first, second = lock_on(engine), lock_on(engine)
    assert first.take()
    assert not second.take()
    assert not second.take()
    first.release()
    assert takes_over(second)
    second.release()


def test_who_has_the_lock_keeps_it_however_often_they_ask(engine: Engine) -> None:
    first, second = lock_on(engine), lock_on(engine)
    assert first.take()
    assert first.take()
    assert not second.take()
    for lock in (first, second):
        lock.release()


def test_a_bot_that_waited_in_vain_can_leave(engine: Engine) -> None:
    first, second = lock_on(engine), lock_on(engine)
    assert first.take()
    assert not second.take()
    second.release()
    third = lock_on(engine)
    assert not third.take()
    for lock in (first, third):
        lock.release()


def test_a_lock_that_was_never_taken_can_be_released(engine: Engine) -> None:
    lock_on(engine).release()


def test_the_lock_of_a_killed_bot_is_free(settings: Settings, engine: Engine) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", TAKE_AND_HOLD, settings.database_url],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert first.stdout
    assert first.stdout.readline() == "True\n"
    second = lock_on(engine)
    assert not second.take()
    first.kill()
    first.communicate()
    assert takes_over(second)
    second.release()


def within(engine: Engine, term: int) -> None:
    """Work as the bot of this term does."""
    with writing(engine) as session:
        require_term(session, term)


def test_each_bot_that_takes_the_lock_ends_the_term_of_the_one_before(engine: Engine) -> None:
    first, second = lock_on(engine), lock_on(engine)
    assert first.take()
    within(engine, first.term)
    first.release()
    assert takes_over(second)
    assert second.term > first.term
    within(engine, second.term)
    with pytest.raises(LockLostError):
        within(engine, first.term)
    second.release()


def test_a_bot_that_waits_ends_nobodys_term(engine: Engine) -> None:
    first, second = lock_on(engine), lock_on(engine)
    assert first.take()
    assert not second.take()
    within(engine, first.term)
    first.require()
    for lock in (first, second):
        lock.release()


def test_no_term_begins_while_the_bot_of_the_one_before_is_claiming(
    settings: Settings, engine: Engine
) -> None:
    lock, hasty = lock_on(engine), connect(settings)
    assert lock.take()
    with hasty.connect().execution_options(writes=True) as other:
        other.exec_driver_sql("SET lock_timeout = '50ms'" if settings.sqlite_path is None else BUSY)
        other.rollback()
        with writing(engine) as session:
            require_term(session, lock.term)
            with pytest.raises(OperationalError) as refused:
                begin_term(other)
    assert is_passing(engine, refused.value)
    within(engine, lock.term)
    lock.release()
    hasty.dispose()


@on_postgres
def test_a_bot_whose_session_the_server_ended_learns_it_and_waits_for_the_next_bot(engine: Engine) -> None:
    """As after a restart of the server, or a failover: the next bot gets the lock before the first knows."""
    first, second = lock_on(engine), lock_on(engine)
    assert first.take()
    end_session_of_the_lock(engine)
    assert takes_over(second)
    with pytest.raises(LockLostError):
        within(engine, first.term)
    with pytest.raises(LockLostError, match="session that held the bot's lock is gone"):
        first.require()
    with pytest.raises(LockLostError):
        first.require()
    assert not first.take()
    within(engine, second.term)
    second.release()
    assert takes_over(first)
    within(engine, first.term)
    first.release()


@on_postgres
def test_a_bot_whose_session_has_ended_cannot_end_the_term_of_the_next_one(engine: Engine) -> None:
    """It took the lock, and was stopped before it could do anything with it."""
    first, second = lock_on(engine), lock_on(engine)
    assert first.take()
    end_session_of_the_lock(engine)
    assert takes_over(second)
    with pytest.raises(DBAPIError):
        first.take()
    within(engine, second.term)
    second.release()


@on_sqlite
def test_a_bot_whose_lock_file_was_removed_learns_it(settings: Settings, engine: Engine) -> None:
    assert settings.sqlite_path
    first, second = lock_on(engine), lock_on(engine)
    assert first.take()
    settings.sqlite_path.with_suffix(".bot").unlink()
    assert second.take()
    with pytest.raises(LockLostError):
        within(engine, first.term)
    with pytest.raises(LockLostError, match="was removed or replaced"):
        first.require()
    second.release()


def end_session_of_the_lock(engine: Engine) -> None:
    holders = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
    holders += "(SELECT oid FROM pg_database WHERE datname = current_database())"
    with writing(engine) as session:
        (pid,) = session.connection().execute(text(holders)).one()
        session.connection().execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
