"""The 👀 on the message that asked for a link: there while one of the opens that the chat heard of counts.

It is a row of the outbox that shows no text, so it survives a kill, and a correction takes it off again. The
message is the person's own: the row changes it, and is never sent as a new one.
"""

from sqlmodel import Session, col, select

from storage import outbox
from storage.kinds import MessageKind, reaction_key
from storage.outbox import Owed
from storage.tables import Link


def owe(session: Session, link: Link, now: float) -> None:
    """Owe the reaction, once the alert of an open has arrived."""
    if link.asked_in is None:
        return
    reaction = Owed(
        reaction_key(link.id),
        link.chat_id,
        MessageKind.REACTION,
        now,
        link_id=link.id,
        telegram_id=link.asked_in,
    )
    outbox.owe(session.connection(), [reaction])
    outbox.refresh(session.connection(), [reaction_key(link.id)])


def is_earned(session: Session, link: Link) -> bool:
    """Return True if this link was opened, or another one that the same message asked for."""
    opened = select(Link.id).where(
        Link.chat_id == link.chat_id,
        Link.asked_in == link.asked_in,
        col(Link.last_opened_at).is_not(None),
    )
    return session.exec(opened.limit(1)).first() is not None
