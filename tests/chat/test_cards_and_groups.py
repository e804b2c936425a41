"""The card that lives, and the group that shares: over real HTTP, on both databases."""

import re
import signal

from demo import telegram
from tests.people import BROWSER, OUTLOOK, Chat, fetch
from tests.processes import Processes

World = tuple[telegram.Running, Processes]


def test_a_card_that_was_deleted_is_shown_again(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.api.remove(anna.person, card)
    fetch(url, OUTLOOK)
    again = anna.sees("I see it in your draft")
    assert again.id != card.id
    assert url in again.text
    anna.presses(again, "sent:")
    fetch(url)
    assert anna.sees("was opened").reply_to is again


def test_a_card_falls_asleep_while_the_bot_is_down_and_wakes_up(anna: Chat, world: World) -> None:
    _, running = world
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    fetch(url, OUTLOOK)
    anna.sees("was opened")
    anna.sees("Looked at")
    running.end("bot", signal.SIGKILL)
    running.as_if_days_had_passed(23)
    running.start("bot")
    assert anna.sees("💤 Asleep").id == card.id
    fetch(url, BROWSER)
    assert not anna.sees("woke up: opened again").silent
    assert anna.sees("🔔 Woke up").id == card.id


def test_a_group_is_told_who_tracked_what(anna: Chat, world: World) -> None:
    api, _ = world
    ben = api.person("Ben")
    house = api.group("House", [anna.person, ben])
    Chat(api, ben, house).tracks("notice to landlord")
    card = Chat(api, anna.person, house).sees("Tracked by Ben.")
    assert re.search(r"/i/[\w-]{22}\.gif", card.text)


def test_nobody_is_named_in_a_chat_of_ones_own_or_behind_the_group(anna: Chat, world: World) -> None:
    api, _ = world
    card, _ = anna.tracks()
    assert "Tracked by" not in card.text
    house = api.group("House", [anna.person])
    api.say(anna.person, "/track notice to landlord", house, anonymous=True)
    assert "Tracked by" not in Chat(api, anna.person, house).sees("notice").text
