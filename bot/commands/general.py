"""`/start`, `/help`, `/cancel`, and the bot's place in the chat."""

import words
from bot.commands.turn import Answer, Turn
from bot.message import Message, button
from bot.messages.phrases import lines
from storage import chats
from words import sentences


def start(_turn: Turn) -> Answer:
    first, test = (
        button(sentences.buttons.BUTTON_FIRST, "track", 0),
        button(sentences.buttons.BUTTON_TEST, "test", 0),
    )
    return Message(words.say(sentences.welcome.START), [[first], [test]])


def help_(_turn: Turn) -> Answer:
    parts = (
        words.say(sentences.welcome.HELP_LINE, command=command, description=text)
        for command, text in sentences.welcome.COMMANDS.items()
    )
    return Message(lines(words.say(sentences.welcome.HELP), *parts))


def cancel(turn: Turn) -> Answer:
    asked, turn.chat.asking = turn.chat.asking, ""
    return Message(words.say(sentences.welcome.CANCELLED if asked else sentences.welcome.NOTHING_TO_CANCEL))


def membership(turn: Turn) -> Answer:
    """Hold the chat's messages if somebody blocked the bot or removed it, until they let it in again."""
    change = turn.update.my_chat_member
    if change is not None and change.new_chat_member.status in ("kicked", "left"):
        chats.mark_unreachable(turn.chat, turn.now)
    return None
