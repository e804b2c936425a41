"""The pixel server's sign of life is in the database as soon as it runs."""

from sqlalchemy import Engine

from pixel_server.heart import Heart
from storage.engine import reading
from storage.health import PIXEL_SERVER, trouble_of
from storage.times import steady
from tests.waiting import wait_until


def test_a_running_pixel_server_is_well_and_one_that_never_ran_is_not(engine: Engine) -> None:
    def trouble() -> str:
        with reading(engine) as session:
            return trouble_of(session, PIXEL_SERVER, steady())

    assert trouble() == "has not started yet"
    heart = Heart(engine)
    heart.start()
    wait_until(lambda: trouble() == "", "the first heartbeat is written")
    heart.stop()
