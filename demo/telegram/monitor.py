"""One lock, and a way to wait for changes: for threads (tests) and for event loops (servers)."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Found = TypeVar("Found")


class Monitor:
    """The lock of the whole local Telegram. `notify` wakes everybody who waits for a change."""

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def notify(self) -> None:
        with self.lock:
            self.lock.notify_all()
            for loop, event in self._waiting:
                loop.call_soon_threadsafe(event.set)

    @contextmanager
    def _registered(self) -> Iterator[asyncio.Event]:
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self.lock:
            self._waiting.append(entry)
        try:
            yield entry[1]
        finally:
            with self.lock:
                self._waiting.remove(entry)

    async def until(self, look: Callable[[], Found | None], seconds: float) -> Found | None:
        """Call `look` after each change; return what it finds, or None when the time is over."""
        deadline = time.monotonic() + seconds
        with self._registered() as changed:
            while True:
                changed.clear()
                with self.lock:
                    found = look()
                left = deadline - time.monotonic()
                if found is not None or left <= 0:
                    return found
                await _set_within(changed, left)

    def wait(self, look: Callable[[], Found | None], seconds: float) -> Found | None:
        """Do the same in a thread. It blocks."""
        with self.lock:
            self.lock.wait_for(lambda: look() is not None, seconds)
            return look()


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
