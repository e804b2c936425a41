"""Sets the bot's profile in Telegram in every language: its commands and descriptions."""

import logging

from telegram import Bot

import words
from words import sentences

log = logging.getLogger(__name__)


async def register(bot: Bot) -> None:
    """Set the texts that differ from this version's. A refused one is tried again at the next start."""
    try:
        for language in words.in_every_language():
            await _register(bot, language)
    except Exception as error:
        # The bot does its work without a profile, so no error here may end it.
        log.warning("The bot's commands and descriptions could not be registered: %s", error)


async def _register(bot: Bot, language: str) -> None:
    # Without a code, it is shown to everybody whose language has no profile of its own.
    code = None if language == words.SOURCE else language
    commands = [(name, words.plain(sentence)) for name, sentence in sentences.welcome.COMMANDS.items()]
    known = await bot.get_my_commands(language_code=code)
    if [(command.command, command.description) for command in known] != commands:
        await bot.set_my_commands(commands, language_code=code)
    about, short = (
        words.plain(sentences.languages.BOT_DESCRIPTION),
        words.plain(sentences.languages.BOT_SHORT_DESCRIPTION),
    )
    if (await bot.get_my_description(code)).description != about:
        await bot.set_my_description(about, code)
    if (await bot.get_my_short_description(code)).short_description != short:
        await bot.set_my_short_description(short, code)
