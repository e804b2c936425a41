"""Arguments that many methods share, with Telegram's checks: the chat, the message, the text."""

from dataclasses import replace
from typing import Any

from demo.telegram.entities import Entity, given_entities, preview_url, trimmed, utf16, with_found
from demo.telegram.errors import BLOCKED, KICKED, KICKED_SUPERGROUP, MIGRATED, bad_request, forbidden
from demo.telegram.html_reader import parse_html
from demo.telegram.model import Chat, Message, User
from demo.telegram.parameters import Parameters
from demo.telegram.world import World

MOST_TEXT = 4096
MOST_CAPTION = 1024
MOST_BYTES = 1 << 15


def chat_of(world: World, call: Parameters) -> Chat:
    """Return the chat of `chat_id`. Raises ApiError if the bot may not write there."""
    if not call.text("chat_id"):
        raise bad_request("chat_id is empty")
    chat = world.chats.get(call.number("chat_id"))
    if chat is None or not chat.known:
        raise bad_request("chat not found")
    if chat.migrated_to:
        raise bad_request(MIGRATED, migrate_to_chat_id=chat.migrated_to)
    if chat.blocked:
        kicked = KICKED_SUPERGROUP if chat.type == "supergroup" else KICKED
        raise forbidden(BLOCKED if chat.private else kicked)
    return chat


def message_of(world: World, call: Parameters, purpose: str) -> Message:
    chat = chat_of(world, call)
    if not call.text("message_id"):
        raise bad_request("message identifier is not specified")
    message = world.message(chat, call.number("message_id"))
    if message is None:
        raise bad_request(f"message to {purpose} not found")
    return message


def text_of(world: World, call: Parameters, chat: Chat) -> tuple[str, list[Entity]]:
    if not call.text("text"):
        raise bad_request("message text is empty")
    text, entities = _formatted(world, call, chat, "text", "entities")
    if not text:
        raise bad_request("text must be non-empty")
    if utf16(text) > MOST_TEXT:
        raise bad_request("message is too long")
    return text, entities


def caption_of(world: World, call: Parameters, chat: Chat) -> tuple[str, list[Entity]]:
    text, entities = _formatted(world, call, chat, "caption", "caption_entities")
    if utf16(text) > MOST_CAPTION:
        raise bad_request("message caption is too long")
    return text, entities


def _formatted(
    world: World, call: Parameters, chat: Chat, words: str, marks: str
) -> tuple[str, list[Entity]]:
    source, mode = call.text(words), call.text("parse_mode").lower()
    if len(source.encode()) > MOST_BYTES:
        raise bad_request("text is too long")
    if mode not in ("", "none", "html"):
        raise bad_request("unsupported parse_mode")
    if mode == "html":
        text, entities = trimmed(*parse_html(source, old=world.old))
    else:
        text, entities = trimmed(source, given_entities(call.json(marks), source))
    return text, with_found(text, _with_people(world, chat, entities))


def _with_people(world: World, chat: Chat, entities: list[Entity]) -> list[Entity]:
    """Let each mention name its person; one of somebody whom the bot may not mention stays plain text.

    "These mentions are only guaranteed to work if the user has contacted the bot in the past, has sent a
    callback query to the bot via an inline button or is a member in the group where he was mentioned."
    (core.telegram.org/bots/api#formatting-options, 2026-11)
    """
    named = list[Entity]()
    for entity in entities:
        if entity.type != "text_mention":
            named.append(entity)
        elif user := _mentionable(world, chat, entity.extra["user"].get("id")):
            named.append(replace(entity, extra={"user": user.as_json()}))
    return named


def _mentionable(world: World, chat: Chat, user_id: object) -> User | None:
    user = world.users.get(user_id) if isinstance(user_id, int) else None
    return user if user and (user in chat.members or world.chats[user.id].known) else None


def preview_of(call: Parameters, text: str, entities: list[Entity]) -> str | None:
    options: dict[str, Any] = call.mapping("link_preview_options")
    if options.get("is_disabled") or call.flag("disable_web_page_preview"):
        return None
    return str(options.get("url") or "") or preview_url(text, entities)
