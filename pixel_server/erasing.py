"""What was erased leaves SQLite's write-ahead log too: this process is the only one that checkpoints."""

import asyncio
import logging

from sqlalchemy import Engine

from settings import Settings
from storage.erasing import truncate_log
from storage.news import ERASED, Listener

log = logging.getLogger(__name__)

PAUSE = 0.1
"""Seconds until the next attempt, while somebody reads from the log."""


class Truncater:
    """Empties the log at the start, for what was erased while nobody listened, and whenever it is told."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._engine = engine
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._listener = Listener(settings, self._wanted.set, ERASED)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._listener.start()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        self._listener.stop()
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            if not await asyncio.to_thread(self._truncate):
                self._wanted.set()
                await asyncio.sleep(PAUSE)

    def _truncate(self) -> bool:
        try:
            return truncate_log(self._engine)
        except Exception:
            log.exception("The write-ahead log could not be emptied; it will be at the next start.")
            return True
