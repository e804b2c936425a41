"""The people of these tests, and the programs that fetch their pixels, over real HTTP."""

import re

from demo import telegram
from tests import web

GMAIL = {
    "user-agent": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "x-forwarded-for": "66.249.84.1",
}
PREFETCH = {
    "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0",
    "x-forwarded-for": "108.177.2.32",
}
OUTLOOK = {
    "user-agent": "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)",
    "x-forwarded-for": "188.21.77.218",
}

BROWSER = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "x-forwarded-for": "84.150.10.20",
    "sec-fetch-dest": "image",
}


PATIENCE = 30
"""Seconds until a message that does not come fails its test. On a loaded machine a bot may start in ten."""


class Chat:
    """A person in a chat with the bot: what they type and press, and which messages they see."""

    def __init__(
        self, api: telegram.Running, person: telegram.User, chat: telegram.Chat | None = None
    ) -> None:
        self.api, self.person = api, person
        self.chat = chat or api.chats[person.id]

    def says(self, text: str, *, thread: int | None = None) -> telegram.Message:
        """Send this text, and return the person's own message."""
        chat = None if self.chat.private else self.chat
        return self.api.say(self.person, text, chat, thread=thread)

    def asks(self, text: str) -> telegram.Message:
        """Send this text, and return the next message of the bot."""
        before = len(self.api.said(self.chat))
        self.says(text)
        return self.api.wait_for(lambda: next(iter(self.api.said(self.chat)[before:]), None), PATIENCE)

    def sees(self, text: str) -> telegram.Message:
        """Wait for a message of the bot that contains this text, and return the newest one."""
        return self.api.wait_for(lambda: self.newest_with(text), PATIENCE)

    def newest_with(self, text: str) -> telegram.Message | None:
        """Return the bot's newest message that contains this text, without waiting for one."""
        return next((m for m in reversed(self.api.said(self.chat)) if text in m.text), None)

    def presses(self, message: telegram.Message, button: str) -> str:
        """Press the button whose callback data begins with `button`, and return the toast's text.

        The button may appear only with the message's next edit: this waits for it.
        """
        self.api.wait_for(lambda: any(data.startswith(button) for data in callback_data(message)), PATIENCE)
        query = self.api.press(self.person, message, button)
        return str(self.api.wait_for(lambda: query.answer, PATIENCE).get("text", ""))

    def tracks(self, text: str = "contract to landlord") -> tuple[telegram.Message, str]:
        """Track a mail, and return the card and the pixel's address."""
        card = self.asks(f"/track {text}")
        return card, re.search(r"http\S+/i/[\w-]{22}\.gif", card.text)[0]  # type: ignore[index]  # or it fails


def callback_data(message: telegram.Message) -> list[str]:
    """Return what each button of the message sends to the bot, from top left to bottom right."""
    return [key["callback_data"] for row in message.buttons() for key in row if "callback_data" in key]


def page_behind(message: telegram.Message) -> str:
    """Return the address that the message's first button with a link opens."""
    return str(next(key["url"] for row in message.buttons() for key in row if "url" in key))


def fetch(url: str, headers: dict[str, str] = GMAIL) -> None:
    """Fetch a pixel, and check that the answer is the image."""
    answer = web.get(url, headers=headers)
    assert (answer.status_code, len(answer.content)) == (200, 43)
