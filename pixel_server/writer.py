"""One writer, many fetches a transaction: a fetch is kept once its batch is on disk (group commit).

While one batch is being committed the next one gathers, so the busier it is, the more fetches share a
disk flush; a lone fetch waits for nobody.
"""

import asyncio
import logging
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from storage.ingest import Arrival, record
from storage.news import Teller
from tracking import Windows

log = logging.getLogger(__name__)

LARGEST_BATCH = 512
MOST_BATCHES = 40
"""Full batches waiting for the disk; beyond it the provider is asked to come again."""
PATIENCE = 2.0
"""Seconds a batch is tried before its fetches are answered as not kept."""


class _Batch:
    """Fetches that share a transaction, and the moment at which its outcome is known."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.arrivals: list[Arrival] = []
        self.done: asyncio.Future[None] = loop.create_future()
        self.lost: frozenset[str] = frozenset()
        """Ids of the fetches that could not be kept."""


class Writer:
    """Keeps fetches. `start` and `stop` run in the event loop; the database is used in one thread."""

    def __init__(self, engine: Engine, windows: Windows, teller: Teller) -> None:
        self._engine, self._windows, self._teller = engine, windows, teller
        self._loop = asyncio.get_running_loop()
        self._gathering = _Batch(self._loop)
        self._full: deque[_Batch] = deque()
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        """The thread's own, kept open: to ask the pool for one costs as much as a dozen fetches."""
        driver = engine.dialect.loaded_dbapi
        self._passing = (OperationalError, driver.OperationalError)
        self._lasting = (DBAPIError, driver.Error)
        self.set_aside = 0
        """Fetches that no transaction would take."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._write_batches())

    async def stop(self) -> None:
        """Keep what is waiting, then end."""
        if self._gathering.arrivals:
            await asyncio.wait([self._gathering.done])
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._thread.shutdown()
        if self._connection:
            self._connection.close()
        self._teller.close()

    async def keep(self, arrival: Arrival) -> bool:
        """True once the fetch is committed, or needs no keeping; False when it could not be kept."""
        batch = self._gathering
        batch.arrivals.append(arrival)
        if len(batch.arrivals) == LARGEST_BATCH:
            if len(self._full) >= MOST_BATCHES:
                batch.arrivals.pop()
                return False
            self._full.append(batch)
            self._gathering = _Batch(self._loop)
        self._arrived.set()
        await batch.done
        return arrival.id not in batch.lost

    async def _write_batches(self) -> None:
        while True:
            await self._arrived.wait()
            # Whoever is at the door already comes along: without this turn of the loop every other batch
            # would be the one fetch that woke us, at the price of a flush.
            await asyncio.sleep(0)
            if self._full:
                batch = self._full.popleft()
            else:
                batch, self._gathering = self._gathering, _Batch(self._loop)
                self._arrived.clear()
            try:
                batch.lost = await self._loop.run_in_executor(self._thread, self._write, batch.arrivals)
            except Exception:
                log.exception("A batch of %d fetches failed.", len(batch.arrivals))
                batch.lost = frozenset(arrival.id for arrival in batch.arrivals)
            batch.done.set_result(None)

    def _write(self, arrivals: list[Arrival]) -> frozenset[str]:
        """In the thread: the ids of those that were lost. A transaction is repeated by its fetches' ids."""
        give_up, again = time.monotonic() + PATIENCE, False
        while True:
            try:
                self._commit(arrivals, again=again)
                return frozenset()
            except self._passing as error:
                if time.monotonic() > give_up:
                    log.error("The database cannot take %d fetches: %s", len(arrivals), error)
                    return frozenset(arrival.id for arrival in arrivals)
                time.sleep(0.05)
            except self._lasting as error:
                if len(arrivals) > 1:
                    return frozenset().union(*(self._write([arrival]) for arrival in arrivals))
                # One poisoned fetch must not stop the others, nor be asked for again and again.
                self.set_aside += 1
                log.error("A fetch was set aside: %s", error)
                return frozenset()
            again = True

    def _commit(self, arrivals: list[Arrival], *, again: bool) -> None:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(writes=True)
        try:
            with self._connection.begin():
                news = record(self._connection, arrivals, self._windows, again=again)
                if news:
                    self._teller.in_transaction(self._connection)
        except BaseException:
            # What the connection is worth after a failure nobody knows: the next attempt opens another.
            connection, self._connection = self._connection, None
            connection.invalidate()
            connection.close()
            raise
        if news:
            self._teller.after_commit()
