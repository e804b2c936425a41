"""The outbox: what is owed to chats.

`owe` adds a message once per key, `renew` asks for a newer version of one that exists. What is owed later
is a row like any other, with `not_before`: it outlives restarts, and blocks nobody before. How messages are
taken and settled is in claims.py.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    update,
)
from sqlmodel import Session, col, select

from storage.engine import add_new
from storage.tables import OutboxMessage
from storage.times import moment

REMEMBERED = 7 * 86400
"""Seconds an answer is kept, so that its buttons can change it."""


ANSWERS = ("reply", "digest", "export", "picture", "erased")
"""Kinds that are said once, and forgotten."""
NUDGES = ("remind", "deadline")
"""Kinds that somebody asked for, at a time to come."""
HELD_ONLY = ("opened", "proxied", "objected")
"""Kinds that are owed at once; where they wait, quiet hours hold them."""


def owe(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Add messages; those whose key is there already are left as they are."""
    if rows:
        add_new(connection, OutboxMessage, "key", rows)


def renew(connection: Connection, keys: Sequence[str]) -> None:
    """Ask for a newer version of messages: however often it is asked, one edit shows the latest."""
    if keys:
        connection.execute(_RENEW, {"keys": keys})


def refresh_changed(session: Session, now: float) -> bool:
    """Renew the messages that look different from now on, though nothing happened; whether there were any."""
    turned = update(OutboxMessage).where(col(OutboxMessage.changes_at) <= moment(now))
    return bool(session.connection().execute(turned.values(_newer() | {"changes_at": None})).rowcount)


def _newer() -> dict[str, Any]:
    """What is written to ask for a newer version of messages."""
    # A new message that was parked stays so: it may have arrived. One that is there may be edited.
    refused_edit = and_(col(OutboxMessage.state) == "parked", col(OutboxMessage.telegram_id).is_not(None))
    idle = or_(col(OutboxMessage.state).in_(("sent", "pending")), refused_edit)
    return {"version": OutboxMessage.version + 1, "state": case((idle, "pending"), else_=OutboxMessage.state)}


_RENEW = (
    update(OutboxMessage)
    .where(col(OutboxMessage.key).in_(bindparam("keys", expanding=True)))
    .values(_newer())
)
"""Built once, like what else an alert asks for: to put a statement together costs as much as to run it."""


def reassign(connection: Connection, key: str, successor_key: str, fetch_id: str) -> None:
    """Let the message about one fetch be about another from now on; without effect where there is none."""
    about = (
        update(OutboxMessage)
        .where(col(OutboxMessage.key) == key)
        .values(key=successor_key, fetch_id=fetch_id)
    )
    connection.execute(about)


def message_of(session: Session, key: str) -> int | None:
    """The Telegram message that shows this, if there is one."""
    return session.connection().execute(_MESSAGE, {"of_key": key}).scalar()


_MESSAGE = select(OutboxMessage.telegram_id).where(col(OutboxMessage.key) == bindparam("of_key"))


def answer_of(session: Session, chat_id: int, telegram_id: int) -> OutboxMessage | None:
    """The answer that a Telegram message shows."""
    query = select(OutboxMessage).where(
        col(OutboxMessage.chat_id) == chat_id,
        col(OutboxMessage.telegram_id) == telegram_id,
        col(OutboxMessage.kind) == "reply",
    )
    return session.exec(query).first()


def rewrite(session: Session, chat_id: int, telegram_id: int, payload: str) -> bool:
    """Let an answer that is shown already say something else; False when it is not known."""
    answer = answer_of(session, chat_id, telegram_id)
    if answer is None:
        return False
    answer.payload = payload
    session.flush()
    renew(session.connection(), [answer.key])
    return True


def postpone(alert: OutboxMessage, until: float) -> None:
    """Not now: the claimed message, which nobody has seen, is owed again from then on.

    Its claim is then settled as if it had been shown; a newer version is what waits.
    """
    alert.not_before = moment(until)
    alert.version += 1


def release(session: Session, chat_id: int) -> None:
    """Owe at once what waits for the end of quiet hours."""
    # A nudge has a time of its own as well: one that was held is wanted for the second time.
    overdue = and_(col(OutboxMessage.kind).in_(NUDGES), col(OutboxMessage.version) > 1)
    held = update(OutboxMessage).where(
        col(OutboxMessage.chat_id) == chat_id,
        col(OutboxMessage.state) == "pending",
        or_(col(OutboxMessage.kind).in_(HELD_ONLY), overdue),
    )
    session.connection().execute(held.values(not_before=None))


def rang_before(session: Session, alert: OutboxMessage) -> bool:
    """Whether another alert that the same quiet hours held has made its sound."""
    rang = select(OutboxMessage.id).where(
        col(OutboxMessage.chat_id) == alert.chat_id,
        col(OutboxMessage.id) != alert.id,
        col(OutboxMessage.not_before) == alert.not_before,
        col(OutboxMessage.loud).is_(True),
        col(OutboxMessage.telegram_id).is_not(None),
    )
    return session.exec(rang.limit(1)).first() is not None


_OF_CHAT: BindParameter[int] = bindparam("of_chat")
_MISSED = (col(OutboxMessage.chat_id) == _OF_CHAT, col(OutboxMessage.state) == "parked")
_COUNT = select(func.count()).where(*_MISSED)


def missed(session: Session, chat_id: int) -> int:
    """How many messages, or newer versions of some, may not have arrived, and are not tried again."""
    return int(session.connection().execute(_COUNT, {"of_chat": chat_id}).scalar_one())


def dismiss(session: Session, chat_id: int) -> int:
    """Owe no more what may not have arrived, because somebody says so; how many messages that were."""
    gone = (
        update(OutboxMessage)
        .where(*_MISSED)
        .values(state="sent", delivered_version=OutboxMessage.version, last_error="")
    )
    return int(session.connection().execute(gone, {"of_chat": chat_id}).rowcount)


def send_again(session: Session, chat_id: int) -> int:
    """Try what is parked once more, because somebody asks for it; how many messages that are."""
    again = update(OutboxMessage).where(*_MISSED).values(state="pending", attempts=0)
    return int(session.connection().execute(again, {"of_chat": chat_id}).rowcount)


def forget(session: Session, now: float) -> None:
    """Drop answers that were given long ago; cards and alerts live as long as their link."""
    old = delete(OutboxMessage).where(
        col(OutboxMessage.kind).in_(ANSWERS),
        col(OutboxMessage.state) == "sent",
        col(OutboxMessage.created_at) < moment(now - REMEMBERED),
    )
    session.connection().execute(old)
