"""A page of `/history` is read by an index, however many links a chat has: 20,000, and as many elsewhere."""

from collections.abc import Iterator

import pytest
from sqlalchemy import ColumnElement, Engine, and_, event, insert, text
from sqlmodel import Session, col

from storage import archive, chats, links
from storage.engine import reading, writing
from storage.tables import Link
from storage.times import moment
from tests.fetches import NOON
from tracking.status import ONCE_OPENED, UNOPENED, LinkStatus

ANNA, BEN = 1001, 1002
MANY = 20_000
FORTNIGHT = 14 * 86400.0

STATUSES = ("new", "draft", "sent", "opened", "stopped")


@pytest.fixture
def full(engine: Engine) -> Engine:
    """A database in which Anna and Ben have 20,000 links each, one in fifty archived."""
    with writing(engine) as session:
        for chat in (ANNA, BEN):
            chats.get_or_create(session, chat, NOON)
            session.connection().execute(insert(Link), [_row(chat, number) for number in range(1, MANY + 1)])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return engine


def _row(chat: int, number: int) -> dict[str, object]:
    status = STATUSES[number % len(STATUSES)]
    return {
        "chat_id": chat,
        "number": number,
        "token": f"{chat}-{number}",
        "label": f"letter {number}",
        "recipient": "landlord",
        "created_at": moment(NOON),
        "created_by": chat,
        "last_event_at": moment(NOON),
        "muted": False,
        "fetches": 0,
        "status": status,
        "last_opened_at": moment(NOON) if status == "opened" else None,
        "archived_at": moment(NOON + 60) if number % 50 == 0 else None,
        "history": "",
        "history_before_purge": "",
    }


@pytest.fixture
def asked(full: Engine) -> Iterator[list[tuple[str, object]]]:
    """The queries that are sent meanwhile, with their values."""
    seen: list[tuple[str, object]] = []

    def note(*sent: object) -> None:
        seen.append((str(sent[2]), sent[3]))

    event.listen(full, "before_cursor_execute", note)
    yield seen
    event.remove(full, "before_cursor_execute", note)


def plan(session: Session, query: str, values: object) -> str:
    """Return the database's plan for a query."""
    how = "EXPLAIN QUERY PLAN" if session.get_bind().dialect.name == "sqlite" else "EXPLAIN"
    rows = session.connection().exec_driver_sql(f"{how} {query}", values)  # type: ignore[arg-type]  # as seen
    return "\n".join(str(row[-1]) for row in rows)


FILTERS: dict[str, list[ColumnElement[bool]]] = {
    "all": [archive.is_not_archived()],
    "unopened": [links.has_status(UNOPENED, NOON, FORTNIGHT), archive.is_not_archived()],
    "opened": [links.has_status(ONCE_OPENED, NOON, FORTNIGHT), archive.is_not_archived()],
    "asleep": [links.has_status([LinkStatus.ASLEEP], NOON, FORTNIGHT), archive.is_not_archived()],
    "mine": [col(Link.created_by) == ANNA, archive.is_not_archived()],
    "archived": [archive.is_archived()],
}


def test_pages_counts_and_offers_are_read_by_an_index(full: Engine, asked: list[tuple[str, object]]) -> None:
    with reading(full) as session:
        for conditions in FILTERS.values():
            links.newest(session, ANNA, 20, 10, *conditions)
            links.counts(session, ANNA, [and_(*conditions)])
        links.counts(session, ANNA, [archive.is_not_archived(), *archive.offers(NOON + 30 * 86400).values()])
        assert archive.has_any(session, ANNA)
        queries = [(query, values) for query, values in asked if query.startswith("SELECT")]
        plans = {query: plan(session, query, values) for query, values in queries}
    assert len(plans) >= 2 * len(FILTERS)
    for query, how in plans.items():
        assert "SCAN link" not in how, query
        assert "Seq Scan" not in how, query
        # The index is in the order of the list: a page costs what it shows, and no sorting of all links.
        assert "Sort" not in how, query
        assert "B-TREE" not in how, query
