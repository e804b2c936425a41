"""What `/status` tells a chat about itself."""

from typing import NamedTuple

from sqlmodel import Session, col, func, select

from storage import outbox
from storage.links import history_of
from storage.reminders import NUDGES
from storage.tables import Alert, Link


class Status(NamedTuple):
    links: int
    watching: int
    waiting: int
    """Reminders and nudges for later."""
    parked: int
    """Messages that may not have arrived, and are not tried again."""


def status(session: Session, chat_id: int) -> Status:
    links = session.exec(select(Link).where(col(Link.chat_id) == chat_id)).all()
    watching = sum(history_of(link).said.closed_at is None for link in links)
    waiting = select(func.count()).where(
        col(Alert.chat_id) == chat_id, col(Alert.kind).in_(NUDGES), col(Alert.state) == "pending"
    )
    return Status(len(links), watching, session.exec(waiting).one(), outbox.missed(session, chat_id))
