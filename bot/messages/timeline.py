"""The timeline of a link: its fetches, statements, peeks and notes in order, with repeats folded."""

from itertools import groupby, takewhile
from typing import NamedTuple

from sqlmodel import Session

from bot.messages.phrases import agent_of, shown_kind
from storage import links, notes, peeks
from storage.tables import FetchRow, Link
from storage.times import seconds
from tracking import StatementKind, Windows, views

SHOWN_STATEMENTS = frozenset(
    {
        StatementKind.SENT,
        StatementKind.TOLD_SENT,
        StatementKind.DRAFT,
        StatementKind.PASTED,
        StatementKind.PEEK,
        StatementKind.STOPPED,
        StatementKind.RESUMED,
        StatementKind.OBJECTED,
    }
)
"""Statements that have an entry of their own. The others show in the verdicts that they changed."""


LONGEST_TIMELINE = 300
"""Fetches that a story reads."""
FIRST, LAST = 4, 8
"""Entries that a long story shows: how it began, and how it stands."""


class Entry(NamedTuple):
    """A line of the timeline."""

    at: float
    """The time of the newest event in it, in epoch seconds: what comes below it in a story is older."""
    kind: str
    """A verdict's kind, a statement's kind, or `note`."""
    agent: str = ""
    """A key of `sentences.reasons.AGENTS`; empty if this is no fetch."""
    fetches: int = 1
    """The number of fetches that it stands for."""
    text: str = ""
    """The text of a note."""
    fetch_id: str = ""
    """The newest of its fetches."""


class Told(NamedTuple):
    """The part of a timeline that a story tells, in words and in its picture alike, newest first."""

    newest: list[Entry]
    left_out: int
    """The number of entries between those two."""
    oldest: list[Entry]
    """Empty if nothing is left out."""
    older: int
    """The number of fetches before all of them, which are not read."""


def told(session: Session, link: Link) -> Told:
    """Return what a story tells of the link's timeline."""
    return shortened(*timeline(session, link, LONGEST_TIMELINE))


def shortened(entries: list[Entry], older: int) -> Told:
    """Leave out the middle of a long timeline."""
    left_out = len(entries) - FIRST - LAST
    if left_out <= 1:
        return Told(entries, 0, [], older)
    return Told(entries[:LAST], left_out, entries[-FIRST:], older)


def timeline(session: Session, link: Link, longest: int) -> tuple[list[Entry], int]:
    """Return the newest entries, newest first, and how many older fetches there are.

    The entries stand for `longest` fetches at most; statements and notes are as old as the oldest of them.
    """
    fetches = links.timeline(session, link.id, longest)
    found = [_folded(list(group)) for _, group in groupby(fetches, key=_shown_as)]
    older = link.fetches - len(fetches)
    since = seconds(fetches[-1].at) if older and fetches else 0.0
    told = links.said_about(session, link.id, longest)
    said = [Entry(row.at, row.kind) for row in told if row.kind in SHOWN_STATEMENTS]
    peeked = [Entry(peek.at, StatementKind.PEEK) for peek in peeks.of_link(session, link, longest)]
    kept = notes.of_link(session, link.id, longest)
    noted = [Entry(seconds(note.at), "note", text=note.text) for note in kept]
    beside = [entry for entry in (*said, *peeked, *noted) if entry.at >= since]
    return sorted([*found, *beside], key=lambda entry: -entry.at), older


def folded_with(session: Session, fetch: FetchRow, longest: int) -> list[str]:
    """Return the ids of the fetches in the entry whose newest fetch is this one."""
    older = links.timeline(session, fetch.link_id, longest, newest=fetch.seq)
    return [row.id for row in takewhile(lambda row: _shown_as(row) == _shown_as(fetch), older)]


def same_view(session: Session, fetch: FetchRow, longest: int, windows: Windows) -> list[str]:
    """Return the ids of the fetches of the view that ends with this one."""
    older = links.timeline(session, fetch.link_id, longest, newest=fetch.seq)
    alike = list(takewhile(lambda row: _shown_as(row) == _shown_as(fetch), older))
    count = views.ending_with_newest([(seconds(row.at), seconds(row.ended_at)) for row in alike], windows)
    return [row.id for row in alike[:count]]


def _shown_as(fetch: FetchRow) -> tuple[str, str]:
    return shown_kind(fetch), agent_of(fetch)


def _folded(group: list[FetchRow]) -> Entry:
    """Return the entry for fetches that are shown alike and follow each other, newest first."""
    newest, count = group[0], sum(row.count for row in group)
    return Entry(seconds(newest.ended_at), shown_kind(newest), agent_of(newest), count, fetch_id=newest.id)
