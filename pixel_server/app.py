"""The web application: the pixel first and apart, everything else through FastAPI."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from pixel_server import copying, health, notice, pages, selftest
from pixel_server.edge import PAGE_HEADERS, ClientAddress, HostCheck
from pixel_server.erasing import Eraser
from pixel_server.live import Live
from pixel_server.pixel import PREFIX, Pixel
from pixel_server.writer import Writer
from settings import Settings
from storage.keys import Keys
from storage.notifying import Notifier
from storage.spool import Spools
from tracking import machines
from tracking.agents import load

HERE = Path(__file__).parent


class PixelServer(FastAPI):
    """FastAPI, with the pixel answered before any of its middleware: five times as many a second."""

    def __init__(self, settings: Settings, engine: Engine, keys: Keys) -> None:
        super().__init__(
            title="Readback",
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            lifespan=_lifespan,
            # A redirect of Starlette's own would lead to whatever host the asker named.
            redirect_slashes=False,
        )
        self.settings, self.database, self.keys = settings, engine, keys
        self.clients = ClientAddress(settings.trusted_proxies)
        self.hosts = HostCheck(settings.public_url, settings.host)
        self.signatures = load(machines.patterns())
        self.pixel: Pixel | None = None
        self.writer: Writer | None = None
        self.live: Live | None = None
        """All three live in the event loop, and so begin with it."""
        self.notifier = Notifier(settings)
        self.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
        for part in (health, pages, copying, notice, selftest):
            self.include_router(part.router)
        self.add_exception_handler(404, pages.nothing)
        self.add_exception_handler(SQLAlchemyError, pages.trouble)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            if scope["path"].startswith(PREFIX) and self.pixel:
                await self.pixel(scope, receive, send)
                return
            if scope["path"] != "/healthz" and not self.hosts.allows(scope["headers"]):
                await _WRONG_HOST(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    def leave(self) -> None:
        """The process is about to end: nothing is tried for long any more, and no page is held on to."""
        if self.writer and self.live:
            self.writer.hurry()
            self.live.close()


_WRONG_HOST = PlainTextResponse("This host is not served here.\n", 400, PAGE_HEADERS)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    assert isinstance(app, PixelServer)  # noqa: S101  # the class above is the only one that uses it
    spools = Spools(app.settings.spool_path)
    app.writer = Writer(app.database, app.settings.windows, Notifier(app.settings), spools)
    app.live = Live(app.database)
    app.pixel = Pixel(app.writer, app.keys, app.signatures, app.clients, app.live)
    app.writer.start()
    eraser = Eraser(app.settings, app.database, spools)
    eraser.start()
    yield
    app.live.close()
    await eraser.stop()
    await app.writer.stop()
    app.notifier.close()
    app.database.dispose()
