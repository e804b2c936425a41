"""One writer, many fetches a transaction: a fetch is kept once its batch is on disk (group commit).

While one batch is being committed the next one gathers, so the busier it is, the more fetches share a
disk flush; a lone fetch waits for nobody. When the database takes nothing, batches go to the spool, and
from there, in their order, into the database as soon as it can.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread

from sqlalchemy import Engine

from pixel_server.committing import AwayError, Committer
from storage.ingest import Arrival
from storage.notifying import Notifier
from storage.spool import SpoolError, Spools
from tracking import Windows

log = logging.getLogger(__name__)

LARGEST_BATCH = 512
MOST_BATCHES = 40
"""Full batches waiting for the disk; beyond it the provider is asked to come again."""
DRAINED_AT_ONCE = 2 * LARGEST_BATCH
"""More than can be added meanwhile, so that the spool gets empty under load as well."""
RETRY = 1.0
"""Seconds between two looks whether the database takes fetches again."""


class _Batch:
    """Fetches that share a transaction."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.tell: list[Callable[[bool], None]] = []
        """Who hears whether each was kept."""


class Writer:
    """Keeps fetches. `start` and `stop` run in the event loop; the database is used in two threads.

    Either commits only while the other does not: while anything waits in the spool, new fetches go
    behind it, so that each link's fetches are judged in the order in which they came.
    """

    def __init__(self, engine: Engine, windows: Windows, notifier: Notifier, spools: Spools) -> None:
        self._notifier, self.spools = notifier, spools
        self._direct = Committer(engine, windows, notifier)
        self._later = Committer(engine, windows, notifier)
        self._loop = asyncio.get_running_loop()
        self._batches = deque([_Batch()])
        """Waiting for the disk, oldest first; the last one gathers."""
        self._given: SimpleQueue[_Batch | None] = SimpleQueue()
        # An executor's futures and a task that awaits them cost a lone fetch a tenth of its time.
        self._thread = Thread(target=self._write_batches, name="writer", daemon=True)
        self._drainer = ThreadPoolExecutor(1, thread_name_prefix="drain")
        self._spooled, self._closing, self._idle = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._draining: asyncio.Task[None] | None = None
        self.trouble = ""
        """Why the database takes no fetches; empty when it does."""

    def start(self) -> None:
        self._thread.start()
        self._draining = asyncio.create_task(self._drain())
        self._spooled.set()

    def hurry(self) -> None:
        """The process is about to end: from now on nothing is tried for long. Safe in a signal's handler."""
        self._direct.fail_fast = self._later.fail_fast = True

    async def stop(self) -> None:
        """Keep what is waiting, answer everybody, then end; what is in the spool stays there."""
        self.hurry()
        self._closing.set()
        self._spooled.set()
        await self._idle.wait()
        self._given.put(None)
        self._thread.join()
        if self._draining:
            await self._draining
        self._drainer.shutdown()
        self._direct.close()
        self._later.close()
        self.spools.close()
        self._notifier.close()

    def add(self, arrival: Arrival, tell: Callable[[bool], None]) -> None:
        """Keep a fetch. `tell` hears True, in a later turn of the loop, once it is on disk or needs no
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
        if self._idle.is_set():
            self._go_on()

    async def keep(self, arrival: Arrival) -> bool:
        """`add`, for who can wait."""
        told: asyncio.Future[bool] = self._loop.create_future()
        self.add(arrival, lambda kept: None if told.done() else told.set_result(kept))
        return await told

    def _go_on(self) -> None:
        """Give the first thread what waits, in the next turn of the loop.

        Whoever is at the door already comes along: without that turn every other batch would be the one
        fetch that woke us, at the price of a flush.
        """
        if self._batches[0].arrivals:
            self._idle.clear()
            self._loop.call_soon(self._give)
        else:
            self._idle.set()

    def _give(self) -> None:
        self._given.put(self._batches.popleft())
        if not self._batches:
            self._batches.append(_Batch())

    def _write_batches(self) -> None:
        """The first thread."""
        while batch := self._given.get():
            try:
                lost = self._write(batch.arrivals)
            except Exception:
                log.exception("%d fetches could not be kept.", len(batch.arrivals))
                lost = frozenset(arrival.id for arrival in batch.arrivals)
            self._loop.call_soon_threadsafe(self._tell, batch, lost)
            if self._given.empty():
                self._direct.tidy()

    def _tell(self, batch: _Batch, lost: frozenset[str]) -> None:
        for arrival, tell in zip(batch.arrivals, batch.tell, strict=True):
            try:
                tell(arrival.id not in lost)
            except Exception:
                log.exception("A fetch could not be answered.")
        if self.spools.waiting:
            self._spooled.set()
        self._go_on()

    def _write(self, arrivals: list[Arrival]) -> frozenset[str]:
        """In the first thread: the ids of those that were not kept where they will be told from."""
        if not self.spools.waiting:
            try:
                poisoned = self._direct.keep(arrivals)
                self.trouble = ""
                self._put_aside(poisoned)
                return frozenset(arrival.id for arrival in poisoned)
            except AwayError as error:
                self._go_away(error)
        try:
            self.spools.append(arrivals)
        except SpoolError as error:
            log.error("%d fetches cannot be kept: %s", len(arrivals), error)  # expected
            return frozenset(arrival.id for arrival in arrivals)
        return frozenset()

    def _put_aside(self, poisoned: list[Arrival]) -> None:
        try:
            self.spools.put_aside(poisoned)
        except OSError as error:
            log.error("A fetch that was set aside could not be written down: %s", error)  # expected

    def _go_away(self, error: AwayError) -> None:
        if not self.trouble:
            log.error("The database takes no fetches, they wait in the spool: %s", error)
        self.trouble = str(error)

    async def _drain(self) -> None:
        """Bring what waits in the spool into the database, for as long as we run."""
        while not self._closing.is_set():
            await self._spooled.wait()
            self._spooled.clear()
            while self.spools.waiting and not self._later.fail_fast:
                if not await self._loop.run_in_executor(self._drainer, self._drain_some):
                    with suppress(TimeoutError):
                        async with asyncio.timeout(RETRY):
                            await self._closing.wait()

    def _drain_some(self) -> bool:
        """In the second thread: whether the database took them."""
        spool = self.spools.fullest()
        if spool is None:
            return True
        try:
            arrivals, end = spool.first(DRAINED_AT_ONCE)
            self.spools.put_aside(self._later.keep(arrivals, again=True) if arrivals else [])
        except (AwayError, OSError) as error:
            self.trouble = str(error)
            return False
        spool.taken(end, len(arrivals))
        if not self.spools.waiting:
            log.info("The spool is empty: every fetch in it is in the database.")
            self.trouble = ""
        return True
