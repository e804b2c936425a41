"""What comes from outside, made safe: the client's address, the Host header, headers of answers."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import urlsplit

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
        self.trusts = lru_cache(REMEMBERED)(self._trusts)
        """Whether an address is one of our proxies; anything that is no address is not."""

    def find(self, peer: str | None, forwarded: str | None) -> str | None:
        """The client's address as text; None when there is none to know."""
        if not forwarded or not self._trusted or peer is None or not self.trusts(peer):
            return peer
        for entry in reversed(forwarded.split(",")):
            address = entry.strip()
            if not self.trusts(address):
                return address
        return peer

    def _trusts(self, address: str) -> bool:
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
        self._names = {"localhost", "127.0.0.1", "[::1]", host, urlsplit(public_url).hostname or ""}

    def allows(self, headers: Headers) -> bool:
        given = header(headers, b"host") or ""
        name = given.lower() if given.endswith("]") else given.lower().rpartition(":")[0] or given.lower()
        return name in self._names


def header(headers: Headers, name: bytes) -> str | None:
    """The header's value, the last one when it is repeated."""
    found = None
    for key, value in headers:
        if key == name:
            found = value
    return None if found is None else found.decode("latin-1")
