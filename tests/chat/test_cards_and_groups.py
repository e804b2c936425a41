"""Cards that change, and groups: over real HTTP, on both databases."""

import re
import signal

from demo import telegram
from tests.people import BROWSER, OUTLOOK, Chat, fetch
from tests.processes import Processes

World = tuple[telegram.Running, Processes]


def test_the_bot_sends_a_card_again_that_anna_has_deleted(anna: Chat) -> None:
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
    anna.sees("👀 Opened ")
    running.end("bot", signal.SIGKILL)
    running.let_days_pass(23)
    running.start("bot")
    assert anna.sees("💤 Asleep").id == card.id
    fetch(url, BROWSER)
    assert not anna.sees("woke up: opened again").silent
    assert anna.sees("🔔 Woke up").id == card.id


def test_a_card_in_a_group_names_the_person_who_tracked(anna: Chat, world: World) -> None:
    api, _ = world
    ben = api.person("Ben")
    house = api.group("House", [anna.person, ben])
    Chat(api, ben, house).tracks("notice to landlord")
    card = Chat(api, anna.person, house).sees("Tracked by Ben.")
    assert re.search(r"/i/[\w-]{22}\.gif", card.text)


def test_a_card_names_nobody_in_a_private_chat_or_for_an_anonymous_administrator(
    anna: Chat, world: World
) -> None:
    api, _ = world
    card, _ = anna.tracks()
    assert "Tracked by" not in card.text
    house = api.group("House", [anna.person])
    api.say(anna.person, "/track notice to landlord", house, anonymous=True)
    assert "Tracked by" not in Chat(api, anna.person, house).sees("notice").text


def test_the_bot_takes_only_replies_to_its_question_as_answers_in_a_group(anna: Chat, world: World) -> None:
    api, _ = world
    ben = api.person("Ben")
    group = Chat(api, anna.person, api.group("House", [anna.person, ben]))
    group.says("/track")
    asked = group.sees("What are you sending")
    group.says("/help")
    helped = group.sees("What I understand")
    api.say(ben, "thanks to you", group.chat, reply_to=helped)
    api.locate(ben, 48.85, 2.35, helped)
    api.say(ben, "notice to landlord", group.chat, reply_to=asked)
    assert "Tracked by Ben." in group.sees("notice → landlord").text
    assert group.newest_with("thanks") is None
    assert group.newest_with("Paris") is None
    group.says("/timezone")
    api.locate(anna.person, 48.85, 2.35, group.sees("Which city is near you?"))
    group.sees("Europe/Paris")


def test_another_command_ends_the_open_question(anna: Chat) -> None:
    anna.says("/track")
    anna.sees("What are you sending")
    anna.says("/status")
    anna.sees("All is well.")
    anna.says("lunch at noon")
    anna.sees("To track a mail")
    assert anna.newest_with("/i/") is None


def test_a_message_without_text_gets_the_hint(anna: Chat) -> None:
    anna.api.send(anna.person, {"dice": {"emoji": "🎲", "value": 4}})
    anna.sees("To track a mail")


def test_anna_unmutes_a_link_under_its_alert_and_after_the_command(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    fetch(url, OUTLOOK)
    alert = anna.sees("was opened")
    anna.presses(alert, "mute:")
    assert anna.presses(alert, "unmute:") == "Unmuted."
    anna.says("/mute 1")
    anna.presses(anna.sees("is muted. Its card still counts opens."), "unmute:")
