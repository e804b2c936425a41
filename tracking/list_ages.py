"""Decides when a published list is fetched again, and when one is too old."""

from typing import NamedTuple

DAY = 86400.0
RETRY_DAYS = 1
"""After an attempt that changed nothing."""
OLD_DAYS = 60
"""Days after which a list is too old. Google's grew by 13 % in eight months."""


class ListState(NamedTuple):
    """The last download of a list, and the last attempt. Times are epoch seconds."""

    fetched_at: float | None
    """None if it was never fetched."""
    checked_at: float
    """The time of the last attempt."""
    error: str
    """The reason why the last attempt changed nothing; empty if it succeeded."""


class ListAge(NamedTuple):
    """The age of a list, as the administrator is told."""

    days: int
    """Since it was fetched, or since the day of the one that this version shipped."""
    error: str

    @property
    def is_old(self) -> bool:
        return self.days > OLD_DAYS


def age_of(state: ListState | None, shipped_at: float, now: float) -> ListAge:
    """Return a list's age. `shipped_at` is when the list was made that this version came with."""
    newest = shipped_at
    if state and state.fetched_at is not None:
        newest = max(state.fetched_at, shipped_at)
    return ListAge(max(0, int((now - newest) // DAY)), state.error if state else "")


def is_due(state: ListState | None, now: float, days: int) -> bool:
    """Return True if a list was never tried, or last tried long enough ago.

    A time to come was written while the clock was wrong.
    """
    if state is None or state.checked_at > now:
        return True
    return now - state.checked_at >= DAY * (RETRY_DAYS if state.error else days)
