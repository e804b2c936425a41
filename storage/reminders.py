"""What is owed at a chosen time: rows of the outbox, so that it outlives every restart."""

from sqlalchemy import delete
from sqlmodel import Session, col

from storage import outbox
from storage.tables import Alert, Chat
from storage.times import moment

DIGEST = "digest"


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
    waiting = delete(Alert).where(
        col(Alert.chat_id) == chat.id, col(Alert.kind) == DIGEST, col(Alert.state) == "pending"
    )
    session.connection().execute(waiting)
