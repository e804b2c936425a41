"""Time zones, quiet hours, and when a mail was sent: over real HTTP, on both databases."""

from datetime import UTC, datetime, timedelta

from demo import telegram
from tests.people import OUTLOOK, Chat, fetch
from tests.processes import Processes


def clock(hours: float) -> str:
    return f"{datetime.now(UTC) + timedelta(hours=hours):%H:%M}"


def test_anna_sets_her_time_zone(anna: Chat) -> None:
    anna.says("/timezone")
    assert "Which city is near you?" in anna.sees("count in UTC").text
    anna.says("Atlantis")
    anna.sees("I don’t know Atlantis.")
    anna.says("berlin")
    anna.sees("Your time zone is Berlin (Europe/Berlin)")
    anna.says("/timezone Spain")
    several = anna.sees("has several time zones")
    anna.presses(several, "zone:Atlantic/Canary")
    assert anna.sees("(Atlantic/Canary)").id == several.id


def test_olga_names_her_city_in_russian(world: tuple[telegram.Running, Processes]) -> None:
    api, _ = world
    olga = Chat(api, api.person("Olga", language_code="ru"))
    assert "Какой город рядом с вами?" in olga.asks("/timezone").text
    assert "Europe/Moscow" in olga.asks("казань").text


def test_anna_is_asked_which_valencia_is_hers(anna: Chat) -> None:
    several = anna.asks("/timezone Valencia")
    anna.presses(several, "zone:America/Caracas")
    assert anna.sees("(America/Caracas)").id == several.id


def test_the_bot_finds_the_time_zone_of_a_location_and_does_not_keep_the_location(anna: Chat) -> None:
    anna.says("/timezone")
    anna.sees("send me a location")
    anna.api.locate(anna.person, 40.71, -74.0)
    assert "I don’t keep the place itself." in anna.sees("America/New_York").text


def test_alerts_wait_for_the_end_of_quiet_hours(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    anna.says(f"/quiet {clock(-1)}-{clock(1)}")
    assert "I took that as UTC" in anna.sees("🌙 Quiet from").text
    fetch(url, OUTLOOK)
    anna.sees("👀 Opened ")
    anna.says("/quiet")
    anna.sees("Quiet from")
    assert anna.newest_with("was opened") is None
    anna.says("/quiet off")
    anna.sees("I tell you things as they happen")
    assert not anna.sees("was opened").silent


def test_quiet_hours_that_the_bot_does_not_understand_get_an_example(anna: Chat) -> None:
    anna.says("/quiet at night")
    anna.sees("/quiet 22:00-07:00")
    anna.says("/digest sometimes")
    anna.sees("/digest 18:00")
    anna.says("/digest 18:00")
    anna.sees("Every day at 18:00")
    anna.says("/digest off")
    anna.sees("No daily summary.")


def test_anna_says_later_when_she_sent_the_mail(anna: Chat) -> None:
    card, url = anna.tracks()
    fetch(url, OUTLOOK)
    anna.sees("I see it in your draft")
    anna.says("/timezone UTC")
    anna.sees("Your time zone is UTC")
    anna.says(f"/sent 1 at {clock(-0.1)}")
    anna.sees("noted as sent")
    assert anna.sees("👀 Opened ").id == card.id
    assert "as you told me" in card.text


def test_the_bot_asks_again_for_a_time_that_is_impossible(anna: Chat) -> None:
    anna.tracks()
    anna.says("/sent 1 when I felt like it")
    anna.sees("When did you send it?")
    anna.says("/sent 1 tomorrow")
    anna.sees("/sent 1 20 min ago")


def test_the_bot_says_that_a_time_is_in_utc_while_it_knows_no_time_zone(anna: Chat) -> None:
    anna.tracks()
    anna.says("/sent 1 20 min ago")
    assert "as UTC" not in anna.sees("noted as sent").text
    anna.says("/sent 1 yesterday at 9:00")
    anna.sees("I took that as UTC, because I don’t know your time zone")
    anna.tracks()
    anna.says("/remind 2 in 2 days")
    assert "as UTC" not in anna.sees("tell you if there was no open by then").text
    anna.says("/remind 2 tomorrow at 9:00")
    anna.api.wait_for(lambda: sum("I took that as UTC" in m.text for m in anna.api.said(anna.chat)) == 2)
