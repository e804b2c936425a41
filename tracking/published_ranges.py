"""The address ranges that Google, Apple, Telegram and the CDNs publish: where they are, how to read them.

`replaced` puts a new list into the lines of the data files, once `tracking.range_checks` has found nothing
wrong with it. The bot does so every REFRESH_DAYS days and keeps what it fetched in the database; maintainers
write the package's own data files with `python -m tools.refresh_ranges`. Neither downloads in here.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import chain
from typing import NamedTuple

from tracking import data_files, networks
from tracking.facts import Network
from tracking.hops import Hops

Prefixes = Sequence[IPv4Network | IPv6Network]
DataFiles = Mapping[str, Sequence[str]]
"""The lines of data files, comments included, by the files' names."""

NETWORKS, HOPS = "networks.tsv", "hops.tsv"

APPLE_OWN_RANGES = ("2a02:26f7::/32", "2a04:4e41::/32")
"""Cloudflare's and Fastly's customers share the relay's other addresses, so those confirm nothing."""
APPLE_PLACE = 3
"""Columns that at least follow the prefix: country, region, city."""
APPLE_FEWEST = 10_000
"""Lines of Apple's list, which has some 280,000. Its beginning alone would lack a range still in use."""
AWS_SERVICE = "CLOUDFRONT_ORIGIN_FACING"

MEBIBYTE = 1024 * 1024


class UnusableListError(Exception):
    """A list cannot be used. The message names the list and says why."""


class PublishedList(NamedTuple):
    """A list of addresses that their owner publishes."""

    name: str
    """As in the third column of its data file, the source."""
    file: str
    """The data file that has its lines."""
    label: str
    """The first column of its lines: a network class, or the name of a hop."""
    url: str
    read: Callable[[str], Iterable[str]]
    """Return the prefixes in a downloaded text. Raises what parsing raises where it is another format."""
    most_bytes: int = 8 * MEBIBYTE
    """Of a download. The longest but Apple's, Amazon's, has about 2 million."""
    shortest_v4: int = 16
    shortest_v6: int = 28
    """Lengths of the broadest prefixes. No owner's fetchers fill a broader range: one would be a mistake that
    turns readers into machines."""
    owned: str = ""
    """The class of `networks.tsv` in whose ranges, as shipped, all of the list's must lie; empty for any. A
    list that names machines needs one: with a range of somebody's home, it would hide its readers."""


class Fetched(NamedTuple):
    """A list as it was fetched and found good."""

    name: str
    day: str
    """When, as YYYY-MM-DD."""
    prefixes: Sequence[str]


def google(text: str) -> Iterator[str]:
    """Read `{"prefixes": [{"ipv4Prefix": …}, {"ipv6Prefix": …}]}`."""
    for entry in json.loads(text)["prefixes"]:
        yield entry.get("ipv4Prefix") or entry["ipv6Prefix"]


def lines(text: str) -> Iterator[str]:
    """Read one prefix a line."""
    return (line.strip() for line in text.splitlines() if line.strip())


def apple(text: str) -> Iterator[str]:
    """Read lines of `prefix,country,region,city,`; return which of Apple's own ranges are still in use."""
    begins = [(own.partition(":/")[0], own) for own in APPLE_OWN_RANGES]  # such as `2a02:26f7:`
    used, count = set[str](), 0
    # One line after the other: as a list, 280,000 of them would take 30 MB.
    for found in re.finditer(r"[^\r\n]+", text):
        prefix, *place = found[0].split(",")
        if "/" not in prefix or len(place) < APPLE_PLACE:
            raise ValueError(f"the line {prefix!r:.50}")
        used.update(own for begin, own in begins if prefix.startswith(begin))
        count += 1
    if count < APPLE_FEWEST:
        raise ValueError(f"only {count} lines")
    return (own for own in APPLE_OWN_RANGES if own in used)


def amazon(text: str) -> Iterator[str]:
    """Read the prefixes of CloudFront's side that asks web servers, in both halves of ip-ranges.json."""
    listed = json.loads(text)
    for half, key in (("prefixes", "ip_prefix"), ("ipv6_prefixes", "ipv6_prefix")):
        yield from (entry[key] for entry in listed[half] if entry["service"] == AWS_SERVICE)


def fastly(text: str) -> Iterator[str]:
    """Read `{"addresses": […], "ipv6_addresses": […]}`."""
    listed = json.loads(text)
    yield from (*listed["addresses"], *listed["ipv6_addresses"])


_GOOGLE = "https://developers.google.com/static/crawling/ipranges"
LISTS = (
    PublishedList(
        "Google user-triggered-fetchers-google.json",
        NETWORKS,
        Network.GOOGLE_PROXY,
        f"{_GOOGLE}/user-triggered-fetchers-google.json",
        google,
    ),
    PublishedList(
        "Google special-crawlers.json",
        NETWORKS,
        Network.GOOGLE_PREFETCH,
        f"{_GOOGLE}/special-crawlers.json",
        google,
        owned=Network.GOOGLE,
    ),
    PublishedList(
        "core.telegram.org/resources/cidr.txt",
        NETWORKS,
        Network.TELEGRAM,
        "https://core.telegram.org/resources/cidr.txt",
        lines,
        owned=Network.TELEGRAM,
    ),
    PublishedList(
        "mask-api.icloud.com/egress-ip-ranges.csv",
        NETWORKS,
        Network.APPLE_RELAY,
        "https://mask-api.icloud.com/egress-ip-ranges.csv",
        apple,
        most_bytes=64 * MEBIBYTE,  # it has about 15 million bytes
    ),
    # A CDN's whole blocks are hops: Cloudflare has a /13 and a /29.
    PublishedList(
        "Cloudflare ips-v4", HOPS, "cloudflare", "https://www.cloudflare.com/ips-v4", lines, shortest_v4=12
    ),
    PublishedList("Cloudflare ips-v6", HOPS, "cloudflare", "https://www.cloudflare.com/ips-v6", lines),
    PublishedList(
        f"AWS ip-ranges.json {AWS_SERVICE}",
        HOPS,
        "cloudfront",
        "https://ip-ranges.amazonaws.com/ip-ranges.json",
        amazon,
    ),
    PublishedList("Fastly public-ip-list", HOPS, "fastly", "https://api.fastly.com/public-ip-list", fastly),
)
"""All of them, and the only place with their addresses. Google's load balancer publishes no list."""


def shipped() -> DataFiles:
    """Return the data files that this version of Readback came with."""
    return {name: list(data_files.rows(name)) for name in (NETWORKS, HOPS)}


def shipped_day(name: str) -> str:
    """Return from which day (YYYY-MM-DD) the lines are that this version has of a list; empty for no list."""
    return _shipped_days().get(name, "")


@cache
def _shipped_days() -> Mapping[str, str]:
    rows = chain.from_iterable(map(data_files.rows, (NETWORKS, HOPS)))
    return {_source(row): row.rpartition("\t")[2] for row in rows}


def in_force(fetched: Iterable[Fetched]) -> DataFiles:
    """Return the shipped data files with what was fetched later put in."""
    newer = tuple(fetched)
    return {file: list(rows_in_force(file, newer)) for file in (NETWORKS, HOPS)}


def rows_in_force(file: str, fetched: Iterable[Fetched]) -> Iterator[str]:
    """Yield the rows of one of them, one after the other: all of them would take a megabyte.

    A list that cannot be loaded leaves the shipped one.
    """
    newer = {one.name: one for one in fetched if one.day >= shipped_day(one.name)}
    rows = dict[str, list[str]]()
    for published in LISTS:
        if published.file == file and (one := newer.get(published.name)):
            with suppress(ValueError):
                rows[one.name] = _rows(published, list(map(ip_network, one.prefixes)), one.day)
    old = data_files.rows(file)
    return _merged(old, rows) if rows else old


def replaced(data: DataFiles, published: PublishedList, prefixes: Prefixes, day: str) -> DataFiles:
    """Return the data files with this list's lines replaced, in the place of the old ones.

    Raises ValueError if the pixel server could not load the new ones.
    """
    rows = {published.name: _rows(published, prefixes, day)}
    return {**data, published.file: list(_merged(data[published.file], rows))}


def stray(published: PublishedList, prefixes: Prefixes) -> IPv4Network | IPv6Network | None:
    """Return a range that is not its owner's, as far as this version knows; None if there is none."""
    if not published.owned:
        return None
    owned = _owned(published.owned)
    return next((prefix for prefix in prefixes if not any(_holds(one, prefix) for one in owned)), None)


@cache
def _owned(label: str) -> Prefixes:
    rows = data_files.data_lines(NETWORKS)
    return [ip_network(row.split("\t")[1]) for row in rows if row.startswith(f"{label}\t")]


def _holds(block: IPv4Network | IPv6Network, prefix: IPv4Network | IPv6Network) -> bool:
    first, last = int(block.network_address), int(block.broadcast_address)
    is_inside = first <= int(prefix.network_address) and int(prefix.broadcast_address) <= last
    return block.version == prefix.version and is_inside


def _rows(published: PublishedList, prefixes: Prefixes, day: str) -> list[str]:
    """Return a list's lines. Raises ValueError if the pixel server could not load or must not use them."""
    if (prefix := stray(published, prefixes)) is not None:
        raise ValueError(f"{published.name} holds {prefix}, which is not its owner's")
    rows = [f"{published.label}\t{prefix}\t{published.name}\t{day}" for prefix in prefixes]
    if not rows:
        raise ValueError(f"{published.name} is empty")
    if published.file == NETWORKS:
        networks.Networks(map(networks.parse, rows))
    else:
        Hops(rows)
    return rows


def _merged(old: Iterable[str], new: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a data file, with those of some sources replaced. `new` has these by the source."""
    left = dict(new)
    for row in old:
        source = _source(row)
        if source not in new:
            yield row
        yield from left.pop(source, ())
    # The lines of a list that is new come last.
    for rows in left.values():
        yield from rows


def prefixes_of(data: DataFiles, published: PublishedList) -> Prefixes:
    """Return a list's prefixes as they are in these data files."""
    rows = data[published.file]
    return [ip_network(row.split("\t")[1]) for row in rows if _source(row) == published.name]


def differences(published: PublishedList, old: Prefixes, new: Prefixes) -> Iterator[str]:
    """Say what changed: first how much, then each range, one printable line each."""
    was, now = set(map(str, old)), set(map(str, new))
    yield f"{published.name}: {len(now)} ranges, {len(now - was)} new, {len(was - now)} gone"
    yield from (f"  + {prefix}" for prefix in sorted(now - was))
    yield from (f"  - {prefix}" for prefix in sorted(was - now))


def _source(row: str) -> str:
    return "" if row.startswith("#") else "".join(row.split("\t")[2:3])
