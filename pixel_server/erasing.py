"""What was erased leaves this process's files too: SQLite's write-ahead log, which nobody else checkpoints,
and the fetches that were set aside."""

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress

from sqlalchemy import Engine

from settings import Settings
from storage import erasing
from storage.engine import describe_database_error, reading
from storage.notifying import ERASED, Subscriber
from storage.spool import Spools

log = logging.getLogger(__name__)

PAUSE = 0.1
"""Seconds until the next attempt, while somebody reads from the log."""
SLOW_LOOK = 600.0
"""Seconds after which it looks by itself: news can be lost, and PostgreSQL's bot tells none."""


class Eraser:
    """Erases at the start, for what happened while nobody listened, whenever it is told, and now and then."""

    def __init__(self, settings: Settings, engine: Engine, spools: Spools) -> None:
        self._engine, self._spools = engine, spools
        self._wanted = asyncio.Event()
        self._wanted.set()
        # PostgreSQL keeps its own log, and for as long as its operator wants.
        self._subscriber = Subscriber(settings, self._wanted.set, ERASED) if settings.sqlite_path else None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._subscriber:
            self._subscriber.start()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._subscriber:
            self._subscriber.stop()
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(SLOW_LOOK):
                    await self._wanted.wait()
            self._wanted.clear()
            if not await asyncio.to_thread(self._erase):
                self._wanted.set()
                await asyncio.sleep(PAUSE)

    def _erase(self) -> bool:
        """False while somebody still reads from the log."""
        try:
            self._spools.erase_unknown(self._unknown_tokens)
            return self._subscriber is None or erasing.truncate_log(self._engine)
        except Exception as error:
            log.warning(
                "What was erased stays in files until the next attempt: %s", describe_database_error(error)
            )
            return True

    def _unknown_tokens(self, tokens: Collection[str]) -> set[str]:
        with reading(self._engine) as session:
            return erasing.unknown_tokens(session, tokens)
