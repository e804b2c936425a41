"""One writer, many fetches a transaction: a fetch is kept once its batch is on disk (group commit).

While one batch is being committed the next one gathers, so the busier it is, the more fetches share a
disk flush; a lone fetch waits for nobody.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

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
    """Fetches that share a transaction."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.tell: list[Callable[[bool], None]] = []
        """Who hears whether each was kept."""


class Writer:
    """Keeps fetches. `start` and `stop` run in the event loop; the database is used in one thread."""

    def __init__(self, engine: Engine, windows: Windows, teller: Teller) -> None:
        self._engine, self._windows, self._teller = engine, windows, teller
        self._loop = asyncio.get_running_loop()
        self._batches = deque([_Batch()])
        """Waiting for the disk, oldest first; the last one gathers."""
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        """The thread's own, kept open: to ask the pool for one costs as much as a dozen fetches."""
        driver = engine.dialect.loaded_dbapi
        self._passing = (OperationalError, driver.OperationalError)
        self._poisoned = (DataError, IntegrityError, driver.DataError, driver.IntegrityError)
        self._lasting = (DBAPIError, driver.Error)
        self.closing = False
        """The process is about to end: nothing is tried for long any more."""
        self.set_aside = 0
        """Fetches that no transaction would take."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._write_batches())

    async def stop(self) -> None:
        """Keep what is waiting, answer everybody, then end."""
        self.closing = True
        self._arrived.set()
        if self._task:
            await self._task
        self._thread.shutdown()
        if self._connection:
            self._connection.close()
        self._teller.close()

    def add(self, arrival: Arrival, tell: Callable[[bool], None]) -> None:
        """Keep a fetch. `tell` hears True, in a later turn of the loop, once it is committed or needs no
        keeping, and False when it could not be kept."""
        batch = self._batches[-1]
        if len(batch.arrivals) == LARGEST_BATCH:
            if len(self._batches) > MOST_BATCHES:
                self._loop.call_soon(tell, False)
                return
            batch = _Batch()
            self._batches.append(batch)
        batch.arrivals.append(arrival)
        batch.tell.append(tell)
        self._arrived.set()

    async def keep(self, arrival: Arrival) -> bool:
        """`add`, for who can wait."""
        told: asyncio.Future[bool] = self._loop.create_future()
        self.add(arrival, lambda kept: None if told.done() else told.set_result(kept))
        return await told

    async def _write_batches(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._batches[0].arrivals:
                # Whoever is at the door already comes along: without this turn of the loop every other
                # batch would be the one fetch that woke us, at the price of a flush.
                await asyncio.sleep(0)
                await self._write_first()
            if self.closing:
                return

    async def _write_first(self) -> None:
        batch = self._batches.popleft()
        if not self._batches:
            self._batches.append(_Batch())
        lost = await self._loop.run_in_executor(self._thread, self._write, batch.arrivals)
        for arrival, tell in zip(batch.arrivals, batch.tell, strict=True):
            try:
                tell(arrival.id not in lost)
            except Exception:
                log.exception("A fetch could not be answered.")

    def _write(self, arrivals: list[Arrival], *, again: bool = False) -> frozenset[str]:
        """In the thread: the ids of those that were lost. A transaction is repeated by its fetches' ids."""
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                self._commit(arrivals, again=again)
                return frozenset()
            except self._passing as error:
                if time.monotonic() > give_up or self.closing:
                    return _refuse(arrivals, error)
                time.sleep(0.05)
            except self._poisoned as error:
                return self._set_aside(arrivals, error)
            except self._lasting as error:
                # Read-only, corrupt, or without its tables: the database will not take anything.
                return _refuse(arrivals, error)
            except Exception as error:
                # A history that cannot be read, say: it costs its own link's fetches, and no other's.
                return self._set_aside(arrivals, error)
            again = True

    def _set_aside(self, arrivals: list[Arrival], error: Exception) -> frozenset[str]:
        """Find the poisoned fetches: one must not stop the others."""
        if len(arrivals) > 1:
            return frozenset().union(*(self._write([arrival], again=True) for arrival in arrivals))
        self.set_aside += 1
        return _refuse(arrivals, error)

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


def _refuse(arrivals: list[Arrival], error: Exception) -> frozenset[str]:
    # The first line only: what follows can hold the values of a row.
    reason = str(error).partition("\n")[0]
    log.error("%d fetches cannot be kept: %s: %s", len(arrivals), type(error).__name__, reason)
    return frozenset(arrival.id for arrival in arrivals)
