"""sendMessage, sendPhoto, sendDocument, sendChatAction."""

from typing import Any

from demo.telegram.errors import MUTED, bad_request
from demo.telegram.keyboards import check_markup
from demo.telegram.methods.arguments import caption_of, chat_of, preview_of, text_of
from demo.telegram.methods.files import file_of
from demo.telegram.model import Chat, Message
from demo.telegram.parameters import Parameters
from demo.telegram.world import World

ACTIONS = ("typing", "find_location", "choose_sticker")
MEDIA_ACTIONS = ("photo", "video", "voice", "document", "video_note")


def send_message(world: World, call: Parameters) -> dict[str, Any]:
    chat = chat_of(world, call)
    if chat.muted:
        raise bad_request(MUTED)
    text, entities = text_of(world, call, chat)
    preview = preview_of(call, text, entities)
    return _send(world, call, chat, text=text, entities=entities, preview=preview)


def send_photo(world: World, call: Parameters) -> dict[str, Any]:
    return _send_file(world, call, "photo")


def send_document(world: World, call: Parameters) -> dict[str, Any]:
    return _send_file(world, call, "document")


def _send_file(world: World, call: Parameters, kind: str) -> dict[str, Any]:
    chat = chat_of(world, call)
    text, entities = caption_of(world, call, chat)
    return _send(world, call, chat, text=text, entities=entities, file=file_of(world, call, kind))


def _send(world: World, call: Parameters, chat: Chat, **content: Any) -> dict[str, Any]:
    replied = _replied(world, call, chat)
    content["markup"] = check_markup(call.json("reply_markup"), old=world.old)
    content["thread"] = _thread(call, chat, replied)
    content["silent"] = call.flag("disable_notification")
    world.flood.admit(chat.id)
    message = world.new_message(chat, world.bot, reply_to=replied, **content)
    return world.post(message).as_json()


def _replied(world: World, call: Parameters, chat: Chat) -> Message | None:
    wanted = call.mapping("reply_parameters")
    if not wanted and call.text("reply_to_message_id"):
        wanted = {
            "message_id": call.number("reply_to_message_id"),
            "allow_sending_without_reply": call.flag("allow_sending_without_reply"),
        }
    if not wanted:
        return None
    message = world.message(chat, int(wanted.get("message_id", 0)))
    if message is None and not wanted.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    if message and wanted.get("quote") and wanted["quote"] not in message.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    return message


def _thread(call: Parameters, chat: Chat, replied: Message | None) -> int | None:
    """Return the requested topic, or that of the message replied to."""
    thread = call.number("message_thread_id")
    if not (chat.is_forum or chat.private):
        return None
    if thread and thread not in chat.topics:
        raise bad_request("message thread not found")
    found = thread or (replied.thread if replied else None)
    if found in chat.closed:
        raise bad_request("TOPIC_CLOSED")
    return found


def send_chat_action(world: World, call: Parameters) -> bool:
    chat = chat_of(world, call)
    action = call.text("action").lower()
    verb, _, what = action.partition("_")
    if action not in ACTIONS and not (verb in ("upload", "record") and what in MEDIA_ACTIONS):
        raise bad_request("wrong parameter action in request")
    world.publish("action", chat=chat.id, action=action)
    return True


METHODS = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendChatAction": send_chat_action,
}
