"""What `/status` tells a chat about itself."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from storage import outbox
from storage.kinds import kinds_where
from storage.links import history_of
from storage.tables import Link, OutboxMessage
from tracking.status import LinkStatus, status_of


class Status(NamedTuple):
    statuses: Mapping[LinkStatus, int]
    """How many links stand where."""
    waiting: int
    """Reminders and nudges for later."""
    parked: int
    """Messages that may not have arrived, and are not tried again."""


def status(session: Session, chat_id: int, now: float, revival: float) -> Status:
    links = session.exec(select(Link).where(col(Link.chat_id) == chat_id)).all()
    statuses = Counter(status_of(history_of(link), now, revival) for link in links)
    waiting = select(func.count()).where(
        col(OutboxMessage.chat_id) == chat_id,
        col(OutboxMessage.kind).in_(kinds_where(lambda policy: policy.is_nudge)),
        col(OutboxMessage.state) == "pending",
    )
    return Status(statuses, session.exec(waiting).one(), outbox.count_parked(session, chat_id))
