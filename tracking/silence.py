"""What can silence mean? Never "not read"; but what was seen narrows it down."""

from enum import StrEnum

from tracking.facts import Reason
from tracking.history import History

EXPLAINED_AFTER = 3600.0
"""Seconds since it was sent: before that nobody wonders."""


class Silence(StrEnum):
    """What there is to say of a link that nobody is known to have opened."""

    NOT_PASTED = "not_pasted"
    NOTHING = "nothing"
    APPLE = "apple"
    GMAIL = "gmail"
    PROVIDER = "provider"
    FIRST_SECONDS = "first_seconds"
    SCANNED = "scanned"


# Apple first: whoever else fetched, a look in Apple Mail would come from its own copy.
_FETCHED = (
    (Reason.APPLE_PREFETCH, Silence.APPLE),
    (Reason.GMAIL_PREFETCH, Silence.GMAIL),
    (Reason.PROVIDER_PREFETCH, Silence.PROVIDER),
)


def silence_of(history: History, now: float) -> Silence | None:
    """Why nothing was seen, as far as is known; None where something was, or it is too early to ask."""
    said, memory = history
    sent = history.sent()
    if memory.opens or said.closed_at is not None or sent is None or now - sent.at < EXPLAINED_AFTER:
        return None
    for reason, silence in _FETCHED:
        if reason in memory.proxied:
            return silence
    if memory.scanned:
        return Silence.SCANNED
    if memory.proxied:
        return Silence.FIRST_SECONDS
    return Silence.NOTHING if memory.draft_agents else Silence.NOT_PASTED
