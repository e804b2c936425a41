"""Fetches as the pixel server hands them to storage, for tests that need no HTTP."""

from itertools import count

from storage.fetch_ids import first_id
from storage.ingest import Arrival
from tests.tracking.stories import APPLE, BARE, CHROME, GATEWAY, GMAIL, OUTLOOK, PREFETCH, THUNDERBIRD
from tracking import Sighting

NOON = 1_700_000_000.0
"""The moment from which these tests count: 14 November 2023, 22:13:20 UTC, in seconds since 1970."""

__all__ = [
    "APPLE",
    "BARE",
    "CHROME",
    "GATEWAY",
    "GMAIL",
    "NOON",
    "OUTLOOK",
    "PREFETCH",
    "THUNDERBIRD",
    "arrival",
    "repeated",
]

_numbers = count(1)


def arrival(token: str, at: float, sighting: Sighting = GMAIL, device: str | None = None) -> Arrival:
    """Return a fetch of this link at this moment, with an id of its own that sorts by time.

    It always gets a row of its own, because each comes to another pixel server.
    """
    return Arrival(f"{first_id(at)}{next(_numbers):020x}", token, at, sighting, device, "Mozilla/5.0")


def repeated(token: str, at: float, sighting: Sighting = GMAIL) -> Arrival:
    """Return the same for one pixel server: the fetch may continue the row of the one before it."""
    fetch = arrival(token, at, sighting)
    return fetch._replace(id=f"{fetch.id[:12]}{next(_numbers) % 65536:04x}{'a' * 16}")
