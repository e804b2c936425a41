"""What a request's headers say, and from which address behind proxies it comes."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from tracking.agents import LONGEST_ADDRESS

CACHED_ADDRESSES = 1024
"""The same few proxies come again and again, and strangers must not fill memory."""

FORWARDED = b"x-forwarded-for"

Headers = Iterable[tuple[bytes, bytes]]
Networks = Sequence[IPv4Network | IPv6Network]


def header(headers: Headers, name: bytes) -> str | None:
    """Return the header's value, or None. Repeated headers are joined to one list, in their order."""
    found = [value for key, value in headers if key == name]
    return b",".join(found).decode("latin-1") if found else None


class ClientAddress:
    """Finds the client's address in X-Forwarded-For.

    The list is read from the right, past the proxies in TRUSTED_PROXIES and no further. Each proxy appends
    the address it saw. The leftmost entry is whatever the client wrote.
    """

    def __init__(self, trusted: Networks) -> None:
        self._trusted = trusted
        self._cached = lru_cache(CACHED_ADDRESSES)(self._is_in_trusted_network)

    def find(self, peer: str | None, forwarded: str | None) -> str | None:
        """Return the client's address as text; None if it cannot be known.

        `peer` is the other end of the connection, `forwarded` the value of X-Forwarded-For.
        """
        if not forwarded or not self._trusted or peer is None or not self.trusts(peer):
            return peer
        for entry in reversed(forwarded.split(",")):
            address = entry.strip()
            if not self.trusts(address):
                return address
        return None

    def trusts(self, address: str) -> bool:
        """Return True if this is the address of a trusted proxy. Text that is no address is not trusted."""
        return len(address) <= LONGEST_ADDRESS and self._cached(address)

    def _is_in_trusted_network(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(mapped in network for network in self._trusted)

    def hides_clients(self, peer: str | None, forwarded: str | None) -> bool:
        """Return True if the request came through a proxy that TRUSTED_PROXIES does not name."""
        return bool(forwarded) and peer is not None and not self.trusts(peer) and is_local(peer)


def is_local(address: str | None) -> bool:
    """Return True for an address of this machine or a private network: a proxy's, or a tunnel's."""
    try:
        return ip_address(address or "").is_private
    except ValueError:
        return False


def is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
