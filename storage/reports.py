"""What `/status` tells a chat about itself."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from storage import outbox
from storage.kinds import kinds_where
from storage.links import status_column
from storage.tables import Link, OutboxMessage
from tracking.status import LinkStatus


class Status(NamedTuple):
    statuses: Mapping[LinkStatus, int]
    """How many links stand where."""
    waiting: int
    """Reminders and nudges for later."""
    parked: int
    """Messages that may not have arrived, and are not tried again."""


def status(session: Session, chat_id: int, now: float, revival: float) -> Status:
    status = status_column(now, revival)
    counted = select(status, func.count()).where(col(Link.chat_id) == chat_id).group_by(status)
    statuses = {LinkStatus(name): count for name, count in session.exec(counted)}
    waiting = select(func.count()).where(
        col(OutboxMessage.chat_id) == chat_id,
        col(OutboxMessage.kind).in_(kinds_where(lambda policy: policy.is_nudge)),
        col(OutboxMessage.state) == "pending",
    )
    return Status(statuses, session.exec(waiting).one(), outbox.count_parked(session, chat_id))
