"""What Telegram shows of the bot before anybody has written to it, in every language it speaks."""

import logging

from telegram import Bot

import words
from words import sentences

log = logging.getLogger(__name__)


async def register(bot: Bot) -> None:
    """Set what is not as it should be; a Telegram that refuses is asked again at the next start."""
    try:
        for language in words.in_every_language():
            await _register(bot, language)
    except Exception as error:
        # The bot does its work without it, whatever it is.
        log.warning("The bot's commands and descriptions could not be registered: %s", error)


async def _register(bot: Bot, language: str) -> None:
    # What is set for no language is shown to everybody whose language has nothing of its own.
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
