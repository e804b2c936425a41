"""editMessageText, editMessageReplyMarkup, deleteMessage, setMessageReaction."""

from typing import Any

from telegram.constants import ReactionEmoji

from demo.telegram.entities import Entity
from demo.telegram.errors import NOT_MODIFIED, bad_request
from demo.telegram.keyboards import check_markup
from demo.telegram.methods.arguments import message_of, preview_of, text_of
from demo.telegram.model import Message
from demo.telegram.parameters import Parameters
from demo.telegram.transcript import Line
from demo.telegram.world import World

DELETABLE_SECONDS = 48 * 3600
EMOJI = frozenset(emoji.value for emoji in ReactionEmoji)


def _own(world: World, call: Parameters) -> Message:
    message = message_of(world, call, "edit")
    if message.sender is not world.bot:
        raise bad_request("message can't be edited")
    return message


def edit_message_text(world: World, call: Parameters) -> dict[str, Any]:
    message = _own(world, call)
    if message.file:
        raise bad_request("there is no text in the message to edit")
    text, entities = text_of(world, call, message.chat)
    message.preview = preview_of(call, text, entities)
    return _change(world, call, message, text, entities)


def edit_message_reply_markup(world: World, call: Parameters) -> dict[str, Any]:
    message = _own(world, call)
    return _change(world, call, message, message.text, message.entities)


def _change(
    world: World, call: Parameters, message: Message, text: str, entities: list[Entity]
) -> dict[str, Any]:
    markup = check_markup(call.json("reply_markup"), old=world.old)
    markup = markup if markup and markup.get("inline_keyboard") else None
    if (text, entities, markup) == (message.text, message.entities, message.markup):
        raise bad_request(NOT_MODIFIED)
    world.flood.admit(message.chat.id)
    message.text, message.entities, message.markup = text, entities, markup
    message.edited = int(world.clock())
    world.record_message(message, "edited")
    return message.as_json()


def delete_message(world: World, call: Parameters) -> bool:
    message = message_of(world, call, "delete")
    if world.clock() - message.date > DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    if message.sender is not world.bot and not message.chat.private:
        raise bad_request("message can't be deleted")
    del world.messages[message.chat.id, message.id]
    world.record(Line(world.clock(), world.bot.name, "deleted", message.chat.id, message.id))
    world.publish("deleted", chat=message.chat.id, message_id=message.id)
    return True


def set_message_reaction(world: World, call: Parameters) -> bool:
    message = message_of(world, call, "react")
    emoji = [_emoji(item) for item in call.json("reaction") or []]
    if len(emoji) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    before = message.reactions.pop(world.bot.id, None)
    if emoji:
        message.reactions[world.bot.id] = emoji[0]
    if before != message.reactions.get(world.bot.id):
        mark = emoji[0] if emoji else ""
        world.record(Line(world.clock(), world.bot.name, "reacted", message.chat.id, message.id, mark))
        world.publish("message", chat=message.chat.id, message=message.view())
    return True


def _emoji(item: object) -> str:
    if not isinstance(item, dict) or item.get("type") != "emoji":
        raise bad_request("can't parse ReactionType: invalid reaction type specified")
    if item.get("emoji") not in EMOJI:
        raise bad_request("REACTION_INVALID")
    return str(item["emoji"])


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "setMessageReaction": set_message_reaction,
}
