"""People, chats and messages, and how the Bot API describes each to a bot (`as_json`)."""

from dataclasses import dataclass, field
from typing import Any

from demo.telegram.entities import Entity
from demo.telegram.html_writer import as_html
from demo.telegram.keyboards import buttons

ANONYMOUS_ADMIN = 1087968824
"""The user that Telegram names as the sender if an administrator writes anonymously."""


@dataclass(eq=False)
class User:
    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "en"
    is_bot: bool = False

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name)))

    def as_json(self) -> dict[str, Any]:
        seen = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        return seen | _present(
            last_name=self.last_name, username=self.username, language_code=self.language_code
        )


@dataclass(eq=False)
class Chat:
    id: int
    type: str
    title: str | None = None
    members: list[User] = field(default_factory=list)
    topics: dict[int, str] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    """The topics that somebody closed: nobody may write there."""
    is_forum: bool = False
    known: bool = True
    """False until a person has written, because a bot cannot start a conversation."""
    blocked: bool = False
    """True if the bot was blocked or kicked here."""
    muted: bool = False
    """True if the bot may not write here."""
    migrated_to: int | None = None
    last_message: int = 0

    @property
    def private(self) -> bool:
        return self.type == "private"

    @property
    def name(self) -> str:
        return self.title or self.members[0].name

    def as_json(self) -> dict[str, Any]:
        if self.private:
            person = self.members[0]
            names = {"first_name": person.first_name, "last_name": person.last_name}
            return {"id": self.id, "type": "private"} | _present(username=person.username, **names)
        return {"id": self.id, "type": self.type} | _present(title=self.title, is_forum=self.is_forum or None)


@dataclass(eq=False)
class File:
    id: str
    name: str
    kind: str
    """photo or document"""
    media_type: str
    content: bytes
    size: tuple[int, int] = (0, 0)

    @property
    def path(self) -> str:
        return f"{self.kind}s/{self.id}/{self.name}"

    def as_json(self) -> dict[str, Any]:
        return {"file_id": self.id, "file_unique_id": f"u{self.id}", "file_size": len(self.content)}


@dataclass(eq=False)
class Message:
    id: int
    chat: Chat
    date: int
    sender: User
    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    markup: dict[str, Any] | None = None
    reply_to: "Message | None" = None
    thread: int | None = None
    silent: bool = False
    edited: int | None = None
    reactions: dict[int, str] = field(default_factory=dict)
    file: File | None = None
    anonymous: bool = False
    service: dict[str, Any] = field(default_factory=dict)
    preview: str | None = None
    """The address that Telegram would fetch for a preview of this message."""

    def buttons(self) -> list[list[dict[str, Any]]]:
        return buttons(self.markup)

    def as_json(self, *, nested: bool = False) -> dict[str, Any]:
        seen: dict[str, Any] = {"message_id": self.id, "date": self.date, "chat": self.chat.as_json()}
        seen |= self._sender() | self._content() | self.service
        if self.reply_to and not nested:
            seen["reply_to_message"] = self.reply_to.as_json(nested=True)
        if self.buttons():
            seen["reply_markup"] = self.markup
        in_topic = True if self.thread and self.chat.is_forum else None
        return seen | _present(
            edit_date=self.edited, message_thread_id=self.thread, is_topic_message=in_topic
        )

    def _sender(self) -> dict[str, Any]:
        if self.anonymous:
            group = User(
                ANONYMOUS_ADMIN, "Group", username="GroupAnonymousBot", is_bot=True, language_code=None
            )
            return {"from": group.as_json(), "sender_chat": self.chat.as_json()}
        return {"from": self.sender.as_json()}

    def _content(self) -> dict[str, Any]:
        words, marks = ("caption", "caption_entities") if self.file else ("text", "entities")
        content: dict[str, Any] = {words: self.text} if self.text else {}
        if self.entities:
            content[marks] = [entity.as_json() for entity in self.entities]
        return content | self._file()

    def _file(self) -> dict[str, Any]:
        if self.file is None:
            return {}
        described = self.file.as_json()
        if self.file.kind == "photo":
            width, height = self.file.size
            return {"photo": [described | {"width": width, "height": height}]}
        return {"document": described | {"file_name": self.file.name, "mime_type": self.file.media_type}}

    def view(self) -> dict[str, Any]:
        """Return what the chat page draws."""
        return {
            "id": self.id,
            "chat": self.chat.id,
            "date": self.date,
            "from": {"id": self.sender.id, "name": self.sender.name, "bot": self.sender.is_bot},
            "text": self.text,
            "entities": [entity.as_json() for entity in self.entities],
            "html": as_html(self.text, self.entities),
            "buttons": self.buttons(),
            "force_reply": self.markup if (self.markup or {}).get("force_reply") else None,
            "silent": self.silent,
            "edited": self.edited,
            "reply_to": self.reply_to and self.reply_to.id,
            "thread": self.thread,
            "reactions": list(self.reactions.values()),
            "file": self.file and {"id": self.file.id, "name": self.file.name, "kind": self.file.kind},
            "preview": self.preview,
            "service": next(iter(self.service), None),
        }


def _present(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
