"""The outbox: the messages that the bot owes to chats.

`owe` adds a message, once for each key. `refresh` asks for a newer version of one that is there already.
A message for later, such as a reminder, is a row with `not_before`: it survives restarts, and keeps no other
message of its chat waiting. The bot claims messages and settles them by claims.py.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, literal_column, update
from sqlmodel import Session, col, select

from storage.engine import add_new
from storage.kinds import POLICIES, MessageKind, MessageState, kinds_where
from storage.tables import OutboxMessage
from storage.times import moment

ANSWER_LIFETIME = 7 * 86400
"""Seconds an answer stays in the outbox after it was owed, so that its buttons can change it."""


class Owed(NamedTuple):
    """A message that a chat is owed. Times are epoch seconds; the chat has a row already."""

    key: str
    """Made by storage/kinds.py. Owing a second message with the same key changes nothing."""
    chat_id: int
    kind: MessageKind
    created_at: float
    link_id: int | None = None
    fetch_id: str | None = None
    thread_id: int | None = None
    """The group's topic, where the message belongs to one."""
    reply_to: int | None = None
    """The Telegram message that it answers."""
    payload: str = ""
    """Its text and buttons (`bot.message.pack`) if it is worded when owed, or a detail for its wording."""
    not_before: float | None = None
    """It is due from then on; None: at once."""
    telegram_id: int | None = None
    """The Telegram message that it changes, where it is none of its own."""


def owe(connection: Connection, messages: Sequence[Owed]) -> None:
    """Add messages in the caller's transaction. One whose key is there already is left as it is."""
    if messages:
        add_new(connection, OutboxMessage, "key", [_row(message) for message in messages])


def _row(message: Owed) -> dict[str, object]:
    later = None if message.not_before is None else moment(message.not_before)
    # A plain string: drivers take three times as long with an enumeration's.
    times = {"created_at": moment(message.created_at), "not_before": later}
    return message._asdict() | times | {"kind": message.kind.value, "loud": POLICIES[message.kind].is_loud}


def refresh(connection: Connection, keys: Sequence[str]) -> None:
    """Ask for a newer version of these messages. Asked several times, the bot sends one edit, the latest.

    A key that is not in the outbox is passed over.
    """
    if keys:
        connection.execute(_REFRESH, {"keys": keys})


def refresh_due(session: Session, now: float) -> bool:
    """Refresh the messages that time alone has changed. Return True if any row changed."""
    changed = update(OutboxMessage).where(col(OutboxMessage.changes_at) <= moment(now))
    return bool(session.connection().execute(changed.values(_NEWER | {"changes_at": None})).rowcount)


# A parked new message stays parked, because it may have arrived. One that is in the chat may be edited.
_IS_IDLE = (
    f"state IN ('{MessageState.SENT}', '{MessageState.PENDING}') "
    f"OR (state = '{MessageState.PARKED}' AND telegram_id IS NOT NULL)"
)
NEWER = {
    "version": "version + 1",
    "state": f"CASE WHEN {_IS_IDLE} THEN '{MessageState.PENDING}' ELSE state END",
}
"""The columns that ask for a newer version of a message, in SQL."""
_NEWER: dict[str, Any] = {name: literal_column(value) for name, value in NEWER.items()}
_REFRESH = (
    update(OutboxMessage).where(col(OutboxMessage.key).in_(bindparam("keys", expanding=True))).values(_NEWER)
)


def reassign(connection: Connection, key: str, successor_key: str, fetch_id: str) -> None:
    """Let the message about one fetch be about another from now on; does nothing if there is no message."""
    about = (
        update(OutboxMessage)
        .where(col(OutboxMessage.key) == key)
        .values(key=successor_key, fetch_id=fetch_id)
    )
    connection.execute(about)


def telegram_id_of(session: Session, key: str) -> int | None:
    """Return the id of the Telegram message that shows this one; None if it is not in the chat."""
    return session.connection().execute(_TELEGRAM_ID, {"of_key": key}).scalar()


_TELEGRAM_ID = select(OutboxMessage.telegram_id).where(col(OutboxMessage.key) == bindparam("of_key"))


def payload_of(session: Session, key: str) -> str | None:
    """Return the payload of the message with this key; None if the outbox has none."""
    return session.exec(select(OutboxMessage.payload).where(OutboxMessage.key == key)).first()


def is_owed(session: Session, keys: Sequence[str]) -> bool:
    """Return True if a message with one of these keys is in the outbox, sent or not."""
    return (
        session.exec(select(OutboxMessage.id).where(col(OutboxMessage.key).in_(keys)).limit(1)).first()
        is not None
    )


def answer_of(session: Session, chat_id: int, telegram_id: int) -> OutboxMessage | None:
    """Return the answer that a Telegram message shows; None if it shows none, or one forgotten since."""
    query = select(OutboxMessage).where(
        col(OutboxMessage.chat_id) == chat_id,
        col(OutboxMessage.telegram_id) == telegram_id,
        col(OutboxMessage.kind).in_(kinds_where(lambda policy: policy.is_worded_when_owed)),
    )
    return session.exec(query).first()


def rewrite(session: Session, chat_id: int, telegram_id: int, payload: str) -> bool:
    """Edit an answer that the chat shows. Return False if the outbox does not know it."""
    answer = answer_of(session, chat_id, telegram_id)
    if answer is None:
        return False
    answer.payload = payload
    session.flush()
    refresh(session.connection(), [answer.key])
    return True


def postpone(message: OutboxMessage, until: float) -> None:
    """Owe a claimed message, which the chat has not seen, again from then on (epoch seconds).

    Its claim is then settled as if the message had been shown; a newer version is what waits.
    """
    message.not_before = moment(until)
    message.version += 1


def release_held(session: Session, chat_id: int) -> None:
    """Owe the messages that quiet hours hold at once: the chat has changed its quiet hours.

    `postpone` made a newer version of each: a reminder whose time is still to come has its first one.
    """
    held = update(OutboxMessage).where(
        col(OutboxMessage.chat_id) == chat_id,
        col(OutboxMessage.state) == MessageState.PENDING,
        col(OutboxMessage.kind).in_(kinds_where(lambda policy: policy.is_held)),
        col(OutboxMessage.version) > 1,
    )
    session.connection().execute(held.values(not_before=None))


def another_rang(session: Session, message: OutboxMessage) -> bool:
    """Return True if another message that the same quiet hours held was already sent with a sound."""
    rang = select(OutboxMessage.id).where(
        col(OutboxMessage.chat_id) == message.chat_id,
        col(OutboxMessage.id) != message.id,
        col(OutboxMessage.not_before) == message.not_before,
        col(OutboxMessage.loud).is_(True),
        col(OutboxMessage.telegram_id).is_not(None),
    )
    return session.exec(rang.limit(1)).first() is not None


_OF_CHAT: BindParameter[int] = bindparam("of_chat")
_PARKED = (col(OutboxMessage.chat_id) == _OF_CHAT, col(OutboxMessage.state) == MessageState.PARKED)
_COUNT_PARKED = select(func.count()).where(*_PARKED)


def count_parked(session: Session, chat_id: int) -> int:
    """Return how many messages, or edits, may not have arrived and are not tried again."""
    return int(session.connection().execute(_COUNT_PARKED, {"of_chat": chat_id}).scalar_one())


def dismiss(session: Session, chat_id: int) -> int:
    """Give up the parked messages, because somebody in the chat says so. Return how many there were."""
    gone = (
        update(OutboxMessage)
        .where(*_PARKED)
        .values(state=MessageState.SENT, delivered_version=OutboxMessage.version, last_error="")
    )
    return int(session.connection().execute(gone, {"of_chat": chat_id}).rowcount)


def send_again(session: Session, chat_id: int) -> int:
    """Try the parked messages again, because somebody in the chat asks for it. Return how many there are."""
    again = update(OutboxMessage).where(*_PARKED).values(state=MessageState.PENDING, attempts=0)
    return int(session.connection().execute(again, {"of_chat": chat_id}).rowcount)


def forget(session: Session, now: float) -> None:
    """Drop the answers that were sent more than a week ago; cards and alerts live as long as their link."""
    old = delete(OutboxMessage).where(
        col(OutboxMessage.kind).in_(kinds_where(lambda policy: policy.is_forgotten)),
        col(OutboxMessage.state) == MessageState.SENT,
        col(OutboxMessage.created_at) < moment(now - ANSWER_LIFETIME),
    )
    session.connection().execute(old)
