"""A piece of the pixel server that runs beside the requests, from its start to its end."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class BackgroundTask:
    """At most one task of the event loop."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = asyncio.create_task(work)

    async def stop(self) -> None:
        """Cancel the work, and wait until it has ended."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
