"""The hop in front: is an address the client's, or that of a CDN, a load balancer or a proxy nobody named?

Behind Cloudflare every request comes from one of Cloudflare's addresses. Taken for the client's, those made a
forgery of every Gmail reader. So the address of a hop is no evidence, nor is one that a header of the hop
contradicts. `data/hops.tsv` has the published addresses of hops.
"""

import socket
from bisect import bisect
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_network,
)
from itertools import chain
from typing import NamedTuple

Address = IPv4Address | IPv6Address
Prefix = IPv4Network | IPv6Network

CACHED_ADDRESSES = 4096
"""Hops come again and again, and strangers must not fill memory."""
MOST_CLAIMED = 16
"""Addresses in headers that are weighed against what a trusted proxy saw. No real way has as many."""
LONGEST_ENTRY = 64
"""Characters of one entry of a forwarding header: an address with brackets, a port and `for=` has fewer."""

CLIENT_HEADERS = {
    "cf-connecting-ip": "Cloudflare",
    "fly-client-ip": "Fly.io",
    "fastly-client-ip": "Fastly",
    "true-client-ip": "a CDN",
    "x-azure-clientip": "Azure Front Door",
    "incap-client-ip": "Imperva",
    "x-sucuri-clientip": "Sucuri",
    "do-connecting-ip": "DigitalOcean",
    "x-nf-client-connection-ip": "Netlify",
    "x-vercel-forwarded-for": "Vercel",
    "ali-cdn-real-ip": "Alibaba Cloud",
    "x-real-ip": "",
    "x-client-ip": "",
    "x-cluster-client-ip": "",
    "x-original-forwarded-for": "",
    "x-forwarded-for": "",
    "forwarded": "",
}
"""Headers in which a hop names the client it saw, and who sets them; empty where many do."""

CDN_LOOP = "cdn-loop"
"""Every CDN on the way adds an entry to it (RFC 8586), also one whose addresses are on no list."""

VIA = {
    "cloudfront": "Amazon CloudFront",
    "1.1 google": "Google Cloud Load Balancing",
    "fly.io": "Fly.io",
    "vegur": "Heroku",
}
"""What a CDN or a platform's router writes into `Via`. Readers' own proxies write other names there."""

INSIDE = tuple(
    map(
        ip_network,
        (
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "100.64.0.0/10",
            "::1/128",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)
"""Addresses inside a machine, a private network or a platform (100.64/10): no reader comes from there."""

TITLES = {
    "cloudflare": "Cloudflare",
    "cloudfront": "Amazon CloudFront",
    "fastly": "Fastly",
    "google": "Google Cloud Load Balancing",
}
"""The names of `data/hops.tsv`, which TRUSTED_PROXIES takes, as people know them."""


class Client(NamedTuple):
    """The client behind a request, as far as it is known."""

    address: str | None
    """The client's own address; None where a hop hides it."""
    hop: str = ""
    """The hop that stands in front and was not named, in words; empty where none is noticed."""
    vouched: str | None = None
    """The public address that a trusted proxy saw, where headers contradict it: the client's or a hop's."""
    claimed: tuple[str, ...] = ()
    """The public addresses that those headers name."""


class Place(NamedTuple):
    """The facts that an address shows by itself."""

    address: str | None = None
    """As it is usually spelt; None where the text is no address."""
    name: str = ""
    """The published list that the address is on, such as `cloudflare`; empty for most."""
    block: str = ""
    """The block of `INSIDE` that the address is in; empty for most."""
    client: str | None = None
    """The address, where it can be a client's."""


class Ranges:
    """Tells which of some named networks an address is in. Networks of different names must not overlap."""

    def __init__(self, networks: Mapping[str, Iterable[Prefix]]) -> None:
        self._of_version = {version: _sorted(networks, version) for version in (4, 6)}
        self._starts = {
            version: [first for first, _, _ in ranges] for version, ranges in self._of_version.items()
        }

    def name_at(self, address: str) -> str:
        """Return the network's name; empty where there is none. Raises OSError if this is no address."""
        version, family = (6, socket.AF_INET6) if ":" in address else (4, socket.AF_INET)
        value = int.from_bytes(socket.inet_pton(family, address), "big")
        number = bisect(self._starts[version], value) - 1
        if number < 0:
            return ""
        _, last, name = self._of_version[version][number]
        return name if value <= last else ""


def _sorted(networks: Mapping[str, Iterable[Prefix]], version: int) -> list[tuple[int, int, str]]:
    """Return the networks of one version as ranges, in order, each with its name."""
    return sorted(
        (int(one.network_address), int(one.broadcast_address), name)
        for name, known in networks.items()
        for one in _joined(known, version)
    )


def _joined(networks: Iterable[Prefix], version: int) -> Iterator[Prefix]:
    """Return the networks of one version without those that lie in another one."""
    if version == 4:
        return collapse_addresses(one for one in networks if isinstance(one, IPv4Network))
    return collapse_addresses(one for one in networks if isinstance(one, IPv6Network))


_INSIDE = Ranges({str(block): [block] for block in INSIDE})


class Hops:
    """The published addresses of hops; built once, from the lines of the data file."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._networks: dict[str, list[Prefix]] = {}
        for line in lines:
            name, prefix, _source, _date = line.split("\t")
            self._networks.setdefault(name, []).append(ip_network(prefix))
        self._ranges = Ranges(self._networks)
        self.place_of = lru_cache(CACHED_ADDRESSES)(self._place_of)

    def networks_of(self, name: str) -> list[Prefix]:
        """Return the addresses of a hop such as `cloudflare`. Raises KeyError for a name that has no list."""
        return self._networks[name]

    def _place_of(self, text: str) -> Place:
        """Return whose an address is. Never raises."""
        address = address_in(text)
        if address is None:
            return NOWHERE
        name, block = self._ranges.name_at(address), _INSIDE.name_at(address)
        return Place(address, name, block, None if name or block else address)


NOWHERE = Place()
_SIGNS = frozenset({*CLIENT_HEADERS, CDN_LOOP, "via"})
_MAPPED = bytes(10) + b"\xff\xff"
"""How an IPv6 address begins that holds an IPv4 one: ::ffff:0:0/96."""


def client_of(
    address: str | None, headers: Mapping[str, str], hops: Hops, passed: Collection[str] = ()
) -> Client:
    """Return the client behind an address, as far as it can be known; never raises.

    `address` is the other end of the connection, or what is left after trusted proxies were passed: those are
    `passed`, and a header that names one of them contradicts nothing. `headers` have names in lower case, and
    an X-Forwarded-For only with the entries that no trusted proxy vouches for.
    """
    place = hops.place_of(address) if address else NOWHERE
    if _SIGNS.isdisjoint(headers):
        return Client(place.client, TITLES.get(place.name, ""))
    given = [header for header in CLIENT_HEADERS if header in headers]
    claims = list(chain.from_iterable(_claimed(headers[header]) for header in given))
    vouched = place.client if passed else None
    if vouched:
        # A hop before the trusted proxy names a public address. A private one is of the client's own network.
        claims = [claimed for claimed in claims if not (claimed and _INSIDE.name_at(claimed))]
    via = _via(headers["via"]) if "via" in headers and not passed else ""
    if not place.name and not via and not _is_contradicted(place.address, headers, claims, passed):
        return Client(place.client)
    hop = TITLES.get(place.name) or _owner(given) or via or _at(address)
    return Client(None, hop, vouched, _others(claims, passed) if vouched else ())


def _others(claims: Iterable[str | None], passed: Collection[str]) -> tuple[str, ...]:
    """Return the addresses among these that no trusted proxy has, each once, and no more than count."""
    return tuple(dict.fromkeys(one for one in claims if one and one not in passed))[:MOST_CLAIMED]


def _via(value: str) -> str:
    """Return the hop that this `Via` names, in words; empty for one that is not known."""
    return next((title for part, title in VIA.items() if part in value.lower()), "")


def _is_contradicted(
    known: str | None, headers: Mapping[str, str], claims: list[str | None], passed: Collection[str]
) -> bool:
    """Return True if a header claims another client than this address, or names a CDN that was not passed.

    A tunnel on this machine is passed by its private address, and still brings its CDN's entry in CDN-Loop:
    there a header of the CDN's own confirms the address.
    """
    if any(claimed != known and claimed not in passed for claimed in claims):
        return True
    if CDN_LOOP not in headers or known in claims:
        return False
    outside = [address for address in passed if not _INSIDE.name_at(address)]
    return len(entries_of(headers[CDN_LOOP])) > len(outside)


def _claimed(value: str) -> Iterator[str | None]:
    """The addresses a header names, in its order; None for an entry that is no address."""
    for entry in entries_of(value.replace(";", ",")):
        name, is_pair, rest = entry.partition("=")
        if not is_pair or name.strip().lower() == "for":
            yield address_in(rest if is_pair else name)


def entries_of(value: str) -> list[str]:
    """Return the entries of a list in a header, without empty ones."""
    return [entry for part in value.split(",") if (entry := part.strip())]


def _owner(given: list[str]) -> str:
    return next((owner for header in given if (owner := CLIENT_HEADERS[header])), "")


def _at(address: str | None) -> str:
    return f"a proxy at {address}" if address else "a proxy"


def address_in(text: str) -> str | None:
    """Return the address in an entry such as `192.0.2.1:4711`, `[2001:db8::1]:443` or `"[2001:db8::1]"`.

    It is spelt as usual, so that two can be compared: an IPv4 address in an IPv6 one as what it is.
    """
    entry = text.strip().strip('"')
    if len(entry) > LONGEST_ENTRY:
        return None
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        if ":" not in entry:
            return socket.inet_ntop(socket.AF_INET, socket.inet_pton(socket.AF_INET, entry))
        packed = socket.inet_pton(socket.AF_INET6, entry.partition("%")[0])
    except (OSError, ValueError):
        return None
    if packed.startswith(_MAPPED):
        return socket.inet_ntop(socket.AF_INET, packed[12:])
    return socket.inet_ntop(socket.AF_INET6, packed)
