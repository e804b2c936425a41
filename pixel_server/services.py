"""Shared by all routes: built once for the process, and given to each route as `services: Given`."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from pixel_server import reverse_names
from pixel_server.clients import Clients
from pixel_server.database.bot_name import BotName
from pixel_server.database.erasing import Eraser
from pixel_server.database.hops import HopWatch
from pixel_server.database.known_tokens import KnownTokens, TokenReader
from pixel_server.database.published_lists import Known, ListWatcher, lists_at_start
from pixel_server.database.writer import Writer
from pixel_server.heart import Heart
from pixel_server.pages.live import Live
from pixel_server.pages.templates import Templates
from pixel_server.pixel import Pixel
from pixel_server.reverse_names import ReverseNames
from pixel_server.tally import Tally
from settings import Settings
from storage.engine import database_of, is_passing, writing
from storage.keys import Keys
from storage.notifying import Notifier, Topic
from storage.spools import Spools
from tracking import machines
from tracking.agents import load

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Services:
    """Built in the event loop by `build`; kept in `app.state.services` while the server runs."""

    settings: Settings
    engine: Engine
    keys: Keys
    hops: HopWatch
    bot_name: BotName
    clients: Clients
    templates: Templates
    notifier: Notifier
    tokens: TokenReader
    writer: Writer
    live: Live
    names: ReverseNames
    pixel: Pixel
    lists: ListWatcher
    eraser: Eraser
    heart: Heart
    failed_pages: Tally

    @classmethod
    def build(cls, settings: Settings, engine: Engine, keys: Keys) -> "Services":
        known = KnownTokens()
        spools, tokens = Spools(settings.spool_path, known), TokenReader(engine, known)
        database = database_of(engine)
        writer = Writer(engine, settings.windows, database.notifier(Topic.NEWS), spools, tokens)
        live = Live(engine)
        names = ReverseNames(engine, settings.windows, lambda: bool(spools.waiting), reverse_names.SYSTEM)
        lists = lists_at_start(engine)
        signatures = load(machines.patterns(), lists.lines())
        hops = HopWatch(engine)
        clients = Clients(settings, signatures.hops, hops)
        pixel = Pixel(writer, keys, signatures, clients, live, names)
        return cls(
            settings=settings,
            engine=engine,
            keys=keys,
            hops=hops,
            bot_name=BotName(engine),
            clients=clients,
            templates=Templates(settings),
            notifier=database.notifier(Topic.NEWS),
            tokens=tokens,
            writer=writer,
            live=live,
            names=names,
            pixel=pixel,
            lists=ListWatcher(engine, lists.versions, Known(signatures.networks, signatures.hops), pixel.use),
            eraser=Eraser(engine, spools),
            heart=Heart(engine),
            failed_pages=Tally(log, logging.ERROR, "%d pages were answered 503: the database failed: %s"),
        )

    def start(self) -> None:
        self.writer.start()
        self.tokens.start()
        self.eraser.start()
        self.lists.start()
        self.names.start(self.write)
        self.hops.start()
        self.heart.start()

    def prepare_to_stop(self) -> None:
        """Retry nothing any more, and end the streams. Safe in a signal handler."""
        self.writer.stop_retrying()
        self.live.close()

    async def stop(self) -> None:
        """Keep what is waiting, then close everything."""
        self.heart.stop()
        self.tokens.stop()
        await self.live.stop()
        await self.hops.stop()
        await self.names.stop()
        await self.lists.stop()
        await self.eraser.stop()
        await self.writer.stop()
        self.notifier.close()
        self.heart.wait()
        self.tokens.wait()
        self.engine.dispose()

    def write(self, act: Callable[[Session], T]) -> T:
        """Run `act` in one transaction, then notify the bot and the open copy pages.

        A transaction that collided with another one is repeated once.
        """
        try:
            result = self._write(act)
        except OperationalError as error:
            if not is_passing(self.engine, error):
                raise
            result = self._write(act)
        self.notifier.after_commit()
        self.live.refresh_soon()
        return result

    def _write(self, act: Callable[[Session], T]) -> T:
        with writing(self.engine) as session:
            result = act(session)
            self.notifier.in_transaction(session.connection())
            return result


async def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Given = Annotated[Services, Depends(services_of)]
