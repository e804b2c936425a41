"""`python -m bench.claiming`: the bot's own delivery loop, telling when it claimed instead of sending.

One line for each claim: the alert's key, and the monotonic clock in nanoseconds, which all processes share.
"""

import asyncio
import time

from telegram import Bot

import settings as configuration
from bot.context import BotContext
from bot.delivery.loop import Delivery, Job
from demo.telegram import made_up_token
from storage.claims import Ended, Outcome
from storage.engine import connect
from storage.keys import open_keys
from storage.notifying import Subscriber


class Claiming(Delivery):
    async def _attempt(self, job: Job) -> Outcome:
        print(job.claim.alert.key, time.monotonic_ns(), flush=True)
        return Outcome(Ended.SENT, telegram_id=job.claim.alert.id)


async def serve() -> None:
    settings = configuration.read(dotenv=None)
    context = BotContext(settings, connect(settings), open_keys(settings.key_file))
    Subscriber(settings, context.due.set).start()
    await Claiming(context, Bot(made_up_token())).run()


if __name__ == "__main__":
    asyncio.run(serve())
