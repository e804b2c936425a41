"""The pixel server's sign of life is in the database as soon as it runs."""

import pytest
from sqlalchemy import Engine

from pixel_server.heart import Heart
from storage.engine import reading
from storage.health import PIXEL_SERVER, last_beat, trouble_of
from storage.times import now
from tests.waiting import wait_until


def test_a_running_pixel_server_is_well_and_one_that_never_ran_is_not(engine: Engine) -> None:
    def trouble() -> str:
        with reading(engine) as session:
            return trouble_of(session, PIXEL_SERVER, now())

    assert trouble() == "has not started yet"
    heart = Heart(engine)
    heart.start()
    wait_until(lambda: trouble() == "", "the first heartbeat is written")
    heart.stop()


def test_the_heartbeat_is_written_by_the_clock_that_both_programs_share(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that was set between their starts made all heartbeats look hours old, until a restart."""
    set_to = now() + 3 * 3600
    monkeypatch.setattr("time.time", lambda: set_to)

    def last() -> float | None:
        with reading(engine) as session:
            return last_beat(session, PIXEL_SERVER)

    heart = Heart(engine)
    heart.start()
    wait_until(lambda: last() is not None, "the first heartbeat is written")
    heart.stop()
    assert last() == round(set_to, 3)
