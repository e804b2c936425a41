"""The bot's profile: getMe, and its commands, name and descriptions."""

import json
import re
from typing import Any

from demo.telegram.errors import bad_request
from demo.telegram.parameters import Parameters
from demo.telegram.world import World

MOST_COMMANDS = 100
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
SCOPES = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)
LENGTHS = {"name": 64, "description": 512, "short_description": 120}


def get_me(world: World, _call: Parameters) -> dict[str, Any]:
    return world.bot.as_json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _scope(call: Parameters) -> tuple[str, str]:
    scope = call.mapping("scope") or {"type": "default"}
    if scope.get("type") not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    return json.dumps(scope, sort_keys=True), call.text("language_code")


def set_my_commands(world: World, call: Parameters) -> bool:
    listed = call.json("commands")
    if not isinstance(listed, list) or len(listed) > MOST_COMMANDS:
        raise bad_request("expected an Array of BotCommand")
    world.commands[_scope(call)] = [_command(item) for item in listed]
    world.publish("commands")
    return True


def _command(item: object) -> dict[str, str]:
    if not isinstance(item, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name, description = str(item.get("command", "")).removeprefix("/"), str(item.get("description", ""))
    if not COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def get_my_commands(world: World, call: Parameters) -> list[dict[str, str]]:
    return world.commands.get(_scope(call), [])


def delete_my_commands(world: World, call: Parameters) -> bool:
    world.commands.pop(_scope(call), None)
    return True


def _set(field: str) -> Any:
    def method(world: World, call: Parameters) -> bool:
        text = call.text(field)
        if len(text) > LENGTHS[field]:
            raise bad_request(f"BOT_{field.upper()}_TOO_LONG")
        world.profile[field, call.text("language_code")] = text
        return True

    return method


def _get(field: str) -> Any:
    def method(world: World, call: Parameters) -> dict[str, str]:
        otherwise = world.bot.first_name if field == "name" else ""
        return {field: world.profile.get((field, call.text("language_code")), otherwise)}

    return method


METHODS: dict[str, Any] = {
    "getMe": get_me,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _set("name"),
    "getMyName": _get("name"),
    "setMyDescription": _set("description"),
    "getMyDescription": _get("description"),
    "setMyShortDescription": _set("short_description"),
    "getMyShortDescription": _get("short_description"),
}
