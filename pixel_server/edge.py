"""What comes from outside, made safe: the client's address, the Host header, headers of answers."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import urlsplit

from tracking.agents import LONGEST_ADDRESS

REMEMBERED = 1024
"""Addresses whose answer is kept: proxies come again and again, and strangers must not fill memory."""

Headers = Iterable[tuple[bytes, bytes]]
Networks = Sequence[IPv4Network | IPv6Network]

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
"""No image is allowed at all: a page must never load the pixel it is about."""


class ClientAddress:
    """Finds the client behind proxies: read from the right, past those that are trusted, and no further.

    The leftmost entry is whatever the client wrote; a proxy appends the address it saw.
    """

    def __init__(self, trusted: Networks) -> None:
        self._trusted = trusted
        self._known = lru_cache(REMEMBERED)(self._look_up)

    def find(self, peer: str | None, forwarded: str | None) -> str | None:
        """The client's address as text; None when there is none to know."""
        if not forwarded or not self._trusted or peer is None or not self.trusts(peer):
            return peer
        for entry in reversed(forwarded.split(",")):
            address = entry.strip()
            if not self.trusts(address):
                return address
        return None

    def trusts(self, address: str) -> bool:
        """Whether an address is one of our proxies; anything that is no address is not."""
        return len(address) <= LONGEST_ADDRESS and self._known(address)

    def _look_up(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(mapped in network for network in self._trusted)

    def hides_clients(self, peer: str | None, forwarded: str | None) -> bool:
        """Whether a proxy stands before us that TRUSTED_PROXIES does not name."""
        return bool(forwarded) and peer is not None and not self.trusts(peer) and is_local(peer)


def is_local(address: str | None) -> bool:
    """Whether an address is of this machine or a private network: a proxy of ours, or a tunnel."""
    try:
        return ip_address(address or "").is_private
    except ValueError:
        return False


def is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


class HostCheck:
    """Pages answer only to names of this host: links and forms cannot be lent to another."""

    def __init__(self, public_url: str, host: str) -> None:
        named = {"localhost", "127.0.0.1", "::1", host, urlsplit(public_url).hostname or ""}
        self._names = {name.lower() for name in named}

    def allows(self, headers: Headers) -> bool:
        given = _HOST.fullmatch(header(headers, b"host") or "")
        return given is not None and (given["v6"] or given["name"]).lower() in self._names


_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^:\[\]]+))(?::\d*)?")


def header(headers: Headers, name: bytes) -> str | None:
    """The header's value; one that is repeated is one list, in the order of its lines."""
    found = [value for key, value in headers if key == name]
    return b",".join(found).decode("latin-1") if found else None
