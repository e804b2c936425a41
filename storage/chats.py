"""Chats: created when first seen, marked when the bot cannot reach them, moved when Telegram moves them."""

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from storage.engine import LOCK
from storage.kinds import MessageKind
from storage.tables import Chat, Link, OutboxMessage
from storage.times import moment


def get_or_create(session: Session, chat_id: int, now: float) -> Chat:
    """Return the chat with this Telegram id, locked for this transaction; a new one if none is known yet.

    Whether the chat can be reached stays as it is: owing a chat a message says nothing about that.
    """
    chat = session.get(Chat, chat_id, with_for_update=LOCK)
    if chat is None:
        chat = Chat(id=chat_id, created_at=moment(now))
        session.add(chat)
        session.flush()
    return chat


def mark_reachable(chat: Chat) -> None:
    """Send what the chat is owed again: an update came from it, so it has not blocked the bot."""
    if chat.unreachable_since is not None:
        chat.unreachable_since = None


def mark_unreachable(chat: Chat, now: float) -> None:
    """Hold what the chat is owed, because it blocked the bot or removed it. Its links go on recording."""
    chat.unreachable_since = moment(now)


def migrate(session: Session, old: Chat, new_id: int) -> Chat:
    """Move all that belongs to a group to its new id, in one transaction: the group became a supergroup."""
    new = session.get(Chat, new_id, with_for_update=LOCK)
    if new is None:
        new = Chat(
            **old.model_dump(exclude={"id", "paced_at", "paused_until", "unreachable_since"}), id=new_id
        )
        session.add(new)
        session.flush()
        session.connection().execute(
            update(Link).where(col(Link.chat_id) == old.id).values(chat_id=new_id, asked_in=None)
        )
    else:
        _renumber(session, old, new)
    # The old chat's messages cannot be edited or answered from the new one, where their ids mean other
    # messages. What is still owed is sent anew there; what the old chat has seen is not sent again.
    said = delete(OutboxMessage).where(
        col(OutboxMessage.chat_id) == old.id,
        col(OutboxMessage.state) == "sent",
        col(OutboxMessage.kind) != MessageKind.CARD,
    )
    session.connection().execute(said)
    # A card that time alone changes is not sent to the new chat for that.
    followed = update(OutboxMessage).where(col(OutboxMessage.chat_id) == old.id)
    moved = {"chat_id": new_id, "telegram_id": None, "reply_to": None, "changes_at": None}
    session.connection().execute(followed.values(moved))
    session.expire_all()
    session.delete(old)
    return new


def _renumber(session: Session, old: Chat, new: Chat) -> None:
    """Give the old chat's links the new chat's next numbers.

    Links that were made in the supergroup before the bot heard of the move keep theirs.
    """
    links = select(Link).where(col(Link.chat_id) == old.id).order_by(col(Link.number))
    for link in session.exec(links).all():
        link.chat_id, link.number, link.asked_in = new.id, new.next_number, None
        new.next_number += 1
    session.flush()
