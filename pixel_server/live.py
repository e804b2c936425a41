"""Where a link stands, told to its open copy pages as server-sent events.

All pages share one look. A fetch that this process keeps, or something said on a page, asks for it at
once; what another process does is found by looking every two seconds, and only while a page is open.
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

from pixel_server.edge import PAGE_HEADERS
from storage.engine import reading
from storage.links import histories, history_of
from storage.tables import Link
from tracking import History

log = logging.getLogger(__name__)

MOST_STREAMS = 256
MOST_OF_A_LINK = 8
MOST_OF_AN_ADDRESS = 32
"""Not few: behind a proxy that nobody named, all have one address."""

SLOW_LOOK = 2.0
SHORTEST_LOOK = 0.1
"""Seconds between looks, however many fetches ask for one: the pixel has the processor first."""
KEEP_ALIVE = 15.0
"""Seconds after which a silent stream says something, so that proxies keep it and who is gone is noticed."""

HEADERS = {**PAGE_HEADERS, "X-Accel-Buffering": "no"}
"""nginx would hold events back until it has a bufferful."""


class Stage(StrEnum):
    """How far a link's mail is, as far as its copy page goes."""

    WAITING = "waiting"
    DRAFT = "draft"
    SENT = "sent"
    CLOSED = "closed"
    GONE = "gone"


def stage_of(history: History) -> Stage:
    if history.statements.closed_at is not None:
        return Stage.CLOSED
    if history.sent():
        return Stage.SENT
    return Stage.DRAFT if history.summary.draft_agents else Stage.WAITING


class Stream:
    """One open page."""

    def __init__(self, link: Link, address: str | None) -> None:
        self.link_id, self.token, self.address = link.id, link.token, address
        self._stage, self._over = stage_of(history_of(link)), False
        self._changed = asyncio.Event()

    def show(self, stage: Stage) -> None:
        if stage is not self._stage:
            self._stage = stage
            self._changed.set()

    def end(self) -> None:
        self._over = True
        self._changed.set()

    async def events(self) -> AsyncIterator[str]:
        """The stage as soon as it is another one, until the stream is ended."""
        told: Stage | None = None
        while not self._over:
            self._changed.clear()
            stage = self._stage
            yield ":\n\n" if told is stage else f"data: {stage}\n\n"
            told = stage
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), KEEP_ALIVE)


class Live:
    """The open pages; lives in the event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._streams: set[Stream] = set()
        self._tokens: frozenset[str] = frozenset()
        self._wake = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def open_pages(self) -> int:
        return len(self._streams)

    def open(self, link: Link, address: str | None) -> "Events | None":
        """The answer that tells a page where its link stands; None when there are too many."""
        alike = sum(stream.link_id == link.id for stream in self._streams)
        nearby = sum(stream.address == address for stream in self._streams)
        full = self.open_pages >= MOST_STREAMS
        if self._closing or full or alike >= MOST_OF_A_LINK or nearby >= MOST_OF_AN_ADDRESS:
            return None
        stream = Stream(link, address)
        self._streams.add(stream)
        self._note_tokens()
        # What happened since the link was read is not to be missed.
        self._wake.set()
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        return Events(self, stream)

    def leave(self, stream: Stream) -> None:
        self._streams.discard(stream)
        self._note_tokens()

    def after(self, token: str, tell: Callable[[bool], None]) -> Callable[[bool], None]:
        """What to call once a fetch is kept: `tell`, and a look for the pages that wait for this link."""
        if token not in self._tokens:
            return tell

        def both(kept: bool) -> None:
            tell(kept)
            self._wake.set()

        return both

    def look_soon(self) -> None:
        """Something was said on a page; from any thread."""
        self._loop.call_soon_threadsafe(self._wake.set)

    def close(self) -> None:
        """End all streams and open none; also from a signal handler."""
        self._closing = True
        self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        for stream in self._streams:
            stream.end()
        if self._watching:
            self._watching.cancel()

    def _note_tokens(self) -> None:
        self._tokens = frozenset(stream.token for stream in self._streams)

    async def _watch(self) -> None:
        while self._streams:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), SLOW_LOOK)
            self._wake.clear()
            await self._look()
            await asyncio.sleep(SHORTEST_LOOK)
        self._watching = None

    async def _look(self) -> None:
        link_ids = {stream.link_id for stream in self._streams}
        try:
            found = await run_in_threadpool(self._histories, link_ids)
        except Exception as error:
            # Whatever it is, the pages that are open must hear again once it is over.
            log.warning("Open copy pages hear nothing for now: %s", type(error).__name__)
            return
        for stream in self._streams:
            # One that was opened meanwhile has just been read by itself.
            if stream.link_id in link_ids:
                history = found.get(stream.link_id)
                stream.show(stage_of(history) if history else Stage.GONE)

    def _histories(self, link_ids: set[int]) -> dict[int, History]:
        with reading(self._engine) as session:
            return histories(session, link_ids)


class Events(StreamingResponse):
    """The answer to a page that listens; gives its place back however it ends."""

    def __init__(self, live: Live, stream: Stream) -> None:
        super().__init__(stream.events(), headers=HEADERS, media_type="text/event-stream")
        self._live, self._stream = live, stream

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._live.leave(self._stream)
