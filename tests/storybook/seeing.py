"""The screens of the people in a story: messages as a phone shows them, and what is new."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from demo.storybook import Seen
from demo.telegram import Chat, Message, Telegram
from demo.telegram.entities import Entity, part

LONGEST_QUOTE = 48
MARKS = {
    "bold": ("**", "**"),
    "italic": ("_", "_"),
    "code": ("`", "`"),
    "text_link": ("", " ↗"),
    "text_mention": ("@", ""),
}
"""By entity: the signs before and after it."""
CORNERS = {"copy_text": " ⧉", "url": " ↗"}
"""The marks in the corners of buttons: Telegram draws them if a button copies a text or opens a page."""
_LINK = re.compile(r"· #(\d+)\b.*?(http\S+/i/[\w-]{22}\.gif)", re.DOTALL)
"""A link on a card or in a list: its number, and later the address of its image."""
_HOST = re.compile(r"http://127\.0\.0\.1:\d+")
_SECRET = re.compile(r"(?<=/)(i|n|copy|try)/[\w.-]{22,}?(?=\.gif|[^\w.-]|$)")
_DIFFERS = re.compile(r"(?<=\(no\. )\d+(?=\))|(?<=This chat: `)\d+")


class Shown(NamedTuple):
    """The content of a message: its text, its extras and its buttons."""

    text: str
    extras: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]


class Screens:
    """Remember what was on the screens, to tell what is new."""

    def __init__(self, telegram: Telegram) -> None:
        self.cards: dict[tuple[int, int], dict[int, str]] = {}
        """By chat and message: the links that a card or a list shows, as their numbers and their images.

        A message that was a card stays one, whatever its text becomes.
        """
        self._telegram = telegram
        self._known: dict[tuple[int, int], Shown] = {}
        self._reactions: dict[tuple[int, int], str] = {}

    def news(self, chats: list[Chat]) -> list[Seen]:
        """Return new messages, then changed ones, then reactions, each in the order of these chats."""
        with self._telegram.monitor.lock:
            messages = [message for chat in chats for message in self._telegram.in_chat(chat)]
            ours = [message for message in messages if message.sender.is_bot and not message.service]
            for message in ours:
                self._learn_card(message)
            new = [self._new(message) for message in ours if key(message) not in self._known]
            changed = [self._changed(message) for message in ours if self._has_changed(message)]
            self._known |= {key(message): shown(message) for message in ours}
            return [*new, *changed, *self._reacted(messages)]

    def name_of(self, message: Message) -> str:
        """Return the name of a message: `the card`, `the card of #2`, `the list`, or how it begins."""
        card = self.cards.get(key(message))
        if card is None:
            before = self._known.get(key(message))
            return quoted(before.text if before else clean(message.text))
        if len(card) > 1:
            return "the list"
        in_chat = {
            number for (chat, _), other in self.cards.items() if chat == message.chat.id for number in other
        }
        return "the card" if len(in_chat) == 1 else f"the card of #{next(iter(card))}"

    def _learn_card(self, message: Message) -> None:
        for number, image in _LINK.findall(message.text):
            self.cards.setdefault(key(message), {})[int(number)] = image

    def _new(self, message: Message) -> Seen:
        how = "without sound" if message.silent else "with sound"
        about = self.name_of(message.reply_to) if message.reply_to else ""
        return Seen(place(message), how, about, *shown(message))

    def _has_changed(self, message: Message) -> bool:
        return self._known.get(key(message), shown(message)) != shown(message)

    def _changed(self, message: Message) -> Seen:
        return Seen(place(message), "changing", self.name_of(message), *shown(message))

    def _reacted(self, messages: list[Message]) -> Iterator[Seen]:
        for message in messages:
            emoji = message.reactions.get(self._telegram.bot.id, "")
            if emoji != self._reactions.get(key(message), ""):
                self._reactions[key(message)] = emoji
                yield Seen(place(message), "under", self.name_of(message), emoji or "–")


def key(message: Message) -> tuple[int, int]:
    return message.chat.id, message.id


def place(message: Message) -> str:
    """Return where a message is: `To Anna`, `In House`, or `In House, topic Landlord`."""
    if message.chat.private:
        return f"To {message.chat.name}"
    topic = message.chat.topics.get(message.thread or 0)
    return f"In {message.chat.name}" + (f", topic {topic}" if topic else "")


def shown(message: Message) -> Shown:
    rows = tuple(tuple(label(button) for button in row) for row in message.buttons())
    return Shown(clean(marked(message.text, message.entities)), tuple(extras(message)), rows)


def extras(message: Message) -> Iterator[tuple[str, str]]:
    if message.file:
        yield "picture" if message.file.kind == "photo" else "file", message.file.name
    if message.markup and "force_reply" in message.markup:
        yield "asks", str(message.markup["input_field_placeholder"])


def label(button: dict[str, Any]) -> str:
    return str(button["text"]) + "".join(corner for kind, corner in CORNERS.items() if kind in button)


def shape(seen: Seen) -> Seen:
    """Return the same without its words, to compare it with another language."""
    about = re.sub("“.*”", "“”", seen.about)
    extras = tuple((what, "") for what, _ in seen.extras)
    return Seen(seen.where, seen.how, about, "", extras, tuple(("",) * len(row) for row in seen.rows))


def quoted(text: str) -> str:
    line = re.sub(r"\*\*|`", "", text.partition("\n")[0])
    return f"“{line}”" if len(line) <= LONGEST_QUOTE else f"“{line[: LONGEST_QUOTE - 1].rstrip()}…”"


def clean(text: str) -> str:
    """Replace what differs in every run: the host, secrets, and the numbers in messages about failures."""
    text = _SECRET.sub(r"\1/<token>", _HOST.sub("https://readback.example", text))
    return _DIFFERS.sub("<number>", text)


def marked(text: str, entities: list[Entity]) -> str:
    """Write marked parts with their signs, and times as a phone in UTC shows them."""
    raw, pieces, at = text.encode("utf-16-le"), list[str](), 0
    for edge, _, sign, skip in sorted(_edges(text, entities)):
        pieces += [raw[at * 2 : edge * 2].decode("utf-16-le"), sign]
        at = max(at, edge) + skip
    return "".join([*pieces, raw[at * 2 :].decode("utf-16-le")])


def _edges(text: str, entities: list[Entity]) -> Iterator[tuple[int, int, str, int]]:
    """Yield each sign: its place, its order there (closing signs first), itself, how much it replaces."""
    for entity in entities:
        if signs := MARKS.get(entity.type):
            yield entity.offset, 1, signs[0], 0
            yield entity.end, 0, signs[1], 0
        elif entity.type == "date_time":
            said = on_a_phone(int(entity.extra["unix_time"]), str(entity.extra.get("date_time_format", "")))
            yield entity.offset, 2, said or part(text, entity), entity.length


def on_a_phone(at: int, form: str) -> str:
    """Return a moment in one of Telegram's formats, or nothing where Telegram shows the text itself."""
    moment = datetime.fromtimestamp(at, UTC)
    said = {
        "t": f"{moment:%H:%M}",
        "wt": f"{moment:%A %H:%M}",
        "dt": f"{moment.day} {moment:%b %Y, %H:%M}",
        "D": f"{moment.day} {moment:%B %Y}",
    }
    return said[form] if form else ""
