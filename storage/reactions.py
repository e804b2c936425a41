"""The 👀 on the message that asked for links: there while an open that the chat heard of counts.

It is a row of the outbox that shows no text, so it survives a kill, and a correction takes it off again. The
message is the person's own: the row changes it, and is never sent as a new one. It may have asked for several
links, so the row belongs to none of them.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete
from sqlmodel import Session, col, exists, select

from storage import outbox
from storage.kinds import MessageKind, MessageState, reaction_key
from storage.outbox import Owed
from storage.tables import Link, OutboxMessage


def owe(session: Session, link: Link, now: float) -> None:
    """Owe the reaction, once the alert of an open has arrived."""
    if link.asked_in is None:
        return
    key = reaction_key(link.chat_id, link.asked_in)
    reaction = Owed(key, link.chat_id, MessageKind.REACTION, now, telegram_id=link.asked_in)
    outbox.owe(session.connection(), [reaction])
    outbox.refresh(session.connection(), [key])


def refresh(connection: Connection, asked: Sequence[tuple[int, int | None]]) -> None:
    """Ask for the reactions on these messages anew: what they say about an open may have changed.

    Each is a chat and a link's `asked_in`. A message without a reaction is passed over.

    Call this after the other messages are refreshed. `claims.settle` locks an alert's row and then its
    reaction's; in the other order, the two could deadlock on PostgreSQL.
    """
    keys = {reaction_key(chat_id, asked_in) for chat_id, asked_in in asked if asked_in is not None}
    outbox.refresh(connection, sorted(keys))


def is_earned(session: Session, chat_id: int, asked_in: int) -> bool:
    """Return True if a link that this message asked for is opened, and the chat was sent an alert of it.

    The chat heard nothing of a link that was muted before its first open.
    """
    alerted = exists().where(
        col(OutboxMessage.link_id) == Link.id,
        col(OutboxMessage.kind) == MessageKind.OPENED,
        col(OutboxMessage.telegram_id).is_not(None),
    )
    opened = select(Link.id).where(
        Link.chat_id == chat_id,
        Link.asked_in == asked_in,
        col(Link.last_opened_at).is_not(None),
        alerted,
    )
    return session.exec(opened.limit(1)).first() is not None


def forget(session: Session) -> None:
    """Drop the rows whose reaction was taken off because the last link of their message was erased."""
    asked_for = exists().where(
        col(Link.chat_id) == OutboxMessage.chat_id, col(Link.asked_in) == OutboxMessage.telegram_id
    )
    left = delete(OutboxMessage).where(
        col(OutboxMessage.kind) == MessageKind.REACTION,
        col(OutboxMessage.state) == MessageState.SENT,
        ~asked_for,
    )
    session.connection().execute(left)
