"""The real pixel server behind a real socket, and a client that sends exactly the bytes it is given."""

import asyncio
import socket
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, NamedTuple, TypeVar

import uvicorn
from sqlalchemy import Engine, event, select
from sqlmodel import Session, col

from pixel_server.app import PixelServer, create
from pixel_server.process import config
from pixel_server.services import Services
from pixel_server.wire import listeners
from settings import Settings
from storage import links
from storage.engine import connect, reading, writing
from storage.keys import open_keys
from storage.statements import record_statements
from storage.tables import FetchRow, Link
from storage.times import now
from tracking import Statement, StatementKind, Windows

T = TypeVar("T")

ANNA, BORIS = 1001, 1002
PATIENCE = 30
"""Seconds after which a silent socket fails its test."""

GOOGLE, GOOGLE_TOO, HOME, HOME_V6 = "66.249.84.1", "66.249.84.2", "84.150.10.20", "2003:e1:4711::20"
"""Addresses of Gmail's image proxy, and of two people's homes."""

GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.3.0"


class Answer(NamedTuple):
    """An HTTP answer, as it came over the wire."""

    raw: bytes

    @property
    def status(self) -> int:
        return int(self.raw.split(b" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def undated(self) -> bytes:
        """All bytes except the Date header."""
        head, mark, body = self.raw.partition(b"\r\n\r\n")
        kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"date:")]
        return b"\r\n".join(kept) + mark + body


class _Server(uvicorn.Server):
    """uvicorn that sets an event once it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        listeners.bound(one for server in self.servers for one in server.sockets)
        self.settled.set()


@dataclass
class Served:
    """A running pixel server."""

    app: PixelServer
    settings: Settings
    loop: asyncio.AbstractEventLoop
    state: uvicorn.server.ServerState
    """uvicorn's, which counts connections."""

    @property
    def services(self) -> Services:
        services: Services = self.app.state.services
        return services

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.settings.port), PATIENCE)

    def ask(self, request: bytes) -> Answer:
        """Send these bytes, and read until the server closes."""
        with self.connect() as wire:
            wire.sendall(request)
            return answer_on(wire)

    def get(self, path: str | bytes, method: str = "GET", host: str = "127.0.0.1", **headers: str) -> Answer:
        """Ask for a path as it is; `user_agent="…"` is the header User-Agent."""
        return self.ask(request(path, method, host, **headers))

    def fetch(self, link: Link, **headers: str) -> Answer:
        """Ask for a link's pixel, as Thunderbird unless a header says otherwise."""
        return self.get(path_of(link), **headers)

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        """Run something in the server's own event loop."""
        return asyncio.run_coroutine_threadsafe(doing, self.loop).result(PATIENCE)


def request(path: str | bytes, method: str = "GET", host: str = "127.0.0.1", **headers: str) -> bytes:
    """Return the bytes of a request that closes its connection after the answer."""
    raw = path.encode("ascii") if isinstance(path, str) else path
    named = {"host": host, "user_agent": THUNDERBIRD, "connection": "close", **headers}
    lines = [f"{name.replace('_', '-')}: {value}".encode("latin-1") for name, value in named.items()]
    return b"\r\n".join([method.encode() + b" " + raw + b" HTTP/1.1", *lines, b"", b""])


def answer_on(wire: socket.socket) -> Answer:
    """Read until the other side closes."""
    parts = []
    while part := wire.recv(65536):
        parts.append(part)
    return Answer(b"".join(parts))


def path_of(link: Link) -> str:
    return f"/i/{link.token}.gif"


@contextmanager
def serving(
    settings: Settings,
    engine: Engine | None = None,
    *,
    public_host: str = "127.0.0.1",
    plain: bool = False,
    keep_alive: float = 5,
    **changed: object,
) -> Iterator[Served]:
    """Run the pixel server of `python -m pixel_server` in a thread, on a free port of this machine.

    It has connections of its own: what a test reads, another process could read.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=512) as subscriber:
        port = subscriber.getsockname()[1]
        here = {"port": port, "public_url": f"http://{public_host}:{port}"}
        settled = settings.model_copy(update={**here, **changed})
        database = engine or connect(settled, checkpoints=True)
        app = create(settled, database, open_keys(settled.key_file))
        how = config(app, settled, plain=plain)
        how.timeout_keep_alive = keep_alive  # type: ignore[assignment]  # a part of a second, so that no test waits
        server = _Server(how)
        thread = Thread(target=server.run, kwargs={"sockets": [subscriber]}, name="pixel_server")
        thread.start()
        try:
            assert server.settled.wait(PATIENCE), "the pixel server did not start"
            assert server.loop
            yield Served(app, settled, server.loop, server.server_state)
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the pixel server did not end"


def hasty(settings: Settings) -> Engine:
    """Return an engine for a server that hears of a lock after 50 ms, instead of two seconds."""
    engine = connect(settings, checkpoints=True)
    command = "PRAGMA busy_timeout=50" if settings.sqlite_path else "SET lock_timeout = '50ms'"

    @event.listens_for(engine, "connect")
    def hurry(connection: Any, _record: object) -> None:
        connection.cursor().execute(command).close()
        connection.commit()

    return engine


def track(engine: Engine, label: str = "contract", recipient: str = "landlord", chat: int = ANNA) -> Link:
    """Anna tracks a mail."""
    with writing(engine) as session:
        return links.create(session, links.NewLink(chat, chat, label, recipient), now=now(), daily=50)


def sent(engine: Engine, link: Link, ago: float = 3600) -> None:
    """Its owner tapped Sent, an hour ago."""
    at = now() - ago
    _state(engine, link, Statement(StatementKind.SENT, at))


def stopped(engine: Engine, link: Link) -> None:
    """Its owner stopped tracking."""
    _state(engine, link, Statement(StatementKind.STOPPED, now()))


def _state(engine: Engine, link: Link, statement: Statement) -> None:
    with writing(engine) as session:
        locked = links.link_of(session, link.chat_id, link.id, lock=True)
        assert locked
        record_statements(session, locked, statement, by=ANNA, now=now(), windows=Windows())


def stored(engine: Engine, link: Link) -> list[FetchRow]:
    """Return a link's fetches, oldest first, as another process reads them."""
    with reading(engine) as session:
        return _rows(session, link)


def counted(engine: Engine, link: Link) -> list[tuple[int, str, int]]:
    """Return the number, the kind and the count of a link's rows, oldest first."""
    return [(row.seq, row.kind, row.count) for row in stored(engine, link)]


def _rows(session: Session, link: Link) -> list[FetchRow]:
    query = select(FetchRow).where(col(FetchRow.link_id) == link.id).order_by(col(FetchRow.seq))
    return list(session.execute(query).scalars())


def kinds(engine: Engine, link: Link) -> list[str]:
    """Return the verdicts on a link's fetches, oldest first, whether or not they have rows of their own."""
    return [kind for _seq, kind, count in counted(engine, link) for _ in range(count)]
