"""Decides whether the chat is told of a fetch, and whether with a sound."""

from enum import StrEnum

from tracking.facts import Fetch, Kind, Verdict, Windows
from tracking.summary import FetchSummary


class Loudness(StrEnum):
    LOUD = "loud"
    SILENT = "silent"
    NONE = "none"


def alert_for(fetch: Fetch, verdict: Verdict, before: FetchSummary, windows: Windows) -> Loudness:
    """Return how the chat is told of a fetch, given the summary before it.

    Only the first open makes a sound, and one that wakes the link. So one storm of fetches is one alert.
    """
    match verdict.kind:
        case Kind.ACTIVATED:
            return Loudness.SILENT
        case Kind.PROXIED:
            return Loudness.NONE if before.proxied else Loudness.SILENT
        case Kind.OPENED:
            return Loudness.LOUD if before.opens == 0 or wakes_up(fetch, before, windows) else Loudness.SILENT
        case _:
            return Loudness.NONE


def wakes_up(fetch: Fetch, before: FetchSummary, windows: Windows) -> bool:
    """Return True if this open comes after the link has slept: opened before, and then not for long."""
    return before.is_asleep(fetch.at, windows.revival)
