"""Catching up: what people said while the bot was away is read before anything is delivered.

Their `/peek`, `/mute` or “That was me” may be about the very open that waits. Delivered first, its alert
would ring at somebody who had just asked for silence.
"""

import asyncio
from contextlib import suppress

LONGEST_WAIT_FOR_TELEGRAM = 10.0
"""Seconds for which delivery waits until Telegram has handed over all updates. That is one attempt which
cannot connect (5 s), the pause after it, and a second one. A Telegram that answers no `getUpdates` must not
keep alerts from people: it may well take messages, as when another program takes this bot's updates."""
LONGEST_WAIT_FOR_AN_ANSWER = 3.0
"""Seconds after that for which delivery waits until one more update is worked on. An update that fails is
tried for as long as the database is away."""
LONGEST_WAIT_FOR_ANSWERS = 30.0
"""Seconds for which it waits until all are worked on. Answers are messages too, and alerts must not wait for
a chat that writes without end."""


class CatchingUp:
    """Tracks whether the bot has fetched and answered what people said before it started."""

    def __init__(self) -> None:
        self._fetched, self._done = asyncio.Event(), asyncio.Event()
        self._answered = 0

    @property
    def has_fetched(self) -> bool:
        """True once Telegram has answered that nothing more waits there."""
        return self._fetched.is_set()

    def begin(self) -> None:
        """Begin anew: the bot starts, or it got its lock back from another bot."""
        self._fetched.clear()
        self._done.clear()

    def note_all_fetched(self) -> None:
        self._fetched.set()

    def note_answered(self) -> None:
        """Note that one more update is worked on."""
        self._answered += 1

    def note_all_done(self) -> None:
        self._done.set()

    async def wait(self) -> None:
        """Wait until all is read and worked on, but no longer than the bounds above."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_WAIT_FOR_TELEGRAM):
                await self._fetched.wait()
            async with asyncio.timeout(LONGEST_WAIT_FOR_ANSWERS):
                await self._wait_for_answers()

    async def _wait_for_answers(self) -> None:
        """Wait until all is worked on, or until nothing has been for a while."""
        before = -1
        while not self._done.is_set() and self._answered > before:
            before = self._answered
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_WAIT_FOR_AN_ANSWER):
                    await self._done.wait()
