"""Reads a request for the pixel that arrived whole, in one packet.

The image proxies of mail providers send the same headers again and again. So headers are examined once,
and afterwards looked up by their bytes.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tracking import Sighting

LONGEST = 1024
"""Bytes of a request that is read here. Browsers and proxies send 200 to 700."""
CACHED_HEADERS = 1024

# The plainest form of RFC 9112, as strict as llhttp: no folded line, no bare line feed, no control character.
_WHOLE = re.compile(
    rb"GET /i/([A-Za-z0-9_-]{22})\.gif (HTTP/1\.[01]\r\n"
    rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n){1,64})\r\n"
)
_NEED_UVICORN = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer"})
"""A request with one of these headers has a body, or asks for more than an answer."""

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


class PixelRequest(NamedTuple):
    token: str
    facts: Facts
    keep_alive: bool
    """The connection stays open after the answer."""


class PacketReader:
    """Reads packets. `examine(headers, peer)` is called once for each combination of headers and peer."""

    def __init__(self, examine: Callable[[Sequence[Header], str | None], Facts]) -> None:
        self._examine = examine
        self._cached = lru_cache(CACHED_HEADERS)(self._read_headers)

    def forget(self) -> None:
        """Examine all headers anew, because `examine` would now say something else."""
        self._cached.cache_clear()

    def read(self, packet: bytes, peer: str | None) -> PixelRequest | None:
        """Return what a packet asks for; None unless it is one whole request of the plainest form."""
        if len(packet) > LONGEST or (found := _WHOLE.fullmatch(packet)) is None:
            return None
        token, head = found.groups()
        if (known := self._cached(head, peer)) is None:
            return None
        return PixelRequest(token.decode(), *known)

    def _read_headers(self, head: bytes, peer: str | None) -> tuple[Facts, bool] | None:
        version, *lines = head.split(b"\r\n")[:-1]
        split = [line.partition(b":") for line in lines]
        headers = [(name.lower(), value.lstrip(b" \t")) for name, _, value in split]
        connection = [value.lower() for name, value in headers if name == b"connection"]
        closes = connection == [b"close"]
        if not _NEED_UVICORN.isdisjoint(name for name, _ in headers) or not (
            closes or (version == b"HTTP/1.1" and connection in ([], [b"keep-alive"]))
        ):
            return None
        return self._examine(headers, peer), not closes
