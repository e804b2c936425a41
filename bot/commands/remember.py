"""`/note` and `/remind`: what a person adds to a link, and a nudge for later."""

from collections.abc import Callable

from markupsafe import Markup
from sqlmodel import Session
from telegram import Update

import words
from bot.commands.presses import Answer, Press, on_link
from bot.commands.statements import about_link
from bot.desk import Desk
from bot.message import Message
from bot.messages import nudges
from bot.messages.phrases import lines, name
from bot.replies import owe_reply
from bot.times import moments
from bot.times.hours import is_guessed, zone_of
from bot.updates import author_of, more_of
from storage import notes, reminders
from storage.chats import chat_of
from storage.links import history_of
from storage.tables import Link
from storage.times import now
from words import english as en
from words.typed import understood

LONGEST_NOTE = 1000
"""Characters; more is a document, and not a note."""


def note(session: Session, update: Update, desk: Desk) -> Message:
    """`/note 7 called him, no answer`: kept in the link's story."""
    return about_link(session, update, desk, "note", _note, takes_more=True)


def _note(session: Session, link: Link, update: Update, _desk: Desk) -> Message:
    text = more_of(update)
    if not text:
        return Message(words.say(en.NOTE_HOW, number=link.number))
    if len(text) > LONGEST_NOTE:
        return Message(words.say(en.NOTE_TOO_LONG, longest=LONGEST_NOTE))
    notes.add(session, link, by=author_of(update), text=text, now=now())
    return Message(words.say(en.NOTE_KEPT, name=name(link)))


def remind(session: Session, update: Update, desk: Desk) -> Message:
    """`/remind 7 in 2 days`, `/remind 7 off`; without a time it asks."""
    return about_link(session, update, desk, "remind", _remind, takes_more=True)


def _remind(session: Session, link: Link, update: Update, _desk: Desk) -> Message:
    more, at = more_of(update), now()
    if more.lower() in understood().off:
        dropped = reminders.drop(session, link)
        return Message(words.say(en.REMIND_OFF if dropped else en.REMIND_NONE, name=name(link)))
    chat = chat_of(session, link.chat_id, at)
    due = moments.future(more, at, zone_of(chat))
    if due is None:
        return nudges.offer(link)
    guessed = is_guessed(chat, lambda zone: moments.future(more, at, zone))
    return remind_at(session, link, due, in_utc=[words.say(en.CLOCK_IN_UTC)] if guessed else [])


def remind_at(session: Session, link: Link, at: float, *, in_utc: list[Markup]) -> Message:
    history = history_of(link)
    if history.said.closed_at is not None:
        return Message(words.say(en.REMIND_STOPPED, name=name(link)))
    if history.memory.opens:
        return Message(words.say(en.REMIND_SEEN, name=name(link)))
    reminders.owe(session, link, reminders.REMIND, at, now())
    noted = words.say(en.REMIND_NOTED, name=name(link), time=words.time(at, now()))
    return Message(lines(noted, *in_utc))


@on_link
def pressed_remind(press: Press, link: Link) -> Answer:
    owe_reply(press.session, press.update, nudges.offer(link), now(), quote=True)
    return None


def remind_in(days: int) -> Callable[[Press], Answer]:
    @on_link
    def act(press: Press, link: Link) -> Answer:
        history = history_of(link)
        if history.said.closed_at is not None or history.memory.opens:
            return en.TOAST_NO_REMINDER
        reminders.owe(press.session, link, reminders.REMIND, now() + days * 86400, now())
        return en.TOAST_REMIND

    return act
