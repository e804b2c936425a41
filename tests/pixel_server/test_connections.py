"""Too many connections: the one that waits longest for its client makes room, and readers are served."""

import logging
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from bench.attacks.clients import connections, request, send
from pixel_server.wire import connections as wire_connections
from pixel_server.wire import descriptors
from pixel_server.wire.connections import MAX_PER_ADDRESS, MAX_UNFINISHED, Connections
from pixel_server.wire.image import GIF
from pixel_server.wire.limits import MAX_WAITING, LimitedProtocol
from settings import Settings
from storage.tables import Link
from tests.pixel_server.serving import PATIENCE, Served, answer_on, path_of, serving

on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
both_ways = pytest.mark.parametrize("plain", [False, True], ids=["short cut", "plain"])


class Fake:
    """A connection that waits for its client since a time, or is owed an answer."""

    def __init__(self, since: float | None) -> None:
        self.since, self.ended = since, False

    def waits_since(self) -> float | None:
        return self.since

    def end(self) -> None:
        self.ended = True


def filled(found: Connections, peers: list[str], *sinces: float | None) -> list[Fake]:
    added = [Fake(since) for since in sinces]
    assert all(found.add(fake, peers[number % len(peers)]) for number, fake in enumerate(added))
    return added


def test_the_connection_that_waits_longest_for_its_client_makes_room() -> None:
    found = Connections(most=3)
    first, oldest, owed = filled(found, ["192.0.2.1"], 20.0, 10.0, None)
    assert found.add(Fake(30.0), "192.0.2.1")
    assert [first.ended, oldest.ended, owed.ended] == [False, True, False]
    assert len(found) == 3
    found.remove(oldest)  # as its transport does later
    assert len(found) == 3


def test_a_newcomer_is_refused_only_while_all_others_are_owed_answers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = Connections(most=2)
    owed = filled(found, ["192.0.2.1"], None, None)
    assert not any(found.add(Fake(1.0), "192.0.2.2") for _ in range(1000))
    assert not any(fake.ended for fake in owed)
    assert len(found) == 2
    assert caplog.text.count("were refused (in all)") == 1
    owed[0].since = 5.0
    assert found.add(Fake(6.0), "192.0.2.2")


def test_one_address_and_one_64_of_ipv6_have_a_limit_and_a_hop_has_none() -> None:
    found = Connections(lambda peer: peer == "10.0.0.1")
    others = filled(found, ["203.0.113.7"], 1.0)
    many = filled(found, ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9"], *[2.0] * MAX_PER_ADDRESS)
    assert found.add(Fake(3.0), "2001:db8:1:2::5")
    assert sum(fake.ended for fake in many) == MAX_PER_ADDRESS // 16
    behind = filled(found, ["10.0.0.1"], *[1.0] * 3 * MAX_PER_ADDRESS)
    assert not any(fake.ended for fake in (*others, *behind))
    for fake in (*others, *many, *behind):
        found.remove(fake)
    assert len(found) == 1


def test_the_more_connections_are_open_the_less_each_may_hold() -> None:
    found = Connections()
    filled(found, ["10.0.0.1"], *[1.0] * 64)
    assert found.has_share(MAX_UNFINISHED // 64)
    assert not found.has_share(MAX_UNFINISHED // 64 + 1)


@pytest.mark.parametrize(("given", "most"), [(100, 60), (1024, 896), (20_000, 4096)])
def test_descriptors_are_left_for_the_database_and_for_the_spool(given: int, most: int) -> None:
    assert descriptors.connections(given) == most


@contextmanager
def small(settings: Settings, *, plain: bool, most: int = 20) -> Iterator[Served]:
    """A server that has room for a few connections only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(descriptors, "MAX_CONNECTIONS", most)
        with serving(settings, plain=plain) as served:
            yield served


@on_sqlite
@both_ways
@pytest.mark.parametrize("begun", [b"", request("/i/x.gif")[:-2], request("/healthz")])
def test_readers_are_served_beside_connections_that_ask_for_nothing_or_never_finish(
    settings: Settings, link: Link, plain: bool, begun: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with small(settings, plain=plain) as served, connections(served.settings.port, 100) as wires:
        for wire in wires:
            send(wire, begun)
        assert [served.fetch(link).status for _ in range(3)] == [200] * 3
        assert len(served.state.connections) <= 20
    told = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert len([line for line in told if "made room for newer ones (in all)" in line]) == 1


@on_sqlite
@both_ways
def test_requests_in_one_stream_wait_unparsed_and_all_are_answered_in_order(
    settings: Settings, link: Link, plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, complete = [0], LimitedProtocol.on_headers_complete

    def count(self: LimitedProtocol) -> None:
        complete(self)
        waiting.append(len(self.pipeline))

    monkeypatch.setattr(LimitedProtocol, "on_headers_complete", count)
    stream = b"".join(request(f"/i/{number}.gif") + request("/healthz") for number in range(200))
    with serving(settings, plain=plain) as served, served.connect() as wire:
        wire.sendall(stream + request("/healthz", "Connection: close"))
        answers = answer_on(wire).raw.split(b"HTTP/1.1 200 OK")[1:]
    assert [GIF in answer for answer in answers] == [True, False] * 200 + [False]
    assert max(waiting) == MAX_WAITING


@on_sqlite
@both_ways
def test_posts_with_bodies_in_one_stream_are_answered_however_the_stream_is_cut(
    served: Served, plain: bool
) -> None:
    one = request("/n/AAAAAAAAAAAAAAAAAAAAAA", "Content-Length: 7", method="POST") + b"a=\r\n\r\nb"
    last = request("/healthz", "Connection: close")
    with served.connect() as wire:
        for start in range(0, len(one) * 30, 997):
            wire.sendall((one * 30)[start : start + 997])
        wire.sendall(last)
        assert answer_on(wire).raw.count(b"HTTP/1.1 200 OK") == 31


@on_sqlite
@both_ways
@pytest.mark.parametrize("packets", [1, 2])
@pytest.mark.parametrize("method", ["GET", "POST", "CONNECT"])
def test_the_body_of_a_request_for_another_protocol_is_no_request(
    served: Served, plain: bool, method: str, packets: int
) -> None:
    body = request("/healthz")
    upgrade = ("Connection: upgrade", "Upgrade: x", f"Content-Length: {len(body)}")
    head = request("/healthz", *upgrade, method=method)
    with served.connect() as wire:
        if packets == 1:
            wire.sendall(head + body)
        else:
            wire.sendall(head)
            assert served.get("/healthz").status == 200  # so the server has read the head
            send(wire, body)
        wire.setblocking(True)
        wire.settimeout(PATIENCE)
        answered = b""
        with suppress(ConnectionResetError):  # the body came after the end
            while part := wire.recv(65536):
                answered += part
    assert answered.count(b"HTTP/1.1 ") == 1


@on_sqlite
@both_ways
def test_a_client_that_does_not_read_its_answers_is_ended(
    settings: Settings,
    link: Link,
    plain: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(LimitedProtocol, "unread_seconds", 0.1)
    monkeypatch.setattr(LimitedProtocol, "request_seconds", 0.1)
    with serving(settings, plain=plain) as served, connections(served.settings.port, 1) as [wire]:
        send(wire, request(path_of(link)) * 2000)
        assert _ends(wire)
        assert served.fetch(link).status == 200
    assert caplog.text.count("did not read their answers") == 1


@on_sqlite
@both_ways
def test_a_client_that_reads_slowly_gets_all_its_answers(
    settings: Settings, plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LimitedProtocol, "unread_seconds", 60)
    with serving(settings, plain=plain) as served, connections(served.settings.port, 1) as [wire]:
        send(wire, request("/") * 60 + request("/", "Connection: close"))
        wire.settimeout(PATIENCE)
        assert answer_on(wire).raw.count(b"HTTP/1.1 200 OK") == 61


@on_sqlite
@both_ways
def test_who_holds_more_than_its_share_is_ended(
    settings: Settings, plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire_connections, "MAX_UNFINISHED", 8000)
    with serving(settings, plain=plain) as served, ExitStack() as opened:
        greedy, *others = opened.enter_context(connections(served.settings.port, 3))
        for wire in others:
            send(wire, request("/healthz"))
            wire.settimeout(PATIENCE)
            assert wire.recv(12) == b"HTTP/1.1 200"
        send(greedy, request("/i/x.gif", "X-Long: " + "y" * 5000)[:-2])
        assert _ends(greedy)
        assert served.get("/healthz").status == 200


@on_sqlite
@both_ways
@pytest.mark.parametrize(
    "nonsense", [b"\r\n" * 20_000, b"GET / HTTP/1.1\r\n" + b"a:b\r\n" * 3000], ids=["blank lines", "headers"]
)
def test_a_head_that_never_ends_is_refused_before_it_is_large(
    served: Served, plain: bool, nonsense: bytes
) -> None:
    with served.connect() as wire:
        send(wire, nonsense)
        wire.setblocking(True)
        wire.settimeout(PATIENCE)
        assert b"431" in answer_on(wire).raw


def _ends(wire: socket.socket) -> bool:
    """Wait until the other side has closed. What it has sent stays unread."""
    asked = select.poll()
    asked.register(wire, getattr(select, "POLLRDHUP", 0))
    return bool(asked.poll(PATIENCE * 1000))
