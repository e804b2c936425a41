"""One bot at a time."""

import subprocess
import sys
import time

from sqlalchemy import Engine

from settings import Settings
from storage.engine import database_of
from storage.lock import BotLock
from tests.processes import ROOT

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
