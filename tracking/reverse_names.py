"""Gmail's proxy at an address that is on no list: what the address's own name can settle.

Google names the machines of its image proxy, and only Google can: the name's own addresses must include the
one that fetched. Of 49 such machines on record, one was on no list. Nothing is looked up in here.
"""

import re

from tracking.facts import Agent, Network, Reason, Sighting

_NAME = re.compile(r"(google-proxy|rate-limited-proxy)-[a-z0-9-]+\.google\.com\.?", re.IGNORECASE)
_NETWORKS = {"google-proxy": Network.GOOGLE_PROXY, "rate-limited-proxy": Network.GOOGLE_PREFETCH}

_GMAIL_PROXY = Agent.GMAIL_PROXY
"""Read for every fetch: CPython 3.11 reads a member off an enumeration ten times as slowly as a global."""
_SURE = frozenset({Network.GOOGLE_PROXY, Network.GOOGLE_PREFETCH, Network.UNKNOWN})
"""Networks that leave no doubt, and the one of fetches whose address is not their client's."""
_SIGNS = frozenset({None, Reason.FORGED_PROXY})


def is_doubtful(sighting: Sighting) -> bool:
    """Return True for a fetch in the name of Gmail's proxy, from an address that is known and on no list.

    Any sign but the forgery's stands, whatever the address is called.
    """
    if sighting.agent is not _GMAIL_PROXY:
        return False
    return sighting.network not in _SURE and sighting.sign in _SIGNS


def network_named(name: str) -> Network | None:
    """Return which of Google's proxies is called so; None if none is."""
    found = _NAME.fullmatch(name)
    return _NETWORKS[found[1].lower()] if found else None


def confirmed(sighting: Sighting, network: Network) -> Sighting:
    """Return a doubtful sighting as it is once its network is known."""
    agent = Agent.GMAIL_PREFETCH if network is Network.GOOGLE_PREFETCH else sighting.agent
    return Sighting(agent, network, None, sighting.rendered)
