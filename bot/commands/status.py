"""Answers `/status`: the chat's links, its settings, and the messages that may not have arrived."""

from collections.abc import Mapping

from markupsafe import Markup
from telegram import InlineKeyboardButton

import words
from bot.commands.opens import end_peeks, peek_lines
from bot.commands.turn import Answer, Turn
from bot.message import Message, button
from bot.messages.marks import MARKS
from bot.messages.phrases import lines
from bot.messages.trouble import trouble
from bot.times import zones
from storage import outbox, peeks, reports
from storage.tables import Chat
from tracking.status import ONCE_OPENED, UNOPENED, LinkStatus
from words import sentences


def status(turn: Turn) -> Message:
    context = turn.context
    report = reports.report(turn.session, turn.chat.id, turn.now, context.settings.windows.revival)
    parts = _counts(report.statuses)
    if report.archived:
        parts.append(words.say(sentences.commands.STATUS_ARCHIVED, count=report.archived))
    if report.waiting:
        parts.append(words.say(sentences.commands.STATUS_WAITING, count=report.waiting))
    running = peeks.running(turn.session, turn.chat.id, turn.now)
    parts += peek_lines(turn, running)
    parts += _settings(turn.chat)
    parked = [words.say(sentences.commands.STATUS_PARKED, count=report.parked)] if report.parked else []
    parts += parked + trouble(turn.session, context, turn.chat.id, turn.now) or [
        words.say(sentences.commands.STATUS_WELL)
    ]
    if context.settings.admin_chat_id is None and turn.is_private:
        parts.append(words.say(sentences.commands.STATUS_CHAT, chat=turn.chat.id))
    keyboard: list[list[InlineKeyboardButton]] = []
    if running:
        keyboard.append([button(sentences.buttons.BUTTON_PEEK_END, "status_peek_off", 0)])
    if report.parked:
        again = button(sentences.buttons.BUTTON_AGAIN, "again", 0)
        keyboard.append([again, button(sentences.buttons.BUTTON_LET_GO, "let_go", 0)])
    return Message(lines(*parts), keyboard)


COUNTED = {
    "new": (LinkStatus.NEW,),
    "draft": (LinkStatus.DRAFT,),
    "unopened": (LinkStatus.SENT, LinkStatus.FETCHED),
    "opened": (LinkStatus.OPENED,),
    "asleep": (LinkStatus.ASLEEP,),
    "stopped": (LinkStatus.STOPPED, LinkStatus.OBJECTED),
}
"""The counts in `/status`, each with the link statuses that it covers. The first one gives the mark."""
WATCHED = UNOPENED | ONCE_OPENED
"""The statuses of a mail that is sent and not stopped. Archived links count, as their opens are told, too."""


def _counts(statuses: Mapping[LinkStatus, int]) -> list[Markup]:
    links = sum(statuses.values())
    watching = sum(statuses.get(status, 0) for status in WATCHED)
    parts = [words.say(sentences.commands.STATUS, watching=watching, links=links)]
    counted = {shown: sum(statuses.get(status, 0) for status in group) for shown, group in COUNTED.items()}
    found = [
        Markup("{} {}").format(
            MARKS[COUNTED[shown][0]], words.say(sentences.commands.STATUS_COUNTS[shown], count=count)
        )
        for shown, count in counted.items()
        if count
    ]
    return [*parts, Markup(" · ").join(found)] if found else parts


def press_peek_off(turn: Turn) -> Answer:
    """End the chat's peeks. The message then shows how things stand without them."""
    ended = end_peeks(turn)
    turn.edit(status(turn))
    return sentences.toasts.TOAST_PEEK_ENDED if ended else sentences.toasts.TOAST_PEEK_OVER


def _settings(chat: Chat) -> list[Markup]:
    """Return lines about the chat's own settings: its language, and its clock."""
    parts = (
        [words.say(sentences.commands.STATUS_LANGUAGE, language=sentences.languages.LANGUAGE_NAME)]
        if chat.language
        else []
    )
    if chat.zone:
        parts.append(words.say(sentences.commands.STATUS_ZONE, zone=zones.shown(chat.zone)))
    if chat.quiet_from is not None and chat.quiet_until is not None:
        start, end = words.clock(chat.quiet_from), words.clock(chat.quiet_until)
        parts.append(words.say(sentences.commands.STATUS_QUIET, start=start, end=end))
    if chat.digest_at is not None:
        parts.append(words.say(sentences.commands.STATUS_DIGEST, clock=words.clock(chat.digest_at)))
    return parts


def press_again(turn: Turn) -> Answer:
    """Send the messages again that may not have arrived."""
    again = outbox.send_again(turn.session, turn.chat.id)
    return sentences.toasts.TOAST_AGAIN if again else sentences.toasts.TOAST_GONE


def press_dismiss(turn: Turn) -> Answer:
    """Give up the messages that may not have arrived."""
    gone = outbox.dismiss(turn.session, turn.chat.id)
    return sentences.toasts.TOAST_LET_GO if gone else sentences.toasts.TOAST_GONE
