"""Where a link stands, in one word. Chat, pages, digest, export and queries all use this word."""

from enum import StrEnum
from typing import NamedTuple

from tracking.history import History


class LinkStatus(StrEnum):
    """The state of a link, in one word."""

    NEW = "new"
    """The image was not seen in a draft, and the mail is not known to be sent."""
    DRAFT = "draft"
    """The image was seen in the sender's draft."""
    SENT = "sent"
    """The mail was sent, and nobody is known to have opened it."""
    FETCHED = "fetched"
    """Sent, and a provider fetched the image by itself since, or somebody in the first seconds.

    This is not called "reached": it may have been the sender's own copy.
    """
    OPENED = "opened"
    ASLEEP = "asleep"
    """The mail was opened, and then not again for long. Never stored, because time alone brings it."""
    STOPPED = "stopped"
    """The owner stopped the recording and can start it again."""
    OBJECTED = "objected"
    """The recipient stopped the recording, for good."""


UNSENT = frozenset({LinkStatus.NEW, LinkStatus.DRAFT})
UNOPENED = frozenset({LinkStatus.SENT, LinkStatus.FETCHED})
ONCE_OPENED = frozenset({LinkStatus.OPENED, LinkStatus.ASLEEP})
WAITING_FOR_AN_OPEN = UNSENT | UNOPENED
ENDED = frozenset({LinkStatus.STOPPED, LinkStatus.OBJECTED})
"""Nothing more is recorded."""


class StatusSince(NamedTuple):
    """The state of a link, and since when it holds."""

    status: LinkStatus
    since: float | None
    """Epoch seconds; None is since the link was made."""


def status_of(history: History) -> StatusSince:
    """Return where a link stands and since when, but for sleep: this is stored with the link."""
    statements, summary, _ = history
    if statements.closed_at is not None:
        ended = LinkStatus.OBJECTED if statements.objected else LinkStatus.STOPPED
        return StatusSince(ended, statements.closed_at)
    if summary.opens:
        return StatusSince(LinkStatus.OPENED, summary.first_open)
    if sent := history.sent():
        if summary.proxied:
            return StatusSince(LinkStatus.FETCHED, summary.first_proxied or sent.at)
        return StatusSince(LinkStatus.SENT, sent.at)
    if summary.draft_agents:
        return StatusSince(LinkStatus.DRAFT, summary.first_draft or summary.last_draft)
    return StatusSince(LinkStatus.NEW, None)


def status_since_at(history: History, at: float, revival: float) -> StatusSince:
    """Return where a link stands at a moment, and since when.

    An opened link falls asleep `revival` seconds after its last open.
    """
    found, summary = status_of(history), history.summary
    if found.status is LinkStatus.OPENED and summary.last_open is not None and summary.is_asleep(at, revival):
        return StatusSince(LinkStatus.ASLEEP, summary.last_open + revival)
    return found


def status_at(history: History, at: float, revival: float) -> LinkStatus:
    """Return where a link stands at a moment."""
    return status_since_at(history, at, revival).status
