"""Remembers the hop in front that TRUSTED_PROXIES does not name: told once in the log, in `/readyz`, and left
in the database, where the bot finds it for `/status`."""

import asyncio
import logging

from sqlalchemy import Engine

import words
from pixel_server.background import BackgroundTask
from storage import health
from storage.engine import reading, writing
from storage.health import Hop
from storage.times import now
from words import sentences

log = logging.getLogger(__name__)

RETRY_SECONDS = 10.0
"""Until the next attempt to write, while the database takes nothing."""
MOST_LOGGED = 8
"""Hops that one run remembers and tells in the log. Strangers could make up others without end."""


class HopWatch:
    """Used in the event loop only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._hop: Hop | None = None
        self._logged = set[tuple[str, str]]()
        self._is_proven = False
        self._changed = asyncio.Event()
        self._changed.set()
        self._background = BackgroundTask()

    @property
    def warning(self) -> str:
        """The hop that was noticed, and what to set; empty while none is."""
        return in_words(self._hop) if self._hop else ""

    def start(self) -> None:
        """Forget what was noticed before this start: the hop may have been named since."""
        self._background.start(self._run())

    async def stop(self) -> None:
        await self._background.stop()

    def suggest(self, hop: Hop | None) -> None:
        """A fetch seems to have come through this hop. What the bot's own request showed counts for more."""
        if hop is None or self._is_proven or (hop.kind, hop.value) in self._logged:
            return
        if len(self._logged) < MOST_LOGGED:
            self._tell(hop)

    def prove(self, hop: Hop | None) -> None:
        """The bot's own request came through this hop, or through named ones only. Nobody can forge that."""
        self._is_proven = True
        if hop and (hop.kind, hop.value) not in self._logged and len(self._logged) < MOST_LOGGED:
            self._tell(hop)
        elif hop != self._hop:
            self._hop = hop
            self._changed.set()

    def _tell(self, hop: Hop) -> None:
        self._logged.add((hop.kind, hop.value))
        self._hop = hop
        log.warning("%s", self.warning)
        self._changed.set()

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await asyncio.to_thread(self._leave, self._hop)
            except Exception as error:
                # /readyz tells what the database has: here it only means to try again.
                log.debug("The hop in front is not written down yet: %s", type(error).__name__)
                self._changed.set()
                await asyncio.sleep(RETRY_SECONDS)

    def _leave(self, hop: Hop | None) -> None:
        with reading(self._engine) as session:
            if health.hop_of(session) == hop:
                return
        with writing(self._engine) as session:
            health.leave_hop(session, hop, now())


def in_words(hop: Hop) -> str:
    return words.plain(sentences.operator.HOPS[hop.kind], hop=hop.title, address=hop.address, value=hop.value)
