"""getChat, getChatMember, getChatAdministrators, leaveChat."""

from typing import Any

from demo.telegram.errors import bad_request
from demo.telegram.methods.arguments import chat_of
from demo.telegram.model import User
from demo.telegram.parameters import Parameters
from demo.telegram.transcript import Line
from demo.telegram.world import World


def get_chat(world: World, call: Parameters) -> dict[str, Any]:
    chat = chat_of(world, call)
    return chat.as_json() | {"accent_color_id": 0, "max_reaction_count": 1, "accepted_gift_types": GIFTS}


GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


def get_chat_member(world: World, call: Parameters) -> dict[str, Any]:
    chat, user_id = chat_of(world, call), call.number("user_id")
    if user_id == world.bot.id:
        return {"user": world.bot.as_json(), "status": "member"}
    for place, user in enumerate(chat.members):
        if user.id == user_id:
            return _owner(user) if place == 0 and not chat.private else _member(user)
    if user_id in world.users:
        return {"user": world.users[user_id].as_json(), "status": "left"}
    raise bad_request("PARTICIPANT_ID_INVALID")


def _owner(user: User) -> dict[str, Any]:
    return {"user": user.as_json(), "status": "creator", "is_anonymous": False}


def _member(user: User) -> dict[str, Any]:
    return {"user": user.as_json(), "status": "member"}


def get_chat_administrators(world: World, call: Parameters) -> list[dict[str, Any]]:
    chat = chat_of(world, call)
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    return [_owner(chat.members[0])]


def leave_chat(world: World, call: Parameters) -> bool:
    chat = chat_of(world, call)
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.blocked = True
    world.record(Line(world.clock(), world.bot.name, "left the chat", chat.id))
    return True


METHODS = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "leaveChat": leave_chat,
}
