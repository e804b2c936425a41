"""After a start, delivery waits as long as what people said meanwhile is being worked on."""

import asyncio

import pytest

from bot import catching_up
from bot.catching_up import CatchingUp


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "LONGEST_WAIT_FOR_AN_ANSWER", 0)


async def test_delivery_waits_while_one_after_the_other_is_answered() -> None:
    catching, order = CatchingUp(), list[str]()
    catching.note_all_fetched()

    async def answer() -> None:
        for _ in range(50):
            catching.note_answered()
            await asyncio.sleep(0)
        order.append("all is answered")
        catching.note_all_done()

    async def deliver() -> None:
        await catching.wait()
        order.append("delivery begins")

    await asyncio.gather(answer(), deliver())
    assert order == ["all is answered", "delivery begins"]


async def test_delivery_begins_once_nothing_is_answered_any_more() -> None:
    catching = CatchingUp()
    catching.note_all_fetched()
    catching.note_answered()
    await catching.wait()
