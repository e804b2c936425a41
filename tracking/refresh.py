"""`python -m tracking refresh`: bring the address ranges that their owners publish up to date.

Nothing runs this by itself. All lists are read and checked before anything is written: a broken download, a
list that shrank to half, or a range that cannot be right changes nothing.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from tracking import networks
from tracking.facts import Network

Prefixes = list[IPv4Network | IPv6Network]

DATA = Path(__file__).parent / "data" / "networks.tsv"
PATIENCE = 30.0
LARGEST = 64 * 1024 * 1024
"""Bytes; Apple's list, the longest, has about 15 million."""
SHORTEST_PREFIX = {4: 16, 6: 28}
"""Nobody's fetchers fill more: a broader range is a mistake, and would take readers for machines."""
APPLES_OWN = ("2a02:26f7::/32", "2a04:4e41::/32")
"""The relay's other addresses are shared with Cloudflare's and Fastly's customers: they confirm nothing."""


class UnusableListError(Exception):
    """A list cannot be used; the message says which, and why."""


class Published(NamedTuple):
    """A list of addresses that their owner publishes."""

    name: str
    """As in the data file's column of sources."""
    network: Network
    url: str
    read: Callable[[str], Iterable[str]]


def google(text: str) -> Iterator[str]:
    """`{"prefixes": [{"ipv4Prefix": …}, {"ipv6Prefix": …}]}`"""
    for entry in json.loads(text)["prefixes"]:
        yield entry.get("ipv4Prefix") or entry["ipv6Prefix"]


def telegram(text: str) -> Iterator[str]:
    """A prefix a line."""
    return (line for line in text.split() if line)


def apple(text: str) -> Iterator[str]:
    """`prefix,country,region,city,`: which of Apple's own ranges are still in use."""
    listed = [IPv6Network(row[0]) for row in csv.reader(text.splitlines()) if row and ":" in row[0]]
    for own in map(IPv6Network, APPLES_OWN):
        if any(prefix.subnet_of(own) for prefix in listed):
            yield str(own)


SOURCES = (
    Published(
        "Google user-triggered-fetchers-google.json",
        Network.GOOGLE_PROXY,
        "https://developers.google.com/static/crawling/ipranges/user-triggered-fetchers-google.json",
        google,
    ),
    Published(
        "Google special-crawlers.json",
        Network.GOOGLE_PREFETCH,
        "https://developers.google.com/static/crawling/ipranges/special-crawlers.json",
        google,
    ),
    Published(
        "core.telegram.org/resources/cidr.txt",
        Network.TELEGRAM,
        "https://core.telegram.org/resources/cidr.txt",
        telegram,
    ),
    Published(
        "mask-api.icloud.com/egress-ip-ranges.csv",
        Network.APPLE_RELAY,
        "https://mask-api.icloud.com/egress-ip-ranges.csv",
        apple,
    ),
)


def refresh(sources: Sequence[Published], today: str, data: Path) -> list[str]:
    """Replace the lines of these sources; says what changed, a line each. Raises UnusableListError."""
    rows, differences = data.read_text("utf-8").splitlines(), list[str]()
    for published in sources:
        old = [row for row in rows if row.split("\t")[2:3] == [published.name]]
        found = _checked(published, _download(published), len(old))
        new = [f"{published.network}\t{prefix}\t{published.name}\t{today}" for prefix in found]
        differences.extend(_difference(published, old, new))
        rows = _replaced(rows, old, new)
    networks.Networks(map(networks.parse, (row for row in rows if not row.startswith("#"))))
    beside = data.with_suffix(".new")
    beside.write_text("\n".join(rows) + "\n", "utf-8")
    beside.replace(data)
    return differences


def _download(published: Published) -> str:
    try:
        with urlopen(published.url, timeout=PATIENCE) as answer:  # noqa: S310  # addresses of SOURCES
            if urlsplit(answer.url).scheme != urlsplit(published.url).scheme:
                raise UnusableListError(f"{published.url} leads to {answer.url}")
            raw: bytes = answer.read(LARGEST + 1)
    except (URLError, OSError) as error:
        raise UnusableListError(f"{published.url} cannot be read: {error}") from error
    if len(raw) > LARGEST or len(raw) != int(answer.headers.get("content-length") or len(raw)):
        raise UnusableListError(f"{published.url} came incomplete or is too long ({len(raw)} bytes)")
    return raw.decode("utf-8", "replace")


def _checked(published: Published, text: str, before: int) -> Prefixes:
    """The prefixes, collapsed, in order; refused where they cannot be right."""
    try:
        found = [ip_network(prefix) for prefix in published.read(text)]
    except (ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise UnusableListError(f"{published.url} is not the list that is expected: {error!r}") from error
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


def _difference(published: Published, old: list[str], new: list[str]) -> Iterator[str]:
    was, now = ({row.split("\t")[1] for row in rows} for rows in (old, new))
    yield f"{published.name}: {len(now)} ranges, {len(now - was)} new, {len(was - now)} gone"
    yield from (f"  + {prefix}" for prefix in sorted(now - was))
    yield from (f"  - {prefix}" for prefix in sorted(was - now))


def _replaced(rows: list[str], old: list[str], new: list[str]) -> list[str]:
    """The new lines where the old ones stood; a list that is new comes last."""
    place = rows.index(old[0]) if old else len(rows)
    gone = set(old)
    return [*rows[:place], *new, *(row for row in rows[place:] if row not in gone)]
