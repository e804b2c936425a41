"""What happened to a link, in order: what was seen, said and noted, folded where it repeats."""

from itertools import groupby, takewhile
from typing import NamedTuple

from sqlmodel import Session

from bot.messages.phrases import agent_of
from storage import links, notes, peeks
from storage.tables import FetchRow, Link
from storage.times import seconds
from tracking import Kind, StatementKind

TOLD = frozenset(
    {
        StatementKind.SENT,
        StatementKind.TOLD_SENT,
        StatementKind.DRAFT,
        StatementKind.PEEK,
        StatementKind.STOPPED,
        StatementKind.RESUMED,
        StatementKind.OBJECTED,
    }
)
"""Statements with a line of their own; the others show in the verdicts they changed."""


class Entry(NamedTuple):
    at: float
    """When it began."""
    kind: str
    """A verdict, a kind, or `note`."""
    agent: str = ""
    """Its key in the catalogue."""
    fetches: int = 1
    text: str = ""
    fetch_id: str = ""
    """The newest of the fetches it stands for."""


def timeline(session: Session, link: Link, longest: int) -> tuple[list[Entry], int]:
    """The newest entries, newest first, of so many fetches at most; and how many older fetches there are."""
    fetches = links.timeline(session, link.id, longest)
    found = [_folded(list(group)) for _, group in groupby(fetches, key=_looks_like)]
    older = link.fetches - len(fetches)
    since = seconds(fetches[-1].at) if older and fetches else 0.0
    told = links.said_about(session, link.id, longest)
    said = [Entry(row.at, row.kind) for row in told if row.kind in TOLD]
    made = seconds(link.created_at)
    peeked = [Entry(max(peek.at, made), StatementKind.PEEK) for peek in peeks.of_link(session, link, longest)]
    kept = notes.of_link(session, link.id, longest)
    noted = [Entry(seconds(note.at), "note", text=note.text) for note in kept]
    beside = [entry for entry in (*said, *peeked, *noted) if entry.at >= since]
    return sorted([*found, *beside], key=lambda entry: -entry.at), older


def folded_with(session: Session, fetch: FetchRow, longest: int) -> list[str]:
    """The fetches that stand for one entry of the timeline with this one, its newest."""
    older = links.timeline(session, fetch.link_id, longest, newest=fetch.seq)
    return [row.id for row in takewhile(lambda row: _looks_like(row) == _looks_like(fetch), older)]


def _looks_like(fetch: FetchRow) -> tuple[str, str]:
    kind = Kind.OPENED if fetch.kind == Kind.REPEAT else fetch.kind
    return kind, agent_of(fetch)


def _folded(group: list[FetchRow]) -> Entry:
    """One entry for fetches that follow each other and mean the same; they come newest first."""
    newest, oldest = group[0], group[-1]
    kind = Kind.OPENED if oldest.kind == Kind.REPEAT else oldest.kind
    return Entry(seconds(oldest.at), kind, agent_of(oldest), len(group), fetch_id=newest.id)
