"""Fetches as the pixel server takes them in, for tests that start behind HTTP."""

from itertools import count

from storage.ingest import Arrival, first_id
from tracking import Agent, Network, Sighting

NOON = 1_700_000_000.0
"""A moment to count from."""

GMAIL = Sighting(Agent.GMAIL_PROXY, Network.GOOGLE_PROXY)
PREFETCH = Sighting(Agent.GMAIL_PREFETCH, Network.GOOGLE_PREFETCH)
APPLE = Sighting(Agent.APPLE_MPP, Network.APPLE_RELAY)
OUTLOOK = Sighting(Agent.OUTLOOK, Network.OTHER)
THUNDERBIRD = Sighting(Agent.THUNDERBIRD, Network.OTHER)
CHROME = Sighting(Agent.BROWSER, Network.OTHER, rendered=True)

_numbers = count(1)


def arrival(token: str, at: float, sighting: Sighting = GMAIL, device: str | None = None) -> Arrival:
    return Arrival(f"{first_id(at)}{next(_numbers):020x}", token, at, sighting, device, "Mozilla/5.0")
