"""The self-test behind /start: a link without a mail, and a page that loads its image."""

from sqlmodel import Session
from telegram import InlineKeyboardButton, Update

import words
from bot.commands.track import no_room
from bot.desk import Desk
from bot.message import Message
from bot.messages.cards import takes_buttons
from bot.messages.phrases import lines
from storage import links
from storage.statements import state
from storage.times import now
from tracking import Statement, Telling
from words import english as en


def offer(session: Session, update: Update, desk: Desk) -> Message:
    """Make a link that counts as sent, and say where its image can be looked at, and what that proves."""
    chat, user, asked = update.effective_chat, update.effective_user, update.effective_message
    assert chat  # noqa: S101  # only buttons of messages lead here
    at, by = now(), user.id if user else 0
    try:
        link = links.create(
            session,
            chat_id=chat.id,
            by=by,
            label=words.plain(en.TEST_LABEL),
            recipient=words.plain(en.TEST_RECIPIENT),
            now=at,
            daily=desk.settings.daily_links,
            thread_id=asked.message_thread_id if asked and asked.is_topic_message else None,
        )
    except links.DailyLimitError as full:
        return no_room(full, desk)
    # Told, not pressed: in the first seconds after the button everything is at most "fetched".
    sent = Statement(Telling.TOLD_SENT, at)
    state(session, link, sent, by=by, now=at, windows=desk.settings.windows)
    return _message(desk.test_page(link))


def _message(page: str) -> Message:
    if takes_buttons(page):
        return Message(
            words.say(en.TEST), [[InlineKeyboardButton(words.plain(en.BUTTON_TEST_PAGE), url=page)]]
        )
    return Message(lines(words.say(en.TEST), "", words.say(en.TEST_PAGE, url=page)))
