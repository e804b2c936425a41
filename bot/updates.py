"""Reads updates as Telegram writes them: which are updates at all, and whether the bot can answer one.

python-telegram-bot takes any value for a field: a chat whose id is a word reached the outbox, and stopped
every delivery. So the fields that the bot reads are checked first. What fails here would fail again, and is
never tried twice.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeGuard

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from telegram import Bot, ChatMember, ChatPermissions, Update

MOST_32_BITS = 2**31 - 1
"""Update and message ids are 32-bit numbers in Telegram. One beyond confirms all that would ever follow."""
MOST_IN_CHAT_ID = 2**52
"""Telegram promises ids of at most 52 significant bits."""


class UnreadableUpdateError(Exception):
    """The bot cannot answer this update, now or ever. Its text holds nothing that somebody wrote."""


def is_update(element: object) -> TypeGuard[dict[str, Any]]:
    """Return True if an element of Telegram's answer is an update: an object with a possible number."""
    number = element.get("update_id") if isinstance(element, dict) else None
    return isinstance(number, int) and not isinstance(number, bool) and 0 < number < MOST_32_BITS


def chat_of(told: Mapping[str, Any]) -> int:
    """Return the chat of an update that nobody has checked yet; 0 if it names none that the bot knows."""
    about = _part(told, "callback_query") or told
    message = _part(about, "message") or _part(told, "my_chat_member")
    found = _part(message, "chat").get("id")
    return found if isinstance(found, int) else 0


def _part(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = told.get(name)
    return part if isinstance(part, dict) else {}


def read(body: str, bot: Bot) -> Update:
    """Return the update that the inbox keeps as JSON. Raises UnreadableUpdateError."""
    try:
        told = json.loads(body)
        _Update.model_validate(told)
        update = Update.de_json(_with_all_rights(told), bot)
    except Exception as error:
        raise UnreadableUpdateError(type(error).__name__) from None
    return update


def _with_all_rights(told: dict[str, Any]) -> dict[str, Any]:
    """Return the update with every right of a restricted member: PTB takes none without the newest ones.

    A Bot API server that is older than PTB does not send those.
    """
    change = told.get("my_chat_member")
    if not change:
        return told
    members = {
        name: ChatPermissions.no_permissions().to_dict() | change[name]
        for name in ("old_chat_member", "new_chat_member")
        if change[name]["status"] == ChatMember.RESTRICTED
    }
    return told | {"my_chat_member": change | members}


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("PostgreSQL keeps no text with a zero character")
    return text


_Id = Annotated[int, Field(ge=-MOST_IN_CHAT_ID, le=MOST_IN_CHAT_ID)]
_MessageId = Annotated[int, Field(ge=0, le=MOST_32_BITS)]
_Date = Annotated[int, Field(ge=0, le=MOST_32_BITS)]
_Text = Annotated[str, AfterValidator(_storable)]


class _Part(BaseModel):
    """A part of an update, with the fields that the bot reads. There may be any others."""

    model_config = ConfigDict(strict=True, extra="ignore")


class _Chat(_Part):
    id: _Id
    type: _Text


class _User(_Part):
    id: _Id
    is_bot: bool
    first_name: _Text
    language_code: _Text | None = None


class _Location(_Part):
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class _Replied(_Part):
    message_id: _MessageId
    date: _Date
    chat: _Chat


class _Message(_Replied):
    author: _User | None = Field(None, alias="from")
    text: _Text | None = None
    message_thread_id: _MessageId | None = None
    reply_to_message: _Replied | None = None
    location: _Location | None = None
    migrate_to_chat_id: _Id | None = None
    migrate_from_chat_id: _Id | None = None


class _Press(_Part):
    id: _Text
    author: _User = Field(alias="from")
    message: _Message | None = None
    data: _Text | None = None


class _Member(_Part):
    status: _Text
    can_send_messages: bool | None = None


class _Membership(_Part):
    chat: _Chat
    author: _User = Field(alias="from")
    date: _Date
    new_chat_member: _Member


class _Update(_Part):
    message: _Message | None = None
    callback_query: _Press | None = None
    my_chat_member: _Membership | None = None
