"""A story while it is played: its people and groups, what is on their screens, and what they do."""

import re
from itertools import cycle
from typing import Any

from demo import telegram
from demo.mail_programs import Fetcher
from demo.storybook import Seen
from demo.telegram.entities import utf16
from tests import web
from tests.people import BROWSER
from tests.storybook.seeing import Screens, clean
from tests.storybook.stage import Stage

WRAPPED = str.maketrans("", "", "⟦⟧")
"""Deletes the brackets of a pseudo-language, so that people find their buttons in it too."""


class CannotError(Exception):
    """A step of the story is impossible: there is no such button, group or card."""


class Scene:
    def __init__(self, stage: Stage, language: str = "en") -> None:
        self.stage, self.api, self.language = stage, stage.api, language
        self.screens = Screens(stage.api)
        self.chats: list[telegram.Chat] = []
        self._people: dict[str, telegram.User] = {}
        self._groups: dict[str, telegram.Chat] = {}
        self._pressed: list[telegram.Query] = []
        self._noted: list[Seen] = []
        """Toasts and pages since the last `see`."""

    # --- people and groups ---

    def person(self, name: str) -> telegram.User:
        if name not in self._people:
            self._people[name] = self.api.person(name, language_code=self.language)
            self.chats.append(self.api.chats[self._people[name].id])
        return self._people[name]

    def add_group(self, title: str, group: telegram.Chat) -> None:
        self._groups[title] = group
        self.chats.append(group)

    def group(self, title: str) -> telegram.Chat:
        if title not in self._groups:
            raise CannotError(f"there is no group {title}")
        return self._groups[title]

    def chat(self, who: str, group: str | None) -> telegram.Chat:
        """Return the chat in which somebody writes: a group, or their own chat with the bot."""
        return self.group(group) if group else self.api.chats[self.person(who).id]

    def topic(self, group: str, name: str) -> int:
        named = [thread for thread, topic in self.group(group).topics.items() if topic == name]
        if not named:
            raise CannotError(f"{group} has no topic {name}")
        return named[0]

    # --- the screens ---

    def message(self, chat: telegram.Chat, name: str) -> telegram.Message:
        """Return the newest message with this name: `the card`, `the card of #2`, or “how it begins”."""
        begins = name.strip("“”")
        for message in reversed(self.api.said(chat)):
            if name == self.screens.name_of(message) or message.text.translate(WRAPPED).startswith(begins):
                return message
        raise CannotError(f"no message here is called {name}")

    def with_button(self, chat: telegram.Chat, label: str) -> telegram.Message:
        """Return the newest message with this button."""
        for message in reversed(self.api.said(chat)):
            if button(message, label):
                return message
        there = [key["text"] for message in self.api.said(chat) for row in message.buttons() for key in row]
        raise CannotError(f"no message has a button “{label}”; there are {', '.join(there) or 'none'}")

    def image(self, number: str | None) -> str:
        """Return the address of a link's image, or without a number that of the newest card."""
        for card in reversed(self.screens.cards.values()):
            if number is None:
                return next(iter(card.values()))
            if int(number) in card:
                return card[int(number)]
        raise CannotError("there is no such link yet")

    def copy_page(self, chat: telegram.Chat, number: str) -> str:
        """Return the address behind the last link before a listed link's image: its copy page."""
        image = self.image(number)
        for message in reversed(self.api.said(chat)):
            before = utf16(message.text.partition(image)[0]) if image in message.text else 0
            pages = [
                entity for entity in message.entities if entity.type == "text_link" and entity.end < before
            ]
            if pages:
                return str(pages[-1].extra["url"])
        raise CannotError(f"no list shows a copy page of #{number}")

    def note(self, who: str, how: str, text: str) -> None:
        """Remember something that a person sees and that is not a message: a toast, a page, a copied text."""
        self._noted.append(Seen(f"To {who}", how, text=clean(text)))

    def see(self) -> list[Seen]:
        """Wait until both programs are idle, and return everything that is new on the screens."""
        self.stage.wait_until_idle()
        for query in self._pressed:
            if query.answer and query.answer["text"]:
                self.note(query.user.name, "flashing up", query.answer["text"])
        noted, self._noted, self._pressed = self._noted, [], []
        return [*noted, *self.screens.news(self.chats)]

    def ask(self, url: str, *, method: str = "GET") -> str:
        """Return the page that a browser in the language of the story gets."""
        headers = {**BROWSER, "Accept-Language": self.language}
        answer = web.request(method, url, headers=headers, follow_redirects=True, trust_env=False)
        return answer.raise_for_status().text

    def press(self, who: str, message: telegram.Message, data: str) -> None:
        self._pressed.append(self.api.press(self.person(who), message, data))

    def leave(self) -> None:
        """Make everybody leave, so that what is still due to them does not disturb the next story."""
        self.stage.down = False
        self.stage.bring_bot_back()
        self.api.faults.clear()
        for user in self._people.values():
            self.api.block(user)
        for group in self._groups.values():
            self.api.kick(group)
        self.stage.wait_until_idle()


def fetch(fetcher: Fetcher, url: str, times: int) -> None:
    """Fetch an image as this mail program does: with its headers, from its addresses in turn."""
    addresses = cycle(fetcher.addresses)
    with web.Client(trust_env=False, headers=dict(fetcher.headers)) as client:
        for method in fetcher.methods * times:
            headers = {"X-Forwarded-For": next(addresses)}
            client.request(method, url, headers=headers).raise_for_status()


def button(message: telegram.Message, label: str) -> dict[str, Any] | None:
    for row in message.buttons():
        for found in row:
            if found["text"].translate(WRAPPED) == label:
                return found
    return None


def headline(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""
