"""A database with many links, filled by SQL: copies of one link that was really judged.

SQLite takes a minute for a million links with ten fetches each, and less than a second for 20,000 with one.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from settings import Settings
from storage import links
from storage.engine import connect, writing
from storage.fetch_ids import new_id
from storage.ingest import Arrival, record
from storage.kinds import card_key
from storage.statements import record_statements
from storage.tables import Chat, FetchRow, Link, OutboxMessage, StatementRow
from storage.times import now
from tracking import Agent, Network, Sighting, Statement, StatementKind

LINKS_A_CHAT = 100
FIRST_CHAT, FIRST_LINK = 10_000, 1000
OWNER = 1001
LONG_AGO = 170 * 86400
"""Seconds over which the fetches are spread: less than RETENTION_DAYS, so that none is purged."""
SENT_AGO = 3600.0
"""Seconds since each link's Sent: it is no longer the time in which scanners come."""
CHUNK = 20_000
"""Links that one statement fills: whole chats. The time is checked between two statements."""
LONGEST_FILLING = 170.0
"""Seconds after which a slow machine must do with fewer links."""
USER_AGENT = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
SIGHTING = Sighting(Agent.GMAIL_PROXY, Network.GOOGLE_PROXY)
SPREAD, RANGE = 2_654_435_761, 2**32
"""Tokens of neighbouring links lie far apart, as random ones do: an odd number's multiples, modulo a power of
two, are all different."""


class Filled(NamedTuple):
    """The size of the filled database, and the time that filling it took."""

    links: int
    fetches: int
    seconds: float


def token(number: int) -> str:
    """Return the pixel token of the link with this number. It is as long as a real one."""
    return f"{number * SPREAD % RANGE:022d}"


def path_of(number: int) -> str:
    """Return the path of this link's pixel."""
    return f"/i/{token(number)}.gif"


def arrival(number: int) -> Arrival:
    """Return an open in Gmail, now, of the link with this number."""
    return _arrival(token(number), now())


def _arrival(of: str, at: float) -> Arrival:
    return Arrival(new_id(at), of, at, SIGHTING, None, USER_AGENT)


def fill(engine: Engine, settings: Settings, links: int, fetches_each: int) -> Filled:
    """Add links 0, 1, … that were sent, or fewer if `LONGEST_FILLING` does not suffice.

    A link's first fetch is its draft's. The others came after Sent.
    """
    started = time.monotonic()
    given: dict[str, object] = {
        "pattern": _pattern(engine, settings, fetches_each),
        "chat": FIRST_CHAT,
        "link": FIRST_LINK,
        "a_chat": LINKS_A_CHAT,
        "each": fetches_each,
        "began": now() - LONG_AGO,
        "step": LONG_AGO / max(1, links * fetches_each),
    }
    engine.dispose()
    filled = 0
    filling = _filling_sqlite if settings.sqlite_path else _filling_postgres
    with filling(settings) as (execute, sql):
        while filled < links and time.monotonic() < started + LONGEST_FILLING:
            end = min(filled + CHUNK, links)
            for statement in _statements(sql):
                execute(statement, {**given, "first": filled, "end": end})
            filled = end
    return Filled(filled, filled * fetches_each, time.monotonic() - started)


def _pattern(engine: Engine, settings: Settings, fetches: int) -> int:
    """Make a link that was sent and fetched so often; return its id."""
    made_at = now() - SENT_AGO - 60
    windows, new = settings.windows, links.NewLink(OWNER, OWNER, "contract", "landlord")
    with writing(engine) as session:
        link = links.create(session, new, now=made_at, daily=10**6)
        session.flush()
        if fetches:
            record(session.connection(), [_arrival(link.token, made_at + 30)], windows)
        session.refresh(link)
        sent = Statement(StatementKind.SENT, made_at + 60)
        record_statements(session, link, sent, by=OWNER, now=sent.at, windows=windows)
        session.flush()
        if fetches > 1:
            later = [_arrival(link.token, now()) for _ in range(fetches - 1)]
            record(session.connection(), later, windows)
        return link.id


# --- what differs between the two databases -----------------------------------------------------------


class _Sql(NamedTuple):
    """The SQL that a database writes in its own way. `{}` is a number."""

    token: str
    time: str
    fetch_id: str


_SQLITE = _Sql(
    "printf('%022d', {})",
    "strftime('%Y-%m-%d %H:%M:%f000', {}, 'unixepoch')",
    "printf('%012x%020x', {}, {})",
)
_POSTGRES = _Sql(
    "lpad(CAST({} AS text), 22, '0')",
    "to_timestamp({})",
    "lpad(to_hex({}), 12, '0') || lpad(to_hex({}), 20, '0')",
)
_TOKEN = f"i * {SPREAD} % {RANGE}"
SQLITE_TOKEN = _SQLITE.token.format(_TOKEN)
"""The SQL of the token of link `i`."""
_Filling = tuple[Callable[[str, dict[str, object]], object], _Sql]
"""A function that executes a statement, and how to write one."""


@contextmanager
def _filling_sqlite(settings: Settings) -> Iterator[_Filling]:
    """Fill without a journal or a flush. Nobody reads the file before it is complete."""
    assert settings.sqlite_path
    database = sqlite3.connect(settings.sqlite_path, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("BEGIN")
    yield database.execute, _SQLITE
    database.execute("COMMIT")
    database.execute("PRAGMA journal_mode = WAL")
    database.close()


@contextmanager
def _filling_postgres(settings: Settings) -> Iterator[_Filling]:
    engine = connect(settings, fail_fast=False)  # no deadline: a statement takes seconds
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # checks no foreign keys
        yield lambda statement, given: connection.execute(text(statement), given), _POSTGRES
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


# --- the statements -----------------------------------------------------------------------------------

_CHAT, _LINK = ":chat + i / :a_chat", ":link + i"
_PLACE = "(i * :each + pattern.seq)"
_AT = f":began + {_PLACE} * :step"


def _statements(sql: _Sql) -> list[str]:
    return [
        _copies(
            Chat,
            "pattern.id = (SELECT chat_id FROM link WHERE id = :pattern) AND i % :a_chat = 0",
            id=_CHAT,
            next_number=":a_chat + 1",
        ),
        _copies(
            Link,
            "pattern.id = :pattern",
            id=_LINK,
            chat_id=_CHAT,
            number="1 + i % :a_chat",
            token=sql.token.format(_TOKEN),
        ),
        _copies(
            OutboxMessage,
            "pattern.link_id = :pattern AND pattern.kind = 'card'",
            id="",
            key=f"'{card_key(0, None)[:-1]}' || ({_LINK})",
            chat_id=_CHAT,
            link_id=_LINK,
            state="'sent'",
            telegram_id=_LINK,
        ),
        _copies(StatementRow, "pattern.link_id = :pattern", id="", link_id=_LINK),
        _copies(
            FetchRow,
            "pattern.link_id = :pattern",
            id=sql.fetch_id.format(f"CAST(({_AT}) * 1000 AS BIGINT)", _PLACE),
            link_id=_LINK,
            at=sql.time.format(_AT),
        ),
    ]


def _copies(table: type[SQLModel], which: str, **other: str) -> str:
    """Return a statement that copies the pattern's rows for the links from `:first` until `:end`.

    `other` holds expressions for columns that differ; an empty one leaves the column to the database. In
    them, `i` is the number of the link.
    """
    names = [column.name for column in table.__table__.columns]  # type: ignore[attr-defined]  # SQLModel's own
    columns = [name for name in names if other.get(name, name)]
    values = [other.get(name, f'pattern."{name}"') for name in columns]
    listed = ", ".join(f'"{name}"' for name in columns)
    return f"""
        WITH RECURSIVE number(i) AS (
            SELECT CAST(:first AS BIGINT) UNION ALL SELECT i + 1 FROM number WHERE i + 1 < :end
        )
        INSERT INTO "{table.__tablename__}" ({listed})
        SELECT {", ".join(values)} FROM number CROSS JOIN "{table.__tablename__}" AS pattern WHERE {which}
    """  # noqa: S608  # all names and expressions come from this module
