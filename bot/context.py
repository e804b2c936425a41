"""Shared by all parts of the bot: settings, keys, and the database, which is used in a thread."""

import asyncio
import logging
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot.message import Reader
from bot.outages import Outages
from bot.problems import Checked
from settings import Settings
from storage import inbox
from storage.engine import database_of, is_passing, reading, writing
from storage.erasing import is_marked
from storage.keys import Keys
from storage.notifying import Topic
from storage.tables import Link

log = logging.getLogger(__name__)

T = TypeVar("T")

TELEGRAM = "Telegram"
"""The source of the trouble that Telegram itself has. Each answered request for updates clears it."""


class EndingError(Exception):
    """The bot was told to end, and does not go on with what takes long."""


class BotContext:
    """Holds what all parts of the bot share. It is made once, in the event loop.

    Its events wake the loops: `due` when a message may be waiting for delivery, `received` when updates are
    in the inbox, `said` when an update was carried out, `troubled` when the trouble has changed.
    """

    def __init__(self, settings: Settings, engine: Engine, keys: Keys) -> None:
        self.settings, self.keys = settings, keys
        self.due, self.received, self.troubled = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.said = asyncio.Event()
        self.outages = Outages()
        self.ending = False
        """True once the bot was told to end: then no file is made any more."""
        self._troubles: dict[str, str] = {}
        self.checked: Checked | None = None
        """The findings of the last check (checkup.py); None until the first one has ended."""
        self._engine, self.database = engine, database_of(engine)
        self._erased = self.database.notifier(Topic.ERASED)
        self.lock = self.database.bot_lock(engine)
        # One thread: SQLite has one writer anyway, and transactions run in the order of their requests.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="aside")
        # Two: a picture does not wait for an export.
        self._makers = ThreadPoolExecutor(2, thread_name_prefix="files")

    @property
    def trouble(self) -> str:
        """The problems that keep the bot from its work, for `/readyz`; empty if there are none."""
        return " ".join(self._troubles.values())

    def set_trouble(self, source: str, trouble: str) -> None:
        """Report what is wrong with one part of the bot, or with an empty text that it is well again.

        The log says it once, and the heart writes it down at once.
        """
        if trouble == self._troubles.get(source, ""):
            return
        if trouble:
            log.warning("%s", trouble)
            self._troubles[source] = trouble
        else:
            del self._troubles[source]
        self.troubled.set()

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in one transaction; if it collided with another, run it again."""

        def run() -> T:
            with writing(self._engine) as session:
                result = work(session)
            if is_marked(session):
                self._erased.after_commit()
            return result

        for pause in (0.02, 0.1, 0.5):
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, run)
            except OperationalError as error:
                if not is_passing(self._engine, error):
                    raise
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # jitter, not a secret
        return await asyncio.get_running_loop().run_in_executor(self._thread, run)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction that only reads."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, work)

    async def read_aside(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction that only reads, in another thread: it may take long."""
        return await asyncio.get_running_loop().run_in_executor(self._aside, self._read, work)

    async def make(self, work: Callable[[Reader], T]) -> T:
        """Do what takes long, in another thread. `work` takes what runs its queries. Raises EndingError."""
        return await asyncio.get_running_loop().run_in_executor(self._makers, work, self._read_unless_ending)

    def _read_unless_ending(self, work: Callable[[Session], T]) -> T:
        if self.ending:
            raise EndingError
        return self._read(work)

    def _read(self, work: Callable[[Session], T]) -> T:
        with reading(self._engine) as session:
            return work(session)

    async def once(self, update_id: int, work: Callable[[Session], T]) -> T | None:
        """Do what an update asks for, exactly once: `work` and the inbox's mark are one transaction.

        Return None if it was done before.
        """

        def do(session: Session) -> T | None:
            return work(session) if inbox.finish(session, update_id) else None

        result = await self.write(do)
        self.due.set()
        self.said.set()
        return result

    def copy_page(self, link: Link) -> str:
        """Return the address of the link's copy page, which only its owner may know."""
        return f"{self.settings.public_url}/copy/{self.keys.owner_key(link.id, link.token)}"

    def test_page(self, link: Link) -> str:
        """Return the address of the page that loads the image of a self-test."""
        return f"{self.settings.public_url}/try/{self.keys.test_key(link.id, link.token)}"

    def close(self) -> None:
        self._thread.shutdown()
        self._aside.shutdown()
        self._makers.shutdown()
        self._erased.close()
        self._engine.dispose()
