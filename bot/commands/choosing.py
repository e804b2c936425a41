"""Asks which link a command is about, and offers the links that it makes sense for."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import col
from telegram import InlineKeyboardButton

import words
from bot.commands.turn import Turn
from bot.message import Message, button
from bot.messages.phrases import lines
from bot.times import grammar, moments
from bot.times.hours import zone_of
from storage import archive, links
from storage.tables import Link
from tracking.status import ENDED, UNSENT, WAITING_FOR_AN_OPEN
from words import sentences
from words.typed import understood

MOST_OFFERED = 5
LONGEST_LABEL = 20
"""UTF-16 units of a label, or of a recipient, on a button."""
SHORTEST_NAME = 3
"""Letters of a word that may name a link among other text: “in” and “at” begin a time."""


class Need(NamedTuple):
    """The links that a command makes sense for, and how it treats the text beside their number."""

    fits: tuple[ColumnElement[bool], ...] = ()
    """The conditions under which the command changes something."""
    is_text_kept: bool = False
    """Its text may be anything, so a name in it is part of the text."""
    takes_time: bool = False
    """Its text is a time."""
    is_final: bool = False
    """It cannot be undone, so a wrong number offers no other links."""


_RECORDING = col(Link.status).not_in(ENDED)
NEEDS = {
    "sent": Need((col(Link.status).in_(UNSENT),), takes_time=True),
    "note": Need(is_text_kept=True),
    "remind": Need((col(Link.status).in_(WAITING_FOR_AN_OPEN),), takes_time=True),
    "mute": Need((col(Link.muted).is_(False), _RECORDING)),
    "unmute": Need((col(Link.muted).is_(True),)),
    "stop": Need((_RECORDING,)),
    "delete": Need(is_final=True),
    "peek": Need((_RECORDING,)),
}
"""The commands that need a link."""


def ask_which_link(turn: Turn, text: str = "", *, takes_text: bool) -> Message:
    """Offer the newest links that the command makes sense for; if the text names some, only those."""
    need, kept = NEEDS[turn.command.name], text
    if need.is_text_kept:
        named = _with_word(turn, need, text.partition(" ")[0])
    else:
        name, kept = _name_and_time(turn, text) if need.takes_time else (text, "")
        named = _with_name(turn, need, name) if name else []
        if not named and takes_text:
            first, _, rest = text.partition(" ")
            named, kept = (found, rest) if (found := _with_word(turn, need, first)) else ([], kept)
        if name and not named and _newest(turn):
            return Message(words.say(sentences.history.HISTORY_NOT_FOUND, query=words.name(name)))
    return _ask(turn, named or _fitting(turn, need), kept)


def _ask(turn: Turn, offered: Sequence[Link], text: str) -> Message:
    """Ask which of these links is meant. The answer goes on with the text."""
    if not offered:
        return _nothing_fits(turn)
    command = turn.command.name
    how = words.say(sentences.choosing.WHICH_HOW, command=command, number=offered[0].number)
    question = f"{command}\n{text}"
    if turn.is_private:
        turn.chat.asking = question
    rows = [[_button(link)] for link in offered]
    return Message(lines(words.say(sentences.choosing.WHICH[command]), how), rows, question=question)


def is_time_alone(turn: Turn, link: Link | None) -> bool:
    """Return True for `/sent 30 min ago`: its number is part of a time, and does not mean the link."""
    if not (NEEDS[turn.command.name].takes_time and turn.rest and _is_time(turn, turn.argument)):
        return False
    # In Russian, “7 часов назад” is a time, and so is “часов назад”: a link #7 that exists is meant.
    return link is None or not _is_time(turn, turn.rest)


def _name_and_time(turn: Turn, text: str) -> tuple[str, str]:
    """Take `the landlord in 2 days` apart, before its longest end that is a time. Either may be empty."""
    parts = text.split()
    ends = range(max(0, len(parts) - grammar.MOST_WORDS), len(parts))
    at = next((start for start in ends if _is_time(turn, " ".join(parts[start:]))), len(parts))
    return " ".join(parts[:at]), " ".join(parts[at:])


def _is_time(turn: Turn, text: str) -> bool:
    zone = zone_of(turn.chat)
    read = (read(text, turn.said_at, zone) for read in (moments.past, moments.future))
    return text.lower() in understood().off or any(at is not None for at in read)


def _with_name(turn: Turn, need: Need, name: str) -> Sequence[Link]:
    """Return the links with this piece in their names, or with its last word: `all about the landlord`."""
    found = _named(turn, need, name)
    return found or _with_word(turn, need, name.split()[-1])


def _with_word(turn: Turn, need: Need, word: str) -> Sequence[Link]:
    """Return the links that have this whole word in their names."""
    word = word.casefold()
    if len(word) < SHORTEST_NAME:
        return []
    found = _named(turn, need, word)
    return [link for link in found if word in f"{link.label} {link.recipient}".casefold().split()]


def _named(turn: Turn, need: Need, piece: str) -> Sequence[Link]:
    """Return the links of this name that the command makes sense for, or else all: it then says why not."""
    session, chat = turn.session, turn.chat.id
    found = links.named(session, chat, piece, *need.fits) or links.named(session, chat, piece)
    return _newest(turn, col(Link.id).in_(found[:MOST_OFFERED]))


def _fitting(turn: Turn, need: Need) -> Sequence[Link]:
    return _newest(turn, *need.fits, archive.is_not_archived()) or _newest(turn, *need.fits)


def _newest(turn: Turn, *conditions: ColumnElement[bool]) -> Sequence[Link]:
    return links.newest(turn.session, turn.chat.id, 0, MOST_OFFERED, *conditions)


def _nothing_fits(turn: Turn) -> Message:
    newest = links.newest(turn.session, turn.chat.id, 0, 1)
    if not newest:
        return Message(words.say(sentences.choosing.NO_LINK_YET))
    none = sentences.choosing.NONE_FITS[turn.command.name]
    return Message(words.say(none, number=newest[0].number))


def _button(link: Link) -> InlineKeyboardButton:
    sentence = sentences.choosing.BUTTON_CHOOSE_TO if link.recipient else sentences.choosing.BUTTON_CHOOSE
    label, recipient = words.name(link.label, LONGEST_LABEL), words.name(link.recipient, LONGEST_LABEL)
    text = words.plain(sentence, number=link.number, label=label, recipient=recipient)
    return button(text, "pick", link.id)
