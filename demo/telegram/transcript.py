"""The transcript: who said or did what, as lines and as JSON."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from demo.telegram.model import Message


@dataclass(frozen=True)
class Line:
    at: float
    who: str
    what: str
    """`said`, `edited`, `deleted`, `pressed`, `answered`, `reacted`, `refused`, or what happened to a chat"""
    chat: int | None = None
    message_id: int | None = None
    text: str = ""
    buttons: tuple[tuple[str, ...], ...] = ()
    silent: bool = False
    preview: str | None = None

    def __str__(self) -> str:
        clock = datetime.fromtimestamp(self.at, UTC).strftime("%H:%M:%S")
        marks = " (silent)" if self.silent else ""
        marks += f" (would preview {self.preview})" if self.preview else ""
        rows = "".join("\n           " + " ".join(f"[{label}]" for label in row) for row in self.buttons)
        place = f" #{self.message_id}" if self.message_id else ""
        return f"{clock}  {self.who} {self.what}{place}{marks}: {self.text}{rows}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def line_of(message: Message, what: str, at: float) -> Line:
    return Line(
        at=at,
        who=message.sender.name,
        what=what,
        chat=message.chat.id,
        message_id=message.id,
        text=message.text or (message.file.name if message.file else next(iter(message.service), "")),
        buttons=tuple(tuple(str(button["text"]) for button in row) for row in message.buttons()),
        silent=message.silent and what == "said",
        preview=message.preview,
    )
