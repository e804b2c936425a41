"""The published lists of address ranges, as the bot fetched them: where both processes find them.

A list that was never fetched has no row, or one without ranges, and stays as this version shipped it.
"""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from storage.tables import PublishedListRow
from storage.times import moment, seconds
from tracking.list_ages import ListAge, ListState, age_of
from tracking.published_ranges import LISTS, Fetched, shipped_day


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
    return {one.name: age_of(known.get(one.name), seconds_of(shipped_day(one.name)), now) for one in LISTS}


def seconds_of(day: str) -> float:
    """Return the beginning of a day (YYYY-MM-DD, UTC), in epoch seconds."""
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * 86400.0
