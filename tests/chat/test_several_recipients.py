"""Several recipients in one command: a link for each, and why."""

import re

import pytest

from tests.people import OUTLOOK, PATIENCE, Chat, callback_data, fetch

A_DAY = 6


@pytest.fixture(scope="module")
def environ() -> dict[str, str]:
    return {"DAILY_LINKS": str(A_DAY)}


def images(anna: Chat) -> set[str]:
    """Return the addresses of all images that the chat shows."""
    shown = (message.text for message in anna.api.said(anna.chat))
    return {image for text in shown for image in re.findall(r"http\S+/i/\S+\.gif", text)}


def test_three_recipients_get_three_links_in_one_message_that_says_why(anna: Chat) -> None:
    shown = anna.asks("/track offer to Anna, Ben, Carla")
    assert "3 links, one for each recipient" in shown.text
    assert [line.partition(" · ")[0] for line in shown.text.splitlines() if " · #" in line] == [
        "offer → Anna",
        "offer → Ben",
        "offer → Carla",
    ]
    assert len(images(anna)) == 3
    assert len(anna.api.said(anna.chat)) == 1


def test_each_link_of_a_list_is_sent_and_opened_by_itself(anna: Chat) -> None:
    asked = anna.says("/track offer to Ben, Carla")
    shown = anna.sees("2 links, one for each recipient")
    ben, carla = re.findall(r"http\S+/i/\S+\.gif", shown.text)
    _, sends_carla = (data for data in callback_data(shown) if data.startswith("sent:"))
    assert anna.presses(shown, sends_carla) == "Noted. Watching."
    anna.presses(shown, "story:")
    assert "carla" in anna.sees("you sent it").text.lower()
    fetch(ben, OUTLOOK)
    fetch(carla, OUTLOOK)
    alert = anna.sees("was opened")
    assert alert.text.startswith("👀 offer → Carla")
    assert alert.reply_to is shown
    anna.api.wait_for(lambda: asked.reactions, PATIENCE)
    assert "I see it in your draft" in anna.sees("👀 Opened").text


def test_sent_pressed_twice_counts_once(anna: Chat) -> None:
    shown = anna.asks("/track offer to Ben, Carla")
    sends_ben = next(data for data in callback_data(shown) if data.startswith("sent:"))
    first, second = (anna.api.press(anna.person, shown, sends_ben) for _ in range(2))
    assert anna.api.wait_for(lambda: first.answer, PATIENCE)["text"] == "Noted. Watching."
    assert anna.api.wait_for(lambda: second.answer, PATIENCE)["text"] == "I have noted that already."


def test_anna_and_ben_are_one_recipient(anna: Chat) -> None:
    card, _ = anna.tracks("offer to Anna and Ben")
    assert "offer → Anna and Ben" in card.text


def test_eleven_recipients_at_once_are_refused_and_get_no_link(anna: Chat) -> None:
    anna.says("/track offer to A, B, C, D, E, F, G, H, I, J, K")
    assert "Name 10 at most" in anna.sees("I made nothing").text
    assert not images(anna)


@pytest.mark.parametrize(
    "typed", ["news@a.example, b@b.example", "offer to a@a.example b@b.example", "a@a.example; b@b.example"]
)
def test_a_list_of_addresses_gets_an_example_with_names(anna: Chat, typed: str) -> None:
    anna.says(f"/track {typed}")
    assert "/track offer to Anna, Ben, Carla" in anna.sees("One link is for one person").text
    assert not images(anna)


def test_the_daily_limit_says_when_there_is_room_again(anna: Chat) -> None:
    anna.tracks("first to Ben")
    anna.tracks("second to Ben")
    anna.says("/track offer to A, B, C, D, E")
    anna.sees("This host allows 6 links in 24 hours, and 4 are left.")
    anna.says("/track offer to A, B, C, D")
    anna.sees("4 links, one for each")
    anna.says("/track one more to Ben")
    assert "the next one" in anna.sees("That is 6 links in 24 hours").text
    assert len(images(anna)) == A_DAY
