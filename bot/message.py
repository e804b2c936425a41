"""A message as the chat should show it, and how the outbox stores it."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import IO, Any, NamedTuple, Protocol, TypeVar

from markupsafe import Markup
from sqlmodel import Session
from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

import words
from storage.tables import Chat
from words import Sentence

Keyboard = Sequence[Sequence[InlineKeyboardButton]]
"""Rows of buttons."""


T = TypeVar("T")


class Reader(Protocol):
    """Runs a query in a transaction of its own, and returns what it returns."""

    def __call__(self, work: Callable[[Session], T], /) -> T: ...


class File(NamedTuple):
    name: str
    content: IO[bytes]
    rest: str = ""
    """The payload of the file that goes on where this one ends; empty if this one is all."""


class Message(NamedTuple):
    text: Markup
    """HTML in the tags that Telegram knows."""
    keyboard: Keyboard = ()
    asks: str = ""
    """Telegram opens a reply field with this placeholder."""
    question: str = ""
    """The command that the answer completes: its name, and what is known of its argument. The answer goes to
    the end of the first line: with `remind\nin 2 days` the answer `7` makes `/remind 7 in 2 days`."""
    holds: str = ""
    """The argument of the command that its button carries out. A button's data has too little room for it."""
    place: str = ""
    """The page of `/history` that this message shows or leads back to (`bot.messages.place`).

    It is kept in the outbox, and not in the data of buttons, because a search has any length.
    """
    attach: Callable[[Reader], File] | None = None
    """Makes the attached file. It takes what runs its queries: drawing and packing take long, and must not
    hold a transaction."""

    @property
    def markup(self) -> InlineKeyboardMarkup | ForceReply | None:
        if self.asks:
            return ForceReply(selective=True, input_field_placeholder=self.asks)
        return InlineKeyboardMarkup(self.keyboard) if self.keyboard else None


def button(label: Sentence | str, verb: str, about: object) -> InlineKeyboardButton:
    """Return a button with the data `<verb>:<id>`. A name or a number needs no translation."""
    text = words.plain(label) if isinstance(label, Sentence) else label
    return InlineKeyboardButton(text, callback_data=f"{verb}:{about}")


def pack(message: Message) -> str:
    """Return the message as JSON, for the outbox. A file is not stored: it is made when it is sent."""
    rows = [[key.to_dict() for key in row] for row in message.keyboard]
    return json.dumps(
        {
            "text": message.text,
            "keyboard": rows,
            "asks": message.asks,
            "question": message.question,
            "holds": message.holds,
            "place": message.place,
        }
    )


def unpack(payload: str) -> Message:
    packed: dict[str, Any] = json.loads(payload)
    rows = [[InlineKeyboardButton.de_json(key, None) for key in row] for row in packed["keyboard"]]
    text = Markup(packed["text"])  # noqa: S704  # it was Markup when packed
    return Message(
        text,
        rows,
        packed["asks"],
        packed.get("question", ""),
        packed.get("holds", ""),
        packed.get("place", ""),
    )


def language_of(chat: Chat) -> str:
    """Return the language of the chat's messages: the one that it chose, or else its Telegram's."""
    return words.best(chat.language, chat.telegram_language)


def speaking_to(chat: Chat) -> AbstractContextManager[None]:
    """Speak the chat's language until the end of the block, and in a private chat know its time zone.

    Each member of a group reads a time in their own zone: one's yesterday is another's today.
    """
    is_private = chat.id > 0
    return words.speaking(language_of(chat), chat.zone if is_private else "")
