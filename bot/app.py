"""Puts the bot together: Telegram's client, and the loops that receive, answer, and deliver."""

import asyncio
import logging
from contextlib import suppress

import telegram
from sqlmodel import Session
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot import checkup, profile
from bot.context import TELEGRAM, BotContext
from bot.delivery.loop import Delivery
from bot.delivery.outcomes import describe_telegram_error, is_answered
from bot.judging import Rejudger
from bot.published_lists import ListRefresher
from bot.receiving import UpdateReceiver
from bot.supervisor import Step, run_forever, run_until_done
from bot.tls import trusted
from settings import Settings
from storage import claims, daily_limit, inbox, outbox, reactions
from storage.health import BOT, beat, last_beat, leave_username
from storage.lock import LockLostError, require_term
from storage.notifying import Topic
from storage.retention import purge
from storage.times import now, steady

log = logging.getLogger(__name__)

HEARTBEAT = 20.0
"""Seconds between two signs of life."""
HOUSEKEEPING = 600.0
"""Seconds between two rounds. A card may show so much later that its link has fallen asleep."""
LOCK_CHECK = 5.0
"""Seconds between two checks whether this bot still holds its lock: a restart of PostgreSQL takes it away."""
NOTIFICATIONS_CHECK = 5.0
"""Seconds between two checks whether notifications still come."""
GOODBYE = 3.0
"""Seconds that messages in flight have at the end: honcho kills after 5."""


def connect_to_telegram(settings: Settings) -> telegram.Bot:
    """Return a client that paces and repeats nothing by itself: the outbox does, durably."""
    assert settings.bot_token  # noqa: S101  # checked at start
    api, certificates = settings.telegram_api_url, {"verify": trusted()}
    return telegram.Bot(
        settings.bot_token.get_secret_value(),
        base_url=f"{api}/bot",
        base_file_url=f"{api}/file/bot",
        request=HTTPXRequest(
            connection_pool_size=16,
            connect_timeout=5,
            read_timeout=15,
            write_timeout=10,
            httpx_kwargs=certificates,
        ),
        get_updates_request=HTTPXRequest(
            connection_pool_size=1, connect_timeout=5, httpx_kwargs=certificates
        ),
    )


class Bot:
    """Runs until it is told to stop, whatever trouble Telegram or the database has."""

    def __init__(self, settings: Settings, context: BotContext) -> None:
        self._settings, self._context = settings, context
        self._bot = connect_to_telegram(settings)
        self._receiver = UpdateReceiver(context, self._bot)
        self._delivery = Delivery(context, self._bot)
        self._refresher = ListRefresher(context)
        self._started = now()

    async def run(self, stop: asyncio.Event) -> None:
        tasks = [
            asyncio.create_task(run_forever(self._context, "writing the heartbeat", self._write_heartbeat)),
            asyncio.create_task(run_forever(self._context, "starting", self._serve)),
            asyncio.create_task(checkup.run(self._context)),
        ]
        await stop.wait()
        self._context.ending = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await self._delivery.drain()
        self._context.lock.release()
        await self._bot.shutdown()
        self._context.close()

    async def _serve(self) -> None:
        """Work for as long as the lock is ours, and take it again when it is lost, until cancelled."""
        while True:
            try:
                await run_until_done(self._context, "waiting for the other bot", self._wait_for_lock)
                await run_until_done(self._context, "greeting Telegram", self._greet)
                await self._work()
            except* LockLostError as lost:
                self._context.set_trouble("lock", f"{lost.exceptions[0]} Waiting for the lock again.")
            # Else we would take our own messages in flight for those of a bot that died, and repeat them.
            await self._delivery.drain()

    async def _work(self) -> None:
        """Run the loops. Raises an ExceptionGroup with a LockLostError."""
        log.info("Ready as @%s.", self._bot.username)
        self._receiver.catching_up.begin()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(profile.register(self._bot))
            for name, loop in self.loops().items():
                tasks.create_task(run_forever(self._context, name, loop))

    def loops(self) -> dict[str, Step]:
        """Return the work that never ends, by what it is called in `/readyz` when it fails."""
        loops: dict[str, Step] = {
            "waiting for notifications": self._wait_for_notifications,
            "receiving updates": self._receiver.poll,
            "answering updates": self._receiver.work,
            "delivering messages": self._deliver,
            "judging again": Rejudger(self._context).run,
            "keeping house": self._keep_house,
            "watching the lock": self._watch_lock,
        }
        if self._settings.refresh_days:
            loops["refreshing the published lists"] = self._refresher.run
        return loops

    async def _deliver(self) -> None:
        await self._receiver.catching_up.wait()
        await self._delivery.run()

    async def _watch_lock(self) -> None:
        while True:
            await asyncio.sleep(LOCK_CHECK)
            await asyncio.to_thread(self._context.lock.require)

    async def _wait_for_notifications(self) -> None:
        """Deliver within milliseconds what the pixel server has written; without this, within seconds."""
        subscriber = self._context.database.subscriber(Topic.NEWS, self._context.due.set)
        try:
            subscriber.start()
            while True:
                self._context.set_trouble("notifications", subscriber.trouble)
                await asyncio.sleep(NOTIFICATIONS_CHECK)
        finally:
            subscriber.stop()

    async def _wait_for_lock(self) -> None:
        while not await asyncio.to_thread(self._context.lock.take):
            self._context.set_trouble("lock", "Another bot works on this database; waiting until it ends.")
            await asyncio.sleep(1)
        self._context.set_trouble("lock", "")
        await self._context.write(self._take_over)

    def _take_over(self, session: Session) -> None:
        require_term(session, self._context.lock.term)
        claims.expire_leases(session, steady())

    async def _greet(self) -> None:
        """Learn the bot's own name, and leave it for the front page.

        Wait while Telegram cannot be reached or refuses the token.
        """
        pause = 1.0
        while True:
            try:
                await self._bot.initialize()
                await self._bot.delete_webhook()
                break
            except TelegramError as error:
                self._context.set_trouble(TELEGRAM, describe_telegram_error(error))
                self._context.outages.note(is_answered(error), now())
                await asyncio.sleep(pause)
                pause = min(pause * 2, 30)
        self._context.set_trouble(TELEGRAM, "")
        self._context.outages.note(True, now())
        await self._context.write(lambda session: leave_username(session, self._bot.username, now()))

    async def _write_heartbeat(self) -> None:
        last = await self._context.read(lambda session: last_beat(session, BOT))
        if last is not None:
            self._context.outages.was_down(last, self._started)
        while True:
            self._context.troubled.clear()
            await self._context.write(lambda session: beat(session, BOT, self._context.trouble, now()))
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT):
                    await self._context.troubled.wait()

    async def _keep_house(self) -> None:
        """Refresh the cards that time alone has changed; drop old updates, answers, and fetches."""
        days, windows = self._settings.retention_days, self._settings.windows
        while True:
            if await self._context.write(lambda session: outbox.refresh_due(session, now())):
                self._context.due.set()
            await self._context.write(lambda session: inbox.forget(session, now()))
            await self._context.write(lambda session: outbox.forget(session, now()))
            await self._context.write(reactions.forget)
            await self._context.write(lambda session: daily_limit.forget(session, now()))
            while await self._context.write(lambda session: purge(session, now(), days, windows)):
                pass
            await asyncio.sleep(HOUSEKEEPING)
