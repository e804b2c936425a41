"""Tells open copy pages how far their mail is, as server-sent events.

All pages share one query. A fetch that this process keeps, and a statement on a page, cause it at once.
What another process does is found by polling every two seconds, while at least one page is open.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from pixel_server.pages.guard import PAGE_HEADERS
from storage.engine import reading
from storage.links import histories, history_of
from storage.tables import Link
from tracking import History
from tracking.networks import home
from tracking.status import ENDED, LinkStatus, status_of

log = logging.getLogger(__name__)

MAX_STREAMS = 256
"""Open streams in this process. Each holds a connection and a task for as long as its page is open."""
MAX_STREAMS_PER_LINK = 8
"""Open streams of one link: a few devices of its owner. A key that leaked must not use up all streams."""
MAX_STREAMS_PER_ADDRESS = 32
"""Open streams of one IPv4 address, or one /64 of IPv6. A household or an office has one, so this is more
than one person needs."""
MAX_STREAMS_UNKNOWN = MAX_STREAMS // 2
"""Open streams of all clients whose address a hop hides: behind a proxy that nobody named, that is everybody.
Some are left for the others, because any client can send a header that makes it look hidden."""

POLL_SECONDS = 2.0
"""Between two queries that no fetch and no statement here has caused."""
MIN_SECONDS_BETWEEN = 0.1
"""Between any two queries, however many fetches cause one: the pixel needs the processor more."""
KEEP_ALIVE_SECONDS = 15.0
"""A silent stream sends a comment this often, so that proxies keep it open (nginx closes after 60 s of
silence), and so that a client that is gone is noticed."""

HEADERS = {**PAGE_HEADERS, "X-Accel-Buffering": "no"}
"""Without the last one, nginx would hold events back until its buffer is full."""


class Stage(StrEnum):
    """The progress of a link's mail, as its copy page shows it."""

    WAITING = "waiting"
    DRAFT = "draft"
    SENT = "sent"
    CLOSED = "closed"
    GONE = "gone"


def stage_of(history: History) -> Stage:
    """Return the stage that the page shows for a link's history.

    A link can be opened and not known as sent: the open may have been the draft, so the page still asks.
    """
    status = status_of(history).status
    if status in ENDED:
        return Stage.CLOSED
    if status is LinkStatus.NEW:
        return Stage.WAITING
    return Stage.SENT if history.sent() else Stage.DRAFT


class Stream:
    """The events of one open page."""

    def __init__(self, link: Link, address: str | None) -> None:
        self.link_id, self.token, self.home = link.id, link.token, address and home(address)
        self._stage, self._ended = stage_of(history_of(link)), False
        self._changed = asyncio.Event()

    def show(self, stage: Stage) -> None:
        if stage is not self._stage:
            self._stage = stage
            self._changed.set()

    def end(self) -> None:
        self._ended = True
        self._changed.set()

    async def events(self) -> AsyncIterator[str]:
        """Yield the stage at first and after each change, and comments in between, until the stream ends."""
        sent: Stage | None = None
        while not self._ended:
            self._changed.clear()
            stage = self._stage
            yield ":\n\n" if sent is stage else f"data: {stage}\n\n"
            sent = stage
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), KEEP_ALIVE_SECONDS)


class Live:
    """The streams of all open pages. Lives in the event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._streams: set[Stream] = set()
        self._tokens: frozenset[str] = frozenset()
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def open_pages(self) -> int:
        return len(self._streams)

    def open(self, link: Link, address: str | None) -> "Events | None":
        """Return the answer that streams a link's stage; None if too many streams are open."""
        same_link = sum(stream.link_id == link.id for stream in self._streams)
        shared = address and home(address)
        same_home = sum(stream.home == shared for stream in self._streams)
        if (
            self._closing
            or self.open_pages >= MAX_STREAMS
            or same_link >= MAX_STREAMS_PER_LINK
            or same_home >= (MAX_STREAMS_PER_ADDRESS if address else MAX_STREAMS_UNKNOWN)
        ):
            return None
        return Events(self, self._add(Stream(link, address)))

    def _add(self, stream: Stream) -> Stream:
        self._streams.add(stream)
        self._note_tokens()
        # The link was read a moment ago: what has happened since must not be missed.
        self._due.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return stream

    def remove(self, stream: Stream) -> None:
        self._streams.discard(stream)
        self._note_tokens()

    def after(self, token: str, on_kept: Callable[[bool], None]) -> Callable[[bool], None]:
        """Return an `on_kept` that also refreshes the pages that show the fetch's link."""
        if token not in self._tokens:
            return on_kept

        def both(kept: bool) -> None:
            on_kept(kept)
            self._due.set()

        return both

    def refresh_soon(self) -> None:
        """Query soon, because somebody made a statement on a page. Safe from any thread."""
        self._loop.call_soon_threadsafe(self._due.set)

    def close(self) -> None:
        """End all streams, and open no more. Safe in a signal handler."""
        self._closing = True
        self._loop.call_soon_threadsafe(self._end)

    async def stop(self) -> None:
        """End all streams, and wait until no thread queries the database for them."""
        self._closing = True
        self._end()
        if self._task:
            await asyncio.wait([self._task])

    def _end(self) -> None:
        for stream in self._streams:
            stream.end()
        if self._task:
            self._task.cancel()

    def _note_tokens(self) -> None:
        self._tokens = frozenset(stream.token for stream in self._streams)

    async def _run(self) -> None:
        while self._streams:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), POLL_SECONDS)
            self._due.clear()
            await self._refresh()
            await asyncio.sleep(MIN_SECONDS_BETWEEN)
        self._task = None

    async def _refresh(self) -> None:
        link_ids = {stream.link_id for stream in self._streams}
        try:
            found = await run_in_threadpool(self._histories, link_ids)
        except Exception as error:
            # No error may keep the next round from taking place.
            log.warning("Open copy pages show no changes until the next try: %s", type(error).__name__)
            return
        for stream in self._streams:
            # A stream that was opened during the query has read its link by itself.
            if stream.link_id in link_ids:
                history = found.get(stream.link_id)
                stream.show(stage_of(history) if history else Stage.GONE)

    def _histories(self, link_ids: set[int]) -> dict[int, History]:
        with reading(self._engine) as session:
            return histories(session, link_ids)


class Events(StreamingResponse):
    """The answer to a page that listens. It removes its stream however it ends."""

    def __init__(self, live: Live, stream: Stream) -> None:
        super().__init__(stream.events(), headers=HEADERS, media_type="text/event-stream")
        self._live, self._stream = live, stream

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._live.remove(self._stream)
