"""Serving an app on a loopback port, in a thread of its own."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from demo.telegram.client import Client
from demo.telegram.connections import Cuttable
from demo.telegram.limits import Limits
from demo.telegram.people import Telegram
from demo.telegram.server import BotApi


def routes_of(telegram: Telegram) -> list[BaseRoute]:
    return [*BotApi(telegram).routes(), *Client(telegram).routes()]


def listening(port: int = 0) -> socket.socket:
    """A socket that listens before anyone is told its address; a taken port is an OSError."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    bound.listen(256)
    return bound


class Started(uvicorn.Server):
    """Says when it serves, and leaves the process's signals alone."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(
            app,
            http=Cuttable,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def serving(app: ASGIApp, bound: socket.socket, before_end: Callable[[], None]) -> Iterator[str]:
    """The address of `app`, served until the end of the block."""
    server = Started(app)
    thread = threading.Thread(target=server.run, args=([bound],), name="local-telegram", daemon=True)
    thread.start()
    server.ready.wait()
    host, port = bound.getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        before_end()
        server.should_exit = True
        thread.join()
        bound.close()


class Running(Telegram):
    url = ""
    """Where the local Bot API is; a bot's base URL is `{url}/bot`."""

    @property
    def base_url(self) -> str:
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.url}/file/bot"

    def close(self) -> None:
        """Let everyone go who waits for news."""
        with self.bell.lock:
            self.closing = True
            self.bell.ring()


@contextmanager
def running(*, token: str | None = None, limits: Limits | None = None, port: int = 0) -> Iterator[Running]:
    """The local Telegram on a free port, until the end of the block."""
    telegram = Running(token=token, limits=limits)
    with serving(Starlette(routes=routes_of(telegram)), listening(port), telegram.close) as url:
        telegram.url = url
        yield telegram
