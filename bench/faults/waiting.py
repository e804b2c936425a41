"""Waiting for what other processes do."""

import asyncio
from collections.abc import Callable


async def until(good: Callable[[], object]) -> None:
    while not good():  # noqa: ASYNC110  # other processes set no events
        await asyncio.sleep(0.05)
