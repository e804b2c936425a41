"""Erases from this process's files: from SQLite's WAL, which no other process checkpoints, and from the
fetches that were set aside."""

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress

from sqlalchemy import Engine

from pixel_server.background import BackgroundTask
from storage import erasing
from storage.engine import database_of, describe_database_error, reading
from storage.notifying import Topic
from storage.spools import Spools

log = logging.getLogger(__name__)

RETRY_SECONDS = 0.1
"""Until the next attempt, while somebody reads from the WAL."""
POLL_SECONDS = 600.0
"""Between two rounds without a notification. One can be lost, and on PostgreSQL the bot sends none."""
FAST_POLL_SECONDS = 5.0
"""Between two rounds while notifications are off."""


class Eraser:
    """Erases at the start, after each notification, and every ten minutes.

    The start covers what the bot erased while no pixel server ran.
    """

    def __init__(self, engine: Engine, spools: Spools) -> None:
        self._engine, self._spools = engine, spools
        self._due = asyncio.Event()
        self._due.set()
        self._database = database_of(engine)
        self._subscriber = self._database.subscriber(Topic.ERASED, self._due.set)
        self._background = BackgroundTask()

    @property
    def trouble(self) -> str:
        """The reason why notifications are off; empty while they are on."""
        return self._subscriber.trouble

    def start(self) -> None:
        self._subscriber.start()
        if self.trouble:
            log.warning("%s", self.trouble)
        self._background.start(self._run())

    async def stop(self) -> None:
        self._subscriber.stop()
        await self._background.stop()

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(FAST_POLL_SECONDS if self.trouble else POLL_SECONDS):
                    await self._due.wait()
            self._due.clear()
            if not await asyncio.to_thread(self._erase):
                self._due.set()
                await asyncio.sleep(RETRY_SECONDS)

    def _erase(self) -> bool:
        """Return False if somebody still reads from the WAL."""
        try:
            self._spools.erase_unknown(self._unknown_tokens)
            return self._database.truncate_log(self._engine)
        except Exception as error:
            log.warning(
                "Erased data stays in files until the next attempt, within %d s: %s",
                POLL_SECONDS,
                describe_database_error(error),
            )
            return True

    def _unknown_tokens(self, tokens: Collection[str]) -> set[str]:
        with reading(self._engine) as session:
            return erasing.unknown_tokens(session, tokens)
