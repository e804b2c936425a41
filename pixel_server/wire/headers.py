"""Reads a request's headers, and finds the client behind the proxies it came through."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from tracking.hops import LONGEST_ENTRY, TITLES, Client, Hops, address_in, client_of, entries_of
from tracking.ranges import Ranges, prefix

CACHED_ADDRESSES = 4096
"""The same proxies and readers come again and again, and strangers must not fill memory."""

FORWARDED = b"x-forwarded-for"
LISTED = FORWARDED.decode()

TOO_LONG = LONGEST_ENTRY + 1
"""Characters after which an entry is no address. Longer text must not fill the cache."""
OWN_HEADERS = {"cloudflare": "cf-connecting-ip"}
"""By a published list's name, the header in which such a hop names its client, whatever a client sent. Caddy
drops X-Forwarded-For and keeps this one."""

Headers = Iterable[tuple[bytes, bytes]]


def header(headers: Headers, name: bytes) -> str | None:
    """Return the header's value, or None. Repeated headers are joined to one list, in their order."""
    found = [value for key, value in headers if key == name]
    return b",".join(found).decode("latin-1") if found else None


def by_name(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers by name. The last of repeated ones counts, but an X-Forwarded-For is one list."""
    named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    if len(named) < len(headers) and LISTED in named:
        named[LISTED] = header(headers, FORWARDED) or ""
    return named


class Found(NamedTuple):
    """The rest of the way that a request came, beyond the trusted proxies."""

    address: str | None
    """The first address that is not a trusted proxy's; None if there is no more, or the entry is none."""
    passed: list[str]
    """The trusted proxies, the nearest first."""
    beyond: str
    """The entries of X-Forwarded-For to the left of the address, which nobody vouches for."""


class ClientAddress:
    """Finds the client behind the proxies that TRUSTED_PROXIES names.

    X-Forwarded-For is read from the right, past the trusted proxies and no further. Each proxy appends the
    address it saw. The leftmost entry is whatever the client wrote.
    """

    def __init__(self, trusted: Sequence[str], hops: Hops) -> None:
        """`trusted` has addresses, networks, and names of published lists, such as `cloudflare`."""
        self._hops = hops
        self._names = frozenset(trusted) & TITLES.keys()
        networks = [str(ip_network(one, strict=False)) for one in trusted if one not in TITLES]
        self._networks = Ranges((prefix(True, one) for one in networks), False)
        self._trusted = lru_cache(CACHED_ADDRESSES)(self._trusted_proxy)

    def client(self, peer: str | None, headers: dict[str, str]) -> Client:
        """Return the client, as far as it can be known. `peer` is the other end of the connection."""
        address, passed, beyond = self.find(peer, headers.get(LISTED, ""))
        if passed:
            address = address or self._named_by(passed[-1], headers)
            headers = dict(headers)
            headers.pop(LISTED, None)
            if beyond:
                headers[LISTED] = beyond
        return client_of(address, headers, self._hops, passed)

    def find(self, peer: str | None, forwarded: str) -> Found:
        """Pass the trusted proxies. `forwarded` is the value of X-Forwarded-For, or empty."""
        if peer is None or (proxy := self._proxy(peer)) is None:
            return Found(peer, [], forwarded)
        entries, passed = entries_of(forwarded), [proxy]
        while entries and (proxy := self._proxy(entries[-1])):
            passed.append(proxy)
            entries.pop()
        # A trusted proxy's own address is nobody's, also where the proxy does not say who asks.
        seen = self._hops.place_of(entries.pop()[:TOO_LONG]).address if entries else None
        return Found(seen, passed, ",".join(entries))

    def _named_by(self, proxy: str, headers: dict[str, str]) -> str | None:
        """Return the client that the outermost trusted proxy names in a header of its own, if it has one."""
        own = OWN_HEADERS.get(self._hops.place_of(proxy).name, "")
        return address_in(headers.get(own, ""))

    def trusts(self, entry: str) -> bool:
        """Return True if this is the address of a trusted proxy. Text that is no address is not trusted."""
        return self._proxy(entry) is not None

    def stands_for_many(self, peer: str) -> bool:
        """Return True if a connection's other end is a hop: a trusted proxy, a CDN, a private address."""
        return self.trusts(peer) or self._hops.place_of(peer).client is None

    def _proxy(self, entry: str) -> str | None:
        return self._trusted(entry) if len(entry) <= LONGEST_ENTRY else None

    def _trusted_proxy(self, entry: str) -> str | None:
        """Return the address in an entry if it is a trusted proxy's."""
        address, name, *_ = self._hops.place_of(entry)
        if address is None:
            return None
        return address if name in self._names or self._networks.at(address) else None


def is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
