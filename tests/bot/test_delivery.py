"""The loop that delivers, when it is told to end."""

import asyncio
from typing import Literal

import pytest
from sqlalchemy import Engine
from telegram import Bot

from bot.context import BotContext
from bot.delivery.loop import Delivery
from settings import Settings
from storage.keys import open_keys


class Noticing(asyncio.Event):
    """Tells when somebody begins to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_for = asyncio.Event()

    async def wait(self) -> Literal[True]:
        self.waited_for.set()
        return await super().wait()


async def test_a_bot_that_is_told_to_end_just_when_news_comes_ends(
    settings: Settings, engine: Engine
) -> None:
    context = BotContext(settings, engine, open_keys(settings.key_file))
    context.due = due = Noticing()
    loop = asyncio.create_task(Delivery(context, Bot("1000:none")).run())
    await due.waited_for.wait()
    await asyncio.sleep(0)
    due.set()
    loop.cancel()
    ended, _ = await asyncio.wait([loop], timeout=30)
    loop.cancel()
    context.close()
    assert ended == {loop}
    with pytest.raises(asyncio.CancelledError):
        loop.result()
