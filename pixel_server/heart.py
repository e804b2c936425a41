"""Writes the pixel server's heartbeat, by which `/status` in the chat knows that opens are recorded."""

import logging
import threading

from sqlalchemy import Engine

from storage.engine import describe_database_error, writing
from storage.health import PIXEL_SERVER, beat
from storage.times import now

log = logging.getLogger(__name__)

HEARTBEAT = 20.0
"""Seconds between two signs of life."""
LONGEST_WAIT = 1.0
"""Seconds that the end waits for one."""


class Heart:
    """A thread of its own: a frozen database may hold it for minutes, and it must not hold up the end."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._stopped = engine, threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def wait(self) -> None:
        """Wait for a heartbeat that is being written. Its connection could not be closed before."""
        self._thread.join(LONGEST_WAIT)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with writing(self._engine) as session:
                    beat(session, PIXEL_SERVER, "", now())
            except Exception as error:
                # The database's trouble is told by the writer. Without a heartbeat, the chat hears of it too.
                log.debug("The heartbeat could not be written: %s", describe_database_error(error))
            self._stopped.wait(HEARTBEAT)
