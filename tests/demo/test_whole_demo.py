"""`python -m demo`, as a newcomer starts it: the real bot, the real pixel server, over HTTP only."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30

Found = dict[str, Any]


class Newcomer:
    """A newcomer who opens the page and follows its steps."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.about = client.get("/mail").json()
        self.seq = 0

    def post(self, path: str, **given: object) -> Any:
        return self.client.post(path, json=given).raise_for_status().json()

    def messages(self) -> list[Found]:
        read = self.client.get(f"/client/chats/{self.about['user']}/messages").json()
        self.seq = read["seq"]
        return [message for message in read["messages"] if message["from"]["bot"]]

    def quiet(self) -> bool:
        """Return True if nothing has happened for a second."""
        news = self.client.get("/client/changes", params={"since": self.seq, "timeout": 1}).json()
        return not news["changes"]

    def wait_for(self, look: Callable[[Found], object], otherwise: Callable[[], object] = int) -> Found:
        """Return the first message for which `look` is true. While nothing happens, call `otherwise`."""
        for _ in range(PATIENCE):
            for message in self.messages():
                if look(message):
                    return message
            if self.quiet():
                otherwise()
        raise AssertionError(self.client.get("/client/transcript.txt").text)


@pytest.fixture(scope="module")
def newcomer() -> Iterator[Newcomer]:
    demo = subprocess.Popen([sys.executable, "-m", "demo"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert demo.stdout
    with demo.stdout:
        opening = next(line for line in demo.stdout if line.startswith("Open "))
        address = opening.removeprefix("Open ").strip()
        with httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE) as client:
            yield Newcomer(client)
        demo.send_signal(signal.SIGTERM)
        assert demo.stdout.read() == ""
    assert demo.wait(PATIENCE) == 0


def pixel_of(message: Found) -> str:
    code = next(e for e in message["entities"] if e["type"] == "code")
    return str(message["text"][code["offset"] : code["offset"] + code["length"]])


def test_from_the_first_word_to_the_first_open(newcomer: Newcomer) -> None:
    user = newcomer.about["user"]
    newcomer.post("/client/say", user=user, text="/track contract to landlord")
    card = newcomer.wait_for(lambda message: message["buttons"])
    pixel = pixel_of(card)
    assert pixel.startswith(newcomer.about["pixels"])

    newcomer.post("/mail/play", action="paste", url=pixel)
    newcomer.wait_for(
        lambda message: "draft" in message["text"] and message["id"] == card["id"] and message["edited"]
    )
    newcomer.post("/client/press", user=user, message_id=card["id"], data="sent:")

    def open_it() -> None:
        newcomer.post("/mail/play", action="gmail", url=pixel)

    opened = newcomer.wait_for(lambda message: "opened" in message["text"], otherwise=open_it)
    assert "contract" in opened["text"]
    assert "landlord" in opened["text"]
    assert not opened["silent"]
    assert opened["reply_to"] == card["id"]
    presses = {button["callback_data"].partition(":")[0] for row in opened["buttons"] for button in row}
    assert {"own", "why", "mute"} <= presses


def test_no_message_of_the_bot_makes_telegram_load_the_image(newcomer: Newcomer) -> None:
    lines = newcomer.client.get("/client/transcript").json()
    assert [line for line in lines if line["preview"]] == []


def test_the_front_page_leads_no_visitor_to_somebody_elses_bot(newcomer: Newcomer) -> None:
    page = httpx.get(newcomer.about["public_url"], trust_env=False).text
    assert "Telegram" in page
    assert "t.me" not in page
