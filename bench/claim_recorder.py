"""`python -m bench.claim_recorder`: the bot's own delivery loop, which records claims and sends nothing.

It prints one line for each claim: the message's key, and the monotonic clock in nanoseconds. All processes of
a machine share that clock.
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
from storage.notifying import Topic


class ClaimRecorder(Delivery):
    async def _attempt(self, job: Job) -> Outcome:
        print(job.claim.message.key, time.monotonic_ns(), flush=True)
        return Outcome(Ended.SENT, telegram_id=job.claim.message.id)


async def serve() -> None:
    settings = configuration.read(dotenv=None)
    context = BotContext(settings, connect(settings), open_keys(settings.key_file))
    context.database.subscriber(Topic.NEWS, context.due.set).start()
    await ClaimRecorder(context, Bot(made_up_token())).run()


if __name__ == "__main__":
    asyncio.run(serve())
