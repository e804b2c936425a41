"""The archive of a chat: links that its list leaves out.

Archiving changes nothing about recording and alerts. An open of an archived link brings it back by itself:
whether a link is archived follows from two times, so the pixel server writes nothing for it. If that open
turns out to be the owner's, the link is archived again.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session, col, select

from storage.tables import Link
from storage.times import moment
from tracking.status import ENDED, UNSENT

A_DAY = 86400
UNSENT_DAYS, DONE_DAYS = 7, 90
"""Days without an event after which a link is offered for the archive."""


def is_archived() -> ColumnElement[bool]:
    """Return the condition that a link is archived now."""
    unopened = or_(col(Link.last_opened_at).is_(None), col(Link.last_opened_at) <= col(Link.archived_at))
    return and_(col(Link.archived_at).is_not(None), unopened)


def is_not_archived() -> ColumnElement[bool]:
    """Return the condition that a link is not archived now."""
    return or_(col(Link.archived_at).is_(None), col(Link.last_opened_at) > col(Link.archived_at))


def archived_at(link: Link) -> datetime | None:
    """Return since when the link is archived; None if it is not, or if an open has brought it back."""
    at, opened = link.archived_at, link.last_opened_at
    return at if at is not None and (opened is None or opened <= at) else None


def archive(link: Link, now: float) -> None:
    """Archive a locked link."""
    # The clock of the pixel server may be ahead: the last open must not seem to have come after this.
    link.archived_at = max(moment(now), link.last_opened_at or moment(0))


def bring_back(link: Link) -> None:
    """Let the list show a locked link again."""
    link.archived_at = None


def has_any(session: Session, chat_id: int) -> bool:
    """Return True if the chat has an archived link."""
    query = select(Link.id).where(col(Link.chat_id) == chat_id, is_archived())
    return session.exec(query.limit(1)).first() is not None


def offers(now: float) -> Mapping[str, ColumnElement[bool]]:
    """Return the conditions of links that somebody may want to archive together, by what they are."""
    unsent_before, done_before = moment(now - UNSENT_DAYS * A_DAY), moment(now - DONE_DAYS * A_DAY)
    ended = and_(col(Link.status).in_(ENDED), col(Link.status_since) < done_before)
    return {
        "unsent": and_(
            is_not_archived(), col(Link.status).in_(UNSENT), col(Link.last_event_at) < unsent_before
        ),
        "done": and_(is_not_archived(), or_(ended, col(Link.last_opened_at) < done_before)),
    }


def archive_all(session: Session, chat_id: int, condition: ColumnElement[bool], at: int) -> int:
    """Archive the chat's links that meet the condition. Return how many there are.

    `at`, in epoch seconds, is what `bring_back_all` takes to undo it.
    """
    return _set(session, chat_id, condition, moment(at))


def bring_back_all(session: Session, chat_id: int, at: int) -> int:
    """Bring back the links that were archived together at this time. Return how many there are."""
    return _set(session, chat_id, col(Link.archived_at) == moment(at), None)


def _set(session: Session, chat_id: int, condition: ColumnElement[bool], at: datetime | None) -> int:
    """Set `archived_at`. The links are locked first, in the order in which a pixel server locks them."""
    query = select(Link.id).where(col(Link.chat_id) == chat_id, condition).order_by(col(Link.id))
    found = session.exec(query.with_for_update(key_share=True)).all()
    changed = update(Link).where(col(Link.id).in_(found)).values(archived_at=at)
    session.connection().execute(changed)
    session.expire_all()
    return len(found)
