"""Observations from outside: the logs, and the database's rows by read-only SQL."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench.faults.load import OUTLOOK

REPEATED = "🔁"


class Row(NamedTuple):
    """A fetch in the database."""

    nonce: str
    token: str
    label: str
    seq: int
    kind: str


class Link(NamedTuple):
    label: str
    token: str
    fetches: int


class OutboxRow(NamedTuple):
    """A message in the outbox."""

    chat: int
    kind: str
    label: str
    state: str
    new: bool
    """True if it is not known to be in its chat yet."""


class SentMessage(NamedTuple):
    """A message, or an edit of one, that the Bot API accepted."""

    new: bool
    kind: str
    label: str
    text: str
    spoilt: str
    """The fault in its answer, which was lost or changed; empty if the answer was good."""


class Observations(NamedTuple):
    asked: dict[str, str]
    """The token that each nonce was sent to."""
    answered: dict[str, str]
    """The same, of the requests that were fully answered with 200."""
    tracked: Sequence[str]
    """The labels of `/track`, as they were typed."""
    links: Sequence[Link]
    rows: Sequence[Row]
    outbox: Sequence[OutboxRow]
    sent: Sequence[SentMessage]
    shown: Sequence[tuple[str, str]]
    """Label and text of every message about a letter, as its chat shows it now."""
    admitted: dict[int, int]
    """By chat: how many undelivered messages `/status` reported."""
    in_flight: Sequence[Sequence[OutboxRow]]
    """For each kill of the bot, the messages that were in flight."""
    integrity: Sequence[str]
    logs: str
    secrets: Sequence[str]


@contextmanager
def reading(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        yield connection


LINKS = "SELECT label, token, fetches FROM link"
ROWS = """SELECT replace(fetch.user_agent, ? || ' ', ''), link.token, link.label, fetch.seq, fetch.kind
FROM fetch JOIN link ON link.id = fetch.link_id"""
OUTBOX = """
SELECT outbox.chat_id, outbox.kind, coalesce(link.label, ''), outbox.state, outbox.telegram_id IS NULL
FROM outbox LEFT JOIN link ON link.id = outbox.link_id"""
DUE = f"{OUTBOX} WHERE outbox.state <> 'pending' OR coalesce(outbox.not_before, '') <= datetime('now')"
"""Without messages that are planned for later, such as reminders."""
IN_FLIGHT = f"{OUTBOX} WHERE outbox.state = 'sending'"


def links(database: sqlite3.Connection) -> list[Link]:
    return [Link(*found) for found in database.execute(LINKS)]


def rows(database: sqlite3.Connection) -> list[Row]:
    return [Row(*found) for found in database.execute(ROWS, (OUTLOOK,))]


def outbox(database: sqlite3.Connection) -> list[OutboxRow]:
    return [OutboxRow(*found) for found in database.execute(DUE)]


def in_flight(database: Path) -> list[OutboxRow]:
    """Return the new messages that the bot was sending when it was killed."""
    with reading(database) as connection:
        return [message for found in connection.execute(IN_FLIGHT) if (message := OutboxRow(*found)).new]


def integrity(database: sqlite3.Connection) -> list[str]:
    """Return what SQLite itself finds wrong with the file."""
    found = [str(line) for (line,) in database.execute("PRAGMA integrity_check")]
    strays = [str(line) for line in database.execute("PRAGMA foreign_key_check")]
    return [line for line in found if line != "ok"] + strays


def sent_message(entry: dict[str, Any], label: str) -> SentMessage:
    text = entry["text"]
    kind = "card" if "/i/" in text else "opened" if "was opened" in text else "reply"
    return SentMessage(entry["new"], kind, label, text, entry["spoilt"])
