"""/privacy and /legal: over real HTTP, on both databases."""

import pytest

from tests.people import Chat
from words import sentences


def test_privacy_says_what_is_kept_for_how_long_and_how_to_delete_it(anna: Chat) -> None:
    anna.says("/privacy")
    text = anna.sees("What is kept").text
    for said in (
        "About you:",
        "About the recipient:",
        "fetches: 180 days",
        "/delete everything",
        "/export",
        "/n/…",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("eu", "EDPB, Guidelines 2/2023"),
        ("france", "12 March 2026"),
        ("uk", "29 April 2026"),
        ("us", "CAN-SPAM"),
        ("canada", "CASL"),
        ("elsewhere", "I have not looked up"),
        ("case", "Its limits"),
    ],
)
def test_each_place_has_a_page_with_its_source_and_gives_no_advice(
    anna: Chat, place: str, source: str
) -> None:
    anna.says("/legal")
    card = anna.sees("The law, by place")
    assert "not advice" in card.text
    anna.presses(card, f"legal:{place}")
    shown = anna.sees(source)
    assert shown.id == card.id
    assert shown.text.endswith("Information, not advice.")


def test_every_place_that_can_be_chosen_has_its_page() -> None:
    assert sentences.law.LEGAL_PLACES.keys() == sentences.law.LEGAL_CARDS.keys()
