"""Where does a link stand, in one word?"""

from enum import StrEnum

from tracking.history import History


class Standing(StrEnum):
    NEW = "new"
    DRAFT = "draft"
    SENT = "sent"
    """And nobody is known to have looked."""
    LOOKED = "looked"
    ASLEEP = "asleep"
    STOPPED = "stopped"


def standing_of(history: History, at: float, revival: float) -> Standing:
    """The last that is known of it; asleep after `revival` seconds without a look."""
    said, memory = history
    if said.closed_at is not None:
        return Standing.STOPPED
    if memory.opens:
        return Standing.ASLEEP if memory.is_asleep(at, revival) else Standing.LOOKED
    if history.sent():
        return Standing.SENT
    return Standing.DRAFT if memory.draft_agents else Standing.NEW
