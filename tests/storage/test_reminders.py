"""What waits for its time: reminders and deadlines."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from bot.planning import set_deadline
from storage import reminders
from storage.engine import reading, writing
from storage.kinds import MessageKind
from storage.tables import Chat, Link, OutboxMessage
from tests.fetches import NOON, OUTLOOK, arrival
from tests.storage.test_archive import BEN, DAY, say
from tests.storage.test_ingest import ANNA, fold, track
from tracking import StatementKind


@pytest.fixture
def sent(engine: Engine) -> Link:
    """Anna's link, sent at noon."""
    with writing(engine) as session:
        link = track(session)
    say(engine, link, StatementKind.SENT, NOON)
    return link


def remind(engine: Engine, link: Link, due: float) -> float | None:
    with writing(engine) as session:
        return reminders.owe_reminder(session, session.get_one(Link, link.id), due, NOON)


def waiting(engine: Engine, chat: int = ANNA) -> list[tuple[int, str, float]]:
    with reading(engine) as session:
        return [(each.link.id, each.kind, each.due) for each in reminders.waiting(session, chat)]


def test_a_second_reminder_replaces_the_first_and_returns_its_time(engine: Engine, sent: Link) -> None:
    assert remind(engine, sent, NOON + 2 * DAY) is None
    assert remind(engine, sent, NOON + DAY) == NOON + 2 * DAY
    assert waiting(engine) == [(sent.id, MessageKind.REMIND, NOON + DAY)]


def test_asking_twice_for_the_same_time_replaces_nothing_that_need_be_told(
    engine: Engine, sent: Link
) -> None:
    remind(engine, sent, NOON + DAY)
    assert remind(engine, sent, NOON + DAY) is None
    assert remind(engine, sent, NOON + DAY + 5) is None
    assert len(waiting(engine)) == 1


def test_the_next_one_comes_first_and_a_deadline_counts_once(engine: Engine, sent: Link) -> None:
    with writing(engine) as session:
        notice = track(session, "notice")
        day = datetime.fromtimestamp(NOON + 10 * DAY, UTC).date()
        set_deadline(session, session.get_one(Chat, ANNA), notice, day, NOON)
    remind(engine, sent, NOON + 30 * DAY)
    assert [(link, kind) for link, kind, _ in waiting(engine)] == [
        (notice.id, MessageKind.DEADLINE),
        (sent.id, MessageKind.REMIND),
    ]
    assert waiting(engine, BEN) == []


def test_nothing_waits_for_a_link_that_was_opened_or_stopped(engine: Engine, sent: Link) -> None:
    with writing(engine) as session:
        stopped = track(session, "offer")
    for link in (sent, stopped):
        remind(engine, link, NOON + 30 * DAY)
    fold(engine, arrival(sent.token, NOON + DAY, OUTLOOK))
    say(engine, stopped, StatementKind.STOPPED, NOON + DAY)
    assert waiting(engine) == []


def test_nothing_is_said_to_wait_while_its_link_is_muted(engine: Engine, sent: Link) -> None:
    remind(engine, sent, NOON + 30 * DAY)
    with writing(engine) as session:
        session.get_one(Link, sent.id).muted = True
    assert waiting(engine) == []
    with writing(engine) as session:
        session.get_one(Link, sent.id).muted = False
    assert len(waiting(engine)) == 1


def test_a_deadline_that_is_removed_leaves_no_nudge_and_changes_the_card(engine: Engine, sent: Link) -> None:
    with writing(engine) as session:
        chat, link = session.get_one(Chat, ANNA), session.get_one(Link, sent.id)
        set_deadline(session, chat, link, date(2030, 1, 1), NOON)
    remind(engine, sent, NOON + DAY)
    before = _card(engine, sent).version
    with writing(engine) as session:
        link = session.get_one(Link, sent.id)
        assert reminders.drop_deadline(session, link)
        assert not reminders.drop_deadline(session, link)
    assert waiting(engine) == [(sent.id, MessageKind.REMIND, NOON + DAY)]
    with reading(engine) as session:
        assert session.get_one(Link, sent.id).deadline is None
    assert _card(engine, sent).version == before + 1


def _card(engine: Engine, link: Link) -> OutboxMessage:
    with reading(engine) as session:
        query = select(OutboxMessage).where(OutboxMessage.key == f"card:{link.id}")
        return session.exec(query).one()
