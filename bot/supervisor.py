"""Keeps the bot's loops running: a loop that fails or ends is reported as trouble and started again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError

from bot.context import BotContext
from storage.engine import describe_database_error
from storage.lock import LockLostError

log = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 8.0
"""Seconds before a step begins again: doubled from one failure to the next."""
STEADY_AFTER = 5.0
"""Seconds without a failure after which a step counts as healthy again."""

Step = Callable[[], Awaitable[None]]


async def run_forever(context: BotContext, name: str, loop: Step) -> None:
    """Run a loop that should never end. An end without an error is a failure too."""

    async def end_is_a_failure() -> None:
        await loop()
        raise RuntimeError("It ended by itself.")

    await run_until_done(context, name, end_is_a_failure)


async def run_until_done(context: BotContext, name: str, step: Step) -> None:
    """Run a step, as often as it takes, until it returns once.

    Nothing is lost when it begins again: all its work is in the database. Until it runs steadily, its failure
    is in the heartbeat's row, and so in `/readyz`. Raises LockLostError: another bot may do this work now.
    """
    pause = SHORTEST_PAUSE
    while True:
        attempt = asyncio.ensure_future(step())
        try:
            if not (await asyncio.wait({attempt}, timeout=STEADY_AFTER))[0]:
                context.set_trouble(name, "")
                pause = SHORTEST_PAUSE
                await asyncio.wait({attempt})
        finally:
            # For when the bot stops: without effect on an attempt that has ended.
            attempt.cancel()
            await asyncio.wait({attempt})
        error = _error_of(attempt)
        if error is None:
            break
        if isinstance(error, LockLostError):
            raise error
        _report(context, name, error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
    context.set_trouble(name, "")


def _error_of(attempt: asyncio.Future[None]) -> BaseException | None:
    """Return the attempt's error; None if it succeeded. Being cancelled from outside is an error, too."""
    return asyncio.CancelledError("It was cancelled.") if attempt.cancelled() else attempt.exception()


def _report(context: BotContext, name: str, error: BaseException) -> None:
    if isinstance(error, DBAPIError):
        # The database's trouble is expected, and told in one line.
        context.set_trouble(
            name, f"The database fails while {name}, trying again: {describe_database_error(error)}"
        )
    else:
        log.error("Failed while %s; restarting it.", name, exc_info=error)
        context.set_trouble(name, f"Failed while {name}, trying again: {type(error).__name__}")
