"""Is all well? What `/readyz` knows of the bot and of what is owed."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from storage import claims, links
from storage.claims import Ended, Outcome
from storage.engine import reading, writing
from storage.health import BOT, STALE, beat, leave_username, owed, trouble_of, username_of
from storage.reports import report
from storage.statements import record_statements
from storage.tables import OutboxMessage
from storage.times import moment
from tests.fetches import NOON
from tests.storage.test_ingest import ANNA, track
from tracking import Statement, StatementKind, Windows

REVIVAL = Windows().revival


def say_alive(engine: Engine, at: float, trouble: str = "") -> None:
    with writing(engine) as session:
        beat(session, BOT, trouble, at)


def trouble(engine: Engine, at: float) -> str:
    with reading(engine) as session:
        return trouble_of(session, BOT, at)


def test_a_bot_that_never_ran_has_not_started(engine: Engine) -> None:
    assert trouble(engine, NOON) == "has not started yet"


def test_a_bot_that_lives_is_well_until_it_falls_silent(engine: Engine) -> None:
    say_alive(engine, NOON)
    assert trouble(engine, NOON + STALE) == ""
    assert trouble(engine, NOON + STALE + 5) == "was last seen 50 s ago"
    say_alive(engine, NOON + 200)
    assert trouble(engine, NOON + 200) == ""


def test_a_bot_says_what_is_wrong_and_when_it_is_over(engine: Engine) -> None:
    say_alive(engine, NOON, "Telegram refuses BOT_TOKEN")
    assert trouble(engine, NOON + 1) == "Telegram refuses BOT_TOKEN"
    say_alive(engine, NOON + 20)
    assert trouble(engine, NOON + 21) == ""


def username(engine: Engine) -> str:
    with reading(engine) as session:
        return username_of(session)


def test_the_bots_username_is_known_once_it_was_left(engine: Engine) -> None:
    assert username(engine) == ""
    for name in ("annas_bot", "annas_other_bot"):
        with writing(engine) as session:
            leave_username(session, name, NOON)
        assert username(engine) == name


@pytest.mark.parametrize(
    "odd", ["", "abc", "a" * 33, "annas_bot/evil", "annas_bot?start=x", "Анна_bot", "a bot"]
)
def test_what_is_no_username_of_telegrams_is_put_into_no_address(engine: Engine, odd: str) -> None:
    with writing(engine) as session:
        leave_username(session, odd, NOON)
    assert username(engine) == ""


def test_what_is_owed_is_counted_by_state(engine: Engine) -> None:
    with writing(engine) as session:
        for chat in (1, 2, 3, 4):
            links.create(session, links.NewLink(chat, chat, "contract"), now=NOON, daily=50)
    with writing(engine) as session:
        sent, parked, _in_flight = claims.claim(session, NOON, 3)
        claims.settle(session, sent, Outcome(Ended.SENT, telegram_id=51), NOON)
        claims.settle(session, parked, Outcome(Ended.REFUSED), NOON)
    with reading(engine) as session:
        assert owed(session, NOON) == {"parked": 1, "sending": 1, "pending": 1}


def test_what_is_owed_at_a_time_to_come_is_counted_as_later(engine: Engine) -> None:
    with writing(engine) as session:
        links.create(session, links.NewLink(1, 1, "contract"), now=NOON, daily=50)
        session.exec(select(OutboxMessage)).one().not_before = moment(NOON + 60)
    with reading(engine) as session:
        assert owed(session, NOON) == {"later": 1}
        assert owed(session, NOON + 60) == {"pending": 1}


def test_a_chat_is_told_of_its_own_links_and_its_own_parked_messages(engine: Engine) -> None:
    with writing(engine) as session:
        contract, _ = track(session), track(session, "invoice", "client")
        links.create(session, links.NewLink(7, 7, "letter"), now=NOON, daily=50)
        stop = Statement(StatementKind.STOPPED, NOON + 60)
        record_statements(session, contract, stop, by=ANNA, now=NOON + 60, windows=Windows())
    with writing(engine) as session:
        for claimed in claims.claim(session, NOON, 8):
            claims.settle(session, claimed, Outcome(Ended.REFUSED), NOON)
    with reading(engine) as session:
        assert report(session, ANNA, NOON, REVIVAL) == ({"new": 1, "stopped": 1}, 0, 0, 1)
        assert report(session, 7, NOON, REVIVAL) == ({"new": 1}, 0, 0, 1)
        assert report(session, 404, NOON, REVIVAL) == ({}, 0, 0, 0)
