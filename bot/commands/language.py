"""`/language`: which one the chat is spoken to in."""

from sqlmodel import Session
from telegram import Update

import words
from bot import parsing
from bot.commands.presses import Answer, Press
from bot.context import BotContext
from bot.languages import language_of
from bot.message import Keyboard, Message, button
from bot.messages.phrases import lines
from bot.replies import rewrite
from bot.updates import chat_id_of, text_of
from storage import chats
from storage.tables import Chat
from storage.times import now
from words import sentences

FOLLOW = "telegram"
A_ROW = 2


def language(session: Session, update: Update, _context: BotContext) -> Message:
    """`/language de`, by its code or its name; alone it tells, and offers all."""
    text, chat = parsing.argument(text_of(update)), chats.get_or_create(session, chat_id_of(update), now())
    if not text:
        return _told(chat)
    found = words.closest(text) or _named(text.casefold())
    if found is None:
        unknown = words.say(sentences.languages.LANGUAGE_UNKNOWN, language=words.name(text))
        return Message(unknown, _choice())
    return _choose(chat, found)


def pressed_language(press: Press) -> Answer:
    chat = chats.get_or_create(press.session, press.chat_id, now())
    if press.about == FOLLOW:
        return rewrite(press.session, press.update, _choose(chat, ""))
    if press.about not in words.languages():
        return sentences.toasts.TOAST_GONE
    return rewrite(press.session, press.update, _choose(chat, press.about))


def _choose(chat: Chat, chosen: str) -> Message:
    """Statements in the language that is spoken from now on."""
    chat.language = chosen
    with words.speaking(language_of(chat)):
        return _told(chat)


def _told(chat: Chat) -> Message:
    sentence = sentences.languages.LANGUAGE_IS if chat.language else sentences.languages.LANGUAGE_FOLLOWS
    text = words.say(sentence, language=sentences.languages.LANGUAGE_NAME)
    return Message(lines(text, words.say(sentences.languages.LANGUAGE_CHOOSE)), _choice())


def _choice() -> Keyboard:
    """Each in its own name, which who speaks it finds in any list."""
    keys = [button(name, "language", code) for code, name in _names().items()]
    rows = [keys[start : start + A_ROW] for start in range(0, len(keys), A_ROW)]
    return [*rows, [button(sentences.languages.BUTTON_LANGUAGE_FOLLOW, "language", FOLLOW)]]


def _names() -> dict[str, str]:
    return {code: words.plain(sentences.languages.LANGUAGE_NAME) for code in words.in_every_language()}


def _named(text: str) -> str | None:
    return next((code for code, name in _names().items() if name.casefold() == text), None)
