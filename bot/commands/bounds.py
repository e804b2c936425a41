"""Bounds what a command reads: a longer text is refused before anything is parsed, and says so."""

import words
from bot.commands.remember import LONGEST_NOTE
from bot.commands.turn import Answer, Handler, Turn
from bot.message import Message
from bot.parsing import Command
from words import sentences

LONGEST_ARGUMENT = 1024
"""Characters after a command: a note of the greatest length, and its link's number. Telegram takes 4,096 in a
message; sixty such commands kept another chat waiting for 17 s."""


def within_bounds(handle: Handler) -> Handler:
    """Make the handler of a command that refuses more text than the bot reads."""

    def run(turn: Turn) -> Answer:
        return refusal(turn.command) or handle(turn)

    return run


def refusal(command: Command) -> Message | None:
    """Return the answer to a command with too long a text; None if it is short enough."""
    count = len(command.argument)
    if count <= LONGEST_ARGUMENT:
        return None
    if command.name == "note":
        return Message(words.say(sentences.commands.NOTE_TOO_LONG, longest=LONGEST_NOTE))
    told = words.say(sentences.commands.TOO_LONG, command=command.name, count=count, longest=LONGEST_ARGUMENT)
    return Message(told)
