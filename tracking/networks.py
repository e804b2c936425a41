"""Tells to which network an address or a host name belongs.

Each prefix in `data/networks.tsv` belongs to a network. Where prefixes overlap, the network that is first in
`PRECEDENCE` wins. `data/names.tsv` has the domains of scanners whose machines are known by their host names.
"""

import socket
from collections.abc import Iterable, Mapping

from tracking.facts import Network
from tracking.ranges import MAPPED, Prefix, Ranges, prefix

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


def home(address: str) -> str:
    """Return the part of an address that a device keeps: all of an IPv4 address, the /64 of an IPv6 one.

    Within its /64 a device changes its address every day (RFC 8981). However an address is written, the
    answer is the same. Raises OSError if it is no address.
    """
    if ":" not in address:
        return address
    packed = socket.inet_pton(socket.AF_INET6, address)
    mapped = int.from_bytes(packed[:12], "big") == MAPPED
    return socket.inet_ntop(socket.AF_INET, packed[12:]) if mapped else packed[:8].hex()


class Networks:
    """The networks of all addresses, as sorted ranges: a binary search for each question."""

    def __init__(self, prefixes: Iterable[Prefix[Network]]) -> None:
        self.ranges = Ranges(prefixes, Network.OTHER, _RANK.__getitem__)

    def of(self, address: str | None) -> Network:
        """Return the address's network, or UNKNOWN if it is no public address."""
        if not address:
            return Network.UNKNOWN
        try:
            return self.ranges.at(address)
        except (OSError, ValueError):
            return Network.UNKNOWN


class Names:
    """The networks of host names. They come from recorded logs; nothing here looks a name up."""

    def __init__(self, domains: Mapping[str, Network]) -> None:
        self._domains = domains

    def of(self, name: str) -> Network | None:
        """Return the network of the longest known domain that the name is in, or None."""
        labels = name.lower().rstrip(".").split(".")[-LONGEST_DOMAIN:]
        domains = (".".join(labels[start:]) for start in range(len(labels)))
        return next((self._domains[domain] for domain in domains if domain in self._domains), None)


def parse(line: str) -> Prefix[Network]:
    """Read a line of `data/networks.tsv`: `network<TAB>prefix<TAB>source<TAB>date`. Raises ValueError."""
    network, text, _source, _date = line.split("\t")
    return prefix(Network(network), text)


def parse_name(line: str) -> tuple[str, Network]:
    """Read a line of `data/names.tsv`: `network<TAB>domain<TAB>who<TAB>source<TAB>date`.

    Raises ValueError.
    """
    network, domain, _who, _source, _date = line.split("\t")
    return domain, Network(network)
