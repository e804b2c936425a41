"""The rules by which other trackers tell people from machines. The judge is compared with them.

They are not charged for fetches from before the mail was sent, although few of them know when that was.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from bench.peers import isbot
from tracking import Network, machines

CRAWLERS = re.compile("|".join(machines.patterns()))


class FetchFacts(NamedTuple):
    """The facts about one fetch that a rule may use."""

    user_agent: str
    network: Network
    place: int
    """The number of fetches before it since the mail was sent."""
    since_sent: float
    """Seconds."""


Rule = Callable[[FetchFacts], bool]
"""Return True if the fetch counts as an open."""


def _is_crawler(fetch: FetchFacts) -> bool:
    return CRAWLERS.search(fetch.user_agent) is not None


def _two_signs_of_three(fetch: FetchFacts) -> bool:
    """Mautic's preset: two of three signs make a bot, and its list of addresses is empty at first."""
    return not (fetch.since_sent < 2 and _is_crawler(fetch))


def _no_prefetch(fetch: FetchFacts) -> bool:
    """Drop what ends where Apple's prefetch is said to end. Apple Mail itself ends there, too."""
    agent = fetch.user_agent.lower()
    return bool(agent) and not agent.endswith("(khtml, like gecko)") and not _is_crawler(fetch)


OTHER_TRACKERS: dict[str, Rule] = {
    # https://github.com/gophish/gophish/issues/1390: every fetch of the image is an open.
    "count everything": lambda _: True,
    # https://mailping.pro/knowledge-hub/bypassing-the-google-image-proxy-false-opens: by AS number 15169.
    "drop Google's addresses": lambda fetch: not fetch.network.startswith("google"),
    # https://github.com/monperrus/crawler-user-agents, as its users search it.
    "drop known crawlers": lambda fetch: not _is_crawler(fetch),
    # https://github.com/Kushagrabainsla/sentinel: "first open = proxy, rest = human".
    "first is the proxy, the rest people": lambda fetch: fetch.place > 0,
    # https://github.com/putyourlightson/craft-campaign/issues/546: a delay of 10 s before opens count.
    "ten seconds after sending": lambda fetch: fetch.since_sent >= 10,
    # https://github.com/warmbly/warmbly/pull/438: 10 s became 60.
    "a minute after sending": lambda fetch: fetch.since_sent >= 60,
    # https://github.com/mautic/mautic/pull/14593, and what is said of it in issues/16263.
    "two signs of three, as Mautic": _two_signs_of_three,
    # https://github.com/warmbly/warmbly/blob/main/internal/app/consumer/open_class.go
    "drop crawlers and Apple's prefetch": _no_prefetch,
}

ISBOT = "isbot, as Umami asks it"
"""https://github.com/umami-software/umami/blob/master/src/app/api/send/route.ts"""


def isbot_rule(user_agents: Iterable[str]) -> Rule:
    """Return the rule that drops what isbot calls a bot. It knows only these user agents.

    Raises UnavailableError.
    """
    bots = isbot.bots_among(user_agents)
    return lambda fetch: fetch.user_agent not in bots
