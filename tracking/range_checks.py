"""Is a downloaded list what its owner meant to publish? On any doubt the old one stays.

A mirror once published Cloudflare's challenge page as its list. A wrong list of Google's would be worse: it
could take every Gmail reader for a machine.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import partial
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from tracking.data_files import without_comments
from tracking.facts import Network
from tracking.published_ranges import (
    NETWORKS,
    DataFiles,
    Prefixes,
    PublishedList,
    UnusableListError,
    prefixes_of,
    stray,
)

MOST_GROWTH = 4
"""How many times as many ranges, or addresses, a new list may have. Google's grew by 13 % in eight months; at
that pace four times as many take eight years."""
SMALL = {4: 2**14, 6: 2**34}
"""By IP version: addresses, or /64s, that any list may have (an IPv4 /18, an IPv6 /30). A small list may well
grow by more than that factor."""
FEW = 32
"""Ranges that any list may have."""

MAY_OVERLAP = frozenset({Network.DATACENTRE, "google"})
"""Classes of `networks.tsv` that hold other owners' ranges as well: whole data centres, and all of Google's
space. Any other overlap is a mistake: nobody's fetchers are at another owner's addresses."""

NOT_THE_FORMAT = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""What parsing raises. A list nested a thousand deep raises RecursionError."""


def checked(published: PublishedList, text: str, data: DataFiles) -> Prefixes:
    """Return a downloaded list's prefixes, collapsed and in order.

    `data` are the lines in force. Raises UnusableListError if the text is in another format, or if it holds
    what cannot be right: see the checks.
    """
    refuse = partial(_refuse, published)
    try:
        found = [_prefix(listed) for listed in published.read(text)]
    except NOT_THE_FORMAT as error:
        raise refuse(f"is not in the expected format: {error!r:.200}") from error
    for prefix in found:
        if not _is_possible(prefix, published):
            raise refuse(f"holds {prefix}, which cannot be right")
    new, old = collapsed(found), prefixes_of(data, published)
    if not new:
        raise refuse("is empty")
    change = _shrank(old, new) or _grew(old, new)
    if reason := change or _stray(published, new) or _overlap(published, new, data):
        raise refuse(reason)
    return new


def _refuse(published: PublishedList, reason: str) -> UnusableListError:
    return UnusableListError(f"{published.url} {reason}")


def _prefix(listed: str) -> IPv4Network | IPv6Network:
    """Read a prefix. One without a length may be the end of a text that was cut."""
    if "/" not in listed:
        raise ValueError(f"{listed!r} has no length")
    return ip_network(listed)


def _is_possible(prefix: IPv4Network | IPv6Network, published: PublishedList) -> bool:
    shortest = published.shortest_v4 if prefix.version == 4 else published.shortest_v6
    return prefix.is_global and not prefix.is_multicast and prefix.prefixlen >= shortest


def collapsed(prefixes: Iterable[IPv4Network | IPv6Network]) -> Prefixes:
    found = list(prefixes)
    return [
        *collapse_addresses(prefix for prefix in found if isinstance(prefix, IPv4Network)),
        *collapse_addresses(prefix for prefix in found if isinstance(prefix, IPv6Network)),
    ]


def _shrank(old: Prefixes, new: Prefixes) -> str:
    """Return why too much of the old list is gone, or "". IPv4 and IPv6 count apart.

    Counted are the old ranges that still lie in the new list: an owner may write two neighbours as one.
    """
    for version in (4, 6):
        before, after = _of_version(version, old), _of_version(version, new)
        starts = [int(prefix.network_address) for prefix in after]
        kept = sum(_is_within(prefix, after, starts) for prefix in before)
        if 2 * kept < len(before):
            return f"lost all but {kept} of its {len(before)} IPv{version} ranges"
    return ""


def _grew(old: Prefixes, new: Prefixes) -> str:
    """Return why the new list is absurdly large, in ranges or in addresses, or "".

    A list that the data file does not have yet, a maintainer has seen.
    """
    if not old:
        return ""
    if len(new) > max(FEW, MOST_GROWTH * len(old)):
        return f"grew from {len(old)} ranges to {len(new)}"
    for version in (4, 6):
        before, after = (_size(_of_version(version, prefixes)) for prefixes in (old, new))
        if after > max(SMALL[version], MOST_GROWTH * before):
            return f"has more than {MOST_GROWTH} times as many IPv{version} addresses as before"
    return ""


def _stray(published: PublishedList, new: Prefixes) -> str:
    """Return which range is not the owner's own, as far as this version knows, or ""."""
    prefix = stray(published, new)
    return "" if prefix is None else f"holds {prefix}, which is not known as its owner's"


def _overlap(published: PublishedList, new: Prefixes, data: DataFiles) -> str:
    """Return which range of somebody else the new list overlaps, or ""."""
    for version in (4, 6):
        after = _of_version(version, new)
        starts = [int(prefix.network_address) for prefix in after]
        for prefix, source in _others(published, data):
            if prefix.version == version and _touches(prefix, after, starts):
                return f"overlaps {prefix}, which is in {source}"
    return ""


def _others(published: PublishedList, data: DataFiles) -> Iterator[tuple[IPv4Network | IPv6Network, str]]:
    """Yield the ranges that the list may not overlap, each with its source."""
    for file, rows in data.items():
        for row in without_comments(rows):
            label, prefix, source, _day = row.split("\t")
            if source != published.name and not (file == NETWORKS and label in MAY_OVERLAP):
                yield ip_network(prefix), source


def _of_version(version: int, prefixes: Prefixes) -> Prefixes:
    """Return the prefixes of one IP version, in their order."""
    return [prefix for prefix in prefixes if prefix.version == version]


def _size(prefixes: Prefixes) -> int:
    """Count the IPv4 addresses, or the IPv6 /64s, of ranges that are apart."""
    return sum(
        prefix.num_addresses if prefix.version == 4 else max(1, prefix.num_addresses >> 64)
        for prefix in prefixes
    )


def _is_within(prefix: IPv4Network | IPv6Network, ranges: Prefixes, starts: list[int]) -> bool:
    """Return True if one of these ranges, which are apart and in order, holds the whole prefix."""
    at = bisect_right(starts, int(prefix.network_address)) - 1
    return at >= 0 and int(prefix.broadcast_address) <= int(ranges[at].broadcast_address)


def _touches(prefix: IPv4Network | IPv6Network, ranges: Prefixes, starts: list[int]) -> bool:
    """Return True if one of these ranges, which are apart and in order, has an address of the prefix."""
    at = bisect_right(starts, int(prefix.broadcast_address)) - 1
    return at >= 0 and int(ranges[at].broadcast_address) >= int(prefix.network_address)
