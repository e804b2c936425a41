"""`/sent`, `/mute`, `/stop`, `/peek`: what a person says about a link."""

from collections.abc import Callable

from markupsafe import Markup
from sqlmodel import Session
from telegram import Update

import words
from bot import parsing
from bot.context import BotContext
from bot.message import Message, button
from bot.messages.phrases import lines, name
from bot.times import moments
from bot.times.hours import is_guessed, zone_of
from bot.updates import author_of, chat_id_of, more_of, text_of
from storage import chats, links
from storage.statements import state
from storage.tables import Link
from storage.times import now
from tracking import History, Statement, StatementKind
from words import sentences

PEEK_MINUTES = 15


def sent(session: Session, update: Update, context: BotContext) -> Message:
    """`/sent 7`: the same as the button on its card; `/sent 7 at 14:05`."""
    return about_link(session, update, context, "sent", _say_sent, takes_more=True)


def mute(session: Session, update: Update, context: BotContext) -> Message:
    return about_link(session, update, context, "mute", _mute)


def stop(session: Session, update: Update, context: BotContext) -> Message:
    return about_link(session, update, context, "stop", _stop)


def peek(session: Session, update: Update, context: BotContext) -> Message:
    """`/peek`: what is looked at in the next minutes is the owner's own; `/peek 7` for one link."""
    text = parsing.argument(text_of(update))
    if text:
        return about_link(session, update, context, "peek", _peek_one)
    chosen = links.active(session, chat_id_of(update))
    if not chosen:
        return Message(words.say(sentences.commands.PEEK_NOTHING))
    for link in chosen:
        say_peek(session, link, update, context)
    return Message(
        words.say(sentences.commands.PEEK_NOTED, minutes=PEEK_MINUTES, what=sentences.commands.PEEK_ALL)
    )


def about_link(
    session: Session,
    update: Update,
    context: BotContext,
    command: str,
    act: Callable[[Session, Link, Update, BotContext], Message],
    *,
    takes_more: bool = False,
) -> Message:
    """Do something about the link whose number stands behind the command."""
    number, more = parsing.number_and_more(parsing.argument(text_of(update)))
    if number is None or (more and not takes_more):
        return Message(words.say(sentences.commands.WHICH_LINK, command=command))
    link = links.numbered(session, chat_id_of(update), number)
    if link is None:
        return Message(words.say(sentences.commands.NO_SUCH_LINK, number=number))
    return act(session, link, update, context)


def _say_sent(session: Session, link: Link, update: Update, context: BotContext) -> Message:
    more, said_at = more_of(update), now()
    if not more:
        return Message(
            _sent_noted(link, say(session, link, update, context, Statement(StatementKind.SENT, said_at)))
        )
    chat = chats.get_or_create(session, link.chat_id, said_at)
    at = moments.past(more, said_at, zone_of(chat))
    if at is None:
        return Message(words.say(sentences.commands.SENT_WHEN, number=link.number))
    if not chat.zone and moments.is_to_come(more, said_at, zone_of(chat)):
        return Message(words.say(sentences.commands.SENT_TO_COME, clock=more.removeprefix("at ")))
    told = [_sent_noted(link, say(session, link, update, context, Statement(StatementKind.TOLD_SENT, at)))]
    if is_guessed(chat, lambda zone: moments.past(more, said_at, zone)):
        told.append(words.say(sentences.clocks.CLOCK_IN_UTC))
    return Message(lines(*told))


def _sent_noted(link: Link, history: History) -> Markup:
    known = history.sent()
    return words.say(
        sentences.commands.SENT_NOTED, name=name(link), time=words.time(known.at if known else now(), now())
    )


def _mute(session: Session, link: Link, _update: Update, _context: BotContext) -> Message:
    links.mute(session, link, muted=True)
    return Message(
        words.say(sentences.commands.MUTE_NOTED, name=name(link)),
        [[button(sentences.buttons.BUTTON_UNMUTE, "unmute", link.id)]],
    )


def _stop(session: Session, link: Link, update: Update, context: BotContext) -> Message:
    say(session, link, update, context, Statement(StatementKind.STOPPED, now()))
    return Message(
        words.say(sentences.commands.STOP_NOTED, name=name(link)),
        [[button(sentences.buttons.BUTTON_RESUME, "resume", link.id)]],
    )


def _peek_one(session: Session, link: Link, update: Update, context: BotContext) -> Message:
    say_peek(session, link, update, context)
    return Message(words.say(sentences.commands.PEEK_NOTED, minutes=PEEK_MINUTES, what=name(link)))


def say_peek(session: Session, link: Link, update: Update, context: BotContext) -> None:
    at = now()
    say(session, link, update, context, Statement(StatementKind.PEEK, at, until=at + PEEK_MINUTES * 60))


def say(session: Session, link: Link, update: Update, context: BotContext, *statements: Statement) -> History:
    """Keep what was said about a link; returns its history after it."""
    by = author_of(update) or None
    return state(session, link, *statements, by=by, now=now(), windows=context.settings.windows)
