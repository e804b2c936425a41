"""Remembers the bot's username, to which the front page leads. The bot leaves it in the database."""

import logging
import time
from collections.abc import Callable

from sqlalchemy import Engine

from storage.engine import describe_database_error, reading
from storage.health import username_of

log = logging.getLogger(__name__)

SECONDS = 30.0
"""Between two queries: strangers open the front page, and it must cost the database nothing."""


class BotName:
    """Safe from any thread."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._clock = engine, clock
        self._name, self._due = "", float("-inf")

    def get(self) -> str:
        """Return the bot's username without `@`; empty if it is not known.

        While the database fails, the page is shown all the same, with what was known before.
        """
        if self._clock() >= self._due:
            self._due = self._clock() + SECONDS
            try:
                with reading(self._engine) as session:
                    self._name = username_of(session)
            except Exception as error:
                log.debug("The front page does not know the bot's name: %s", describe_database_error(error))
        return self._name
