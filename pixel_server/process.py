"""The process: what is checked at its start, uvicorn, and what is finished at its end."""

import argparse
import gc
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

import logs
import settings as configuration
from pixel_server.app import PixelServer
from pixel_server.limits import LimitedProtocol
from pixel_server.protocol import PixelProtocol
from storage.engine import (
    connect,
    describe_database_error,
    require_schema,
    shown_url,
    sqlite_warning,
)
from storage.file_identity import UnusableDatabaseError
from storage.keys import KeyFileError, open_keys
from storage.maintenance import look_over

log = logging.getLogger("pixel_server")

LONGEST_GOODBYE = 3
"""Seconds for open requests at the end: honcho kills after 5."""


class Server(uvicorn.Server):
    """uvicorn, which ends with exit code 0 when it was asked to end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own raises the signal again after a clean shutdown: the exit code would tell of a kill.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._leave)
        yield

    def _leave(self, _number: int, _frame: FrameType | None) -> None:
        self.should_exit = True
        app = self.config.app
        if isinstance(app, PixelServer):
            app.leave()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pixel_server")
    parser.add_argument("--plain", action="store_true", help="serve the pixel through ASGI, like every page")
    plain = parser.parse_args().plain
    try:
        settings = configuration.read()
        logs.start(settings)
        engine = connect(settings, checkpoints=True)
        warnings = look_over(settings.sqlite_path) if settings.sqlite_path else []
        warnings.append(_look_at(engine))
        app = PixelServer(settings, engine, open_keys(settings.key_file))
    except (configuration.SettingsError, KeyFileError, UnusableDatabaseError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for warning in (*warnings, sqlite_warning(settings)):
        if warning:
            log.warning("%s", warning)
    log.info(
        "Serving %s on %s:%d with %s", settings.public_url, settings.host, settings.port, shown_url(settings)
    )
    # What is built by now stays; from here on the collector has little to walk through.
    gc.freeze()
    gc.enable()
    server = Server(config(app, settings, plain=plain))
    server.run()
    return 0 if server.started else 1


def _look_at(engine: Engine) -> str:
    """What should be said of the tables. A server that is away is no reason not to serve: fetches wait."""
    try:
        return require_schema(engine)
    except OperationalError as error:
        return f"The database does not answer, fetches wait in the spool: {describe_database_error(error)}"


def config(app: PixelServer, settings: configuration.Settings, *, plain: bool = False) -> uvicorn.Config:
    """uvicorn's configuration; `plain` leaves out the pixel's short cut."""
    return uvicorn.Config(
        app,
        http=LimitedProtocol if plain else PixelProtocol,
        host=settings.host,
        port=settings.port,
        # Paths of owners' pages hold keys: there is no access log.
        access_log=False,
        log_config=None,
        server_header=False,
        # Who is behind a proxy is decided in edge.py, from the right.
        proxy_headers=False,
        timeout_graceful_shutdown=LONGEST_GOODBYE,
        ws="none",
    )
