"""Collects all that is stored of a chat, as plain tables, for `/export`.

There may be hundreds of thousands of fetches: they come in pieces, each read in a transaction of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import select as sql_select
from sqlmodel import Session, SQLModel, col, select

from storage.archive import archived_at
from storage.links import history_of
from storage.reminders import nudges_kept
from storage.tables import Chat, Link, Note, OutboxMessage, Peek, StatementRow
from storage.times import moment

Table = list[dict[str, object]]
"""Rows of named values. Times are ISO 8601, UTC."""

_LINK = (
    "number", "label", "recipient", "token", "created_at", "created_by", "tracker", "deadline", "muted",
)  # fmt: skip
_STANDING = (
    "archived_at", "state", "state_since", "sent_at", "sent_after",
    "opens", "first_opened_at", "last_opened_at",
)  # fmt: skip
_FETCH = (
    "id", "at", "last_at", "count", "kind", "reason", "confidence",
    "agent", "network", "user_agent", "device",
)  # fmt: skip
_STATEMENT = ("said_at", "said_by", "kind", "at", "of", "until", "since")
_PEEK = ("said_at", "said_by", "at", "until")
_NOTE = ("at", "by", "text")
_REMINDER = ("created_at", "kind", "at")
_SETTINGS = (
    "id", "created_at", "zone", "quiet_from", "quiet_until", "digest_at", "language", "telegram_language",
)  # fmt: skip
COLUMNS: Mapping[str, Sequence[str]] = {
    "links": (*_LINK, *_STANDING),
    "fetches": ("link", *_FETCH),
    "corrections": ("link", *_STATEMENT),
    "peeks": ("link", *_PEEK),
    "notes": ("link", *_NOTE),
    "reminders": ("link", *_REMINDER),
    "settings": _SETTINGS,
}
"""The columns of each table: an empty table has them too."""


AT_ONCE = 1000
"""Fetches, and links, that are read at once."""


def export(session: Session, chat_id: int) -> dict[str, Table]:
    """Return the chat's tables by name, but for its fetches. A row about a link begins with its number.

    A peek at all links has no number.
    """
    links = session.exec(select(Link).where(col(Link.chat_id) == chat_id).order_by(col(Link.number))).all()
    numbers = {link.id: link.number for link in links}
    chat = session.get(Chat, chat_id)
    peeks = session.exec(select(Peek).where(Peek.chat_id == chat_id).order_by(col(Peek.id))).all()
    said = _of(numbers, _found(session, StatementRow, chat_id), _STATEMENT)
    return {
        "links": [_row(link, _LINK) | _standing(link) for link in links],
        "corrections": [_readable(row) for row in said],
        "peeks": [
            _readable({"link": numbers.get(peek.link_id or 0, ""), **_row(peek, _PEEK)}) for peek in peeks
        ],
        "notes": _of(numbers, _found(session, Note, chat_id), _NOTE),
        "reminders": [_reminder(numbers, owed) for owed in nudges_kept(session, chat_id)],
        "settings": [_row(chat, _SETTINGS)] if chat else [],
    }


def _standing(link: Link) -> dict[str, object]:
    """Return where a link stands, and what its history counts: purged fetches are counted too."""
    history = history_of(link)
    sent, summary = history.sent(), history.summary
    return {
        "archived_at": _value(archived_at(link)),
        "state": link.status,
        "state_since": _value(link.status_since),
        "sent_at": _time(sent.at if sent else None),
        "sent_after": _time(sent.since if sent else None),
        "opens": summary.opens,
        "first_opened_at": _time(summary.first_open),
        "last_opened_at": _time(summary.last_open),
    }


class Place(NamedTuple):
    """A place among the fetches of a chat, in the order of their links: after this one."""

    link_id: int = 0
    seq: int = 0


def fetches(session: Session, chat_id: int, after: Place) -> tuple[Table, Place | None]:
    """Return the next of the chat's fetches, and the place after them; None if they are the last."""
    table, found = SQLModel.metadata.tables["fetch"], Table()
    columns = [table.c[name] for name in (*_FETCH, "seq")]
    links = _fetched_links(session, chat_id, after)
    for link_id, number, newest in links:
        first = after.seq if link_id == after.link_id else 0
        if first >= newest:
            continue
        query = sql_select(*columns).where(table.c.link_id == link_id, table.c.seq > first)
        rows = session.connection().execute(query.order_by(table.c.seq).limit(AT_ONCE - len(found))).all()
        found += [{"link": number, **dict(zip(_FETCH, map(_value, row), strict=False))} for row in rows]
        if len(found) == AT_ONCE:
            return found, Place(link_id, rows[-1].seq)
    return found, Place(links[-1][0], links[-1][2]) if len(links) == AT_ONCE else None


def _fetched_links(session: Session, chat_id: int, after: Place) -> Sequence[tuple[int, int, int]]:
    """Return the id, the number, and the newest fetch's number of some links, from this place on."""
    query = select(Link.id, Link.number, Link.fetches).where(
        col(Link.chat_id) == chat_id, col(Link.id) >= after.link_id, col(Link.fetches) > 0
    )
    return session.exec(query.order_by(col(Link.id)).limit(AT_ONCE)).all()


Kept = TypeVar("Kept", StatementRow, Note)


def _found(session: Session, table: type[Kept], chat_id: int) -> Sequence[Kept]:
    query = select(table).join(Link, col(Link.id) == table.link_id).where(col(Link.chat_id) == chat_id)
    return session.exec(query.order_by(col(table.link_id), col(table.id))).all()


def _of(numbers: dict[int, int], rows: Sequence[StatementRow | Note], columns: Sequence[str]) -> Table:
    return [{"link": numbers[row.link_id], **_row(row, columns)} for row in rows]


def _reminder(numbers: dict[int, int], owed: OutboxMessage) -> dict[str, object]:
    at = owed.not_before or owed.created_at
    return {
        "link": numbers[owed.link_id or 0],
        "created_at": _value(owed.created_at),
        "kind": owed.kind,
        "at": _value(at),
    }


def _row(row: SQLModel, columns: Sequence[str]) -> dict[str, object]:
    return {column: _value(getattr(row, column)) for column in columns}


def _value(value: object) -> object:
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value


def _time(at: float | None) -> object:
    """Return epoch seconds as ISO 8601; None stays."""
    return None if at is None else _value(moment(at))


def _readable(row: dict[str, object]) -> dict[str, object]:
    """Return a row whose times `at` and `until` are ISO 8601: the tables store them as epoch seconds."""
    at, until = row["at"], row["until"]
    assert isinstance(at, float) and isinstance(until, float)  # noqa: S101, PT018  # as their columns are
    return {**row, "at": _time(at), "until": _time(until) if until else ""}
