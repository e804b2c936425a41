"""Watches the published lists that the bot fetches: the pixel server tells networks by the newest of them."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Engine
from sqlmodel import Session

from pixel_server.background import BackgroundTask
from storage import published_lists
from storage.engine import describe_database_error, reading
from tracking import networks
from tracking.data_files import without_comments
from tracking.hops import Hops
from tracking.networks import Networks
from tracking.published_ranges import HOPS, NETWORKS, Fetched, rows_in_force

log = logging.getLogger(__name__)

POLL_SECONDS = 600.0
"""Between two checks for newer lists. The bot fetches them weekly."""

Versions = Mapping[str, float | None]
"""The time of each list's download, by the list's name, in epoch seconds."""


class Known(NamedTuple):
    """The networks and the hops that the lists in force make."""

    networks: Networks
    hops: Hops

    def same_as(self, other: "Known") -> bool:
        """Return True if every address is in the same network, and on the same list."""
        networks_same = self.networks.ranges.same_as(other.networks.ranges)
        return networks_same and self.hops.ranges.same_as(other.hops.ranges)


class Lists(NamedTuple):
    """What the bot has fetched."""

    versions: Versions
    fetched: Sequence[Fetched]

    def lines(self) -> dict[str, Iterator[str]]:
        """Return the lines of the data files in force, without comments. Each can be read once."""
        return {file: without_comments(rows_in_force(file, self.fetched)) for file in (NETWORKS, HOPS)}


def lists_at_start(engine: Engine) -> Lists:
    """Return the lists in force: those that this version shipped if the database does not answer."""
    try:
        return _read(engine)
    except Exception as error:
        log.warning("The published lists stay as they were shipped: %s", describe_database_error(error))
        return Lists({}, ())


def _read(engine: Engine) -> Lists:
    with reading(engine) as session:
        return Lists(_versions(session), published_lists.fetched(session))


class ListWatcher:
    """Asks the database every ten minutes, in a thread, whether the bot has fetched newer lists.

    `use` is called in the event loop with what the new ones make.
    """

    def __init__(
        self, engine: Engine, versions: Versions, known: Known, use: Callable[[Networks, Hops], None]
    ) -> None:
        self._engine, self._versions, self._known, self._use = engine, versions, known, use
        self._background = BackgroundTask()
        self._trouble = ""

    def start(self) -> None:
        self._background.start(self._run())

    async def stop(self) -> None:
        await self._background.stop()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self.refresh()

    async def refresh(self) -> None:
        """Use the newest lists; those in force stay if they cannot be read."""
        try:
            newer = await asyncio.to_thread(self._newer)
        except Exception as error:
            self._note(describe_database_error(error))
            return
        self._note("")
        if newer:
            self._use(*newer)
            log.info("The published lists that the bot has fetched are in use.")

    def _newer(self) -> Known | None:
        """Return what the newest lists make; None if nothing has changed. It runs in a thread."""
        with reading(self._engine) as session:
            if _versions(session) == self._versions:
                return None
        lists = _read(self._engine)
        lines = lists.lines()
        newer = Known(Networks(map(networks.parse, lines[NETWORKS])), Hops(lines[HOPS]))
        before, self._known, self._versions = self._known, newer, lists.versions
        return None if newer.same_as(before) else newer

    def _note(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            log.warning("The published lists stay as they are, and are read again later: %s", trouble)
        self._trouble = trouble


def _versions(session: Session) -> Versions:
    return {name: state.fetched_at for name, state in published_lists.states(session).items()}
