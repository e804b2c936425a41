"""Commands that are about no single link, and what comes without a command."""

from collections.abc import Mapping

from markupsafe import Markup
from sqlmodel import Session
from telegram import Update

import words
from bot import parsing
from bot.commands.clocks import answer_zone
from bot.commands.track import make_links
from bot.context import BotContext
from bot.message import Message, button
from bot.messages.listing import history_page
from bot.messages.phrases import lines
from bot.replies import question_of
from bot.times import zones
from bot.updates import chat_id_of, is_private, text_of
from storage import chats, reports
from storage.tables import Chat
from storage.times import now
from tracking.status import ENDED, UNOPENED, LinkStatus
from words import sentences

COUNTED = {
    "new": (LinkStatus.NEW,),
    "draft": (LinkStatus.DRAFT,),
    "unopened": UNOPENED,
    "opened": (LinkStatus.OPENED,),
    "asleep": (LinkStatus.ASLEEP,),
    "stopped": ENDED,
}
"""What `/status` counts."""


def start(_session: Session, _update: Update, _context: BotContext) -> Message:
    first, test = (
        button(sentences.buttons.BUTTON_FIRST, "track", 0),
        button(sentences.buttons.BUTTON_TEST, "test", 0),
    )
    return Message(words.say(sentences.welcome.START), [[first], [test]])


def help_(_session: Session, _update: Update, _context: BotContext) -> Message:
    told = (
        words.say(sentences.welcome.HELP_LINE, command=command, description=text)
        for command, text in sentences.welcome.COMMANDS.items()
    )
    return Message(lines(words.say(sentences.welcome.HELP), *told))


def cancel(session: Session, update: Update, _context: BotContext) -> Message:
    chat = chats.get_or_create(session, chat_id_of(update), now())
    asked, chat.asking = chat.asking, ""
    return Message(words.say(sentences.welcome.CANCELLED if asked else sentences.welcome.NOTHING_TO_CANCEL))


def history(session: Session, update: Update, context: BotContext) -> Message:
    revival = context.settings.windows.revival
    query = parsing.argument(text_of(update))
    return history_page(session, chat_id_of(update), 0, now(), query, revival=revival)


def status(session: Session, update: Update, context: BotContext) -> Message:
    report = reports.status(session, chat_id_of(update), now(), context.settings.windows.revival)
    told = _watched(report.statuses)
    if report.waiting:
        told.append(words.say(sentences.commands.STATUS_WAITING, count=report.waiting))
    told += _settings(chats.get_or_create(session, chat_id_of(update), now()))
    if report.parked:
        told.append(words.say(sentences.commands.STATUS_PARKED, count=report.parked))
    if context.trouble:
        told.append(words.say(sentences.commands.STATUS_TROUBLE))
    if not report.parked and not context.trouble:
        told.append(words.say(sentences.commands.STATUS_WELL))
    again = [
        button(sentences.buttons.BUTTON_AGAIN, "again", 0),
        button(sentences.buttons.BUTTON_LET_GO, "let_go", 0),
    ]
    return Message(lines(*told), [again] if report.parked else ())


def _watched(statuses: Mapping[LinkStatus, int]) -> list[Markup]:
    links = sum(statuses.values())
    ended = sum(statuses.get(status, 0) for status in ENDED)
    told = [words.say(sentences.commands.STATUS, watching=links - ended, links=links)]
    counted = {shown: sum(statuses.get(status, 0) for status in group) for shown, group in COUNTED.items()}
    found = [
        words.say(sentences.commands.STATUS_COUNTS[shown], count=count)
        for shown, count in counted.items()
        if count
    ]
    return [*told, Markup(" · ").join(found)] if found else told


def _settings(chat: Chat) -> list[Markup]:
    """What the chat has set: its language, and its clock."""
    told = (
        [words.say(sentences.commands.STATUS_LANGUAGE, language=sentences.languages.LANGUAGE_NAME)]
        if chat.language
        else []
    )
    if chat.zone:
        told.append(words.say(sentences.commands.STATUS_ZONE, zone=zones.shown(chat.zone)))
    if chat.quiet_from is not None and chat.quiet_until is not None:
        start, end = words.clock(chat.quiet_from), words.clock(chat.quiet_until)
        told.append(words.say(sentences.commands.STATUS_QUIET, start=start, end=end))
    if chat.digest_at is not None:
        told.append(words.say(sentences.commands.STATUS_DIGEST, clock=words.clock(chat.digest_at)))
    return told


ANSWERS = {"track": make_links, "timezone": answer_zone}
"""What takes the text that answers a question, by the command that asked."""


def unknown(session: Session, update: Update, context: BotContext) -> Message | None:
    """What is no command: the answer to a question, or else a hint; groups get silence."""
    chat = chats.get_or_create(session, chat_id_of(update), now())
    text, private = text_of(update), is_private(update)
    if text.startswith("/"):
        return Message(words.say(sentences.welcome.UNKNOWN_COMMAND)) if private else None
    asked = question_of(session, update) or (chat.asking if private else "")
    if text and (answer := ANSWERS.get(asked)):
        return answer(session, update, context, text)
    return Message(words.say(sentences.welcome.UNKNOWN_TEXT)) if private else None


def membership(session: Session, update: Update, _context: BotContext) -> None:
    """Blocked, left, or welcome again: what is owed waits for the chat to come back."""
    change = update.my_chat_member
    if change is not None and change.new_chat_member.status in ("kicked", "left"):
        chats.mark_unreachable(chats.get_or_create(session, change.chat.id, now()), now())
