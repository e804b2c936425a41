"""kill -9 at the worst moments: every open whose fetch was answered with 200 still leads to an alert."""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from demo import telegram
from tests import web
from tests.people import OUTLOOK, Chat
from tests.processes import processes

PEOPLE, LINKS_EACH = 20, 5


def test_every_open_that_was_answered_leads_to_an_alert_when_both_processes_are_killed(
    tmp_path: Path,
) -> None:
    with telegram.running(limits=telegram.LIFTED) as api, processes(tmp_path, api) as running:
        links = _hundred_links(api)
        urls = list(links)
        with ThreadPoolExecutor(8) as readers:
            first = list(readers.map(_fetch_is_answered, urls[:40]))
            under_way = [readers.submit(_fetch_is_answered, url) for url in urls[40:80]]
            running.end("pixel_server", signal.SIGKILL)
            running.end("bot", signal.SIGKILL)
            running.start("pixel_server", "bot")
            second = [one.result() for one in under_way]
            last = list(readers.map(_fetch_is_answered, urls[80:]))
        answered = [url for url, ok in zip(urls, [*first, *second, *last], strict=True) if ok]
        assert len(answered) >= 60
        for url in answered:
            chat, label = links[url]
            chat.sees(f"{label} → Ben was opened")
        repeated = [
            m for chat in {chat for chat, _ in links.values()} for m in _alerts(chat) if "🔁" in m.text
        ]
        assert len(repeated) <= PEOPLE


def test_a_command_that_telegram_handed_over_survives_a_kill(tmp_path: Path) -> None:
    with telegram.running(limits=telegram.LIFTED) as api, processes(tmp_path, api) as running:
        anna = Chat(api, api.person("Anna"))
        for number in range(8):
            anna.says(f"/track letter {number} to Ben")
        anna.sees("letter 0")
        running.end("bot", signal.SIGKILL)
        running.start("bot")
        for number in range(8):
            anna.sees(f"letter {number}")
        anna.says("/status")
        anna.sees("Watching 0 of 8")


def _hundred_links(api: telegram.Running) -> dict[str, tuple[Chat, str]]:
    """Return a chat and a label by pixel address: twenty people track and send five letters each, at once."""
    chats = [Chat(api, api.person(f"Person {person}")) for person in range(PEOPLE)]
    with ThreadPoolExecutor(PEOPLE) as people:
        sent = people.map(_five_letters, range(PEOPLE), chats)
        return {
            url: (chat, label) for chat, letters in zip(chats, sent, strict=True) for url, label in letters
        }


def _five_letters(person: int, chat: Chat) -> list[tuple[str, str]]:
    """Track and send five letters in this chat; return the pixel address and the label of each."""
    letters = []
    for number in range(LINKS_EACH):
        label = f"letter {person}.{number}"
        card, url = chat.tracks(f"{label} to Ben")
        chat.presses(card, "sent:")
        letters.append((url, label))
    return letters


def _fetch_is_answered(url: str) -> bool:
    """Return True if the pixel server answered with 200; while it is down, it does not."""
    try:
        return web.get(url, headers=OUTLOOK).status_code == 200
    except httpx.TransportError:
        return False


def _alerts(chat: Chat) -> list[telegram.Message]:
    return [message for message in chat.api.said(chat.chat) if "was opened" in message.text]
