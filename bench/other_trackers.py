"""The rules by which other trackers tell people from machines. The judge is compared with them.

They are not charged for fetches from before the mail was sent, although few of them know when that was.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from tracking import Network, machines

CRAWLERS = re.compile("|".join(machines.patterns()))
PREFETCH_IS_OVER = 10.0
"""Seconds after sending, after which the time-only rule counts an open."""


class FetchFacts(NamedTuple):
    """What a rule knows of one fetch."""

    user_agent: str
    network: Network
    place: int
    """How many fetches came before it since the mail was sent."""
    since_sent: float
    """Seconds."""


Rule = Callable[[FetchFacts], bool]
"""Return True if the fetch counts as an open."""

OTHER_TRACKERS: dict[str, Rule] = {
    "count everything": lambda _: True,
    "drop Google's addresses": lambda fetch: not fetch.network.startswith("google"),
    "drop known crawlers": lambda fetch: not CRAWLERS.search(fetch.user_agent),
    "first is the proxy, the rest people": lambda fetch: fetch.place > 0,
    "ten seconds after sending": lambda fetch: fetch.since_sent >= PREFETCH_IS_OVER,
}
