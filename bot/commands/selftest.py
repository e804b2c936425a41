"""The self-test behind /start: a link without a mail, and a page that loads its image."""

from sqlmodel import Session
from telegram import InlineKeyboardButton, Update

import words
from bot.commands.track import no_room
from bot.context import BotContext
from bot.message import Message
from bot.messages.cards import takes_buttons
from bot.messages.phrases import lines
from storage import links
from storage.statements import state
from storage.times import now
from tracking import Statement, StatementKind
from words import sentences


def offer(session: Session, update: Update, context: BotContext) -> Message:
    """Make a link that counts as sent, and say where its image can be looked at, and what that proves."""
    chat, user, asked = update.effective_chat, update.effective_user, update.effective_message
    assert chat  # noqa: S101  # only buttons of messages lead here
    at, by = now(), user.id if user else 0
    try:
        link = links.create(
            session,
            chat_id=chat.id,
            by=by,
            label=words.plain(sentences.welcome.TEST_LABEL),
            recipient=words.plain(sentences.welcome.TEST_RECIPIENT),
            now=at,
            daily=context.settings.daily_links,
            thread_id=asked.message_thread_id if asked and asked.is_topic_message else None,
        )
    except links.DailyLimitError as full:
        return no_room(full, context)
    # Told, not pressed: in the first seconds after the button everything is at most "fetched".
    sent = Statement(StatementKind.TOLD_SENT, at)
    state(session, link, sent, by=by, now=at, windows=context.settings.windows)
    return _message(context.test_page(link))


def _message(page: str) -> Message:
    if takes_buttons(page):
        return Message(
            words.say(sentences.welcome.TEST),
            [[InlineKeyboardButton(words.plain(sentences.buttons.BUTTON_TEST_PAGE), url=page)]],
        )
    return Message(
        lines(words.say(sentences.welcome.TEST), "", words.say(sentences.welcome.TEST_PAGE, url=page))
    )
