"""Sets the language in which the bot speaks to the chat: `/language`."""

import words
from bot.commands.turn import Answer, Turn
from bot.message import Keyboard, Message, button, speaking_to
from bot.messages.phrases import lines
from bot.times.places import folded
from storage.tables import Chat
from words import sentences

FOLLOW = "telegram"
"""On a button: the language that Telegram is set to."""
IN_A_ROW = 2
ENGLISH_NAMES = {
    "english": "en",
    "german": "de",
    "spanish": "es",
    "french": "fr",
    "portuguese": "pt",
    "russian": "ru",
}
"""The languages by the names that people type who have not found their own yet."""


def language(turn: Turn) -> Answer:
    """Set the language by its code or its name (`/language de`). Without an argument, show and offer them."""
    text = turn.argument
    if not text:
        return _current(turn.chat)
    found = words.closest(text) or code_of(text)
    if found is None:
        unknown = words.say(sentences.languages.LANGUAGE_UNKNOWN, language=words.name(text))
        return Message(unknown, _choice())
    return _choose(turn.chat, found)


def press_language(turn: Turn) -> Answer:
    if turn.id not in (FOLLOW, *words.languages()) or turn.pressed_answer() is None:
        return sentences.toasts.TOAST_GONE
    return turn.edit(_choose(turn.chat, "" if turn.id == FOLLOW else turn.id))


def _choose(chat: Chat, code: str) -> Message:
    """Change the language, and say so in the new one."""
    chat.language = code
    with speaking_to(chat):
        return _current(chat)


def _current(chat: Chat) -> Message:
    sentence = sentences.languages.LANGUAGE_IS if chat.language else sentences.languages.LANGUAGE_FOLLOWS
    text = words.say(sentence, language=sentences.languages.LANGUAGE_NAME)
    return Message(lines(text, words.say(sentences.languages.LANGUAGE_CHOOSE)), _choice())


def _choice() -> Keyboard:
    """Return a button for each language, with its own name: its speakers find that in any list."""
    keys = [button(name, "language", code) for code, name in _names().items()]
    rows = [keys[start : start + IN_A_ROW] for start in range(0, len(keys), IN_A_ROW)]
    return [*rows, [button(sentences.languages.BUTTON_LANGUAGE_FOLLOW, "language", FOLLOW)]]


def _names() -> dict[str, str]:
    return {code: words.plain(sentences.languages.LANGUAGE_NAME) for code in words.in_every_language()}


def code_of(name: str) -> str | None:
    """Return the language of this name, in English or as its speakers write it, with or without accents."""
    wanted = folded(name)
    own = (code for code, own in _names().items() if folded(own) == wanted)
    return ENGLISH_NAMES.get(wanted) or next(own, None)
