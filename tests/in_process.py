"""The pixel server and the bot as threads of the test's own process, for tests that patch the product."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from bot.app import Bot
from bot.context import BotContext
from demo import telegram
from settings import Settings
from storage.engine import connect
from storage.keys import open_keys
from tests.pixel_server.serving import PATIENCE, Served, serving


@contextmanager
def in_process(settings: Settings) -> Iterator[tuple[telegram.Running, Served]]:
    """Run a pixel server and a bot on one database, against a local Telegram, until the end of the block.

    The bot runs in a thread with its own event loop.
    """
    with (
        telegram.running(limits=telegram.LIFTED) as api,
        serving(
            settings,
            bot_token=SecretStr(api.token),
            telegram_api_url=api.url,
            trusted_proxies=("127.0.0.1",),
            settle_seconds=0,
        ) as served,
        _bot(served.settings),
    ):
        yield api, served


@contextmanager
def _bot(settings: Settings) -> Iterator[None]:
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    async def run() -> None:
        context = BotContext(settings, connect(settings), open_keys(settings.key_file))
        await Bot(settings, context).run(stop)

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), name="bot")
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the bot did not end"
        loop.close()
