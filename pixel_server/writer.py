"""One writer, many fetches a transaction: a fetch is kept once its batch is on disk (group commit).

While one batch is being committed the next one gathers, so the busier it is, the more fetches share a
disk flush; a lone fetch waits for nobody.
"""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from storage.ingest import Arrival, record
from storage.news import Teller
from tracking import Windows

log = logging.getLogger(__name__)

LARGEST_BATCH = 512
LONGEST_QUEUE = 20_000
"""Fetches waiting for the disk; beyond it the provider is asked to come again."""
PATIENCE = 2.0
"""Seconds a batch is tried before its fetches are answered as not kept."""


class _Waiting(NamedTuple):
    arrival: Arrival
    kept: asyncio.Future[bool]


class Writer:
    """Keeps fetches. `start` and `stop` run in the event loop; the database is used in one thread."""

    def __init__(self, engine: Engine, windows: Windows, teller: Teller) -> None:
        self._engine, self._windows, self._teller = engine, windows, teller
        self._waiting: list[_Waiting] = []
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._task: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self.set_aside = 0
        """Fetches that no transaction would take."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._write_batches())

    async def stop(self) -> None:
        """Keep what is waiting, then end."""
        while self._waiting:
            await asyncio.wait([self._waiting[-1].kept])
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._thread.shutdown()
        self._teller.close()

    async def keep(self, arrival: Arrival) -> bool:
        """True once the fetch is committed, or needs no keeping; False when it could not be kept."""
        if len(self._waiting) >= LONGEST_QUEUE:
            return False
        kept: asyncio.Future[bool] = self._loop.create_future()
        self._waiting.append(_Waiting(arrival, kept))
        self._arrived.set()
        return await kept

    async def _write_batches(self) -> None:
        while True:
            await self._arrived.wait()
            batch, self._waiting = self._waiting[:LARGEST_BATCH], self._waiting[LARGEST_BATCH:]
            if not self._waiting:
                self._arrived.clear()
            arrivals = [waiting.arrival for waiting in batch]
            kept = await self._loop.run_in_executor(self._thread, self._write, arrivals)
            for waiting, ok in zip(batch, kept, strict=True):
                if not waiting.kept.done():
                    waiting.kept.set_result(ok)

    def _write(self, arrivals: list[Arrival]) -> list[bool]:
        """In the thread: whether each was kept. A transaction is repeated by its fetches' ids."""
        give_up, again = time.monotonic() + PATIENCE, False
        while True:
            try:
                self._commit(arrivals, again=again)
                return [True] * len(arrivals)
            except OperationalError as error:
                if time.monotonic() > give_up:
                    log.error("The database cannot take %d fetches: %s", len(arrivals), error.orig)
                    return [False] * len(arrivals)
                time.sleep(0.05)
            except DBAPIError as error:
                if len(arrivals) > 1:
                    return [kept for arrival in arrivals for kept in self._write([arrival])]
                # One poisoned fetch must not stop the others, nor be asked for again and again.
                self.set_aside += 1
                log.error("A fetch was set aside: %s", error.orig)
                return [True]
            again = True

    def _commit(self, arrivals: list[Arrival], *, again: bool) -> None:
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            news = record(connection, arrivals, self._windows, again=again)
            if news:
                self._teller.in_transaction(connection)
        if news:
            self._teller.after_commit()
