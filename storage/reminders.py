"""Messages for a chosen time: rows of the outbox with `not_before`, so that they survive every restart.

Whether there is still something to say is decided when the time comes. Times are epoch seconds.
"""

from sqlalchemy import delete
from sqlmodel import Session, col

from storage import outbox
from storage.kinds import MessageKind, digest_key, nudge_key, unsent_key
from storage.outbox import Owed
from storage.tables import Chat, Link, OutboxMessage


def owe_reminder(session: Session, link: Link, due: float, now: float) -> None:
    """Remind the chat of a link at that time. A link has one reminder: a newer one replaces it."""
    drop_reminder(session, link)
    _owe_nudge(session, link, MessageKind.REMIND, due, now)


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
    waiting = delete(OutboxMessage).where(
        col(OutboxMessage.link_id) == link.id,
        col(OutboxMessage.kind) == MessageKind.REMIND,
        col(OutboxMessage.state) == "pending",
    )
    return bool(session.connection().execute(waiting).rowcount)


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
