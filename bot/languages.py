"""In which language a chat is spoken to: the one it chose, or else the one that its Telegram is set to."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session
from telegram import Update

import words
from bot.updates import chat_id_of, is_private
from storage import chats
from storage.tables import Chat
from storage.times import now


def language_of(chat: Chat) -> str:
    return words.best(chat.language, chat.telegram_language)


@contextmanager
def speaking_to(session: Session, update: Update) -> Iterator[None]:
    """Answer an update in its chat's language. An update from a chat also shows that it can be reached."""
    chat = chats.get_or_create(session, chat_id_of(update), now())
    chats.mark_reachable(chat)
    _hear(chat, update)
    with words.speaking(language_of(chat)):
        yield


def _hear(chat: Chat, update: Update) -> None:
    """A person's Telegram may be set to another language one day; in a group the first who writes counts."""
    user = update.effective_user
    if user and user.language_code and (is_private(update) or not chat.telegram_language):
        chat.telegram_language = user.language_code
