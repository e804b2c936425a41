"""What is owed at a chosen time: rows of the outbox, so that it outlives every restart."""

from sqlalchemy import delete
from sqlmodel import Session, col

from storage import outbox
from storage.tables import Chat, Link, OutboxMessage
from storage.times import moment

DIGEST = "digest"
REMIND = "remind"
DEADLINE = "deadline"
UNSENT = "unsent"


def owe(session: Session, link: Link, kind: str, due: float, now: float) -> None:
    """A nudge about a link, for then; whether there is anything to say is seen when its time comes."""
    row = {
        "key": f"{kind}:{link.id}:{int(due)}",
        "chat_id": link.chat_id,
        "link_id": link.id,
        "kind": kind,
        "loud": True,
        "thread_id": link.thread_id,
        "not_before": moment(due),
        "created_at": moment(now),
    }
    outbox.owe(session.connection(), [row])


def owe_unsent(session: Session, link: Link, due: float, now: float) -> None:
    """Once per link, without sound: it may have been sent, and nobody said so."""
    row = {
        "key": unsent_key(link.id),
        "chat_id": link.chat_id,
        "link_id": link.id,
        "kind": UNSENT,
        "thread_id": link.thread_id,
        "not_before": moment(due),
        "created_at": moment(now),
    }
    outbox.owe(session.connection(), [row])


def unsent_key(link_id: int) -> str:
    return f"{UNSENT}:{link_id}"


def drop(session: Session, link: Link) -> bool:
    """Forget the reminders of a link; whether there were any."""
    waiting = delete(OutboxMessage).where(
        col(OutboxMessage.link_id) == link.id,
        col(OutboxMessage.kind) == REMIND,
        col(OutboxMessage.state) == "pending",
    )
    return bool(session.connection().execute(waiting).rowcount)


def owe_digest(session: Session, chat: Chat, due: float, now: float) -> None:
    """The chat's next daily summary; there is never more than one that waits."""
    row = {
        "key": f"{DIGEST}:{chat.id}:{int(due)}",
        "chat_id": chat.id,
        "kind": DIGEST,
        "not_before": moment(due),
        "created_at": moment(now),
    }
    outbox.owe(session.connection(), [row])


def drop_digest(session: Session, chat: Chat) -> None:
    waiting = delete(OutboxMessage).where(
        col(OutboxMessage.chat_id) == chat.id,
        col(OutboxMessage.kind) == DIGEST,
        col(OutboxMessage.state) == "pending",
    )
    session.connection().execute(waiting)
