"""The lists of address ranges that Google, Apple and Telegram publish: how each is read, checked and merged.

`updated` brings the lines of `data/networks.tsv` up to date from the texts of the lists. Downloading the
texts and writing the file is the work of `python -m tools.refresh_ranges`.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from pathlib import Path
from typing import NamedTuple

from tracking import networks
from tracking.facts import Network

Prefixes = list[IPv4Network | IPv6Network]

DATA = Path(__file__).parent / "data" / "networks.tsv"
SHORTEST_PREFIX = {4: 16, 6: 28}
"""By IP version. No owner's fetchers fill a broader range: a mistake that turns readers into machines."""
APPLE_OWN_RANGES = ("2a02:26f7::/32", "2a04:4e41::/32")
"""Cloudflare's and Fastly's customers share the relay's other addresses, so those confirm nothing."""


class UnusableListError(Exception):
    """A list cannot be used. The message names the list and says why."""


class PublishedList(NamedTuple):
    """A list of addresses that their owner publishes."""

    name: str
    """As in the third column of the data file, the source."""
    network: Network
    url: str
    read: Callable[[str], Iterable[str]]
    """Return the prefixes in a downloaded text."""


class Updated(NamedTuple):
    rows: list[str]
    """The lines of the whole data file, comments included."""
    differences: list[str]
    """What changed, one printable line each."""


def google(text: str) -> Iterator[str]:
    """Read `{"prefixes": [{"ipv4Prefix": …}, {"ipv6Prefix": …}]}`."""
    for entry in json.loads(text)["prefixes"]:
        yield entry.get("ipv4Prefix") or entry["ipv6Prefix"]


def telegram(text: str) -> Iterator[str]:
    """Read one prefix a line."""
    return (line for line in text.split() if line)


def apple(text: str) -> Iterator[str]:
    """Read lines of `prefix,country,region,city,`; return which of Apple's own ranges are still in use."""
    listed = [IPv6Network(row[0]) for row in csv.reader(text.splitlines()) if row and ":" in row[0]]
    for own in map(IPv6Network, APPLE_OWN_RANGES):
        if any(prefix.subnet_of(own) for prefix in listed):
            yield str(own)


LISTS = (
    PublishedList(
        "Google user-triggered-fetchers-google.json",
        Network.GOOGLE_PROXY,
        "https://developers.google.com/static/crawling/ipranges/user-triggered-fetchers-google.json",
        google,
    ),
    PublishedList(
        "Google special-crawlers.json",
        Network.GOOGLE_PREFETCH,
        "https://developers.google.com/static/crawling/ipranges/special-crawlers.json",
        google,
    ),
    PublishedList(
        "core.telegram.org/resources/cidr.txt",
        Network.TELEGRAM,
        "https://core.telegram.org/resources/cidr.txt",
        telegram,
    ),
    PublishedList(
        "mask-api.icloud.com/egress-ip-ranges.csv",
        Network.APPLE_RELAY,
        "https://mask-api.icloud.com/egress-ip-ranges.csv",
        apple,
    ),
)


def updated(rows: Iterable[str], texts: Mapping[PublishedList, str], today: str) -> Updated:
    """Return the data file's lines with the lists' own lines replaced, and what changed.

    `rows` are the lines of the file as it is, `texts` the downloaded lists, `today` is the date for the new
    lines (YYYY-MM-DD). Raises UnusableListError if a list is broken, shrank to less than half, or holds a
    range that cannot be right.
    """
    rows, differences = list(rows), list[str]()
    for published, text in texts.items():
        old = [row for row in rows if row.split("\t")[2:3] == [published.name]]
        new = [
            f"{published.network}\t{prefix}\t{published.name}\t{today}"
            for prefix in _checked(published, text, len(old))
        ]
        differences.extend(_differences(published, old, new))
        rows = _replaced(rows, old, new)
    # Raises ValueError if the pixel server could not load the result.
    networks.Networks(map(networks.parse, (row for row in rows if not row.startswith("#"))))
    return Updated(rows, differences)


def _checked(published: PublishedList, text: str, before: int) -> Prefixes:
    """Return the prefixes, collapsed and in order. `before` is how many the data file has now."""
    try:
        found = [ip_network(prefix) for prefix in published.read(text)]
    except (ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise UnusableListError(f"{published.url} is not in the expected format: {error!r}") from error
    for prefix in found:
        if not prefix.is_global or prefix.prefixlen < SHORTEST_PREFIX[prefix.version]:
            raise UnusableListError(f"{published.url} holds {prefix}, which cannot be right")
    collapsed: Prefixes = [
        *collapse_addresses(prefix for prefix in found if isinstance(prefix, IPv4Network)),
        *collapse_addresses(prefix for prefix in found if isinstance(prefix, IPv6Network)),
    ]
    if not collapsed or 2 * len(collapsed) < before:
        raise UnusableListError(f"{published.url} shrank from {before} ranges to {len(collapsed)}")
    return collapsed


def _differences(published: PublishedList, old: list[str], new: list[str]) -> Iterator[str]:
    was, now = ({row.split("\t")[1] for row in rows} for rows in (old, new))
    yield f"{published.name}: {len(now)} ranges, {len(now - was)} new, {len(was - now)} gone"
    yield from (f"  + {prefix}" for prefix in sorted(now - was))
    yield from (f"  - {prefix}" for prefix in sorted(was - now))


def _replaced(rows: list[str], old: list[str], new: list[str]) -> list[str]:
    """Put the new lines where the old ones stood. The lines of a list that is new come last."""
    place = rows.index(old[0]) if old else len(rows)
    gone = set(old)
    return [*rows[:place], *new, *(row for row in rows[place:] if row not in gone)]
