"""After an outage, an update is known to be later than Telegram's last answer before, and no better."""

import pytest

from bot.polls import Polls
from storage.inbox import Received
from tests.fetches import NOON

HOUR = 3600.0


def test_while_the_bot_asks_an_update_comes_when_the_answer_does() -> None:
    """Telegram holds a request for 25 seconds, and answers as soon as there is an update."""
    polls = Polls(NOON)
    assert polls.received(NOON + 0.2, NOON + 24) == Received(NOON + 24)


@pytest.mark.parametrize(("away", "since"), [(4.0, None), (6.0, NOON), (HOUR, NOON)])
def test_after_an_outage_it_came_since_the_last_answer(away: float, since: float | None) -> None:
    assert Polls(NOON).received(NOON + away, NOON + away + 1) == Received(NOON + away + 1, since)


def test_telegram_keeps_an_update_for_a_day() -> None:
    back = NOON + 100 * HOUR
    assert Polls(NOON).received(back, back + 1).since == back + 1 - 24 * HOUR


def test_a_database_that_has_heard_of_no_answer_knows_nothing() -> None:
    assert Polls(None).received(NOON, NOON + 1) == Received(NOON + 1)


def test_the_next_answer_waits_for_nothing() -> None:
    polls = Polls(NOON)
    polls.received(NOON + HOUR, NOON + HOUR + 1)
    polls.answered(NOON + HOUR + 1)
    assert polls.received(NOON + HOUR + 1.1, NOON + HOUR + 9).since is None


def test_a_clock_that_was_set_back_is_no_outage() -> None:
    assert Polls(NOON).received(NOON - HOUR, NOON - HOUR + 1).since is None


def test_the_database_hears_of_answers_every_ten_seconds_and_of_the_first() -> None:
    polls = Polls(NOON)
    assert not polls.is_to_be_kept(NOON + 5)
    assert polls.is_to_be_kept(NOON + 10)
    polls.keep(NOON + 10)
    assert not polls.is_to_be_kept(NOON + 15)
    assert polls.is_to_be_kept(NOON - HOUR)
    assert Polls(None).is_to_be_kept(NOON)
