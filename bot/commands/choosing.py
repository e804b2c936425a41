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
from storage import archive, links
from storage.tables import Link
from tracking.status import ENDED, UNSENT, WAITING_FOR_AN_OPEN
from words import sentences

MOST_OFFERED = 5
LONGEST_LABEL = 20
"""UTF-16 units of a label, or of a recipient, on a button."""
SHORTEST_NAME = 3
"""Letters of a word that may name a link before other text: “in” and “at” begin a time."""


class Need(NamedTuple):
    """What a command wants of its link."""

    fits: tuple[ColumnElement[bool], ...] = ()
    """The conditions under which the command changes something."""
    is_text_kept: bool = False
    """Its text may be anything, so a name in it is part of the text."""


_RECORDING = col(Link.status).not_in(ENDED)
NEEDS = {
    "sent": Need((col(Link.status).in_(UNSENT),)),
    "note": Need(is_text_kept=True),
    "remind": Need((col(Link.status).in_(WAITING_FOR_AN_OPEN),)),
    "mute": Need((col(Link.muted).is_(False), _RECORDING)),
    "unmute": Need((col(Link.muted).is_(True),)),
    "stop": Need((_RECORDING,)),
    "delete": Need(),
    "peek": Need((_RECORDING,)),
}
"""The commands that need a link."""


def ask_which_link(turn: Turn, *, takes_text: bool) -> Message:
    """Offer the newest links that the command makes sense for, or those that its text names."""
    command, text = turn.command.name, turn.rest if turn.number is None or takes_text else ""
    need, named = NEEDS[command], turn.number is None and text
    offered, text = _named(turn, need, text, takes_text=takes_text) if named else ([], text)
    offered = offered or _newest(turn, *need.fits, archive.is_not_archived()) or _newest(turn, *need.fits)
    if not offered:
        return _nothing_fits(turn)
    how = words.say(sentences.choosing.WHICH_HOW, command=command, number=offered[0].number)
    question = f"{command}\n{text if takes_text else ''}"
    if turn.is_private:
        turn.chat.asking = question
    rows = [[_button(link)] for link in offered]
    return Message(lines(words.say(sentences.choosing.WHICH[command]), how), rows, question=question)


def _named(turn: Turn, need: Need, text: str, *, takes_text: bool) -> tuple[Sequence[Link], str]:
    """Return the links that the text names, or its first word, and the text that remains for the command."""
    if not takes_text:
        return _with_name(turn, need, text), ""
    first, _, rest = text.partition(" ")
    if len(first) < SHORTEST_NAME:
        return [], text
    found = [
        link
        for link in _with_name(turn, need, first)
        if first.casefold() in f"{link.label} {link.recipient}".casefold().split()
    ]
    return found, rest if found and not need.is_text_kept else text


def _newest(turn: Turn, *conditions: ColumnElement[bool]) -> Sequence[Link]:
    return links.newest(turn.session, turn.chat.id, 0, MOST_OFFERED, *conditions)


def _with_name(turn: Turn, need: Need, piece: str) -> Sequence[Link]:
    found = links.named(turn.session, turn.chat.id, piece, *need.fits)[:MOST_OFFERED]
    return links.newest(turn.session, turn.chat.id, 0, MOST_OFFERED, col(Link.id).in_(found))


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
