"""Serving an app on a loopback port, in its own thread."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from demo.telegram.bot_api import BotApi
from demo.telegram.connections import Cuttable
from demo.telegram.flood_limits import Limits
from demo.telegram.people import Telegram
from demo.telegram.people_api import PeopleApi


def routes_of(telegram: Telegram) -> list[BaseRoute]:
    return [*BotApi(telegram).routes(), *PeopleApi(telegram).routes()]


def listening(port: int = 0) -> socket.socket:
    """Return a socket that listens already. Raises OSError if the port is taken."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    bound.listen(256)
    return bound


class Started(uvicorn.Server):
    """A uvicorn server that tells when it has started, and does not touch the process's signal handlers."""

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
    """Serve `app` until the end of the block; yield its address."""
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
    """The address of the local Telegram."""

    @property
    def base_url(self) -> str:
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.url}/file/bot"

    def close(self) -> None:
        """End all long polls, so that the server can stop at once."""
        with self.monitor.lock:
            self.closing = True
            self.monitor.notify()


@contextmanager
def running(
    *, token: str | None = None, limits: Limits | None = None, port: int = 0, old: bool = False
) -> Iterator[Running]:
    """Run a local Telegram on a free port until the end of the block."""
    telegram = Running(token=token, limits=limits, old=old)
    with serving(Starlette(routes=routes_of(telegram)), listening(port), telegram.close) as url:
        telegram.url = url
        yield telegram
