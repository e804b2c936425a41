"""Counts what strangers can cause without end, and logs a line about it now and then."""

import logging
from threading import Lock
from time import monotonic
from weakref import WeakSet

BETWEEN_LINES = 60.0
"""Seconds between two lines of one tally."""

_tallies = WeakSet["Tally"]()


class Tally:
    """One kind of event. The first is logged at once, and those that follow once a minute, with their number.

    `message` has a `%d` for the number since the line before, and a `%s` for the latest detail. Safe between
    threads.
    """

    def __init__(self, log: logging.Logger, level: int, message: str) -> None:
        self._log, self._level, self._message = log, level, message
        self._lock = Lock()
        self._number, self._detail = 0, ""
        self._error: Exception | None = None
        self._logged_at = -BETWEEN_LINES
        _tallies.add(self)

    def add(self, number: int, detail: str = "", error: Exception | None = None) -> None:
        """Count events. The traceback of an unforeseen `error` stands below the line that tells of it."""
        with self._lock:
            self._number, self._detail, self._error = self._number + number, detail, error
        self.log_if_due()

    def log_if_due(self) -> None:
        """Log what is counted and not logged yet, unless the last line is too young."""
        with self._lock:
            if not self._number or monotonic() < self._logged_at + BETWEEN_LINES:
                return
            self._log.log(self._level, self._message, self._number, self._detail, exc_info=self._error)
            self._number, self._error, self._logged_at = 0, None, monotonic()


async def log_the_rest() -> None:
    """Log what was counted after the last lines. To be called now and then: an attack may have ended."""
    for tally in list(_tallies):
        tally.log_if_due()
