"""`/note` and `/remind`: what a person adds to a link, and a nudge for later."""

from collections.abc import Callable

from markupsafe import Markup
from sqlmodel import Session
from telegram import Update

import words
from bot.commands.presses import Answer, Press, on_link
from bot.commands.statements import about_link
from bot.context import BotContext
from bot.message import Message
from bot.messages import nudges
from bot.messages.phrases import lines, name
from bot.replies import owe_reply
from bot.times import moments
from bot.times.hours import is_guessed, zone_of
from bot.updates import author_of, more_of
from storage import chats, notes, reminders
from storage.tables import Link
from storage.times import now
from tracking.status import ENDED, ONCE_OPENED, WAITING_FOR_AN_OPEN
from words import sentences
from words.typed import understood

LONGEST_NOTE = 1000
"""Characters; more is a document, and not a note."""


def note(session: Session, update: Update, context: BotContext) -> Message:
    """`/note 7 called him, no answer`: kept in the link's story."""
    return about_link(session, update, context, "note", _note, takes_more=True)


def _note(session: Session, link: Link, update: Update, _context: BotContext) -> Message:
    text = more_of(update)
    if not text:
        return Message(words.say(sentences.commands.NOTE_HOW, number=link.number))
    if len(text) > LONGEST_NOTE:
        return Message(words.say(sentences.commands.NOTE_TOO_LONG, longest=LONGEST_NOTE))
    notes.add(session, link, by=author_of(update), text=text, now=now())
    return Message(words.say(sentences.commands.NOTE_KEPT, name=name(link)))


def remind(session: Session, update: Update, context: BotContext) -> Message:
    """`/remind 7 in 2 days`, `/remind 7 off`; without a time it asks."""
    return about_link(session, update, context, "remind", _remind, takes_more=True)


def _remind(session: Session, link: Link, update: Update, _context: BotContext) -> Message:
    more, at = more_of(update), now()
    if more.lower() in understood().off:
        dropped = reminders.drop_reminder(session, link)
        return Message(
            words.say(
                sentences.commands.REMIND_OFF if dropped else sentences.commands.REMIND_NONE, name=name(link)
            )
        )
    chat = chats.get_or_create(session, link.chat_id, at)
    due = moments.future(more, at, zone_of(chat))
    if due is None:
        return nudges.offer(link)
    guessed = is_guessed(chat, lambda zone: moments.future(more, at, zone))
    return remind_at(session, link, due, in_utc=[words.say(sentences.clocks.CLOCK_IN_UTC)] if guessed else [])


def remind_at(session: Session, link: Link, at: float, *, in_utc: list[Markup]) -> Message:
    if link.status in ENDED:
        return Message(words.say(sentences.commands.REMIND_STOPPED, name=name(link)))
    if link.status in ONCE_OPENED:
        return Message(words.say(sentences.commands.REMIND_SEEN, name=name(link)))
    reminders.owe_reminder(session, link, at, now())
    noted = words.say(sentences.commands.REMIND_NOTED, name=name(link), time=words.time(at, now()))
    return Message(lines(noted, *in_utc))


@on_link
def pressed_remind(press: Press, link: Link) -> Answer:
    owe_reply(press.session, press.update, nudges.offer(link), now(), quote=True)
    return None


def remind_in(days: int) -> Callable[[Press], Answer]:
    @on_link
    def act(press: Press, link: Link) -> Answer:
        if link.status not in WAITING_FOR_AN_OPEN:
            return sentences.toasts.TOAST_NO_REMINDER
        reminders.owe_reminder(press.session, link, now() + days * 86400, now())
        return sentences.toasts.TOAST_REMIND

    return act
