"""The process: what is needed to start, the loops, and what is finished at the end."""

import asyncio
import signal
import sys

import bot.app
import logs
import settings as configuration
from bot.desk import Desk
from storage.engine import SchemaError, connect, require_schema
from storage.keys import KeyFileError, open_keys


async def serve(settings: configuration.Settings) -> None:
    engine = connect(settings)
    require_schema(engine)
    desk = Desk(settings, engine, open_keys(settings.key_file))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await bot.app.Bot(settings, desk).run(stop)


def main() -> int:
    try:
        settings = configuration.read()
        logs.start(settings)
        if settings.bot_token is None:
            raise configuration.SettingsError(
                "BOT_TOKEN is not set. Get one from @BotFather, or run: python -m demo"
            )
        asyncio.run(serve(settings))
    except (configuration.SettingsError, KeyFileError, SchemaError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0
