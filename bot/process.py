"""The bot's process: its start, and its end by a signal."""

import asyncio
import gc
import logging
import signal
import sys

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

import bot.app
import logs
import settings as configuration
from bot.context import BotContext
from storage import key_check
from storage.database import UnusableDatabaseError
from storage.engine import connect, describe_database_error, require_schema
from storage.keys import KeyFileError, open_keys

log = logging.getLogger(__name__)


async def serve(settings: configuration.Settings) -> None:
    engine = connect(settings)
    await _wait_for(engine)
    keys = open_keys(settings.key_file)
    for warning in key_check.warnings(engine, settings.key_file, keys):
        log.warning("%s", warning)
    context = BotContext(settings, engine, keys)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await bot.app.Bot(settings, context).run(stop)


async def _wait_for(engine: Engine) -> None:
    """Wait until the database answers. To exit instead would end the pixel server too, under honcho."""
    logged = ""
    while True:
        try:
            require_schema(engine)
        except OperationalError as error:
            if logged != (logged := describe_database_error(error)):
                log.warning("The database does not answer, waiting for it: %s", logged)
            await asyncio.sleep(1)
        else:
            return


def main() -> int:
    try:
        settings = configuration.read()
        logs.start(settings)
        logs.warn_of_root()
        if settings.bot_token is None:
            raise configuration.SettingsError(
                "BOT_TOKEN is not set. Get one from @BotFather, or run: python -m demo"
            )
        # All objects that exist now stay in use: the garbage collector need not go through them again.
        gc.freeze()
        gc.enable()
        asyncio.run(serve(settings))
    except (configuration.SettingsError, KeyFileError, UnusableDatabaseError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0
