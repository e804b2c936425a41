"""The self-test behind /start: a link without a mail, and a page that loads its image."""

from telegram import InlineKeyboardButton

import words
from bot.commands.track import no_room
from bot.commands.turn import Answer, Turn
from bot.message import Message
from bot.messages.cards import takes_buttons
from bot.messages.phrases import lines
from storage import links
from storage.daily_limit import DailyLimitError
from storage.links import NewLink
from tracking import Statement, StatementKind
from words import sentences


def press_test(turn: Turn) -> Answer:
    turn.owe(_offer(turn))
    return None


def _offer(turn: Turn) -> Message:
    """Make a link that counts as sent, and say where its image can be opened, and what that proves."""
    new = NewLink(
        chat_id=turn.chat.id,
        created_by=turn.author,
        label=words.plain(sentences.welcome.TEST_LABEL),
        recipient=words.plain(sentences.welcome.TEST_RECIPIENT),
        thread_id=turn.thread_id,
    )
    try:
        link = links.create(turn.session, new, now=turn.now, daily=turn.context.settings.daily_links)
    except DailyLimitError as full:
        return no_room(full, turn)
    # Told, not pressed: in the first seconds after the button every fetch is at most "proxied".
    # Its page stands for the mail, so nobody need be asked whether the image is in it.
    turn.store(link, Statement(StatementKind.TOLD_SENT, turn.now), Statement(StatementKind.PASTED, turn.now))
    return _message(turn.context.test_page(link))


def _message(page: str) -> Message:
    if takes_buttons(page):
        return Message(
            words.say(sentences.welcome.TEST),
            [[InlineKeyboardButton(words.plain(sentences.buttons.BUTTON_TEST_PAGE), url=page)]],
        )
    return Message(
        lines(words.say(sentences.welcome.TEST), "", words.say(sentences.welcome.TEST_PAGE, url=page))
    )
