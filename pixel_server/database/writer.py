"""One writer, many fetches a transaction (group commit): a fetch is kept once its batch is on disk.

While one batch is being committed, the next one gathers. So the busier the server is, the more fetches
share a disk flush, and a lone fetch waits for no other. When the database takes nothing, batches go to the
spool, and from there, in their order, into the database as soon as it works again.
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

from pixel_server.database.committing import Committer, UnavailableError
from pixel_server.database.known_tokens import TokenReader
from pixel_server.tally import Tally
from storage.engine import describe_database_error
from storage.ingest import Arrival
from storage.notifying import Notifier
from storage.spool import SpoolError
from storage.spools import Spools
from tracking import Windows

log = logging.getLogger(__name__)

MAX_BATCH = 512
"""Fetches in one transaction."""
MAX_BATCHES = 40
"""Full batches that may wait for the disk, some 20,000 fetches. Further ones are answered 503."""
DRAIN_BATCH = 2 * MAX_BATCH
"""Fetches taken out of the spool at once: more than can arrive meanwhile, so that it empties under load."""
RETRY_SECONDS = 1.0
"""Between two attempts to drain the spool."""
ADOPT_SECONDS = 10.0
"""Between two searches for spools that ended pixel servers left beside this database."""


class _Batch:
    """Fetches that share a transaction."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.on_kept: list[Callable[[bool], None]] = []
        """One for each fetch: called with True if it was kept."""


class Writer:
    """Keeps fetches. `start` and `stop` run in the event loop; the database is used in two threads.

    The writer thread commits new fetches, the drain thread drains the spool. Only one of them commits at a
    time: while anything waits in the spool, new fetches are appended to it, so that each link's fetches are
    judged in the order in which they came.
    """

    def __init__(
        self, engine: Engine, windows: Windows, notifier: Notifier, spools: Spools, tokens: TokenReader
    ) -> None:
        self._notifier, self.spools, self._tokens = notifier, spools, tokens
        self._new = Committer(engine, windows, notifier)
        self._spooled = Committer(engine, windows, notifier)
        self._loop = asyncio.get_running_loop()
        self._batches = deque([_Batch()])
        """Waiting for the disk, oldest first; the last one gathers."""
        self._queue: SimpleQueue[_Batch | None] = SimpleQueue()
        # A thread and a queue: an executor's futures, and a task that awaits them, cost a lone fetch a
        # tenth of its time.
        self._thread = Thread(target=self._write_batches, name="writer", daemon=True)
        self._drainer = ThreadPoolExecutor(1, thread_name_prefix="drain")
        self._must_drain, self._closing, self._idle = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._draining: asyncio.Task[None] | None = None
        self.trouble = ""
        """The reason why the database takes no fetches; empty if it takes them."""
        self._lost = Tally(log, logging.ERROR, "%d fetches cannot be kept; they are answered 503: %s")

    def start(self) -> None:
        self._thread.start()
        self._draining = asyncio.create_task(self._drain())

    def stop_retrying(self) -> None:
        """Repeat no failed transaction any more: the process is about to end. Safe in a signal handler."""
        self._new.fail_fast = self._spooled.fail_fast = True

    async def stop(self) -> None:
        """Keep what is waiting, answer it, then end. What is in the spool stays there."""
        self.stop_retrying()
        self._closing.set()
        self._must_drain.set()
        await self._idle.wait()
        self._queue.put(None)
        self._thread.join()
        if self._draining:
            await self._draining
        self._drainer.shutdown()
        self._new.close()
        self._spooled.close()
        self._tokens.close()
        self.spools.close()
        self._notifier.close()

    def add(self, arrival: Arrival, on_kept: Callable[[bool], None]) -> None:
        """Keep a fetch.

        `on_kept` is called in a later turn of the event loop: with True once the fetch is on disk, or needs
        no keeping, and with False if it could not be kept.
        """
        batch = self._batches[-1]
        if len(batch.arrivals) == MAX_BATCH:
            if len(self._batches) > MAX_BATCHES:
                self._lost.add(1, "too many wait for the disk")
                self._loop.call_soon(on_kept, False)
                return
            batch = _Batch()
            self._batches.append(batch)
        batch.arrivals.append(arrival)
        batch.on_kept.append(on_kept)
        if self._idle.is_set():
            self._continue()

    async def keep(self, arrival: Arrival) -> bool:
        """Do what `add` does, and return what `on_kept` is called with."""
        answer: asyncio.Future[bool] = self._loop.create_future()
        self.add(arrival, lambda kept: None if answer.done() else answer.set_result(kept))
        return await answer

    def _continue(self) -> None:
        """Pass the oldest batch to the writer thread, in the next turn of the event loop.

        Requests that have already arrived join this batch. Without that turn, every other batch would hold
        only the one fetch that began it, at the price of a disk flush.
        """
        if self._batches[0].arrivals:
            self._idle.clear()
            self._loop.call_soon(self._pass_on)
        else:
            self._idle.set()

    def _pass_on(self) -> None:
        self._queue.put(self._batches.popleft())
        if not self._batches:
            self._batches.append(_Batch())

    def _write_batches(self) -> None:
        """Write batches until the server ends. This is the writer thread."""
        while batch := self._queue.get():
            try:
                lost = self._write(batch.arrivals)
            except Exception as error:
                self._lost.add(len(batch.arrivals), "see below", error)
                lost = frozenset(arrival.id for arrival in batch.arrivals)
            self._loop.call_soon_threadsafe(self._answer, batch, lost)
            if self._queue.empty():
                self._checkpoint()

    def _checkpoint(self) -> None:
        try:
            self._new.checkpoint_if_due()
        except Exception:
            # Without this thread, every later fetch would wait for its answer for ever.
            log.exception("SQLite's WAL could not be checkpointed; it is tried again after more commits.")

    def _answer(self, batch: _Batch, lost: frozenset[str]) -> None:
        for arrival, on_kept in zip(batch.arrivals, batch.on_kept, strict=True):
            try:
                on_kept(arrival.id not in lost)
            except Exception:
                log.exception("A fetch was kept and could not be answered.")
        if self.spools.waiting:
            self._must_drain.set()
        self._continue()

    def _write(self, arrivals: list[Arrival]) -> frozenset[str]:
        """Commit fetches or spool them. Return the ids of those that are lost. Runs in the writer thread."""
        if not self.spools.waiting:
            arrivals = self._of_links(arrivals)
            if not arrivals:
                return frozenset()
            try:
                poisoned = self._new.keep(arrivals)
                self.trouble = ""
                self._put_aside(poisoned)
                return frozenset(arrival.id for arrival in poisoned)
            except UnavailableError as error:
                self._note_trouble(error)
        try:
            lost = self.spools.append(arrivals)
        except SpoolError as error:
            self._lost.add(len(arrivals), str(error))
            return frozenset(arrival.id for arrival in arrivals)
        if lost:
            self._lost.add(len(lost), "the spool has no room left for them")
        return lost

    def _of_links(self, arrivals: list[Arrival]) -> list[Arrival]:
        """Return the fetches without those of invented tokens: these need no transaction that writes."""
        try:
            missing = self._tokens.missing([arrival.token for arrival in arrivals])
        except Exception as error:
            # If the database is away, the commit says so.
            log.debug("Tokens could not be looked up: %s", describe_database_error(error))
            return arrivals
        return [one for one in arrivals if one.token not in missing] if missing else arrivals

    def _put_aside(self, poisoned: list[Arrival]) -> None:
        try:
            self.spools.put_aside(poisoned)
        except OSError as error:
            log.error("A fetch that is set aside could not be written to disk: %s", error)  # expected

    def _note_trouble(self, error: UnavailableError) -> None:
        if not self.trouble:
            log.error("The database takes no fetches; they wait in the spool: %s", error)
        self.trouble = str(error)

    async def _drain(self) -> None:
        """Move the fetches that wait in spools to the database, until the server ends."""
        while not self._closing.is_set():
            await self._loop.run_in_executor(self._drainer, self._adopt)
            while self.spools.waiting and not self._spooled.fail_fast:
                if not await self._loop.run_in_executor(self._drainer, self._drain_some):
                    await _within(RETRY_SECONDS, self._closing)
            await _within(ADOPT_SECONDS, self._must_drain)
            self._must_drain.clear()

    def _adopt(self) -> None:
        """Adopt spools of pixel servers that have ended. Runs in the drain thread."""
        try:
            self.spools.hold_files()
        except SpoolError:
            pass  # `spools.unusable` says why, and /readyz shows it
        except Exception:
            log.exception(
                "The spools of ended pixel servers cannot be read; tried again in %d s.", ADOPT_SECONDS
            )

    def _drain_some(self) -> bool:
        """Move fetches from a spool to the database. Return True if that worked. Runs in the drain thread."""
        spool = self.spools.next_to_drain()
        if spool is None:
            return True
        try:
            arrivals, end = spool.first(DRAIN_BATCH)
            self.spools.put_aside(self._spooled.keep(arrivals, again=True) if arrivals else [])
        except (UnavailableError, OSError) as error:
            self.trouble = str(error)
            return False
        except Exception as error:
            # Unforeseen. The spool must still be tried again, or fetches would wait in it until a restart.
            trouble = f"The spool {spool.path} cannot be drained: {type(error).__name__}"
            if trouble != self.trouble:
                log.exception("%s", trouble)
            self.trouble = trouble
            return False
        spool.taken(end, len(arrivals))
        if not self.spools.waiting:
            log.info("The spool is empty: every fetch in it is in the database.")
            self.trouble = ""
        return True


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, but no longer than this."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
