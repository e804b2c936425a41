"""Judges links with many fetches again, in steps, after something was said (storage/rejudging.py)."""

import asyncio
from contextlib import suppress
from functools import partial

from bot.context import BotContext
from storage import rejudging
from storage.rejudging import Progress

SLOW_POLL = 2.0
"""Seconds between two searches for links to judge: what was said on a page wakes nobody here."""


class Rejudger:
    """Judges for ever, one link after the other, beside all that the bot does for other chats."""

    def __init__(self, context: BotContext) -> None:
        self._context, self._windows = context, context.settings.windows

    async def run(self) -> None:
        while True:
            self._context.said.clear()
            link_id = await self._context.read(rejudging.next_link)
            if link_id is not None:
                await self._judge(link_id)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(SLOW_POLL):
                    await self._context.said.wait()

    async def _judge(self, link_id: int) -> None:
        """Judge a link until its mark is gone, and have its messages edited."""
        progress: Progress | None = None
        go_on = partial(rejudging.go_on, link_id=link_id, windows=self._windows)
        while progress := await self._context.write(partial(go_on, progress=progress)):
            progress = await self._judge_stored(progress)
        self._context.due.set()

    async def _judge_stored(self, progress: Progress) -> Progress | None:
        """Judge the fetches that are stored already. Return None if something was said meanwhile."""
        while progress.seq < progress.until:
            read = partial(rejudging.read_step, progress=progress, windows=self._windows)
            step = await self._context.read_aside(read)
            if step.changed and not await self._context.write(partial(rejudging.keep_step, step=step)):
                return None
            progress = step.progress
        return progress
