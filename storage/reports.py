"""The numbers about a chat that `/status` shows."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from storage import links, outbox, reminders
from storage.archive import is_archived
from storage.links import status_column
from storage.tables import Link
from tracking.status import LinkStatus


class Report(NamedTuple):
    """The numbers in the answer to `/status`."""

    statuses: Mapping[LinkStatus, int]
    """The number of links in each status. A status without links is left out."""
    waiting: int
    """Reminders and deadlines that wait for their time."""
    archived: int
    """Links that the list leaves out. The statuses count them too: they are recorded like any other."""
    parked: int
    """Messages that may not have arrived, and are not tried again."""


def report(session: Session, chat_id: int, now: float, revival: float) -> Report:
    """Return the numbers of a chat. A link is asleep after `revival` seconds without an open."""
    status = status_column(now, revival)
    counted = select(status, func.count()).where(col(Link.chat_id) == chat_id).group_by(status)
    statuses = {LinkStatus(name): count for name, count in session.exec(counted)}
    waiting = len(reminders.waiting(session, chat_id))
    archived = links.count(session, chat_id, is_archived())
    return Report(statuses, waiting, archived, outbox.count_parked(session, chat_id))
