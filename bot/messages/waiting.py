"""Lists what waits for its time: the reminders and deadlines of a chat, each with a button that ends it."""

from collections.abc import Sequence

from markupsafe import Markup
from telegram import InlineKeyboardButton

import words
from bot.message import Message, button
from bot.messages.phrases import deadline_of, lines, name
from storage.kinds import MessageKind
from storage.reminders import Waiting
from storage.tables import Link
from storage.times import seconds
from words import sentences

MOST_SHOWN = 5
"""Each has a row of its own. What comes later is shown once one of these is ended."""


def waiting_list(waiting: Sequence[Waiting], now: float) -> Message:
    """Return the list that `/remind` answers with, the next one first."""
    if not waiting:
        return Message(words.say(sentences.nudges.WAITING_NONE))
    shown = waiting[:MOST_SHOWN]
    told = [_line(each, now) for each in shown]
    if later := len(waiting) - len(shown):
        told.append(words.say(sentences.nudges.WAITING_MORE, count=later))
    text = lines(words.say(sentences.nudges.WAITING), *told, words.say(sentences.nudges.WAITING_HINT))
    return Message(text, [[_end_button(each)] for each in shown])


def _line(each: Waiting, now: float) -> Markup:
    link, time = each.link, words.time(each.due, now)
    values = {"number": link.number, "name": name(link), "time": time}
    if each.kind == MessageKind.DEADLINE and link.deadline:
        day = deadline_of(seconds(link.deadline))
        return words.say(sentences.nudges.WAITING_DEADLINE, **values, day=day)
    return words.say(sentences.nudges.WAITING_REMINDER, **values)


def _end_button(each: Waiting) -> InlineKeyboardButton:
    if each.kind == MessageKind.DEADLINE:
        return end_deadline_button(each.link, "end_deadline")
    return end_reminder_button(each.link, "end_reminder")


def end_reminder_button(link: Link, verb: str) -> InlineKeyboardButton:
    return button(words.plain(sentences.buttons.BUTTON_END_REMINDER, number=link.number), verb, link.id)


def end_deadline_button(link: Link, verb: str) -> InlineKeyboardButton:
    return button(words.plain(sentences.buttons.BUTTON_END_DEADLINE, number=link.number), verb, link.id)
