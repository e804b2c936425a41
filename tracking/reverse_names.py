"""Gmail's proxy at an address that is on no list: what the address's own name can settle.

Google names the machines of its image proxy, and only Google can: the name's own addresses must include the
one that fetched. Of 49 such machines on record, one was on no list. Nothing is looked up in here.
"""

import re

from tracking.facts import Agent, Network, Reason, Sighting

_NAME = re.compile(r"(google-proxy|rate-limited-proxy)-[a-z0-9-]+\.google\.com\.?", re.IGNORECASE)
_NETWORKS = {"google-proxy": Network.GOOGLE_PROXY, "rate-limited-proxy": Network.GOOGLE_PREFETCH}


def is_doubtful(sighting: Sighting) -> bool:
    """Return True for a fetch in the name of Gmail's proxy, from an address that is known and on no list.

    Any sign but the forgery's stands, whatever the address is called. Each fetch asks this: no sets of
    enumerations here, as looking one up takes longer than all of this.
    """
    agent, network, sign, _rendered = sighting
    return (
        agent is Agent.GMAIL_PROXY
        and network is not Network.GOOGLE_PROXY
        and network is not Network.GOOGLE_PREFETCH
        and network is not Network.UNKNOWN
        and (sign is None or sign is Reason.FORGED_PROXY)
    )


def network_named(name: str) -> Network | None:
    """Return which of Google's proxies is called so; None if none is."""
    found = _NAME.fullmatch(name)
    return _NETWORKS[found[1].lower()] if found else None


def confirmed(sighting: Sighting, network: Network) -> Sighting:
    """Return a doubtful sighting as it is once its network is known."""
    agent = Agent.GMAIL_PREFETCH if network is Network.GOOGLE_PREFETCH else sighting.agent
    return Sighting(agent, network, None, sighting.rendered)
