"""The signs by which a link's status is known at a glance: in lists, stories and summaries."""

from collections.abc import Mapping, Set

from markupsafe import Markup

import words
from storage.links import history_of
from storage.tables import Link
from storage.times import seconds
from tracking import Reason
from tracking.status import ONCE_OPENED, LinkStatus, StatusSince, status_since_at
from words import sentences

MARKS: Mapping[LinkStatus, str] = {
    LinkStatus.NEW: "▫️",
    LinkStatus.DRAFT: "📝",
    LinkStatus.SENT: "✓",
    LinkStatus.FETCHED: "✓✓",
    LinkStatus.OPENED: "👀",
    LinkStatus.ASLEEP: "💤",
    LinkStatus.STOPPED: "⏹",
    LinkStatus.OBJECTED: "✋",
}
MUTED, ARCHIVED = "🔕", "🗄"
"""Shown beside the mark of the status."""


def marked_status(link: Link, now: float, revival: float) -> StatusSince:
    """Return the status whose mark the link gets, and since when it holds.

    Everywhere else a second check mark says that a message arrived. Only Gmail's prefetch shows that, so a
    link that something else has fetched gets the mark of a sent one, and the time of sending.
    """
    history = history_of(link)
    found, sent = status_since_at(history, now, revival), history.sent()
    if found.status is LinkStatus.FETCHED and sent and Reason.GMAIL_PREFETCH not in history.summary.proxied:
        return StatusSince(LinkStatus.SENT, sent.at)
    return found


def mark_of(link: Link, now: float, revival: float) -> str:
    return MARKS[marked_status(link, now, revival).status]


def since(link: Link, found: StatusSince) -> float:
    """Return since when the link has this status, in epoch seconds."""
    return seconds(link.created_at) if found.since is None else found.since


def legend(shown: Set[LinkStatus]) -> Markup:
    """Return what the marks of these statuses mean: `✓ sent · 👀 opened`."""
    meanings = {**sentences.history.STATES, **sentences.history.LEGEND}
    return Markup(" · ").join(
        Markup("{} {}").format(mark, words.say(meanings[status]))
        for status, mark in MARKS.items()
        if status in shown
    )


def state_of(link: Link, now: float, revival: float) -> Markup:
    """Return in a few words where the link stands: `opened 3 times, asleep`."""
    status = status_since_at(history_of(link), now, revival).status
    if status not in ONCE_OPENED:
        return words.say(sentences.history.STATES[status])
    opens = history_of(link).summary.opens
    opened = words.say(
        sentences.history.STATE_OPENED_ONCE if opens == 1 else sentences.history.STATE_OPENED, count=opens
    )
    asleep = status is LinkStatus.ASLEEP
    return words.say(sentences.history.STATE_ASLEEP, state=opened) if asleep else opened
