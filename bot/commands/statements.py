"""`/sent`, `/mute`, `/stop`, `/peek`: what a person says about a link."""

from collections.abc import Callable

from markupsafe import Markup
from sqlmodel import Session
from telegram import Update

import words
from bot import parsing
from bot.desk import Desk
from bot.message import Message, button
from bot.messages.phrases import lines, name
from bot.times import moments
from bot.times.hours import is_guessed, zone_of
from bot.updates import author_of, chat_id_of, more_of, text_of
from storage import links
from storage.chats import chat_of
from storage.statements import state
from storage.tables import Link
from storage.times import now
from tracking import History, Statement, Telling
from words import english as en

PEEK_MINUTES = 15


def sent(session: Session, update: Update, desk: Desk) -> Message:
    """`/sent 7`: the same as the button on its card; `/sent 7 at 14:05`."""
    return about_link(session, update, desk, "sent", _say_sent, takes_more=True)


def mute(session: Session, update: Update, desk: Desk) -> Message:
    return about_link(session, update, desk, "mute", _mute)


def stop(session: Session, update: Update, desk: Desk) -> Message:
    return about_link(session, update, desk, "stop", _stop)


def peek(session: Session, update: Update, desk: Desk) -> Message:
    """`/peek`: what is looked at in the next minutes is the owner's own; `/peek 7` for one link."""
    text = parsing.argument(text_of(update))
    if text:
        return about_link(session, update, desk, "peek", _peek_one)
    chosen = links.watched(session, chat_id_of(update))
    if not chosen:
        return Message(words.say(en.PEEK_NOTHING))
    for link in chosen:
        say_peek(session, link, update, desk)
    return Message(words.say(en.PEEK_NOTED, minutes=PEEK_MINUTES, what=en.PEEK_ALL))


def about_link(
    session: Session,
    update: Update,
    desk: Desk,
    command: str,
    act: Callable[[Session, Link, Update, Desk], Message],
    *,
    takes_more: bool = False,
) -> Message:
    """Do something about the link whose number stands behind the command."""
    number, more = parsing.number_and_more(parsing.argument(text_of(update)))
    if number is None or (more and not takes_more):
        return Message(words.say(en.WHICH_LINK, command=command))
    link = links.numbered(session, chat_id_of(update), number)
    if link is None:
        return Message(words.say(en.NO_SUCH_LINK, number=number))
    return act(session, link, update, desk)


def _say_sent(session: Session, link: Link, update: Update, desk: Desk) -> Message:
    more, said_at = more_of(update), now()
    if not more:
        return Message(_sent_noted(link, say(session, link, update, desk, Statement(Telling.SENT, said_at))))
    chat = chat_of(session, link.chat_id, said_at)
    at = moments.past(more, said_at, zone_of(chat))
    if at is None:
        return Message(words.say(en.SENT_WHEN, number=link.number))
    if not chat.zone and moments.is_to_come(more, said_at, zone_of(chat)):
        return Message(words.say(en.SENT_TO_COME, clock=more.removeprefix("at ")))
    told = [_sent_noted(link, say(session, link, update, desk, Statement(Telling.TOLD_SENT, at)))]
    if is_guessed(chat, lambda zone: moments.past(more, said_at, zone)):
        told.append(words.say(en.CLOCK_IN_UTC))
    return Message(lines(*told))


def _sent_noted(link: Link, history: History) -> Markup:
    known = history.sent()
    return words.say(en.SENT_NOTED, name=name(link), time=words.time(known.at if known else now(), now()))


def _mute(session: Session, link: Link, _update: Update, _desk: Desk) -> Message:
    links.mute(session, link, muted=True)
    return Message(words.say(en.MUTE_NOTED, name=name(link)), [[button(en.BUTTON_UNMUTE, "unmute", link.id)]])


def _stop(session: Session, link: Link, update: Update, desk: Desk) -> Message:
    say(session, link, update, desk, Statement(Telling.STOPPED, now()))
    return Message(words.say(en.STOP_NOTED, name=name(link)), [[button(en.BUTTON_RESUME, "resume", link.id)]])


def _peek_one(session: Session, link: Link, update: Update, desk: Desk) -> Message:
    say_peek(session, link, update, desk)
    return Message(words.say(en.PEEK_NOTED, minutes=PEEK_MINUTES, what=name(link)))


def say_peek(session: Session, link: Link, update: Update, desk: Desk) -> None:
    at = now()
    say(session, link, update, desk, Statement(Telling.PEEK, at, until=at + PEEK_MINUTES * 60))


def say(session: Session, link: Link, update: Update, desk: Desk, *statements: Statement) -> History:
    """Keep what was said about a link; returns its history after it."""
    by = author_of(update) or None
    return state(session, link, *statements, by=by, now=now(), windows=desk.settings.windows)
