"""The published lists of address ranges, as the bot fetched them: where both processes find them.

A list that was never fetched has no row, or one without ranges, and stays as this version shipped it.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlmodel import Session, col, select

from storage.tables import PublishedListRow
from storage.times import moment, seconds
from tracking.published_ranges import LISTS, Fetched, shipped_day

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


def states(session: Session) -> dict[str, ListState]:
    """Return how the lists stand that the bot has tried to fetch, by name. Reads no ranges."""
    row = PublishedListRow
    query = select(row.name, row.fetched_at, row.checked_at, row.error)
    return {
        name: ListState(None if fetched_at is None else seconds(fetched_at), seconds(checked_at), error)
        for name, fetched_at, checked_at, error in session.exec(query)
    }


def fetched(session: Session) -> Sequence[Fetched]:
    """Return the lists that were fetched and found good, with their ranges."""
    query = select(PublishedListRow).where(col(PublishedListRow.fetched_at).is_not(None))
    return [
        Fetched(row.name, f"{row.fetched_at:%Y-%m-%d}", row.prefixes.split()) for row in session.exec(query)
    ]


def keep(session: Session, name: str, prefixes: Sequence[str], now: float) -> None:
    """Keep a list that was found good."""
    row = PublishedListRow(name=name, prefixes="\n".join(prefixes), checked_at=moment(now))
    row.fetched_at = moment(now)
    session.merge(row)


def note_error(session: Session, name: str, error: str, now: float) -> None:
    """Note why an attempt changed nothing. The ranges that were fetched before stay."""
    row = session.get(PublishedListRow, name) or PublishedListRow(name=name, checked_at=moment(now))
    row.error, row.checked_at = error, moment(now)
    session.add(row)


def ages(session: Session, now: float) -> dict[str, ListAge]:
    """Return how old each published list is, and its last error, by name."""
    known = states(session)
    return {published.name: _age(published.name, known.get(published.name), now) for published in LISTS}


def _age(name: str, state: ListState | None, now: float) -> ListAge:
    newest = shipped_at = seconds_of(shipped_day(name))
    if state and state.fetched_at is not None:
        newest = max(state.fetched_at, shipped_at)
    return ListAge(max(0, int((now - newest) // 86400)), state.error if state else "")


def seconds_of(day: str) -> float:
    """Return the beginning of a day (YYYY-MM-DD, UTC), in epoch seconds."""
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * 86400.0
