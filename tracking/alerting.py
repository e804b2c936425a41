"""Whether, and how loudly, to tell the chat of a verdict."""

from enum import StrEnum

from tracking.facts import Fetch, Kind, Verdict, Windows
from tracking.summary import FetchSummary


class Loudness(StrEnum):
    LOUD = "loud"
    SILENT = "silent"
    NONE = "none"


def alert_for(fetch: Fetch, verdict: Verdict, before: FetchSummary, windows: Windows) -> Loudness:
    """How the chat hears of a fetch, given what was known before it.

    One storm of fetches is one alert: only the first open is loud, and one after a long sleep.
    """
    match verdict.kind:
        case Kind.ACTIVATED:
            return Loudness.SILENT
        case Kind.PROXIED:
            return Loudness.NONE if before.proxied else Loudness.SILENT
        case Kind.OPENED:
            return Loudness.LOUD if before.opens == 0 or last_gap(fetch, before, windows) else Loudness.SILENT
        case _:
            return Loudness.NONE


def last_gap(fetch: Fetch, before: FetchSummary, windows: Windows) -> bool:
    """Whether this open wakes a link that had been opened before and then lay still for long."""
    return before.is_asleep(fetch.at, windows.revival)
