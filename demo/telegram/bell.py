"""Waking everyone who waits for a change: threads that test, and event loops that serve."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Found = TypeVar("Found")


class Bell:
    """One lock for the whole world, and one ring for whoever waits for it to change."""

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self._listeners: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def ring(self) -> None:
        with self.lock:
            self.lock.notify_all()
            for loop, event in self._listeners:
                loop.call_soon_threadsafe(event.set)

    @contextmanager
    def _listening(self) -> Iterator[asyncio.Event]:
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self.lock:
            self._listeners.append(entry)
        try:
            yield entry[1]
        finally:
            with self.lock:
                self._listeners.remove(entry)

    async def until(self, look: Callable[[], Found | None], seconds: float) -> Found | None:
        """What `look` finds, as soon as it finds it; None when the time is over."""
        deadline = time.monotonic() + seconds
        with self._listening() as rung:
            while True:
                rung.clear()
                with self.lock:
                    found = look()
                left = deadline - time.monotonic()
                if found is not None or left <= 0:
                    return found
                await _rung_within(rung, left)

    def wait(self, look: Callable[[], Found | None], seconds: float) -> Found | None:
        """The same for a thread."""
        with self.lock:
            self.lock.wait_for(lambda: look() is not None, seconds)
            return look()


async def _rung_within(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
