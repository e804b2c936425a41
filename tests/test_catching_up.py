"""After a downtime, what people said meanwhile is read before anything is delivered: real processes."""

import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from demo import telegram
from tests.people import OUTLOOK, Chat, fetch
from tests.processes import Processes, processes
from tests.waiting import wait_until

WAITING = "SELECT count(*) FROM outbox WHERE state <> 'sent' AND not_before IS NULL"


def is_over(second: int) -> bool:
    return time.time() > second + 1


def opened_while_the_bot_is_down(anna: Chat, running: Processes, said: str = "") -> None:
    """The bot ends, Anna writes, and the landlord opens her mail."""
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    anna.sees("Watching.")
    running.end("bot")
    if said:
        # More than Telegram hands over at once: its first answer does not hold what Anna says.
        with anna.api.monitor.lock:
            for number in range(120):
                anna.api.updates.inject({"hologram": number})
        # Telegram's dates are whole seconds: what is said counts from the end of its own.
        wait_until(partial(is_over, anna.says(said).date), "the next second has begun")
    fetch(url, OUTLOOK)


def sounds(anna: Chat) -> list[str]:
    return [message.text for message in anna.api.said(anna.chat) if not message.silent]


@pytest.mark.parametrize("said", ["/peek", "/mute 1"])
def test_what_anna_said_while_the_bot_was_down_counts_before_the_alert_that_waits(
    tmp_path: Path, said: str
) -> None:
    with telegram.running(limits=telegram.LIFTED) as api, processes(tmp_path, api) as running:
        anna = Chat(api, api.person("Anna"))
        opened_while_the_bot_is_down(anna, running, said)
        running.start("bot")
        anna.asks("/status")
        with closing(sqlite3.connect(tmp_path / "readback.db")) as database:
            wait_until(lambda: database.execute(WAITING).fetchone() == (0,), "everything is delivered")
        assert sounds(anna) == []


def test_a_telegram_that_hands_over_no_updates_does_not_keep_the_alert(tmp_path: Path) -> None:
    with telegram.running(limits=telegram.LIFTED) as api, processes(tmp_path, api) as running:
        anna = Chat(api, api.person("Anna"))
        opened_while_the_bot_is_down(anna, running)
        api.faults.add("getUpdates", telegram.hang(), times=5)
        running.start("bot")
        anna.sees("was opened")
        assert api.faults.left("getUpdates") == 4
