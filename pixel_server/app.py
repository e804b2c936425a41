"""The web application: the pixel first and apart, everything else through FastAPI."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine

from pixel_server import health, pages
from pixel_server.edge import PAGE_HEADERS, ClientAddress, HostCheck
from pixel_server.pixel import PREFIX, Pixel
from pixel_server.writer import Writer
from settings import Settings
from storage.keys import Keys
from storage.news import Teller
from tracking import machines
from tracking.agents import load

HERE = Path(__file__).parent


class PixelServer(FastAPI):
    """FastAPI, with the pixel answered before any of its middleware: five times as many a second."""

    def __init__(self, settings: Settings, engine: Engine, keys: Keys) -> None:
        super().__init__(
            title="Readback", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan
        )
        self.settings, self.database, self.keys = settings, engine, keys
        self.clients = ClientAddress(settings.trusted_proxies)
        self.hosts = HostCheck(settings.public_url, settings.host)
        self.signatures = load(machines.patterns())
        self.pixel: Pixel | None = None
        self.writer: Writer | None = None
        """Both live in the event loop, and so begin with it."""
        self.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
        self.include_router(health.router)
        self.include_router(pages.router)
        self.add_exception_handler(404, pages.nothing)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            if scope["path"].startswith(PREFIX) and self.pixel:
                await self.pixel(scope, receive, send)
                return
            if scope["path"] != "/healthz" and not self.hosts.allows(scope["headers"]):
                await _WRONG_HOST(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


_WRONG_HOST = PlainTextResponse("This host is not served here.\n", 400, PAGE_HEADERS)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    assert isinstance(app, PixelServer)  # noqa: S101  # the class above is the only one that uses it
    app.writer = Writer(app.database, app.settings.windows, Teller(app.settings))
    app.pixel = Pixel(app.writer, app.keys, app.signatures, app.clients)
    app.writer.start()
    yield
    await app.writer.stop()
    app.database.dispose()
