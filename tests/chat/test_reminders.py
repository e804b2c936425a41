"""Reminders and deadlines, across restarts: over real HTTP, on both databases."""

import signal
from datetime import UTC, datetime, timedelta

from demo import telegram
from tests.people import OUTLOOK, Chat, fetch
from tests.processes import Processes

World = tuple[telegram.Running, Processes]


def test_a_reminder_outlives_a_kill(anna: Chat, world: World) -> None:
    _, running = world
    card, _ = anna.tracks()
    anna.presses(card, "sent:")
    anna.says("/remind 1 in 2 days")
    anna.sees("tell you if there was no open by then")
    running.end("bot", signal.SIGKILL)
    running.let_days_pass(2)
    running.start("bot")
    reminder = anna.sees("no open in the")
    assert not reminder.silent
    assert reminder.reply_to is card
    assert anna.presses(reminder, "remind3:") == "Noted. I’ll tell you if there was no open by then."
    running.let_days_pass(3)
    running.end("bot")
    running.start("bot")
    anna.api.wait_for(lambda: [m for m in anna.api.said(anna.chat) if "no open in the" in m.text][1:])


def test_a_reminder_of_an_opened_mail_is_not_sent(anna: Chat, world: World) -> None:
    _, running = world
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    anna.says("/remind 1 in 2 days")
    anna.sees("tell you if there was no open by then")
    fetch(url, OUTLOOK)
    anna.sees("was opened")
    running.let_days_pass(2)
    running.end("bot")
    running.start("bot")
    anna.says("/remind 1 in 2 days")
    anna.sees("there is nothing to wait for")
    assert anna.newest_with("no open in the") is None


def test_anna_chooses_a_reminder_by_button_and_cancels_it(anna: Chat) -> None:
    anna.tracks()
    anna.says("/remind 1")
    offered = anna.sees("when should I remind you")
    assert anna.presses(offered, "remind7:") == "Noted. I’ll tell you if there was no open by then."
    anna.says("/remind 1 off")
    anna.sees("the reminder is off")
    anna.says("/remind 1 off")
    anna.sees("had no reminder")


def test_a_deadline_is_on_the_card_and_is_recalled_while_there_is_time_for_the_post(
    anna: Chat, world: World
) -> None:
    _, running = world
    day = datetime.now(UTC) + timedelta(days=10)
    card, _ = anna.tracks(f"notice to landlord by {day.day} {day:%B}")
    assert card.text.startswith("notice → landlord · #1")
    assert f"Deadline: {day.day} {day:%b %Y}" in card.text
    anna.presses(card, "sent:")
    anna.sees("Watching")
    running.end("bot")
    running.let_days_pass(8)
    running.start("bot")
    anna.sees("There is still time to send it by registered post.")


def test_a_deadline_in_the_past_is_refused_and_a_name_is_no_deadline(anna: Chat) -> None:
    anna.says("/track notice to landlord by 1 Nov 2020")
    anna.sees("1 Nov 2020 has passed")
    card, _ = anna.tracks("portrait by Anna to Ben")
    assert card.text.startswith("portrait by Anna → Ben")


def test_a_deadline_may_come_before_the_recipient_and_must_be_a_day(anna: Chat) -> None:
    day = datetime.now(UTC) + timedelta(days=10)
    card, _ = anna.tracks(f"notice by {day.day} {day:%B} to landlord")
    assert card.text.startswith("notice → landlord · #1")
    assert f"Deadline: {day.day} {day:%b %Y}" in card.text
    anna.says("/track notice to landlord by 30 Feb")
    anna.sees("I don’t know the day “30 Feb”")
    anna.says("/track notice to landlord by 31.12.9999")
    anna.sees("I don’t know the day “31.12.9999”")
    assert "when should I remind you" in anna.asks("/remind 1 31.12.9999 at 23:59").text
    assert "when should I remind you" in anna.asks("/remind 1 in 0 days").text


def test_a_second_reminder_replaces_the_first_and_says_so_and_both_kinds_can_be_ended(anna: Chat) -> None:
    day = datetime.now(UTC) + timedelta(days=10)
    anna.tracks(f"notice to landlord by {day.day} {day:%B}")
    assert "replaces" not in anna.asks("/remind 1 in 2 days").text
    assert "That replaces the reminder " in anna.asks("/remind 1 in 3 days").text
    assert "replaces" not in anna.asks("/remind 1 in 3 days").text
    waiting = anna.asks("/remind")
    assert waiting.text.count("notice") == 2
    assert anna.presses(waiting, "end_reminder:") == "The reminder is ended."
    assert anna.presses(waiting, "end_deadline:") == "The deadline is removed."
    anna.sees("No reminders and no deadlines.")
