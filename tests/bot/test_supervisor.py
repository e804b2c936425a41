"""A loop that dies is reported and begun again: the bot is never dead while `/readyz` says "well"."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from bot import supervisor
from bot.app import Bot
from bot.context import BotContext
from bot.delivery.loop import Delivery
from bot.receiving import UpdateReceiver
from settings import Settings
from storage.keys import open_keys
from tests.in_process import in_process
from tests.people import Chat
from tests.pixel_server.serving import PATIENCE, Served

Loop = Callable[[], Awaitable[None]]


async def fails() -> None:
    raise RuntimeError("a secret")


async def ends() -> None:
    return


async def is_cancelled() -> None:
    raise asyncio.CancelledError


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "SHORTEST_PAUSE", 0.05)
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(supervisor, "STEADY_AFTER", 0.05)


@pytest.mark.parametrize("first", [fails, ends, is_cancelled])
async def test_a_loop_that_stops_is_trouble_until_it_runs_again(
    first: Loop, settings: Settings, engine: Engine
) -> None:
    context = BotContext(settings, engine, open_keys(settings.key_file))
    attempts, seen = [first], list[str]()

    async def runs() -> None:
        seen.append(context.trouble)
        await asyncio.Event().wait()

    async def loop() -> None:
        await (attempts.pop() if attempts else runs)()

    running = asyncio.create_task(supervisor.run_forever(context, "delivering messages", loop))
    async with asyncio.timeout(PATIENCE):
        while not seen or context.trouble:
            context.troubled.clear()
            await context.troubled.wait()
    running.cancel()
    await asyncio.wait({running})
    context.close()
    assert seen[0].startswith("Failed while delivering messages, trying again: ")
    assert "secret" not in seen[0]
    assert context.trouble == ""


async def test_what_telegram_answers_says_nothing_about_a_loop_that_died(
    settings: Settings, engine: Engine
) -> None:
    context = BotContext(settings, engine, open_keys(settings.key_file))
    context.set_trouble("keeping house", "Failed while keeping house.")
    context.set_trouble("Telegram", "Telegram does not answer.")
    context.set_trouble("Telegram", "")
    assert context.trouble == "Failed while keeping house."
    context.close()


@pytest.mark.parametrize(
    ("owner", "loop", "name"),
    [
        (UpdateReceiver, "poll", "receiving updates"),
        (UpdateReceiver, "work", "answering updates"),
        (Delivery, "run", "delivering messages"),
        (Bot, "_wait_for_notifications", "waiting for notifications"),
        (Bot, "_keep_house", "keeping house"),
    ],
)
def test_readyz_names_each_loop_that_has_died(
    owner: type, loop: str, name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anna's `/start` is answered as soon as the loop lives again."""
    original, dead = getattr(owner, loop), [True]

    def dies(self: Any) -> Any:
        if dead:
            raise OSError("No space left on device")
        return original(self)

    monkeypatch.setattr(owner, loop, dies)
    with in_process(settings) as (api, served):
        wait_for_bot(served, name)
        dead.clear()
        assert Chat(api, api.person("Anna")).asks("/start").text.startswith("Readback")
        wait_for_bot(served, '"well"')


def wait_for_bot(served: Served, told: str) -> None:
    """Ask `/readyz` until it says this."""
    deadline = time.monotonic() + PATIENCE
    while told not in (answer := served.get("/readyz").text):
        assert time.monotonic() < deadline, answer
