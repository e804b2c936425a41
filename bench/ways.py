"""How other trackers tell people from machines, in a line each: what the judge is measured against.

Each is spared the fetches from before the mail was sent, though few of them know of those.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from tracking import Network, machines

CRAWLERS = re.compile("|".join(machines.patterns()))
PREFETCH_IS_OVER = 10.0
"""Seconds after which the time-only way believes in a reader."""


class Seen(NamedTuple):
    """What a way is told of one fetch."""

    user_agent: str
    network: Network
    place: int
    """How many fetches came before it, since the mail was sent."""
    since_sent: float


Way = Callable[[Seen], bool]
"""Whether a fetch counts as an open."""

WAYS: dict[str, Way] = {
    "count everything": lambda _: True,
    "drop Google's addresses": lambda seen: not seen.network.startswith("google"),
    "drop known crawlers": lambda seen: not CRAWLERS.search(seen.user_agent),
    "first is the proxy, the rest people": lambda seen: seen.place > 0,
    "ten seconds after sending": lambda seen: seen.since_sent >= PREFETCH_IS_OVER,
}
