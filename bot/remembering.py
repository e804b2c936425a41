"""`/remind`: a nudge for later, if nothing was seen by then."""

from sqlmodel import Session
from telegram import Update

import words
from bot import moments, nudges
from bot.commands import about_link
from bot.desk import Desk
from bot.hours import zone_of
from bot.message import Message
from bot.phrases import name
from bot.updates import more_of
from storage import reminders
from storage.chats import chat_of
from storage.links import history_of
from storage.tables import Link
from storage.times import now
from words import english as en


def remind(session: Session, update: Update, desk: Desk) -> Message:
    """`/remind 7 in 2 days`, `/remind 7 off`; without a time it asks."""
    return about_link(session, update, desk, "remind", _remind, takes_more=True)


def _remind(session: Session, link: Link, update: Update, _desk: Desk) -> Message:
    more = more_of(update)
    if more.lower() == "off":
        dropped = reminders.drop(session, link)
        return Message(words.say(en.REMIND_OFF if dropped else en.REMIND_NONE, name=name(link)))
    at = moments.future(more, now(), zone_of(chat_of(session, link.chat_id, now())))
    return nudges.offer(link) if at is None else remind_at(session, link, at)


def remind_at(session: Session, link: Link, at: float) -> Message:
    history = history_of(link)
    if history.said.closed_at is not None:
        return Message(words.say(en.REMIND_STOPPED, name=name(link)))
    if history.memory.opens:
        return Message(words.say(en.REMIND_SEEN, name=name(link)))
    reminders.owe(session, link, reminders.REMIND, at, now())
    return Message(words.say(en.REMIND_NOTED, name=name(link), time=words.time(at, now())))
