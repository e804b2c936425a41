"""The answer to `/help`: the commands in groups, and each group with what its commands do."""

from collections.abc import Mapping

import words
from bot.message import Keyboard, Message, button
from bot.messages.phrases import lines
from words import sentences

GROUPS: Mapping[str, tuple[str, ...]] = {
    "track": ("track", "sent", "note", "remind"),
    "happened": ("history", "status", "digest"),
    "correct": ("peek", "mute", "unmute", "stop"),
    "times": ("timezone", "quiet"),
    "data": ("privacy", "export", "delete", "legal"),
    "more": ("language", "cancel", "start", "help"),
}
"""The commands of each group; a test holds them complete."""
IN_A_ROW = 2


def overview() -> Message:
    """Return all commands by name, with a button for each group."""
    told = (
        words.say(
            sentences.welcome.HELP_COMMANDS,
            group=sentences.welcome.HELP_GROUPS[group],
            commands=" ".join(f"/{command}" for command in commands),
        )
        for group, commands in GROUPS.items()
    )
    text = lines(words.say(sentences.welcome.HELP), *told, "", words.say(sentences.welcome.HELP_HOW))
    return Message(text, buttons())


def group(key: str) -> Message:
    """Return what the commands of a group do. The first one also offers the test without a mail."""
    title = words.say(sentences.welcome.HELP_GROUP, group=sentences.welcome.HELP_GROUPS[key])
    told = (
        words.say(
            sentences.welcome.HELP_LINE, command=command, description=sentences.welcome.COMMANDS[command]
        )
        for command in GROUPS[key]
    )
    test = [[button(sentences.buttons.BUTTON_TEST, "test", 0)]] if key == "track" else []
    return Message(lines(title, *told), [*test, *buttons()])


def buttons() -> Keyboard:
    """Return a button for each group. Below a text that the bot did not understand, they lead on."""
    keys = [button(label, "help", key) for key, label in sentences.welcome.HELP_GROUPS.items()]
    return [keys[start : start + IN_A_ROW] for start in range(0, len(keys), IN_A_ROW)]
