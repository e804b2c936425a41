"""The hop in front: is an address the client's, or that of a CDN, a load balancer or a proxy nobody named?

Behind Cloudflare every request comes from one of Cloudflare's addresses. Taken for the client's, those made a
forgery of every Gmail reader. So the address of a hop is no evidence, nor is one that a header of the hop
contradicts. `data/hops.tsv` has the published addresses of hops.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

Address = IPv4Address | IPv6Address
Prefix = IPv4Network | IPv6Network

CACHED_ADDRESSES = 4096
"""Hops come again and again, and strangers must not fill memory."""
LONGEST_ENTRY = 64
"""Characters of one entry of a forwarding header: an address with brackets, a port and `for=` has fewer."""

CLIENT_HEADERS = {
    "cf-connecting-ip": "Cloudflare",
    "fly-client-ip": "Fly.io",
    "fastly-client-ip": "Fastly",
    "true-client-ip": "a CDN",
    "x-azure-clientip": "Azure Front Door",
    "x-real-ip": "",
    "x-forwarded-for": "",
    "forwarded": "",
}
"""Headers in which a hop names the client it saw, and who sets them; empty where many do."""

TITLES = {
    "cloudflare": "Cloudflare",
    "cloudfront": "Amazon CloudFront",
    "fastly": "Fastly",
    "google": "Google Cloud’s load balancer",
}
"""The names of `data/hops.tsv`, which TRUSTED_PROXIES takes, as people know them."""


class Client(NamedTuple):
    """What is known of who asked."""

    address: str | None
    """The client's own address; None where a hop hides it."""
    hop: str = ""
    """The hop that stands in front and was not named, in words; empty where none is noticed."""


class Hops:
    """The published addresses of hops; built once, from the lines of the data file."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._networks: dict[str, list[Prefix]] = {}
        for line in lines:
            name, prefix, _source, _date = line.split("\t")
            self._networks.setdefault(name, []).append(ip_network(prefix))
        self.name_of = lru_cache(CACHED_ADDRESSES)(self._name_of)

    def networks_of(self, name: str) -> list[Prefix]:
        """Return the addresses of a hop such as `cloudflare`. Raises KeyError for a name that has no list."""
        return self._networks[name]

    def _name_of(self, address: str) -> str:
        """Return whose hop an address is; empty for any other address, and for text that is none."""
        parsed = address_in(address)
        if parsed is None:
            return ""
        found = (name for name, networks in self._networks.items() if any(parsed in one for one in networks))
        return next(found, "")


def client_of(address: str | None, headers: Mapping[str, str], hops: Hops) -> Client:
    """Return the client behind an address, as far as it can be known; never raises.

    `address` is the other end of the connection, or what is left after trusted proxies were passed. `headers`
    have names in lower case, and an X-Forwarded-For only with the entries that no trusted proxy vouches for.
    """
    name = hops.name_of(address) if address else ""
    given = [header for header in CLIENT_HEADERS if header in headers]
    if not given:
        return Client(None, TITLES[name]) if name else Client(address)
    if not name and not _is_contradicted(address, headers, given):
        return Client(address)
    return Client(None, TITLES.get(name) or _owner(given) or _at(address))


def _is_contradicted(address: str | None, headers: Mapping[str, str], given: list[str]) -> bool:
    """Return True if a header names another client than this address."""
    known = address_in(address or "")
    return any(claimed != known for header in given for claimed in _claimed(headers[header]))


def _claimed(value: str) -> Iterator[Address | None]:
    """The addresses a header names, in its order; None for an entry that is no address."""
    for entry in value.replace(";", ",").split(","):
        name, is_pair, rest = entry.strip().partition("=")
        if not is_pair or name.strip().lower() == "for":
            yield address_in(rest if is_pair else name)


def _owner(given: list[str]) -> str:
    return next((owner for header in given if (owner := CLIENT_HEADERS[header])), "")


def _at(address: str | None) -> str:
    return f"a proxy at {address}" if address else "a proxy"


def address_in(text: str) -> Address | None:
    """Return the address in an entry such as `192.0.2.1:4711`, `[2001:db8::1]:443` or `"[2001:db8::1]"`."""
    entry = text.strip().strip('"')
    if len(entry) > LONGEST_ENTRY:
        return None
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        parsed = ip_address(entry)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
