"""The way of a mail in German: over real HTTP, on both databases."""

import pytest

from demo import telegram
from tests.people import BROWSER, Chat, fetch
from tests.processes import Processes


@pytest.fixture
def anna(world: tuple[telegram.Running, Processes]) -> Chat:
    """Her Telegram is set to German."""
    api, _ = world
    return Chat(api, api.person("Anna", language_code="de"))


def test_anna_types_and_reads_german(anna: Chat) -> None:
    card, url = anna.tracks("Vertrag an Vermieter bis 30. November 2099")
    assert "Vertrag → Vermieter · #1" in card.text
    assert "Frist" in card.text
    assert [key["text"] for key in card.buttons()[0]] == ["Link kopieren", "Kopierseite öffnen"]
    assert anna.asks("/remind 1 in 2 Tagen").text.startswith("⏳ Vertrag → Vermieter: Ich prüfe es ")
    anna.presses(card, "sent:")
    fetch(url, BROWSER)
    alert = anna.sees("geöffnet")
    assert [key["text"] for row in alert.buttons() for key in row] == [
        "Warum?",
        "Das war ich",
        "Stumm",
    ]
    assert anna.presses(alert, "own:") == "Notiert: Das warst du."
    assert "Ungeöffnet" in anna.asks("/history ungeöffnet").text


def test_anna_may_type_english_in_a_german_chat(anna: Chat) -> None:
    card, _ = anna.tracks("contract to landlord")
    assert "contract → landlord" in card.text
    assert "Keine tägliche" in anna.asks("/digest off").text
