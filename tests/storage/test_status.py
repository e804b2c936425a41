"""A link's status is stored with it, in the transaction that changes it, and found by query."""

from datetime import datetime

import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlmodel import select

from storage import links, reports
from storage.engine import reading, writing
from storage.links import history_of, status_column
from storage.migrate import configuration, upgrade
from storage.statements import record_statements
from storage.tables import Link
from storage.times import moment, seconds
from tests.fetches import APPLE, BARE, GATEWAY, GMAIL, NOON, PREFETCH, arrival
from tests.storage.test_ingest import ANNA, fold, track
from tracking import Sighting, Statement, StatementKind, Windows
from tracking.status import LinkStatus, status_at, status_of

DAY = 86400.0
FORTNIGHT = 14 * DAY

Event = Sighting | StatementKind
SENT, STOPPED, OBJECTED = StatementKind.SENT, StatementKind.STOPPED, StatementKind.OBJECTED

STORIES: dict[LinkStatus, tuple[Event, ...]] = {
    LinkStatus.NEW: (),
    LinkStatus.DRAFT: (GMAIL, GMAIL),
    LinkStatus.SENT: (GMAIL, SENT),
    LinkStatus.FETCHED: (SENT, PREFETCH, APPLE),
    LinkStatus.OPENED: (SENT, PREFETCH, GMAIL, GMAIL),
    LinkStatus.STOPPED: (SENT, GMAIL, STOPPED),
    LinkStatus.OBJECTED: (SENT, OBJECTED),
}
"""A link for every stored status: something happens to it every ten minutes."""


def live(engine: Engine, events: tuple[Event, ...], label: str = "contract") -> Link:
    """Anna's link, after these events."""
    with writing(engine) as session:
        link = track(session, label)
    for number, event in enumerate(events, 1):
        at = NOON + 600 * number
        if isinstance(event, Sighting):
            fold(engine, arrival(link.token, at, event))
        else:
            say(engine, link, Statement(event, at))
    return link


def say(engine: Engine, link: Link, statement: Statement) -> None:
    with writing(engine) as session:
        locked = links.link_of(session, ANNA, link.id, lock=True)
        assert locked
        record_statements(session, locked, statement, by=ANNA, now=statement.at, windows=Windows())


def stored(engine: Engine, link: Link) -> tuple[str, datetime | None, datetime | None]:
    with reading(engine) as session:
        row = session.get_one(Link, link.id)
        return row.status, row.status_since, row.last_opened_at


def derived(engine: Engine, link: Link) -> tuple[str, datetime | None, datetime | None]:
    """The same, worked out from the history."""
    with reading(engine) as session:
        history = history_of(session.get_one(Link, link.id))
    status, since = status_of(history)
    last = history.summary.last_open
    return status, None if since is None else moment(since), None if last is None else moment(last)


@pytest.fixture
def lived(engine: Engine) -> dict[LinkStatus, Link]:
    """A link for every status but asleep."""
    return {status: live(engine, events, status) for status, events in STORIES.items()}


def test_every_fetch_and_every_statement_stores_where_the_link_stands(
    engine: Engine, lived: dict[LinkStatus, Link]
) -> None:
    for status, link in lived.items():
        assert stored(engine, link) == derived(engine, link)
        assert stored(engine, link)[0] == status


def test_many_links_in_a_batch_each_get_their_own_status(engine: Engine) -> None:
    draft, opened = live(engine, ()), live(engine, (SENT,), "offer")
    fold(
        engine,
        *(arrival(link.token, NOON + DAY + second, GMAIL) for second in (0, 1) for link in (draft, opened)),
    )
    assert stored(engine, draft) == ("draft", moment(NOON + DAY), None)
    assert stored(engine, opened) == ("opened", moment(NOON + DAY), moment(NOON + DAY))


def test_an_open_that_was_a_scanners_leaves_the_link_unopened(engine: Engine) -> None:
    link = live(engine, (SENT,))
    fold(engine, arrival(link.token, NOON + DAY, BARE))
    assert stored(engine, link)[0] == "opened"
    fold(engine, arrival(link.token, NOON + DAY + 1, GATEWAY))
    assert stored(engine, link) == ("sent", moment(NOON + 600), None)


def test_queries_know_sleep_as_the_status_does(engine: Engine, lived: dict[LinkStatus, Link]) -> None:
    """To the second, at every moment around falling asleep, for links in every status."""
    last_open = seconds(stored(engine, lived[LinkStatus.OPENED])[2] or moment(0))
    for at in (last_open, *(last_open + FORTNIGHT + later for later in (-0.001, 0.0, 0.001, DAY))):
        with reading(engine) as session:
            found = session.exec(select(Link, status_column(at, FORTNIGHT))).all()
            assert {status for _, status in found} >= {"new", "stopped"}
            for link, status in found:
                assert status == status_at(history_of(link), at, FORTNIGHT)


def test_a_report_counts_links_by_status_and_parses_no_history(
    engine: Engine, lived: dict[LinkStatus, Link]
) -> None:
    with writing(engine) as session:
        session.connection().execute(text("UPDATE link SET history = 'not JSON'"))
    with reading(engine) as session:
        awake = reports.report(session, ANNA, NOON + DAY, FORTNIGHT).statuses
        later = reports.report(session, ANNA, NOON + 20 * DAY, FORTNIGHT).statuses
    assert awake == dict.fromkeys(STORIES, 1)
    assert later == {LinkStatus.ASLEEP if status == "opened" else status: 1 for status in STORIES}


def test_a_list_by_status_has_pages(engine: Engine) -> None:
    for number in range(5):
        live(engine, (SENT,) if number % 2 else (), f"letter {number}")
    with reading(engine) as session:
        new = links.has_status([LinkStatus.NEW], NOON, FORTNIGHT)
        assert [link.number for link in links.newest(session, ANNA, 0, 2, new)] == [5, 3]
        assert [link.number for link in links.newest(session, ANNA, 2, 2, new)] == [1]


def test_a_search_by_name_finds_other_cases(engine: Engine) -> None:
    for label in ("Straße 1", "other", "STRASSE 2", "Strasse 3"):
        live(engine, (), label)
    with reading(engine) as session:
        found = [session.get_one(Link, each).number for each in links.named(session, ANNA, "strasse")]
    assert found == [4, 3, 1]


def test_a_migration_fills_in_where_existing_links_stand(
    engine: Engine, lived: dict[LinkStatus, Link]
) -> None:
    told = live(engine, (GMAIL, StatementKind.TOLD_SENT), "told when")
    inferred = live(engine, (GMAIL, PREFETCH, SENT), "tapped late")
    everyone = [*lived.values(), told, inferred]
    before = {link.id: stored(engine, link) for link in everyone}
    config = configuration()
    with writing(engine) as session:
        config.attributes["connection"] = session.connection()
        # The version before knew nothing of when a provider first fetched, or a draft was first seen.
        for link in session.exec(select(Link)):
            link.history = link.history.replace("first_draft", "x").replace("first_proxied", "y")
        session.flush()
        command.downgrade(config, "0008")
    upgrade(engine)
    for link in everyone:
        status, since, last_opened = stored(engine, link)
        assert (status, last_opened) == (before[link.id][0], before[link.id][2])
        assert (status, since, last_opened) == derived(engine, link)
    assert stored(engine, inferred)[1] == moment(NOON + 600 * 2)
