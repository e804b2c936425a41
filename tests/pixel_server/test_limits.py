"""Requests beyond the limits are refused, and clients that never finish one are disconnected."""

import socket

import pytest
from sqlalchemy import Engine

from pixel_server.wire.image import GIF
from pixel_server.wire.limits import MAX_BODY, MAX_HEAD, MAX_HEADERS, LimitedProtocol
from settings import Settings
from storage.tables import Link
from tests.pixel_server.serving import Served, answer_on, kinds, path_of, request, serving, stored

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

HOST = b"Host: 127.0.0.1\r\n"


@pytest.fixture(params=[False, True], ids=["short cut", "plain"])
def plain(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def headers(number: int, length: int = 1) -> dict[str, str]:
    """Return headers that make `number` together with the three that every request here has."""
    return {f"x_{each}": "y" * length for each in range(number - 3)}


def is_cut_off(wire: socket.socket, sent: bytes, times: int) -> bool:
    """Return True if the other side stops reading before it was sent this so many times."""
    try:
        for _ in range(times):
            wire.sendall(sent)
    except OSError:
        return True
    return False


def test_a_request_with_the_allowed_number_of_headers_is_taken_and_one_more_is_refused(
    served: Served, engine: Engine, link: Link
) -> None:
    assert served.fetch(link, **headers(MAX_HEADERS)).status == 200
    refused = served.fetch(link, **headers(MAX_HEADERS + 1))
    assert (refused.status, refused.body, refused.headers["content-type"]) == (431, GIF, "image/gif")
    assert len(stored(engine, link)) == 1


@pytest.mark.parametrize("many", [headers(10_000), headers(5, 10_000), headers(4, 5_000_000)])
def test_a_head_that_is_too_large_is_refused_with_the_image(
    served: Served, engine: Engine, link: Link, many: dict[str, str]
) -> None:
    refused = served.fetch(link, **many)
    assert (refused.status, refused.body) == (431, GIF)
    assert served.get("/healthz", **many).status == 431
    assert stored(engine, link) == []
    assert served.fetch(link).status == 200


def test_a_head_just_below_the_limit_is_taken_however_many_packets_it_comes_in(
    served: Served, engine: Engine, link: Link
) -> None:
    whole = request(path_of(link), x_long="y" * (MAX_HEAD - 500))
    with served.connect() as wire:
        for start in range(0, len(whole), 1000):
            wire.sendall(whole[start : start + 1000])
        assert answer_on(wire).status == 200
    assert len(stored(engine, link)) == 1


def test_a_long_path_is_an_invalid_token_or_a_page_that_does_not_exist(served: Served) -> None:
    long = "A" * 1000
    assert (served.get(f"/i/{long}").status, served.get(f"/i/{long}").body) == (200, GIF)
    assert served.get(f"/copy/{long}").status == 404
    assert served.get("/i/" + "A" * 1_000_000).status == 431


def test_a_body_without_end_is_cut_off(served: Served, link: Link) -> None:
    head = b"POST %s HTTP/1.1\r\n%sContent-Length: 10000000\r\n\r\n"
    for path in (path_of(link).encode(), b"/healthz"):
        with served.connect() as wire:
            wire.sendall(head % (path, HOST))
            assert is_cut_off(wire, b"x" * MAX_BODY, 600)
    assert served.fetch(link).status == 200


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET",
        b"GET /i/x.gif HTTP/1.1\r\nHost: 127.0.0.1\r\nX-a: b\r\n",
        b"POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nab",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /i/x.gif HTTP/1.1\r\nX-a: ",
    ],
)
def test_a_client_that_never_finishes_its_request_is_disconnected(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(LimitedProtocol, "request_seconds", 0.1)
    with serving(settings) as served, served.connect() as wire:
        wire.sendall(begun)
        assert answer_on(wire).raw.count(b"HTTP/1.1") <= 1


def test_a_client_that_sends_its_request_drop_by_drop_is_disconnected_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LimitedProtocol, "request_seconds", 0.1)
    with serving(settings) as served, served.connect() as wire:
        wire.sendall(b"GET /i/x.gif HTTP/1.1\r\n")
        assert is_cut_off(wire, b"X-a: b\r\n", 10_000_000)


def test_many_small_requests_in_one_packet_do_not_count_as_a_large_one(
    served: Served, link: Link, engine: Engine
) -> None:
    one = b"GET %s HTTP/1.1\r\n%sX-a: %s\r\n" % (path_of(link).encode(), HOST, b"y" * 500)
    with served.connect() as wire:
        wire.sendall((one + b"\r\n") * 99 + one + b"Connection: close\r\n\r\n")
        assert answer_on(wire).raw.count(GIF) == 100
    assert len(kinds(engine, link)) == 100


def test_malformed_requests_are_not_written_to_the_log(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    assert served.ask(b"\x00\x01 nonsense\r\n\r\n").status == 400
    assert served.get("/i/x.gif", connection="upgrade, close", upgrade="websocket").status == 200
    assert caplog.text == ""
