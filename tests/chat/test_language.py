"""The bot speaks the chat's language."""

import csv
import io
import zipfile
from collections.abc import Iterator

import pytest

from demo import telegram
from settings import Settings
from tests.in_process import in_process
from tests.people import Chat, fetch
from tests.pseudo import LEFT_TO_RIGHT as BRACKETS


@pytest.fixture
def api(settings: Settings, pseudo_languages: None) -> Iterator[telegram.Running]:
    with in_process(settings) as (api, _):
        yield api


@pytest.fixture
def anna(api: telegram.Running) -> Chat:
    """Her Telegram is set to the language of brackets."""
    return Chat(api, api.person("Anna", language_code=f"{BRACKETS}-AT"))


@pytest.fixture
def boris(api: telegram.Running) -> Chat:
    return Chat(api, api.person("Boris", language_code="en"))


def test_anna_is_greeted_in_the_language_of_her_telegram(anna: Chat, boris: Chat) -> None:
    assert anna.asks("/start").text.startswith("⟦Readback tells you")
    assert boris.asks("/start").text.startswith("Readback tells you")


def test_the_bot_follows_anna_when_she_changes_the_language_of_her_telegram(anna: Chat) -> None:
    assert anna.asks("/cancel").text.startswith("⟦There is nothing")
    anna.person.language_code = "en"
    assert anna.asks("/cancel").text.startswith("There is nothing")


def test_a_chosen_language_wins_over_the_language_of_telegram(boris: Chat) -> None:
    assert boris.asks(f"/language {BRACKETS}").text.startswith("⟦🌐 I speak ⟦qps⟧ here.⟧")
    assert "⟦🌐 Language: ⟦qps⟧⟧" in boris.asks("/status").text
    follows = boris.asks("/language")
    boris.presses(follows, "language:telegram")
    assert boris.sees("like your Telegram").text.startswith("🌐 I speak English here, like your Telegram.")
    assert "Language" not in boris.asks("/status").text


def test_boris_chooses_a_language_by_the_button_with_its_own_name(boris: Chat) -> None:
    offered = boris.asks("/language tlh")
    assert "I don’t speak “tlh” yet" in offered.text
    names = [key["text"] for row in offered.buttons() for key in row]
    assert names == ["English", "⟦qpr⟧", "⟦qps⟧", "Like my Telegram"]
    boris.presses(offered, f"language:{BRACKETS}")
    boris.sees("⟦🌐 I speak ⟦qps⟧ here.⟧")


def test_boris_chooses_a_language_by_typing_its_name(boris: Chat) -> None:
    assert boris.asks("/language ⟦QPS⟧").text.startswith("⟦🌐 I speak")


def test_an_alert_is_in_the_language_of_its_chat(api: telegram.Running, anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    fetch(url)
    assert anna.sees("was opened").text.startswith("⟦👀 ⟦contract → landlord⟧ was opened")


def test_a_group_has_the_language_of_its_first_writer_until_somebody_chooses_one(
    api: telegram.Running, anna: Chat, boris: Chat
) -> None:
    team = api.group("Team", [anna.person, boris.person])
    group_of_anna, group_of_boris = Chat(api, anna.person, team), Chat(api, boris.person, team)
    assert group_of_anna.asks("/cancel").text.startswith("⟦")
    assert group_of_boris.asks("/cancel").text.startswith("⟦")
    assert group_of_boris.asks("/language en").text.startswith("🌐 I speak English here.")
    assert group_of_anna.asks("/cancel").text.startswith("There is nothing")


def test_the_cards_of_a_deleted_chat_say_so_in_its_former_language(anna: Chat) -> None:
    card, _ = anna.tracks()
    anna.says("/delete everything")
    asked = anna.sees("Delete everything?")
    anna.presses(asked, "everything:1")
    anna.presses(asked, "everything:2")
    anna.sees("⟦🗑 Deleted.⟧")
    assert card.text == "⟦🗑 Deleted.⟧"


def test_an_export_contains_the_language(boris: Chat) -> None:
    boris.says(f"/language {BRACKETS}")
    boris.says("/export")
    file = boris.sees("Everything I keep about this chat").file
    assert file
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        settings = archive.read("settings.csv").decode("utf-8-sig")
    kept = next(csv.DictReader(io.StringIO(settings)))
    assert (kept["language"], kept["telegram_language"]) == (BRACKETS, "en")
