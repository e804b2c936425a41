"""What can silence mean? Never "not read"; but what was seen narrows it down."""

from enum import StrEnum

from tracking.facts import Reason
from tracking.history import History

EXPLAINED_AFTER = 3600.0
"""Seconds since it was sent: before that nobody wonders."""


class NoOpen(StrEnum):
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
    (Reason.APPLE_PREFETCH, NoOpen.APPLE),
    (Reason.GMAIL_PREFETCH, NoOpen.GMAIL),
    (Reason.PROVIDER_PREFETCH, NoOpen.PROVIDER),
)


def explain_no_open(history: History, now: float) -> NoOpen | None:
    """Why nothing was seen, as far as is known; None where something was, or it is too early to ask."""
    statements, summary = history
    sent = history.sent()
    if summary.opens or statements.closed_at is not None or sent is None or now - sent.at < EXPLAINED_AFTER:
        return None
    for reason, silence in _FETCHED:
        if reason in summary.proxied:
            return silence
    if summary.scanned:
        return NoOpen.SCANNED
    if summary.proxied:
        return NoOpen.FIRST_SECONDS
    return NoOpen.NOTHING if summary.draft_agents else NoOpen.NOT_PASTED
