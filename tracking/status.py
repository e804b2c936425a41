"""Where does a link stand, in one word?"""

from enum import StrEnum

from tracking.history import History


class LinkStatus(StrEnum):
    NEW = "new"
    DRAFT = "draft"
    SENT = "sent"
    """And nobody is known to have looked."""
    LOOKED = "looked"
    ASLEEP = "asleep"
    STOPPED = "stopped"


def status_of(history: History, at: float, revival: float) -> LinkStatus:
    """The last that is known of it; asleep after `revival` seconds without a look."""
    statements, summary = history
    if statements.closed_at is not None:
        return LinkStatus.STOPPED
    if summary.opens:
        return LinkStatus.ASLEEP if summary.is_asleep(at, revival) else LinkStatus.LOOKED
    if history.sent():
        return LinkStatus.SENT
    return LinkStatus.DRAFT if summary.draft_agents else LinkStatus.NEW
