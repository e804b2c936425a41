"""The pixel's short cut follows HTTP, and answers the same bytes as uvicorn."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event

import pytest
from sqlalchemy import Connection, Engine

from pixel_server.pixel import Pixel
from pixel_server.wire.image import GIF
from pixel_server.wire.limits import LimitedProtocol
from pixel_server.wire.protocol import PixelProtocol
from settings import Settings
from storage.database import Database
from storage.engine import database_for
from storage.tables import Link
from tests.pixel_server.serving import (
    PATIENCE,
    Answer,
    Served,
    answer_on,
    kinds,
    path_of,
    serving,
    stored,
    track,
)

HOST = b"Host: 127.0.0.1\r\n"
AGENT = b"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.9.0\r\n"
CLOSE = b"Connection: close\r\n"


@pytest.fixture(params=[False, True], ids=["short cut", "plain"])
def plain(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def get(link: Link, *lines: bytes, method: bytes = b"GET", version: bytes = b"1.1") -> bytes:
    head = method + b" " + path_of(link).encode() + b" HTTP/" + version + b"\r\n"
    return b"".join([head, HOST, AGENT, *lines, b"\r\n"])


def conversation(served: Served, sent: bytes) -> list[bytes]:
    """Return the lines that are answered until the server closes, without the dates."""
    with served.connect() as wire:
        wire.sendall(sent)
        answered = b""
        while part := wire.recv(65536):
            answered += part
    return [line for line in answered.split(b"\r\n") if not line.lower().startswith(b"date:")]


CONVERSATIONS = {
    "one that closes": lambda link: get(link, CLOSE),
    "keep-alive, then close": lambda link: get(link) + get(link, CLOSE),
    "HTTP/1.0": lambda link: get(link, version=b"1.0"),
    "HTTP/1.0 that wants to stay": lambda link: get(link, b"Connection: keep-alive\r\n", version=b"1.0"),
    "HEAD": lambda link: get(link, method=b"HEAD") + get(link, CLOSE),
    "a dozen in one packet": lambda link: get(link) * 11 + get(link, CLOSE),
    "a page between two pixels": lambda link: (
        get(link) + b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n" + get(link, CLOSE)
    ),
    "a page after a pixel": lambda link: get(link) + b"GET /nothing HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
    "a body nobody reads": lambda link: (
        get(link, b"Content-Length: 5\r\n", method=b"POST") + b"hello" + get(link, CLOSE)
    ),
    "a chunked body": lambda link: (
        get(link, b"Transfer-Encoding: chunked\r\n", method=b"POST")
        + b"5\r\nhello\r\n0\r\n\r\n"
        + get(link, CLOSE)
    ),
    "one that expects to be told to go on": lambda link: (
        get(link, b"Expect: 100-continue\r\nContent-Length: 2\r\n", CLOSE, method=b"POST") + b"ok"
    ),
    "one that wants a websocket": lambda link: get(
        link, b"Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    ),
    "escaped letters and a query": lambda link: (
        b"GET /%69/" + link.token.encode() + b".gif?a=1 HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n"
    ),
    "tokens that are none": lambda _: (
        b"".join(b"GET /i/%s HTTP/1.1\r\n%s\r\n" % (name, HOST) for name in (b"", b"x.gif", b"y" * 999))
        + b"GET /i/z.gif HTTP/1.1\r\n"
        + HOST
        + CLOSE
        + b"\r\n"
    ),
    "what is no HTTP": lambda link: get(link) + b"\x00\x01 nonsense\r\n\r\n",
}


@pytest.mark.parametrize("sent", CONVERSATIONS.values(), ids=CONVERSATIONS.keys())
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_both_ways_answer_the_same_bytes(settings: Settings, engine: Engine, sent: object) -> None:
    link = track(engine)
    assert callable(sent)
    with serving(settings) as short, serving(settings, plain=True) as plain:
        first, second = conversation(short, sent(link)), conversation(plain, sent(link))
    assert first == second


def test_a_dozen_in_one_packet_are_answered_in_order_and_all_kept(
    served: Served, engine: Engine, link: Link
) -> None:
    answered = b"\r\n".join(conversation(served, get(link) * 11 + get(link, CLOSE)))
    assert answered.count(GIF) == 12
    assert len(kinds(engine, link)) == 12


def test_a_connection_stays_open_for_the_next_request(served: Served, link: Link) -> None:
    with served.connect() as wire:
        for _ in range(3):
            wire.sendall(get(link))
            assert _one_answer(wire).body == GIF


def test_the_fetch_of_a_client_that_disconnects_is_kept(served: Served, engine: Engine, link: Link) -> None:
    with served.connect() as wire:
        wire.sendall(get(link) * 3)
    assert served.fetch(link).status == 200
    assert len(stored(engine, link)) >= 1
    assert served.get("/healthz").status == 200


def test_a_client_that_never_reads_does_not_fill_memory(served: Served, link: Link) -> None:
    with served.connect() as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.settimeout(1)
        with pytest.raises(TimeoutError):
            wire.sendall(get(link) * 100_000)
        assert served.fetch(link).status == 200


def test_a_disconnected_client_leaves_no_traceback_of_answers_under_way(
    settings: Settings, link: Link, plain: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with slow_disk(settings, plain=plain) as (served, begun, go_on):
        with served.connect() as wire:
            wire.sendall(get(link) * 2 + b"no request\r\n\r\n")
            assert b"400" in answer_on(wire).raw
        assert begun.wait(PATIENCE)
        go_on.set()
        assert served.fetch(link).status == 200
    assert "Traceback" not in caplog.text


@contextmanager
def slow_disk(settings: Settings, plain: bool) -> Iterator[tuple[Served, Event, Event]]:
    """Run a server whose transactions set the first event, and wait for the second, before they begin."""
    begun, go_on = Event(), Event()

    database = type(database_for(settings))
    begin = database.begin

    def wait(self: Database, connection: Connection) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)
        begin(self, connection)

    with pytest.MonkeyPatch.context() as patch, serving(settings, plain=plain) as served:
        patch.setattr(database, "begin", wait)
        yield served, begun, go_on


def test_a_fetch_under_way_is_answered_when_the_server_ends(
    settings: Settings, link: Link, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    protocol: type[LimitedProtocol] = LimitedProtocol if plain else PixelProtocol
    shutdown = protocol.shutdown
    with ExitStack() as wires:
        with slow_disk(settings, plain=plain) as (served, begun, go_on):

            def shut_down(connection: LimitedProtocol) -> None:
                shutdown(connection)
                go_on.set()

            monkeypatch.setattr(protocol, "shutdown", shut_down)
            wire = wires.enter_context(served.connect())
            wire.sendall(get(link))
            assert begun.wait(PATIENCE)
        assert b"connection: close" in _one_answer(wire).raw
        assert wire.recv(1) == b""


def test_requests_that_arrive_while_one_is_under_way_are_answered_after_it(
    settings: Settings, engine: Engine, link: Link, plain: bool
) -> None:
    page = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    with slow_disk(settings, plain=plain) as (served, begun, go_on), served.connect() as wire:
        wire.sendall(get(link))
        assert begun.wait(PATIENCE)
        for more in (get(link), get(link)[:40], get(link)[40:] + page, get(link, CLOSE)):
            wire.sendall(more)
            # An answer on another connection shows that the server has read the packet before it.
            assert served.get("/healthz").status == 200
        go_on.set()
        answered = answer_on(wire).raw
    assert [GIF in answer for answer in answered.split(b"HTTP/1.1 200 OK")[1:]] == [
        True,
        True,
        True,
        False,
        True,
    ]
    assert len(kinds(engine, link)) == 4


def test_an_idle_connection_is_closed(settings: Settings, link: Link, plain: bool) -> None:
    with serving(settings, plain=plain, keep_alive=0.1) as served, served.connect() as wire:
        wire.sendall(get(link))
        assert _one_answer(wire).status == 200
        assert wire.recv(1) == b""


def test_a_client_that_waits_for_a_slow_disk_stays_connected(
    settings: Settings, link: Link, plain: bool
) -> None:
    with slow_disk(settings, plain=plain) as (served, begun, go_on), served.connect() as wire:
        wire.sendall(get(link))
        assert begun.wait(PATIENCE)
        served.run(asyncio.sleep(0.3))
        go_on.set()
        assert _one_answer(wire).status == 200


def test_the_plainest_request_takes_the_short_cut(
    settings: Settings, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Pixel, "take")
    with serving(settings) as served:
        assert served.fetch(link).status == 200


def test_a_fetch_that_cannot_be_read_is_answered_503(
    served: Served, link: Link, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Pixel, "keep", None)
    answer = served.fetch(link)
    assert (answer.status, answer.body) == (503, GIF)
    assert "could not be read" in caplog.text


def _one_answer(wire: socket.socket) -> Answer:
    wire.settimeout(PATIENCE)
    answered = b""
    while not answered.endswith(GIF):
        part = wire.recv(65536)
        assert part, answered
        answered += part
    return Answer(answered)
