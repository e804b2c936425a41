"""The numbers about a chat that `/status` shows."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from storage import outbox
from storage.kinds import kinds_where
from storage.links import status_column
from storage.tables import Link, OutboxMessage
from tracking.status import LinkStatus


class Report(NamedTuple):
    """The numbers in the answer to `/status`."""

    statuses: Mapping[LinkStatus, int]
    """The number of links in each status. A status without links is left out."""
    waiting: int
    """Reminders and nudges that are owed for later."""
    parked: int
    """Messages that may not have arrived, and are not tried again."""


def report(session: Session, chat_id: int, now: float, revival: float) -> Report:
    """Return the numbers of a chat. A link is asleep after `revival` seconds without an open."""
    status = status_column(now, revival)
    counted = select(status, func.count()).where(col(Link.chat_id) == chat_id).group_by(status)
    statuses = {LinkStatus(name): count for name, count in session.exec(counted)}
    waiting = select(func.count()).where(
        col(OutboxMessage.chat_id) == chat_id,
        col(OutboxMessage.kind).in_(kinds_where(lambda policy: policy.is_nudge)),
        col(OutboxMessage.state) == "pending",
    )
    return Report(statuses, session.exec(waiting).one(), outbox.count_parked(session, chat_id))
