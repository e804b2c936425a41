"""`/start`, `/help`, `/cancel`, texts that are no command, and the bot's place in the chat."""

from collections.abc import Callable, Mapping

import words
from bot.commands.clocks import answer_timezone
from bot.commands.track import make_links
from bot.commands.turn import Answer, Turn
from bot.message import Message, button
from bot.messages.phrases import lines
from storage import chats
from words import Sentence, sentences


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


ANSWERS: Mapping[str, Callable[[Turn, str], Message | None]] = {
    "track": make_links,
    "timezone": answer_timezone,
}
"""The function that takes the answer to a question, by the command that asked it."""


def no_command(turn: Turn) -> Answer:
    """Take a text without a command as the answer to a question. Without a question, answer with a hint."""
    if turn.text.startswith("/"):
        return _hint(turn, sentences.welcome.UNKNOWN_COMMAND)
    asked = turn.question() or (turn.chat.asking if turn.is_private else "")
    if turn.text and (answer := ANSWERS.get(asked)):
        return answer(turn, turn.text)
    return _hint(turn, sentences.welcome.UNKNOWN_TEXT)


def _hint(turn: Turn, sentence: Sentence) -> Answer:
    """Return a hint for what the bot did not understand. A group gets none: people talk to each other."""
    return Message(words.say(sentence)) if turn.is_private else None


def membership(turn: Turn) -> Answer:
    """Hold the chat's messages if somebody blocked the bot or removed it, until they let it in again."""
    change = turn.update.my_chat_member
    if change is not None and change.new_chat_member.status in ("kicked", "left"):
        chats.mark_unreachable(turn.chat, turn.now)
    return None
