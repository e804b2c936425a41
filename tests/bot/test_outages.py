"""An alert that is late says why only if one cause alone explains it."""

import pytest

from bot.outages import LATE, Late, Outages
from tests.fetches import NOON

HOUR = 3600.0


@pytest.fixture
def outages() -> Outages:
    return Outages()


def test_an_alert_within_two_minutes_is_not_late(outages: Outages) -> None:
    outages.was_down(NOON - HOUR, NOON + 60)
    assert outages.delay(NOON, NOON + LATE - 1) is Late.NO


def test_an_alert_that_is_late_for_no_known_reason_says_only_that(outages: Outages) -> None:
    assert outages.delay(NOON, NOON + LATE) is Late.UNKNOWN


def test_an_alert_is_late_because_the_bot_was_not_running(outages: Outages) -> None:
    outages.was_down(NOON - HOUR, NOON + HOUR)
    assert outages.delay(NOON, NOON + HOUR + 5) is Late.BOT_DOWN


def test_an_alert_is_late_because_telegram_could_not_be_reached(outages: Outages) -> None:
    outages.note(False, NOON + 30)
    outages.note(False, NOON + 60)
    assert outages.delay(NOON, NOON + HOUR) is Late.TELEGRAM
    outages.note(True, NOON + HOUR)
    assert outages.delay(NOON, NOON + HOUR + 20) is Late.TELEGRAM


def test_several_outages_explain_a_delay_together(outages: Outages) -> None:
    for minute in range(0, 60, 2):
        outages.note(False, NOON + minute * 60)
        outages.note(True, NOON + minute * 60 + 119)
    assert outages.delay(NOON, NOON + HOUR) is Late.TELEGRAM


def test_no_cause_is_named_that_explains_only_a_part(outages: Outages) -> None:
    """The bot was down for an hour, and then an hour passed for another reason: a long queue, say."""
    outages.was_down(NOON - HOUR, NOON + HOUR)
    assert outages.delay(NOON, NOON + 2 * HOUR) is Late.UNKNOWN
    outages.note(False, NOON + HOUR)
    assert outages.delay(NOON, NOON + 2 * HOUR) is Late.UNKNOWN


def test_an_outage_before_the_open_explains_nothing(outages: Outages) -> None:
    outages.was_down(NOON - 2 * HOUR, NOON - HOUR)
    outages.note(False, NOON - HOUR)
    outages.note(True, NOON - 60)
    assert outages.delay(NOON, NOON + HOUR) is Late.UNKNOWN


def test_a_clock_that_was_set_back_meanwhile_makes_no_downtime(outages: Outages) -> None:
    outages.was_down(NOON + HOUR, NOON)
    assert outages.delay(NOON, NOON + HOUR) is Late.UNKNOWN
