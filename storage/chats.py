"""Chats: created when first seen, marked when the bot cannot reach them, moved when Telegram moves them."""

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, func, select

from storage import reminders
from storage.daily_limit import merge_erased
from storage.engine import LOCK
from storage.kinds import MessageState, kinds_where
from storage.tables import Chat, Link, OutboxMessage, Peek
from storage.times import moment

SETTINGS = ("asking", "zone", "quiet_from", "quiet_until", "digest_at", "language", "telegram_language")
"""Columns that people set, by a command or by Telegram's own settings."""


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
    """Send what the chat is owed again: an update came from it, or it took a message."""
    if chat.unreachable_since is not None:
        chat.unreachable_since = None


def mark_unreachable(chat: Chat, now: float) -> None:
    """Hold what the chat is owed, because it takes no messages of the bot. Its links go on recording."""
    chat.unreachable_since = moment(now)


def move(session: Session, old_id: int, new_id: int) -> None:
    """Move a group to its new id. Telegram says it several times, in any order: once is enough."""
    old = session.get(Chat, old_id, with_for_update=LOCK)
    if old is not None and old_id != new_id:
        migrate(session, old, new_id)


def migrate(session: Session, old: Chat, new_id: int) -> Chat:
    """Move all that belongs to a group to its new id: the group became a supergroup. Return the new chat.

    The new chat has a row already if somebody wrote in the supergroup before the bot heard of the move.
    """
    new = session.get(Chat, new_id, with_for_update=LOCK)
    _lock_links(session, old.id, new_id)
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
        _merge_settings(session, old, new)
        merge_erased(old, new)
        _renumber(session, old, new)
    _move_messages(session, old, new)
    _move_peeks(session, old.id, new_id)
    session.expire_all()
    session.delete(old)
    return new


def _lock_links(session: Session, *chat_ids: int) -> None:
    """Lock the chats' links, in the order in which a pixel server locks them, so that no two deadlock.

    The lock is the full one, which changing a link's chat and number takes: raising a lesser one could
    deadlock with a transaction that refers to the link.
    """
    links = select(Link.id).where(col(Link.chat_id).in_(chat_ids)).order_by(col(Link.id))
    session.exec(links.with_for_update()).all()


def _move_peeks(session: Session, old_id: int, new_id: int) -> None:
    """Move the peeks at all links. Each then covers every link of the new chat, from either chat."""
    connection = session.connection()
    connection.execute(update(Peek).where(col(Peek.chat_id) == old_id).values(chat_id=new_id))
    until = connection.execute(select(func.max(Peek.until)).where(Peek.chat_id == new_id)).scalar_one()
    if until is not None:
        earlier = update(Link).where(col(Link.chat_id) == new_id, col(Link.peeked_until) < until)
        connection.execute(earlier.values(peeked_until=until))


def _merge_settings(session: Session, old: Chat, new: Chat) -> None:
    """Keep what was set in the group, unless the supergroup has set it anew."""
    if new.digest_at is not None:
        reminders.drop_digest(session, old)
    for name in SETTINGS:
        if getattr(new, name) in ("", None):
            setattr(new, name, getattr(old, name))


def _renumber(session: Session, old: Chat, new: Chat) -> None:
    """Give the old chat's links the new chat's next numbers. The links of the supergroup keep theirs."""
    links = select(Link).where(col(Link.chat_id) == old.id).order_by(col(Link.number))
    for link in session.exec(links).all():
        link.chat_id, link.number, link.asked_in = new.id, new.next_number, None
        new.next_number += 1
    session.flush()


def _move_messages(session: Session, old: Chat, new: Chat) -> None:
    """Move what is still owed, to be sent anew: in the new chat, the old messages' ids mean other messages.

    Messages that the old chat has seen are not sent again, and their edits are dropped. Cards stay, for their
    next change.
    """
    seen = delete(OutboxMessage).where(
        col(OutboxMessage.chat_id) == old.id,
        or_(col(OutboxMessage.state) == MessageState.SENT, col(OutboxMessage.telegram_id).is_not(None)),
        col(OutboxMessage.kind).not_in(kinds_where(lambda policy: policy.is_restored)),
    )
    session.connection().execute(seen)
    # `changes_at` goes too: a card that time alone changes is not sent to the new chat for that.
    moved = {"chat_id": new.id, "telegram_id": None, "reply_to": None, "changes_at": None}
    owed = update(OutboxMessage).where(col(OutboxMessage.chat_id) == old.id)
    session.connection().execute(owed.values(moved))
