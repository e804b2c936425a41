"""Watches the published lists that the bot fetches: the pixel server tells networks by the newest of them."""

import asyncio
import logging
from collections.abc import Callable, Mapping
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
from tracking.published_ranges import HOPS, NETWORKS, DataFiles, in_force, shipped

log = logging.getLogger(__name__)

POLL_SECONDS = 600.0
"""Between two checks for newer lists. The bot fetches them weekly."""

Versions = Mapping[str, float | None]
"""The time of each list's download, by the list's name, in epoch seconds."""


class Lists(NamedTuple):
    """The lists in force."""

    versions: Versions
    data: DataFiles

    def lines(self) -> dict[str, list[str]]:
        """Return the lines of the data files, without comments."""
        return {name: without_comments(rows) for name, rows in self.data.items()}


def lists_at_start(engine: Engine) -> Lists:
    """Return the lists in force; those that this version shipped if the database does not answer."""
    try:
        return _read(engine)
    except Exception as error:
        log.warning("The published lists stay as they were shipped: %s", describe_database_error(error))
        return Lists({}, shipped())


def _read(engine: Engine) -> Lists:
    with reading(engine) as session:
        versions, fetched = _versions(session), published_lists.fetched(session)
    return Lists(versions, in_force(fetched))


class ListWatcher:
    """Asks the database every ten minutes, in a thread, whether the bot has fetched newer lists.

    `use` is called in the event loop with what the new ones make.
    """

    def __init__(self, engine: Engine, lists: Lists, use: Callable[[Networks, Hops], None]) -> None:
        self._engine, self._lists, self._use = engine, lists, use
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

    def _newer(self) -> tuple[Networks, Hops] | None:
        """Return what the newest lists make; None if nothing has changed. It runs in a thread."""
        with reading(self._engine) as session:
            if _versions(session) == self._lists.versions:
                return None
        before, self._lists = self._lists, _read(self._engine)
        if _ranges(self._lists.data) == _ranges(before.data):
            return None
        lines = self._lists.lines()
        return Networks(map(networks.parse, lines[NETWORKS])), Hops(lines[HOPS])

    def _note(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            log.warning("The published lists stay as they are, and are read again later: %s", trouble)
        self._trouble = trouble


def _versions(session: Session) -> Versions:
    return {name: state.fetched_at for name, state in published_lists.states(session).items()}


def _ranges(data: DataFiles) -> set[str]:
    """Return the lines without their dates, in no order."""
    return {row.rpartition("\t")[0] for rows in data.values() for row in rows}
