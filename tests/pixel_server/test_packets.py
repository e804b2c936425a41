"""Requests read in one go give what uvicorn's parser would have given; others are left to uvicorn."""

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pixel_server.wire.headers import by_name
from pixel_server.wire.packets import LONGEST, Facts, Header, KnownHeaders, PacketReader, PixelRequest
from tracking import Agent, Network, Sighting

TOKEN = b"wWj1rFzEThAcWv3rjOqaAA"
SIGHTING = Sighting(Agent.THUNDERBIRD, Network.OTHER)


class Parsed:
    """A request as httptools, uvicorn's parser, reads it."""

    def __init__(self, data: bytes) -> None:
        self.url, self.headers, self.complete = b"", list[Header](), 0
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_message_complete(self) -> None:
        self.complete += 1


def read(packet: bytes) -> tuple[PixelRequest, dict[str, str]] | None:
    """Return the request, and the headers that were examined; None if it is left to uvicorn."""
    seen: dict[str, str] = {}

    def find_out(known: KnownHeaders, forwarded: str | None, _peer: str | None) -> Facts:
        seen.update(known.named if forwarded is None else known.named | {"x-forwarded-for": forwarded})
        return Facts(SIGHTING, None, "", "")

    asked = PacketReader(find_out).read(packet, "192.0.2.1")
    return (asked, seen) if asked else None


def get(*lines: bytes, token: bytes = TOKEN, version: bytes = b"1.1") -> bytes:
    return b"\r\n".join([b"GET /i/%s.gif HTTP/%s" % (token, version), b"Host: a.example", *lines, b"", b""])


def test_a_mail_programs_request_is_read_in_one_go() -> None:
    found = read(get(b"User-Agent: \t Thunderbird/128.3.0", b"accept:image/*"))
    assert found == (
        (TOKEN.decode(), Facts(SIGHTING, None, "", ""), True),
        {"host": "a.example", "user-agent": "Thunderbird/128.3.0", "accept": "image/*"},
    )


@pytest.mark.parametrize(
    ("packet", "stays"),
    [
        (get(), True),
        (get(b"Connection: keep-alive"), True),
        (get(b"Connection: Close"), False),
        (get(b"Connection: close", version=b"1.0"), False),
    ],
)
def test_keep_alive_is_read_from_the_request(packet: bytes, stays: bool) -> None:
    found = read(packet)
    assert found
    assert found[0].keep_alive is stays


@pytest.mark.parametrize(
    "packet",
    [
        get(version=b"1.0"),
        get(b"Connection: keep-alive", version=b"1.0"),
        get(b"Connection: Upgrade", b"Upgrade: websocket"),
        get(b"Connection: keep-alive, close"),
        get(b"Connection: keep-alive", b"Connection: close"),
        get(b"X-Forwarded-For: 192.0.2.7", b"X-Forwarded-For: 192.0.2.8"),
        get(b"Content-Length: 0"),
        get(b"Content-Length: 3") + b"abc",
        get(b"Transfer-Encoding: chunked"),
        get(b"Expect: 100-continue"),
        get(b"X-folded: a", b" b"),
        get(b"X bad: a"),
        get(b": a"),
        get(b"X-null: \x00"),
        get(b"X-bell: \x07"),
        get().replace(b"\r\n", b"\n"),
        get() + get(),
        get()[:-2],
        get(b"X-long: " + b"y" * LONGEST),
        get(*[b"X-%d: a" % number for number in range(65)]),
        get(token=TOKEN[:-1]),
        get(token=TOKEN + b"A"),
        get().replace(b"GET", b"HEAD"),
        get().replace(b".gif ", b".gif?a=1 "),
        get().replace(b"/i/", b"/%69/"),
        get().replace(b"/i/", b"http://a.example/i/"),
        b"\r\n" + get(),
        b"",
    ],
)
def test_requests_not_of_the_plainest_form_are_left_to_uvicorn(packet: bytes) -> None:
    assert read(packet) is None


def test_the_same_headers_are_read_once_whichever_client_they_come_from() -> None:
    seen: list[tuple[KnownHeaders, str | None]] = []

    def find_out(known: KnownHeaders, forwarded: str | None, _peer: str | None) -> Facts:
        seen.append((known, forwarded))
        return Facts(SIGHTING, None, "", "")

    reader = PacketReader(find_out)
    for address in (b"192.0.2.7", b"192.0.2.8"):
        reader.read(get(b"X-Forwarded-For: " + address, b"Accept: image/*"), "127.0.0.1")
    (first, one), (second, other) = seen
    assert (one, other) == ("192.0.2.7", "192.0.2.8")
    assert first is second
    assert "x-forwarded-for" not in first.named


names = some.from_regex(rb"\A[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}\Z") | some.sampled_from(
    [b"X-Forwarded-For", b"x-forwarded-for", b"Not-X-Forwarded-For"]
)
values = some.binary(max_size=20) | some.sampled_from(
    [b" a ", b"\ta\t", b"a\tb", b"\xff", b"", b"a:b", b" \x0b"]
)
lines = some.lists(
    some.tuples(names | some.binary(max_size=4), some.sampled_from([b":", b": ", b""]), values)
)


@given(lines)
def test_any_headers_are_read_as_uvicorns_parser_reads_them(
    lines: list[tuple[bytes, bytes, bytes]],
) -> None:
    packet = get(*(b"".join(line) for line in lines))
    if found := read(packet):
        parsed = Parsed(packet)
        assert parsed.complete == 1
        assert by_name(parsed.headers) == found[1]
        assert parsed.url == b"/i/%s.gif" % found[0].token.encode()
