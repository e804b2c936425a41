"""Several recipients in one command: a link for each, and why."""

import re

import pytest

from demo import telegram
from tests.people import Chat

A_DAY = 6


@pytest.fixture(scope="module")
def environ() -> dict[str, str]:
    return {"DAILY_LINKS": str(A_DAY)}


def cards(anna: Chat) -> list[telegram.Message]:
    return [message for message in anna.api.said(anna.chat) if "/i/" in message.text]


def test_three_recipients_get_three_links_and_the_bot_says_why(anna: Chat) -> None:
    anna.says("/track offer to Anna, Ben, Carla")
    assert "3 links, one for each recipient" in anna.sees("could not tell you who looked").text
    assert [card.text.partition(" · ")[0] for card in cards(anna)] == [
        "offer → Anna",
        "offer → Ben",
        "offer → Carla",
    ]
    assert len({re.search(r"/i/(\S+)\.gif", card.text)[1] for card in cards(anna)}) == 3  # type: ignore[index]  # or it fails


def test_anna_and_ben_are_one_recipient(anna: Chat) -> None:
    card, _ = anna.tracks("offer to Anna and Ben")
    assert "offer → Anna and Ben" in card.text


def test_six_recipients_at_once_are_refused_and_get_no_link(anna: Chat) -> None:
    anna.says("/track offer to A, B, C, D, E, F")
    assert "The most is 5" in anna.sees("Nothing made").text
    assert cards(anna) == []


@pytest.mark.parametrize(
    "typed", ["news@a.example, b@b.example", "offer to a@a.example b@b.example", "a@a.example; b@b.example"]
)
def test_a_list_of_addresses_gets_an_example_with_names(anna: Chat, typed: str) -> None:
    anna.says(f"/track {typed}")
    assert "/track offer to Anna, Ben, Carla" in anna.sees("One link is for one person").text
    assert cards(anna) == []


def test_the_daily_limit_says_when_there_is_room_again(anna: Chat) -> None:
    anna.tracks("first to Ben")
    anna.tracks("second to Ben")
    anna.says("/track offer to A, B, C, D, E")
    anna.sees("Links in 24 hours: 6 at most. Still possible now: 4.")
    anna.says("/track offer to A, B, C, D")
    anna.sees("4 links, one for each")
    anna.says("/track one more to Ben")
    assert "from" in anna.sees("That is 6 links in 24 hours").text
    assert len(cards(anna)) == A_DAY
