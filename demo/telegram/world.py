"""The state of the local Telegram: people, chats, messages, and what waits for the bot."""

import secrets
import string
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from demo.telegram.entities import preview_url
from demo.telegram.faults import Faults
from demo.telegram.flood_limits import Flood, Limits
from demo.telegram.model import Chat, File, Message, User
from demo.telegram.monitor import Monitor
from demo.telegram.transcript import Line, line_of
from demo.telegram.update_queue import UpdateQueue

LETTERS = string.ascii_letters + string.digits + "_-"
QUERY_SECONDS = 30
"""The time in which Telegram accepts the answer to a pressed button."""


def made_up_token() -> str:
    return f"{secrets.randbelow(9 * 10**8) + 10**8}:{''.join(secrets.choice(LETTERS) for _ in range(35))}"


def bot_of(token: str) -> User:
    """Return the bot that has this token, which begins with the bot's id."""
    identifier = int(token.partition(":")[0])
    return User(identifier, "Readback", username="readback_bot", is_bot=True, language_code=None)


@dataclass(eq=False)
class Query:
    """A pressed button, and the bot's answer to it."""

    id: str
    user: User
    message: Message
    data: str
    at: float
    answer: dict[str, Any] | None = None


@dataclass(frozen=True)
class Call:
    """One call of the bot, and how it was answered."""

    method: str
    values: dict[str, str]
    status: int
    description: str


class World:
    """Everything that the local Telegram knows. People (people.py) and the bot (methods/) act on it.

    Change it only while holding `monitor.lock`.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        limits: Limits | None = None,
        old: bool = False,
        clock: Callable[[], float] = time.time,
        previewer: Callable[[str], object] | None = None,
    ) -> None:
        self.token = token or made_up_token()
        self.bot = bot_of(self.token)
        self.old = old
        """True for a server of before Bot API 7.11: it knows no date-time entities, no buttons that copy."""
        self.clock = clock
        self.previewer = previewer
        """Called in a thread with each address that Telegram's servers would fetch for a link preview."""
        self.monitor = Monitor()
        self.flood = Flood(limits or Limits(), clock)
        self.faults = Faults()
        self.updates = UpdateQueue()
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[int, int], Message] = {}
        self.files: dict[str, File] = {}
        self.queries: dict[str, Query] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.webhook = ""
        self.revoked = False
        self.closing = False
        self.calls: deque[Call] = deque(maxlen=20_000)
        self.transcript: deque[Line] = deque(maxlen=20_000)
        self.changes: deque[dict[str, Any]] = deque(maxlen=5_000)
        """The changes that the chat page has to draw, in order. Each has a `seq`."""
        self.seq = 0
        self.numbers = count(1001)
        """For the ids of people, chats, files and queries."""

    # Events

    def post(self, message: Message) -> Message:
        """Show a new message in its chat."""
        self.messages[message.chat.id, message.id] = message
        self.record_message(message, "said")
        if message.preview and self.previewer:
            threading.Thread(target=self.previewer, args=(message.preview,), daemon=True).start()
        return message

    def new_message(self, chat: Chat, sender: User, **content: Any) -> Message:
        """Return a message with the chat's next id. It is not in the chat yet: `post` puts it there."""
        chat.last_message += 1
        message = Message(chat.last_message, chat, int(self.clock()), sender, **content)
        if sender is not self.bot:
            message.preview = preview_url(message.text, message.entities)
        return message

    def record_message(self, message: Message, what: str) -> None:
        """Put a new or edited message into the transcript, and publish it to the chat page."""
        self.record(line_of(message, what, self.clock()))
        self.publish("message", chat=message.chat.id, message=message.view())

    def record(self, line: Line) -> None:
        """Add a line to the transcript, without the token."""
        self.transcript.append(replace(line, text=self.redacted(line.text)))
        self.monitor.notify()

    def publish(self, kind: str, **what: Any) -> None:
        """Tell the chat page and whoever waits that something has changed."""
        self.seq += 1
        self.changes.append({"seq": self.seq, "kind": kind, **what})
        self.monitor.notify()

    def record_call(self, method: str, values: dict[str, str], status: int, description: str) -> None:
        safe = {name: self.redacted(value) for name, value in values.items()}
        self.calls.append(Call(method, safe, status, self.redacted(description)))
        if status not in (200, 409):
            self.record(Line(self.clock(), "Telegram", "refused", text=f"{method}: {description}"))

    def redacted(self, text: str) -> str:
        return text.replace(self.token, "<token>")

    # Look-ups

    def message(self, chat: Chat, message_id: int) -> Message | None:
        return self.messages.get((chat.id, message_id))

    def in_chat(self, chat: Chat | User) -> list[Message]:
        with self.monitor.lock:
            return [message for (where, _), message in self.messages.items() if where == chat.id]

    def changes_since(self, seq: int) -> list[dict[str, Any]]:
        return [change for change in self.changes if change["seq"] > seq]
