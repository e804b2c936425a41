"""Tells to which network an address or a host name belongs.

Each prefix in `data/networks.tsv` belongs to a network. Where prefixes overlap, the network that is first in
`PRECEDENCE` wins. `data/names.tsv` has the domains of scanners whose machines are known by their host names.
"""

import socket
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple

from tracking.facts import Network

PRECEDENCE = (
    Network.UNKNOWN,
    Network.GOOGLE_PREFETCH,
    Network.GOOGLE_PROXY,
    Network.TELEGRAM,
    Network.MAIL_SECURITY,
    Network.MICROSOFT,
    Network.APPLE_RELAY,
    Network.DATACENTRE,
    Network.GOOGLE,
    Network.OTHER,
)
_RANK = {network: rank for rank, network in enumerate(PRECEDENCE)}
LONGEST_DOMAIN = 3
"""Labels in the longest domain of `data/names.tsv`."""
_MAPPED = 0xFFFF  # ::ffff:0:0/96, how a dual-stack socket shows an IPv4 peer
_IPV4_BITS = 0xFFFFFFFF


def home(address: str) -> str:
    """Return the part of an address that a device keeps: all of an IPv4 address, the /64 of an IPv6 one.

    Within its /64 a device changes its address every day (RFC 8981). However an address is written, the
    answer is the same. Raises OSError if it is no address.
    """
    if ":" not in address:
        return address
    packed = socket.inet_pton(socket.AF_INET6, address)
    mapped = int.from_bytes(packed[:12], "big") == _MAPPED
    return socket.inet_ntop(socket.AF_INET, packed[12:]) if mapped else packed[:8].hex()


class Prefix(NamedTuple):
    """A line of `data/networks.tsv`: addresses as integers, the last one included."""

    network: Network
    first: int
    last: int
    version: int


class Networks:
    """The networks of all addresses, as sorted ranges: a binary search for each question."""

    def __init__(self, prefixes: Iterable[Prefix]) -> None:
        known = tuple(prefixes)
        self._v4 = _flatten(prefix for prefix in known if prefix.version == 4)
        self._v6 = _flatten(prefix for prefix in known if prefix.version == 6)

    def of(self, address: str | None) -> Network:
        """Return the address's network, or UNKNOWN if it is no public address."""
        if not address:
            return Network.UNKNOWN
        try:
            if ":" not in address:
                value = int.from_bytes(socket.inet_pton(socket.AF_INET, address), "big")
                return self._v4.at(value)
            value = int.from_bytes(socket.inet_pton(socket.AF_INET6, address), "big")
        except (OSError, ValueError):
            return Network.UNKNOWN
        return self._v4.at(value & _IPV4_BITS) if value >> 32 == _MAPPED else self._v6.at(value)


class Names:
    """The networks of host names. They come from recorded logs; nothing here looks a name up."""

    def __init__(self, domains: Mapping[str, Network]) -> None:
        self._domains = domains

    def of(self, name: str) -> Network | None:
        """Return the network of the longest known domain that the name is in, or None."""
        labels = name.lower().rstrip(".").split(".")[-LONGEST_DOMAIN:]
        domains = (".".join(labels[start:]) for start in range(len(labels)))
        return next((self._domains[domain] for domain in domains if domain in self._domains), None)


class _Ranges(NamedTuple):
    """Ranges that cover all addresses without a gap: where each starts, and its network."""

    starts: list[int]
    networks: list[Network]

    def at(self, value: int) -> Network:
        return self.networks[bisect_right(self.starts, value) - 1]


def parse(line: str) -> Prefix:
    """Read a line of `data/networks.tsv`: `network<TAB>prefix<TAB>source<TAB>date`. Raises ValueError."""
    network, prefix, _source, _date = line.split("\t")
    base, _, length = prefix.partition("/")
    family, bits = (socket.AF_INET6, 128) if ":" in base else (socket.AF_INET, 32)
    first = int.from_bytes(socket.inet_pton(family, base), "big")
    size = 1 << (bits - int(length))
    if first % size:
        raise ValueError(f"{prefix} has bits set beyond its length")
    return Prefix(Network(network), first, first + size - 1, 6 if bits == 128 else 4)


def parse_name(line: str) -> tuple[str, Network]:
    """Read a line of `data/names.tsv`: `network<TAB>domain<TAB>who<TAB>source<TAB>date`.

    Raises ValueError.
    """
    network, domain, _who, _source, _date = line.split("\t")
    return domain, Network(network)


def _flatten(prefixes: Iterable[Prefix]) -> _Ranges:
    """Return the ranges of these prefixes.

    Two prefixes nest or are apart, so one walk with a stack of those that are open is enough.
    """
    ranges = _Ranges([0], [Network.OTHER])
    open_: list[tuple[int, Network]] = []
    end = Prefix(Network.OTHER, 1 << 128, 1 << 128, 0)
    for prefix in chain(sorted(prefixes, key=lambda prefix: (prefix.first, -prefix.last)), (end,)):
        while open_ and open_[-1][0] < prefix.first:
            last, _ = open_.pop()
            _begin(ranges, last + 1, open_[-1][1] if open_ else Network.OTHER)
        if prefix is not end:
            network = min(prefix.network, open_[-1][1] if open_ else Network.OTHER, key=_RANK.__getitem__)
            open_.append((prefix.last, network))
            _begin(ranges, prefix.first, network)
    return ranges


def _begin(ranges: _Ranges, at: int, network: Network) -> None:
    if ranges.starts[-1] == at:
        ranges.networks[-1] = network
    elif ranges.networks[-1] is not network:
        ranges.starts.append(at)
        ranges.networks.append(network)
