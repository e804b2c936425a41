"""The process: the checks at its start, uvicorn, and an orderly end."""

import argparse
import gc
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from socket import socket
from types import FrameType

import uvicorn
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

import logs
import settings as configuration
from pixel_server import tally
from pixel_server.app import PixelServer, create
from pixel_server.services import Services
from pixel_server.wire import descriptors, listeners
from pixel_server.wire.connections import Connections
from pixel_server.wire.limits import LimitedProtocol
from pixel_server.wire.protocol import PixelProtocol
from storage import key_check
from storage.database import UnusableDatabaseError
from storage.engine import (
    connect,
    database_of,
    describe_database_error,
    require_schema,
    url_without_password,
)
from storage.keys import KeyFileError, open_keys

log = logging.getLogger("pixel_server")

UNUSED = frozenset({"bot_token"})
"""Settings that the pixel server does not read. It answers the whole world, and needs no bot's token."""
SHUTDOWN_SECONDS = 3
"""Seconds that open requests get at the end. honcho kills the process after 5."""
TALLY_SECONDS = 10
"""Seconds after which the log is told what strangers have caused since its last line about it."""


class Server(uvicorn.Server):
    """uvicorn that exits with code 0 after SIGTERM and SIGINT."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        listeners.bound(one for server in self.servers for one in server.sockets)
        # All objects that exist now stay in use: the garbage collector need not go through them again.
        gc.freeze()
        gc.enable()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal again after a clean shutdown: the exit code would be that of a kill.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        yield

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.should_exit = True
        app = self.config.app
        if isinstance(app, PixelServer) and isinstance(app.state.services, Services):
            app.state.services.prepare_to_stop()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pixel_server")
    parser.add_argument("--plain", action="store_true", help="serve the pixel through ASGI, like every page")
    plain = parser.parse_args().plain
    try:
        settings = configuration.read(but=UNUSED)
        logs.start(settings)
        logs.warn_of_root()
        engine = connect(settings, checkpoints=True)
        database = database_of(engine)
        warnings = database.check_before_use()
        warnings.append(_check_schema(engine))
        keys = open_keys(settings.key_file)
        warnings += key_check.warnings(engine, settings.key_file, keys)
        app = create(settings, engine, keys)
    except (configuration.SettingsError, KeyFileError, UnusableDatabaseError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for warning in (*warnings, database.warning()):
        if warning:
            log.warning("%s", warning)
    database_url = url_without_password(settings)
    log.info("Serving %s on %s:%d with %s", settings.public_url, settings.host, settings.port, database_url)
    descriptors.raise_limit()
    server = Server(config(app, settings, plain=plain))
    server.run()
    return 0 if server.started else 1


def _check_schema(engine: Engine) -> str:
    """Return a warning about the tables, or "".

    A database that does not answer must not stop the start: fetches wait in the spool.
    """
    try:
        return require_schema(engine)
    except OperationalError as error:
        return f"The database does not answer; fetches wait in the spool: {describe_database_error(error)}"


def config(app: PixelServer, settings: configuration.Settings, *, plain: bool = False) -> uvicorn.Config:
    """Return uvicorn's configuration. `plain` leaves out the pixel's short cut."""
    most = descriptors.connections(descriptors.allowed())
    connections = Connections(lambda peer: _stands_for_many(app, peer), most)
    protocol = partial(LimitedProtocol if plain else PixelProtocol, all_connections=connections)
    return uvicorn.Config(
        app,
        http=protocol,  # type: ignore[arg-type]  # uvicorn calls it, and asks no more of a class
        host=settings.host,
        port=settings.port,
        backlog=listeners.BACKLOG,
        # The paths of owners' pages contain keys, so there is no access log.
        access_log=False,
        log_config=None,
        server_header=False,
        # wire/headers.py finds the client behind the proxies that TRUSTED_PROXIES names.
        proxy_headers=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ws="none",
        callback_notify=tally.log_the_rest,
        timeout_notify=TALLY_SECONDS,
    )


def _stands_for_many(app: PixelServer, peer: str) -> bool:
    services: Services = app.state.services
    return services.clients.stands_for_many(peer)
