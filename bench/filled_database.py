"""A database with millions of opens, filled by SQL in a minute: copies of one link that was really judged."""

import sqlite3
import time
from pathlib import Path
from typing import NamedTuple

from sqlmodel import SQLModel, col, select

from bench.product import Product
from storage.engine import writing
from storage.ingest import Arrival, new_id, record
from storage.kinds import card_key
from storage.tables import Chat, FetchRow, Link, OutboxMessage
from storage.times import now
from tracking import Agent, Network, Sighting

LINKS_A_CHAT = 100
FIRST_CHAT, FIRST_LINK = 10_000, 1000
LONG_AGO = 170 * 86400
"""Seconds over which the opens are spread: less than RETENTION_DAYS, so that none is purged."""
CHUNK = 20_000
"""Links that one statement fills: whole chats. The time is checked between two statements."""
LONGEST_FILLING = 170.0
"""Seconds after which a slow machine must do with fewer links."""
USER_AGENT = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
SIGHTING = Sighting(Agent.GMAIL_PROXY, Network.GOOGLE_PROXY)


class Filled(NamedTuple):
    """The size of the filled database, and the time that filling it took."""

    links: int
    opens: int
    seconds: float


def token(number: int) -> str:
    """Return the pixel token of the link with this number. It is as long as a real one."""
    return f"{number:022d}"


def arrival(number: int) -> Arrival:
    """Return an open in Gmail, now, of the link with this number."""
    at = now()
    return Arrival(new_id(at), token(number), at, SIGHTING, None, USER_AGENT)


def fill(product: Product, links: int, opens_each: int) -> Filled:
    """Add links 0, 1, … with so many opens each, or fewer links if `LONGEST_FILLING` does not suffice."""
    started = time.monotonic()
    given: dict[str, object] = {
        "pattern": _pattern(product, opens_each),
        "chat": FIRST_CHAT,
        "link": FIRST_LINK,
        "a_chat": LINKS_A_CHAT,
        "each": opens_each,
        "began": now() - LONG_AGO,
        "step": LONG_AGO / max(1, links * opens_each),
    }
    product.engine.dispose()
    database = _without_journal(_file(product))
    database.execute("BEGIN")
    filled = 0
    while filled < links and time.monotonic() < started + LONGEST_FILLING:
        end = min(filled + CHUNK, links)
        for statement in (_CHATS, _LINKS, _CARDS, _FETCHES):
            database.execute(statement, {**given, "first": filled, "end": end})
        filled = end
    database.execute("COMMIT")
    database.execute("PRAGMA journal_mode = WAL")
    database.close()
    return Filled(filled, filled * opens_each, time.monotonic() - started)


def _without_journal(file: Path) -> sqlite3.Connection:
    """Open the file for filling. Nobody reads it before it is complete: it needs no journal and no flush."""
    database = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144"):
        database.execute(f"PRAGMA {pragma}")
    return database


def _file(product: Product) -> Path:
    assert product.settings.sqlite_path, "only a SQLite file can be filled"
    return product.settings.sqlite_path


def _pattern(product: Product, opens: int) -> int:
    """Make a link that was sent and opened so often; return its id."""
    url = product.new_pixel_url()
    sent_token = url.rpartition("/")[2].removesuffix(".gif")
    with writing(product.engine) as session:
        fetches = [arrival(0)._replace(token=sent_token) for _ in range(opens)]
        if fetches:
            record(session.connection(), fetches, product.settings.windows)
        return session.exec(select(Link.id).where(col(Link.token) == sent_token)).one()


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
        WITH RECURSIVE number(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM number WHERE i + 1 < :end)
        INSERT INTO "{table.__tablename__}" ({listed})
        SELECT {", ".join(values)} FROM number CROSS JOIN "{table.__tablename__}" AS pattern WHERE {which}
    """  # noqa: S608  # all names and expressions come from this module


_CHAT, _LINK = ":chat + i / :a_chat", ":link + i"
_PLACE = "(i * :each + pattern.seq)"
_CHATS = _copies(
    Chat,
    "pattern.id = (SELECT chat_id FROM link WHERE id = :pattern) AND i % :a_chat = 0",
    id=_CHAT,
    next_number=":a_chat + 1",
)
_LINKS = _copies(
    Link,
    "pattern.id = :pattern",
    id=_LINK,
    chat_id=_CHAT,
    number="1 + i % :a_chat",
    token="printf('%022d', i)",
)
_CARDS = _copies(
    OutboxMessage,
    "pattern.link_id = :pattern AND pattern.kind = 'card'",
    id="",
    key=f"'{card_key(0, None)[:-1]}' || ({_LINK})",
    chat_id=_CHAT,
    link_id=_LINK,
    state="'sent'",
    telegram_id=_LINK,
)
_FETCHES = _copies(
    FetchRow,
    "pattern.link_id = :pattern",
    id=f"printf('%012x%020x', CAST((:began + {_PLACE} * :step) * 1000 AS INTEGER), {_PLACE})",
    link_id=_LINK,
    at=f"strftime('%Y-%m-%d %H:%M:%f000', :began + {_PLACE} * :step, 'unixepoch')",
)
