"""Messages for a chosen time: rows of the outbox with `not_before`, so that they survive every restart.

Whether there is still something to say is decided when the time comes. Times are epoch seconds.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage import outbox
from storage.kinds import MessageKind, card_key, digest_key, kinds_where, nudge_key, unsent_key
from storage.outbox import Owed
from storage.tables import Chat, Link, OutboxMessage
from storage.times import seconds
from tracking.status import WAITING_FOR_AN_OPEN

SAME_TIME = 60
"""Seconds between two times that are the same reminder: somebody asked twice for it."""


class Waiting(NamedTuple):
    """A reminder or a deadline's next nudge that waits for its time."""

    link: Link
    kind: str
    due: float


def waiting(session: Session, chat_id: int, *, link_id: int | None = None) -> list[Waiting]:
    """Return the chat's reminders and deadlines that wait, or those of one link, the next one first.

    One is left out if nothing would be sent: the mail was opened, or the link is stopped or muted.
    """
    query = (
        select(OutboxMessage, Link)
        .join(Link, col(Link.id) == OutboxMessage.link_id)
        .where(
            col(OutboxMessage.chat_id) == chat_id,
            col(OutboxMessage.kind).in_(kinds_where(lambda policy: policy.is_nudge)),
            col(OutboxMessage.state) == "pending",
            col(OutboxMessage.telegram_id).is_(None),
            col(Link.status).in_(WAITING_FOR_AN_OPEN),
            col(Link.muted).is_(False),
        )
        .order_by(col(OutboxMessage.not_before), col(OutboxMessage.id))
    )
    if link_id is not None:
        query = query.where(col(OutboxMessage.link_id) == link_id)
    found: dict[tuple[int, str], Waiting] = {}
    for owed, link in session.exec(query):
        # A deadline has several nudges. The next one counts.
        due = seconds(owed.not_before or owed.created_at)
        found.setdefault((link.id, owed.kind), Waiting(link, owed.kind, due))
    return list(found.values())


def nudges_kept(session: Session, chat_id: int) -> Sequence[OutboxMessage]:
    """Return every reminder and nudge of a deadline that waits, the next one first.

    `waiting` leaves out those that would not be sent. Here they are too: the row is kept.
    """
    query = select(OutboxMessage).where(
        col(OutboxMessage.chat_id) == chat_id,
        col(OutboxMessage.link_id).is_not(None),
        col(OutboxMessage.kind).in_(kinds_where(lambda policy: policy.is_nudge)),
        col(OutboxMessage.state) == "pending",
        col(OutboxMessage.telegram_id).is_(None),
    )
    return session.exec(query.order_by(col(OutboxMessage.not_before), col(OutboxMessage.id))).all()


def owe_reminder(session: Session, link: Link, due: float, now: float) -> float | None:
    """Remind the chat of a link at that time. A link has one reminder: a newer one replaces it.

    Return the time of the reminder that it replaces, or None if there was none, or one for the same time.
    """
    waits = waiting(session, link.chat_id, link_id=link.id)
    before = next((each.due for each in waits if each.kind == MessageKind.REMIND), None)
    drop_reminder(session, link)
    _owe_nudge(session, link, MessageKind.REMIND, due, now)
    return None if before is None or abs(before - due) < SAME_TIME else before


def owe_deadline(session: Session, link: Link, due: float, now: float) -> None:
    """Nudge the chat at that time about a link's deadline. A deadline may have several nudges."""
    _owe_nudge(session, link, MessageKind.DEADLINE, due, now)


def _owe_nudge(session: Session, link: Link, kind: MessageKind, due: float, now: float) -> None:
    nudge = Owed(
        nudge_key(kind, link.id, due),
        link.chat_id,
        kind,
        now,
        link_id=link.id,
        thread_id=link.thread_id,
        not_before=due,
    )
    outbox.owe(session.connection(), [nudge])


def owe_unsent(session: Session, link: Link, due: float, now: float) -> None:
    """Ask at that time, without a sound, whether the mail was sent. Asked once a link."""
    question = Owed(
        unsent_key(link.id),
        link.chat_id,
        MessageKind.UNSENT,
        now,
        link_id=link.id,
        thread_id=link.thread_id,
        not_before=due,
    )
    outbox.owe(session.connection(), [question])


def drop_reminder(session: Session, link: Link) -> bool:
    """Drop the link's reminder, if it was not sent yet. Return True if there was one."""
    return _drop_nudges(session, link, MessageKind.REMIND)


def drop_deadline(session: Session, link: Link) -> bool:
    """Let a locked link have no deadline any more. Return True if it had one."""
    had = link.deadline is not None
    link.deadline = None
    session.flush()
    _drop_nudges(session, link, MessageKind.DEADLINE)
    outbox.refresh(session.connection(), [card_key(link.id, link.list_id)] if had else [])
    return had


def _drop_nudges(session: Session, link: Link, kind: MessageKind) -> bool:
    waiting_for_its_time = delete(OutboxMessage).where(
        col(OutboxMessage.link_id) == link.id,
        col(OutboxMessage.kind) == kind,
        col(OutboxMessage.state) == "pending",
        col(OutboxMessage.telegram_id).is_(None),
    )
    return bool(session.connection().execute(waiting_for_its_time).rowcount)


def owe_digest(session: Session, chat: Chat, due: float, now: float) -> None:
    """Owe the chat's next daily summary, for that time."""
    digest = Owed(digest_key(chat.id, due), chat.id, MessageKind.DIGEST, now, not_before=due)
    outbox.owe(session.connection(), [digest])


def drop_digest(session: Session, chat: Chat) -> None:
    """Drop the summary that waits for its time; the bot drops it before it owes the next."""
    waiting = delete(OutboxMessage).where(
        col(OutboxMessage.chat_id) == chat.id,
        col(OutboxMessage.kind) == MessageKind.DIGEST,
        col(OutboxMessage.state) == "pending",
    )
    session.connection().execute(waiting)
