"""Messages to the administrator, and to a group that has moved: they answer nobody."""

from collections.abc import Callable

from sqlmodel import Session

from bot.message import Message, pack, speaking_to
from storage import chats, outbox
from storage.kinds import MessageKind
from storage.outbox import Owed


def owe_notice(session: Session, chat_id: int, key: str, write: Callable[[], Message], now: float) -> None:
    """Owe a chat a message, in its language, once for each key (storage/kinds.py, `notice_key`)."""
    with speaking_to(chats.get_or_create(session, chat_id, now)):
        payload = pack(write())
    outbox.owe(session.connection(), [Owed(key, chat_id, MessageKind.REPLY, now, payload=payload)])
