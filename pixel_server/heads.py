"""A request for a pixel that came whole, in one packet: its token, and what its headers say.

The same headers come again and again, since a provider's image proxies send little else. So what they
say is found out once, and then looked up by their bytes.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tracking import Sighting

LONGEST = 1024
"""Bytes of a head that is looked at here. Browsers and proxies send 200 to 700."""
REMEMBERED = 1024

# RFC 9112 in its plainest form, as strict as llhttp: no folded line, no bare line feed, no control character.
_WHOLE = re.compile(
    rb"GET /i/([A-Za-z0-9_-]{22})\.gif (HTTP/1\.[01]\r\n"
    rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n){1,64})\r\n"
)
_BODILY = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer"})
"""Headers that ask for more than an answer."""

Header = tuple[bytes, bytes]


class Facts(NamedTuple):
    """What a request says, whatever pixel it asks for."""

    sighting: Sighting
    address: str | None
    user_agent: str


class Asked(NamedTuple):
    token: str
    facts: Facts
    keep_alive: bool


class Heads:
    """Reads heads; `find_out` tells what headers from a peer say."""

    def __init__(self, find_out: Callable[[Sequence[Header], str | None], Facts]) -> None:
        self._find_out = find_out
        self._known = lru_cache(REMEMBERED)(self._read)

    def read(self, packet: bytes, peer: str | None) -> Asked | None:
        """What a packet asks for; None where it is not one whole request of the plainest form."""
        if len(packet) > LONGEST or (found := _WHOLE.fullmatch(packet)) is None:
            return None
        token, head = found.groups()
        if (known := self._known(head, peer)) is None:
            return None
        return Asked(token.decode(), *known)

    def _read(self, head: bytes, peer: str | None) -> tuple[Facts, bool] | None:
        version, *lines = head.split(b"\r\n")[:-1]
        split = [line.partition(b":") for line in lines]
        headers = [(name.lower(), value.lstrip(b" \t")) for name, _, value in split]
        connection = [value.lower() for name, value in headers if name == b"connection"]
        closes = connection == [b"close"]
        if not _BODILY.isdisjoint(name for name, _ in headers) or not (
            closes or (version == b"HTTP/1.1" and connection in ([], [b"keep-alive"]))
        ):
            return None
        return self._find_out(headers, peer), not closes
