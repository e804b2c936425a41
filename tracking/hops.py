"""The hop in front: is an address the client's, or that of a CDN, a load balancer or a proxy nobody named?

Behind Cloudflare every request comes from one of Cloudflare's addresses. Taken for the client's, those made a
forgery of every Gmail reader. So the address of a hop is no evidence, nor is one that a header of the hop
contradicts. `data/hops.tsv` has the published addresses of hops.
"""

import socket
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from tracking.ranges import Prefix, Ranges, prefix

CACHED_ADDRESSES = 4096
"""Hops come again and again, and strangers must not fill memory."""
MOST_CLAIMED = 16
"""Addresses in headers that are weighed against what a trusted proxy saw. No real way has as many."""
LONGEST_ENTRY = 64
"""Characters of one entry of a forwarding header: an address with brackets, a port and `for=` has fewer."""

CLIENT_HEADERS = (
    "cf-connecting-ip",
    "fly-client-ip",
    "fastly-client-ip",
    "true-client-ip",
    "x-azure-clientip",
    "incap-client-ip",
    "x-sucuri-clientip",
    "do-connecting-ip",
    "x-nf-client-connection-ip",
    "x-vercel-forwarded-for",
    "ali-cdn-real-ip",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-forwarded-for",
    "x-forwarded-for",
    "forwarded",
)
"""Headers in which a hop names the client it saw."""

CDN_LOOP = "cdn-loop"
"""Every CDN on the way adds an entry to it (RFC 8586), also one whose addresses are on no list."""

VIA = ("cloudfront", "1.1 google", "fly.io", "vegur")
"""What a CDN or a platform's router writes into `Via`; Heroku's is Vegur. Readers' own proxies write other
names there."""

INSIDE = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
"""Blocks inside a machine, a private network or a platform (100.64/10): no reader comes from there."""

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
    is_behind_hop: bool = False
    """A CDN or a proxy stands in front that was not named."""
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


_INSIDE = Ranges((prefix(block, block) for block in INSIDE), "")


class Hops:
    """The published addresses of hops; built once, from the lines of the data file."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.ranges = Ranges(map(_parse, lines), "")
        self.place_of = lru_cache(CACHED_ADDRESSES)(self._place_of)

    def _place_of(self, text: str) -> Place:
        """Return whose an address is. Never raises."""
        address = address_in(text)
        if address is None:
            return NOWHERE
        name, block = self.ranges.at(address), _INSIDE.at(address)
        return Place(address, name, block, None if name or block else address)


def _parse(line: str) -> Prefix[str]:
    """Read a line of `data/hops.tsv`: `name<TAB>prefix<TAB>source<TAB>date`. Raises ValueError or OSError."""
    name, text, _source, _date = line.split("\t")
    return prefix(name, text)


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
        return Client(place.client, bool(place.name))
    given = (headers[name] for name in CLIENT_HEADERS if name in headers)
    claims = list(chain.from_iterable(map(_claimed, given)))
    vouched = place.client if passed else None
    if vouched:
        # A hop before the trusted proxy names a public address. A private one is of the client's own network.
        claims = [claimed for claimed in claims if not (claimed and _INSIDE.at(claimed))]
    is_a_hop = bool(place.name) or (not passed and _names_a_cdn(headers.get("via", "")))
    if not is_a_hop and not _is_contradicted(place.address, headers, claims, passed):
        return Client(place.client)
    return Client(None, True, vouched, _others(claims, passed) if vouched else ())


def _others(claims: Iterable[str | None], passed: Collection[str]) -> tuple[str, ...]:
    """Return the addresses among these that no trusted proxy has, each once, and no more than count."""
    return tuple(dict.fromkeys(one for one in claims if one and one not in passed))[:MOST_CLAIMED]


def _names_a_cdn(via: str) -> bool:
    return any(part in via.lower() for part in VIA)


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
    outside = [address for address in passed if not _INSIDE.at(address)]
    return len(entries_of(headers[CDN_LOOP])) > len(outside)


def _claimed(value: str) -> Iterator[str | None]:
    """Yield the addresses that a header names, in its order; None for an entry that is no address."""
    for entry in entries_of(value.replace(";", ",")):
        name, is_pair, rest = entry.partition("=")
        if not is_pair or name.strip().lower() == "for":
            yield address_in(rest if is_pair else name)


def entries_of(value: str) -> list[str]:
    """Return the entries of a list in a header, without empty ones."""
    return [entry for part in value.split(",") if (entry := part.strip())]


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
