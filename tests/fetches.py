"""Fetches as the pixel server takes them in, for tests that start behind HTTP."""

from itertools import count

from storage.ingest import Arrival, first_id
from tests.tracking.stories import APPLE, BARE, CHROME, GATEWAY, GMAIL, OUTLOOK, PREFETCH, THUNDERBIRD
from tracking import Sighting

NOON = 1_700_000_000.0
"""A moment to count from."""

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
]

_numbers = count(1)


def arrival(token: str, at: float, sighting: Sighting = GMAIL, device: str | None = None) -> Arrival:
    return Arrival(f"{first_id(at)}{next(_numbers):020x}", token, at, sighting, device, "Mozilla/5.0")
