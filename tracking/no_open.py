"""Explains why a link has no open. Never "not read": but the fetches that came narrow it down."""

from enum import StrEnum

from tracking.facts import Reason
from tracking.history import History
from tracking.status import UNOPENED, LinkStatus, status_of

EXPLAINED_AFTER = 3600.0
"""Seconds after Sent. Before that nobody wonders."""


class NoOpen(StrEnum):
    """The known state of a link that nobody is known to have opened."""

    NOT_PASTED = "not_pasted"
    NOTHING = "nothing"
    APPLE = "apple"
    GMAIL = "gmail"
    PROVIDER = "provider"
    FIRST_SECONDS = "first_seconds"
    SCANNED = "scanned"


# Apple first: whatever else fetched, an open in Apple Mail shows Apple's own copy and causes no fetch.
_FETCHED = (
    (Reason.APPLE_PREFETCH, NoOpen.APPLE),
    (Reason.GMAIL_PREFETCH, NoOpen.GMAIL),
    (Reason.PROVIDER_PREFETCH, NoOpen.PROVIDER),
)


def explain_no_open(history: History, now: float) -> NoOpen | None:
    """Return why there may be no open, or None if there is one, or if it is too early to ask."""
    summary, sent = history.summary, history.sent()
    if status_of(history).status not in UNOPENED or sent is None or now - sent.at < EXPLAINED_AFTER:
        return None
    for reason, explanation in _FETCHED:
        if reason in summary.proxied:
            return explanation
    if summary.scanned:
        return NoOpen.SCANNED
    if summary.proxied:
        return NoOpen.FIRST_SECONDS
    is_in_mail = summary.draft_agents or history.statements.pasted
    return NoOpen.NOTHING if is_in_mail else NoOpen.NOT_PASTED


def is_unseen(history: History) -> bool:
    """Return True if the mail is sent, and nothing shows that the image is in it: only its owner can know."""
    is_known = history.summary.shows_the_image or history.statements.pasted
    return status_of(history).status is LinkStatus.SENT and not is_known
