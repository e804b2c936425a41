"""Understands texts that are no command, or nearly one: an answer, a misspelt command, a wish to track.

The functions take the table of all commands (routing.py): what they find is carried out as if it were typed.
"""

from collections.abc import Mapping

import words
from bot import parsing
from bot.commands import bounds
from bot.commands.choosing import LONGEST_LABEL, NEEDS
from bot.commands.language import code_of
from bot.commands.turn import Answer, Handler, Turn
from bot.message import Message, button, unpack
from bot.messages import help as help_texts
from bot.messages.phrases import lines, numbered
from bot.parsing import Command
from storage import links
from storage.tables import OutboxMessage
from words import sentences
from words.typed import understood

Commands = Mapping[str, Handler]
SLASHES = ("/", "／")
SHOWN_AS = {"archive": "archived"}
"""The word on the button, if what was typed reads as a command of its own."""


def no_command(commands: Commands, turn: Turn) -> Answer:
    """Take a text as the answer to a question, or offer what it may have meant. Groups talk to each other."""
    if turn.command.name or turn.text.startswith(SLASHES):
        return _unknown(commands, turn) if turn.is_private or turn.names_bot else None
    if command := _answered(commands, turn):
        if too_long := bounds.refusal(command):
            return too_long  # the question stays open
        turn.chat.asking = ""
        return commands[command.name](turn.as_if_typed(command, turn.message_id))
    if not turn.is_to_the_bot:
        return None
    if wish := parsing.wish(_without_name(turn)):
        return _offer_to_track(wish)
    if turn.is_private or turn.names_bot:
        return Message(words.say(sentences.welcome.UNKNOWN_TEXT), help_texts.buttons())
    return None


def _answered(commands: Commands, turn: Turn) -> Command | None:
    """Return the command that the text completes, if it answers a question."""
    replied = turn.question()
    asked = replied or (turn.chat.asking if turn.is_private else "")
    before, _, after = asked.partition("\n")
    name, _, beginning = before.partition(" ")
    if name not in commands or not turn.text:
        return None
    if name in NEEDS and not beginning and not replied and parsing.number(turn.text) is None:
        # Only a number can be the answer to "Which link?" of somebody who does not reply to it.
        return None
    return Command(name, argument=" ".join(part for part in (beginning, turn.text, after) if part))


def _without_name(turn: Turn) -> str:
    name = f"@{turn.update.get_bot().username}".lower()
    return " ".join(word for word in turn.text.split() if word.lower() != name)


def _offer_to_track(wish: str) -> Message:
    request = parsing.track(wish)
    assert request  # noqa: S101  # a wish has a label
    sentence = sentences.choosing.BUTTON_TRACK_TO if request.recipient else sentences.choosing.BUTTON_TRACK
    names = (words.name(part, LONGEST_LABEL) for part in request)
    label = words.plain(sentence, **dict(zip(request._fields, names, strict=True)))
    return Message(words.say(sentences.track.TRACK_OFFER), [[button(label, "run", "track")]], holds=wish)


def _unknown(commands: Commands, turn: Turn) -> Message:
    """Offer the commands that a misspelt one may mean."""
    typed = turn.command.name
    found, argument = _stands_for(typed) or (parsing.meant(typed, commands.keys()), turn.argument)
    if not found:
        return Message(words.say(sentences.welcome.UNKNOWN_COMMAND), help_texts.buttons())
    shown = words.name(argument, LONGEST_LABEL) if argument else ""
    labels = [
        words.plain(sentences.choosing.BUTTON_MEANT, command=name, argument=shown).strip() for name in found
    ]
    rows = [[button(label, "run", name)] for label, name in zip(labels, found, strict=True)]
    text = words.say(sentences.choosing.DID_YOU_MEAN, typed=words.name(typed))
    # What it holds is never empty: that would be a button that was pressed already.
    return Message(text, rows, holds=argument or " ")


def _stands_for(typed: str) -> tuple[list[str], str] | None:
    """Return what a word alone means: `/history unopened` for `/unopened`, `/language de` for `/german`."""
    if typed in understood().states:
        return ["history"], SHOWN_AS.get(typed, typed)
    return (["language"], code) if (code := code_of(typed)) else None


def press_run(commands: Commands, turn: Turn) -> Answer:
    """Carry out the command on the button, with the argument that its message holds."""
    pressed = turn.pressed_answer()
    holds = unpack(pressed.payload).holds if pressed else ""
    if pressed is None or turn.id not in commands:
        return sentences.toasts.TOAST_GONE
    if not holds:
        return sentences.toasts.TOAST_ALREADY
    command = Command(turn.id, argument=holds.strip())
    return _carry_out(commands, turn, command, pressed, Message(words.say(sentences.choosing.CARRIED_OUT)))


def press_pick(commands: Commands, turn: Turn) -> Answer:
    """Carry out the command that asked "Which link?", about the link on the button."""
    pressed = turn.pressed_answer()
    name, _, text = (unpack(pressed.payload).question if pressed else "").partition("\n")
    link = links.link_of(turn.session, turn.chat.id, int(turn.id)) if turn.id.isdecimal() else None
    if pressed is None or name not in NEEDS or link is None:
        return sentences.toasts.TOAST_GONE
    command = Command(name, argument=f"{link.number} {text}".strip())
    asked = Message(lines(words.say(sentences.choosing.WHICH[name]), numbered(link)))
    return _carry_out(commands, turn, command, pressed, asked)


def _carry_out(
    commands: Commands, turn: Turn, command: Command, pressed: OutboxMessage, without_buttons: Message
) -> Answer:
    """Do what the command does. The message with the button then shows the answer, and has no such button."""
    turn.chat.asking = ""
    answer = commands[command.name](turn.as_if_typed(command, pressed.reply_to))
    if isinstance(answer, Message) and not answer.asks:
        turn.edit(answer)
        return None
    turn.edit(without_buttons)
    return answer
