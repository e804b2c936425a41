"""Decides whether the chat is told of a fetch, and whether with a sound."""

from collections.abc import Iterable
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


def changes_card(loudness: Loudness, before: FetchSummary, after: FetchSummary) -> bool:
    """Return True if a link's card says something else after a fetch, given the summaries around it."""
    return (
        loudness is not Loudness.NONE
        or after.inferred_sent is not before.inferred_sent
        or after.quiet is not before.quiet
        or after.proxied != before.proxied
        or after.shows_the_image != before.shows_the_image
        or (after.flooded_at is None) is not (before.flooded_at is None)
    )


def makes_a_sound(loudness: Loudness, *, muted: bool) -> bool:
    """Return True if a message with a sound is owed for a fetch."""
    return loudness is Loudness.LOUD and not muted


def first_with_a_sound(
    opens: Iterable[tuple[Fetch, Verdict]], before: FetchSummary, windows: Windows, *, muted: bool
) -> Fetch | None:
    """Return the first of a link's opens, oldest first, that makes a sound, given the summary before them."""
    for fetch, verdict in opens:
        if makes_a_sound(alert_for(fetch, verdict, before, windows), muted=muted):
            return fetch
    return None


def wakes_up(fetch: Fetch, before: FetchSummary, windows: Windows) -> bool:
    """Return True if this open comes after the link has slept: opened before, and then not for long."""
    return before.is_asleep(fetch.at, windows.revival)
