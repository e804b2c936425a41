"""What each command does: take the text apart, one storage function in one transaction, one answer."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from telegram import Update
from telegram.ext import ContextTypes

import words
from bot import moments, parsing
from bot.clocks import answer_zone
from bot.desk import Desk
from bot.hours import zone_of
from bot.listing import history_page
from bot.making import make_links
from bot.message import Message, button
from bot.phrases import lines, name
from bot.replies import owe_reply
from bot.updates import author_of, chat_id_of, is_private, more_of, text_of
from storage import links, reports
from storage.chats import chat_of, lose
from storage.statements import state
from storage.tables import Chat, Link
from storage.times import now
from tracking import History, Statement, Telling
from words import english as en

Context = ContextTypes.DEFAULT_TYPE
PEEK_MINUTES = 15

Act = Callable[[Session, Update, Desk], Message | None]
"""Does what an update asks for, inside its transaction, and returns what to answer."""


def desk_of(context: Context) -> Desk:
    desk: Desk = context.bot_data["desk"]
    return desk


def handler(act: Act) -> Callable[[Update, Context], Any]:
    """An act as PTB calls it: once per update, its answer owed in the same transaction."""

    async def handle(update: Update, context: Context) -> None:
        desk = desk_of(context)

        def do(session: Session) -> None:
            if message := act(session, update, desk):
                owe_reply(session, update, message, now())

        await desk.once(update.update_id, do)

    return handle


def start(_session: Session, _update: Update, _desk: Desk) -> Message:
    first, test = button(en.BUTTON_FIRST, "track", 0), button(en.BUTTON_TEST, "test", 0)
    return Message(words.say(en.START), [[first], [test]])


def help_(_session: Session, _update: Update, _desk: Desk) -> Message:
    told = (
        words.say(en.HELP_LINE, command=command, description=text) for command, text in en.COMMANDS.items()
    )
    return Message(lines(words.say(en.HELP), *told))


def cancel(session: Session, update: Update, _desk: Desk) -> Message:
    chat = chat_of(session, chat_id_of(update), now())
    asked, chat.asking = chat.asking, ""
    return Message(words.say(en.CANCELLED if asked else en.NOTHING_TO_CANCEL))


def history(session: Session, update: Update, _desk: Desk) -> Message:
    return history_page(session, chat_id_of(update), 0, now(), parsing.argument(text_of(update)))


def status(session: Session, update: Update, desk: Desk) -> Message:
    report = reports.status(session, chat_id_of(update))
    told = [words.say(en.STATUS, watching=report.watching, links=report.links)]
    if report.waiting:
        told.append(words.say(en.STATUS_WAITING, count=report.waiting))
    told += _settings(chat_of(session, chat_id_of(update), now()))
    if report.parked:
        told.append(words.say(en.STATUS_PARKED, count=report.parked))
    if desk.trouble:
        told.append(words.say(en.STATUS_TROUBLE))
    if not report.parked and not desk.trouble:
        told.append(words.say(en.STATUS_WELL))
    return Message(lines(*told), [[button(en.BUTTON_AGAIN, "again", 0)]] if report.parked else ())


def _settings(chat: Chat) -> list[Markup]:
    """The chat's clock, where it was set."""
    told = [words.say(en.STATUS_ZONE, zone=chat.zone)] if chat.zone else []
    if chat.quiet_from is not None and chat.quiet_until is not None:
        start, end = words.clock(chat.quiet_from), words.clock(chat.quiet_until)
        told.append(words.say(en.STATUS_QUIET, start=start, end=end))
    if chat.digest_at is not None:
        told.append(words.say(en.STATUS_DIGEST, clock=words.clock(chat.digest_at)))
    return told


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


ANSWERS = {"track": make_links, "timezone": answer_zone}
"""What takes the text that answers a question, by the command that asked."""


def unknown(session: Session, update: Update, desk: Desk) -> Message | None:
    """Other text: the answer to a question, or a hint; groups get silence."""
    chat = chat_of(session, chat_id_of(update), now())
    asked, text = update.effective_message, text_of(update)
    answers = asked is not None and asked.reply_to_message is not None
    private = is_private(update)
    if text.startswith("/"):
        return Message(words.say(en.UNKNOWN_COMMAND)) if private else None
    if (answer := ANSWERS.get(chat.asking)) and text and (private or answers):
        return answer(session, update, desk, text)
    return Message(words.say(en.UNKNOWN_TEXT)) if private else None


def membership(session: Session, update: Update, _desk: Desk) -> None:
    """Blocked, left, or welcome again: what is owed waits for the chat to come back."""
    change = update.my_chat_member
    if change is None:
        return
    if change.new_chat_member.status in ("kicked", "left"):
        lose(session, change.chat.id, now())
    else:
        chat_of(session, change.chat.id, now())


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
    more = more_of(update)
    if not more:
        history = say(session, link, update, desk, Statement(Telling.SENT, now()))
        return _sent_noted(link, history)
    chat = chat_of(session, link.chat_id, now())
    at = moments.past(more, now(), zone_of(chat))
    if at is None:
        return Message(words.say(en.SENT_WHEN, number=link.number))
    if not chat.zone and moments.is_to_come(more, now(), zone_of(chat)):
        return Message(words.say(en.SENT_TO_COME, clock=more))
    return _sent_noted(link, say(session, link, update, desk, Statement(Telling.TOLD_SENT, at)))


def _sent_noted(link: Link, history: History) -> Message:
    known = history.sent()
    return Message(
        words.say(en.SENT_NOTED, name=name(link), time=words.time(known.at if known else now(), now()))
    )


def _mute(session: Session, link: Link, _update: Update, _desk: Desk) -> Message:
    links.mute(session, link, muted=True)
    return Message(words.say(en.MUTE_NOTED, name=name(link)))


def _stop(session: Session, link: Link, update: Update, desk: Desk) -> Message:
    say(session, link, update, desk, Statement(Telling.STOPPED, now()))
    return Message(words.say(en.STOP_NOTED, name=name(link)), [[button(en.BUTTON_RESUME, "resume", link.id)]])


def _peek_one(session: Session, link: Link, update: Update, desk: Desk) -> Message:
    say_peek(session, link, update, desk)
    return Message(words.say(en.PEEK_NOTED, minutes=PEEK_MINUTES, what=name(link)))


def say_peek(session: Session, link: Link, update: Update, desk: Desk) -> None:
    at = now()
    say(session, link, update, desk, Statement(Telling.PEEK, at, until=at + PEEK_MINUTES * 60))


def say(session: Session, link: Link, update: Update, desk: Desk, statement: Statement) -> History:
    """Keep what was said about a link; returns its history after it."""
    by = author_of(update) or None
    return state(session, link, statement, by=by, now=now(), windows=desk.settings.windows)
