"""What can be known from outside, once all is quiet: the logs, and the database by read-only SQL."""

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


class Owed(NamedTuple):
    """A message in the outbox."""

    chat: int
    kind: str
    label: str
    state: str
    new: bool
    """Telegram is not known to show it yet."""


class Statements(NamedTuple):
    """A message, or an edit of one, that the Bot API accepted."""

    new: bool
    kind: str
    label: str
    text: str
    spoilt: str
    """How its answer was lost or spoilt; empty when it was answered well."""


class Facts(NamedTuple):
    asked: dict[str, str]
    """The token each nonce was sent to."""
    answered: dict[str, str]
    """Those fully answered with 200."""
    tracked: Sequence[str]
    """The labels of `/track`, as they were typed."""
    links: Sequence[Link]
    rows: Sequence[Row]
    owed: Sequence[Owed]
    said: Sequence[Statements]
    shown: Sequence[tuple[str, str]]
    """Label and text of every message about a letter, as it stands now."""
    admitted: dict[int, int]
    """How many undelivered messages `/status` told a chat of."""
    in_flight: Sequence[Sequence[Owed]]
    """The messages in flight, for each kill of the bot."""
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
OWED = """
SELECT outbox.chat_id, outbox.kind, coalesce(link.label, ''), outbox.state, outbox.telegram_id IS NULL
FROM outbox LEFT JOIN link ON link.id = outbox.link_id"""
OWED_BY_NOW = f"{OWED} WHERE outbox.state <> 'pending' OR coalesce(outbox.not_before, '') <= datetime('now')"
"""Without reminders and the like, whose time is still to come."""
IN_FLIGHT = f"{OWED} WHERE outbox.state = 'sending'"


def links(database: sqlite3.Connection) -> list[Link]:
    return [Link(*found) for found in database.execute(LINKS)]


def rows(database: sqlite3.Connection) -> list[Row]:
    return [Row(*found) for found in database.execute(ROWS, (OUTLOOK,))]


def owed(database: sqlite3.Connection) -> list[Owed]:
    return [Owed(*found) for found in database.execute(OWED_BY_NOW)]


def in_flight(database: Path) -> list[Owed]:
    """New messages that were being sent when the bot was killed."""
    with reading(database) as connection:
        return [message for found in connection.execute(IN_FLIGHT) if (message := Owed(*found)).new]


def integrity(database: sqlite3.Connection) -> list[str]:
    """What SQLite itself finds wrong."""
    found = [str(line) for (line,) in database.execute("PRAGMA integrity_check")]
    strays = [str(line) for line in database.execute("PRAGMA foreign_key_check")]
    return [line for line in found if line != "ok"] + strays


def said(entry: dict[str, Any], label: str) -> Statements:
    text = entry["text"]
    kind = "card" if "/i/" in text else "opened" if "was opened" in text else "reply"
    return Statements(entry["new"], kind, label, text, entry["spoilt"])
