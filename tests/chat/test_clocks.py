"""When the chat is spoken to, and when a mail was sent: over real HTTP, on both databases."""

from datetime import UTC, datetime, timedelta

from demo import telegram
from tests.people import OUTLOOK, Chat, fetch
from tests.processes import Processes


def clock(hours: float) -> str:
    return f"{datetime.now(UTC) + timedelta(hours=hours):%H:%M}"


def test_anna_says_where_her_clock_is(anna: Chat) -> None:
    anna.says("/timezone")
    assert "Which city is near you?" in anna.sees("count in UTC").text
    anna.says("Atlantis")
    anna.sees("I don’t know where Atlantis is")
    anna.says("berlin")
    anna.sees("Your clock is that of Europe/Berlin")
    anna.says("/timezone Spain")
    several = anna.sees("there are several clocks")
    anna.presses(several, "zone:Atlantic/Canary")
    assert anna.sees("that of Atlantic/Canary").id == several.id


def test_olga_names_her_city_in_russian(world: tuple[telegram.Running, Processes]) -> None:
    api, _ = world
    olga = Chat(api, api.person("Olga", language_code="ru"))
    assert "Какой город рядом с вами?" in olga.asks("/timezone").text
    assert "Europe/Moscow" in olga.asks("казань").text


def test_anna_is_asked_which_valencia_is_hers(anna: Chat) -> None:
    several = anna.asks("/timezone Valencia")
    anna.presses(several, "zone:America/Caracas")
    assert anna.sees("that of America/Caracas").id == several.id


def test_a_location_is_turned_into_a_zone_and_not_kept(anna: Chat) -> None:
    anna.says("/timezone")
    anna.sees("send me a location")
    anna.api.locate(anna.person, 40.71, -74.0)
    assert "The place itself is not kept." in anna.sees("America/New_York").text


def test_news_waits_while_it_is_quiet(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    anna.says(f"/quiet {clock(-1)}-{clock(1)}")
    assert "That is in UTC" in anna.sees("🌙 Quiet from").text
    fetch(url, OUTLOOK)
    anna.sees("Looked at")
    anna.says("/quiet")
    anna.sees("Quiet from")
    assert anna.newest_with("was opened") is None
    anna.says("/quiet off")
    anna.sees("news comes when it comes")
    assert not anna.sees("was opened").silent


def test_quiet_hours_that_are_none_are_told_how_to_say_them(anna: Chat) -> None:
    anna.says("/quiet at night")
    anna.sees("/quiet 22:00-07:00")
    anna.says("/digest sometimes")
    anna.sees("/digest 18:00")
    anna.says("/digest 18:00")
    anna.sees("Every day at 18:00")
    anna.says("/digest off")
    anna.sees("No daily summary.")


def test_anna_says_when_she_had_sent_it(anna: Chat) -> None:
    card, url = anna.tracks()
    fetch(url, OUTLOOK)
    anna.sees("I see it in your draft")
    anna.says("/timezone UTC")
    anna.sees("Your clock")
    anna.says(f"/sent 1 at {clock(-0.1)}")
    anna.sees("noted as sent")
    assert anna.sees("Looked at").id == card.id
    assert "as you said" in card.text


def test_a_time_that_cannot_be_is_asked_for_again(anna: Chat) -> None:
    anna.tracks()
    anna.says("/sent 1 when I felt like it")
    anna.sees("When was it sent?")
    anna.says("/sent 1 tomorrow")
    anna.sees("/sent 1 20 min ago")


def test_a_time_on_a_clock_that_nobody_named_is_said_to_be_in_utc(anna: Chat) -> None:
    anna.tracks()
    anna.says("/sent 1 20 min ago")
    assert "in UTC" not in anna.sees("noted as sent").text
    anna.says("/sent 1 yesterday at 9:00")
    anna.sees("That is in UTC, as I don’t know your clock")
    anna.tracks()
    anna.says("/remind 2 in 2 days")
    assert "in UTC" not in anna.sees("if no look was seen by").text
    anna.says("/remind 2 tomorrow at 9:00")
    anna.api.wait_for(lambda: sum("That is in UTC" in m.text for m in anna.api.said(anna.chat)) == 2)
