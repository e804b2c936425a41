"""Reads a request for the pixel that arrived whole, in one packet.

Mail programs and the proxies of mail providers send the same headers again and again; only the client's
address differs. So the other headers are read once, and afterwards looked up by their bytes.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from pixel_server.wire.headers import FORWARDED, by_name
from tracking import Network, Sighting

LONGEST = 1024
"""Bytes of a request that is read here. Browsers and proxies send 200 to 700."""
CACHED_HEADERS = 1024

# The plainest form of RFC 9112, as strict as llhttp: no folded line, no bare line feed, no control character.
_WHOLE = re.compile(
    rb"GET /i/([A-Za-z0-9_-]{22})\.gif (HTTP/1\.[01]\r\n"
    rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n){1,64})\r\n"
)
_NEED_UVICORN = frozenset(
    {b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer", FORWARDED}
)
"""A request with one of these headers has a body, or asks for more than an answer, or it has several lists of
clients: one of them is left here."""

_FORWARDED = re.compile(rb"(?<=\r\n)(?i:x-forwarded-for):[ \t]*([^\r]*)\r\n")

Header = tuple[bytes, bytes]


class Facts(NamedTuple):
    """The facts about a request from its headers and its peer. They do not depend on the pixel."""

    sighting: Sighting
    address: str | None
    """The client's, as text; None if it cannot be known."""
    user_agent: str
    """Whole. It is kept in memory only, and tells the sender's device from others."""
    program: str
    """The beginning of the user agent: as much as may be stored."""


class KnownHeaders(NamedTuple):
    """The headers of a request, but for X-Forwarded-For."""

    named: dict[str, str]
    keep_alive: bool
    """The connection stays open after the answer."""
    sightings: dict[tuple[Network, bool | None] | None, Sighting]
    """What `examine` has found out about them, by the client's network, and whether it spoke https."""


class PixelRequest(NamedTuple):
    token: str
    facts: Facts
    keep_alive: bool
    """The connection stays open after the answer."""


Examine = Callable[[KnownHeaders, str | None, str | None], Facts]
"""Finds out the facts, given the headers, the value of X-Forwarded-For and the peer's address."""


class PacketReader:
    """Reads packets, and lets `examine` find out the facts about each request."""

    def __init__(self, examine: Examine) -> None:
        self._examine = examine
        self._known = lru_cache(CACHED_HEADERS)(_read_headers)

    def forget(self) -> None:
        """Remember nothing of what `examine` has found out: it would now say something else."""
        self._known.cache_clear()

    def read(self, packet: bytes, peer: str | None) -> PixelRequest | None:
        """Return what a packet asks for; None unless it is one whole request of the plainest form."""
        if len(packet) > LONGEST or (found := _WHOLE.fullmatch(packet)) is None:
            return None
        token, head = found.groups()
        forwarded: str | None = None
        if listed := _FORWARDED.search(head):
            head = head[: listed.start()] + head[listed.end() :]
            forwarded = listed[1].decode("latin-1")
        if (known := self._known(head)) is None:
            return None
        return PixelRequest(token.decode(), self._examine(known, forwarded, peer), known.keep_alive)


def _read_headers(head: bytes) -> KnownHeaders | None:
    """Return the headers after the request's first line; None if they ask for more than the image."""
    version, *lines = head.split(b"\r\n")[:-1]
    split = [line.partition(b":") for line in lines]
    headers = [(name.lower(), value.lstrip(b" \t")) for name, _, value in split]
    connection = [value.lower() for name, value in headers if name == b"connection"]
    closes = connection == [b"close"]
    if not _NEED_UVICORN.isdisjoint(name for name, _ in headers) or not (
        closes or (version == b"HTTP/1.1" and connection in ([], [b"keep-alive"]))
    ):
        return None
    return KnownHeaders(by_name(headers), not closes, {})
