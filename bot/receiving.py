"""Receives updates: fetches them from Telegram, stores them on disk, confirms them, and then answers."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from telegram import Bot, Update
from telegram.error import InvalidToken, RetryAfter, TelegramError

import words
from bot.catching_up import CatchingUp
from bot.commands import routing
from bot.commands.turn import begin_turn
from bot.context import TELEGRAM, BotContext
from bot.delivery.outcomes import describe_telegram_error, is_answered
from bot.message import Message
from bot.notices import owe_notice
from bot.polls import Polls
from bot.updates import UnreadableUpdateError, chat_of, is_update, read
from bot.waiting_updates import WaitingUpdates
from storage import health, inbox
from storage.inbox import Received
from storage.kinds import notice_key
from storage.tables import StoredUpdate
from storage.times import now
from words import sentences

log = logging.getLogger(__name__)

ALLOWED_UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
"""No edited messages: an edit gets no answer and changes nothing."""
MOST_UPDATES = 100
"""Updates in one answer of Telegram's: there may be more (getUpdates)."""
LONG_POLL = 25
"""Seconds that Telegram holds a request for updates while there are none."""
SHORTEST_POLL = 0.1
"""Seconds. A Bot API that does not hold the request would be asked thousands of times a second."""
SLOWEST_RETRY = 30.0
"""Seconds between two attempts while Telegram cannot be reached, or refuses the token."""
RETRY_PAUSE = 0.2
"""Seconds before an update that failed is tried again."""


class UpdateReceiver:
    """Two loops that meet in the inbox: `poll` stores updates, `work` answers them."""

    def __init__(self, context: BotContext, bot: Bot) -> None:
        self._context, self._bot = context, bot
        self.catching_up = CatchingUp()
        self._waiting = WaitingUpdates()

    async def poll(self) -> None:
        """Fetch updates from Telegram. The next request confirms those that are on disk."""
        offset, pause = None, 1.0
        polls = Polls(await self._context.read(health.last_answered))
        while True:
            asked, asked_at = time.monotonic(), now()
            try:
                answer = await self._fetch(offset)
            except (TelegramError, KeyError) as error:
                # KeyError: an answer of 200 without a result, which PTB does not expect.
                self._context.set_trouble(TELEGRAM, describe_telegram_error(error))
                self._context.outages.note(is_answered(error), now())
                pause = _longer(pause)
                await asyncio.sleep(_wait(error, pause))
                continue
            self._context.set_trouble(TELEGRAM, "")
            self._context.outages.note(True, now())
            updates = _updates_in(answer)
            if not updates and not self.catching_up.has_fetched:
                self.catching_up.note_all_fetched()
                self._context.received.set()
            received = polls.received(asked_at, now())
            await self._keep(updates, received, polls, is_full=len(answer) >= MOST_UPDATES)
            if updates:
                offset = max(update["update_id"] for update in updates) + 1
                self._context.received.set()
            elif answer:
                # Nothing confirms what was passed over: it would come again thousands of times a second.
                pause = _longer(pause)
                await asyncio.sleep(pause)
                continue
            elif time.monotonic() - asked < SHORTEST_POLL:
                await asyncio.sleep(SHORTEST_POLL)
            pause = 1.0

    async def _keep(
        self, updates: Sequence[Mapping[str, Any]], received: Received, polls: Polls, *, is_full: bool
    ) -> None:
        """Store updates, and that Telegram has answered now: whatever comes next was pressed later.

        A full answer may have left updates behind, which have waited as long as those in it.
        """

        def keep(session: Session) -> None:
            if updates:
                inbox.receive(session, updates, received)
            if not is_full:
                health.keep_answered(session, received.at)

        if not is_full:
            polls.answered(received.at)
        if updates or polls.is_to_be_kept(received.at):
            await self._context.write(keep)
            self._waiting.add_all((chat_of(update), update["update_id"]) for update in updates)
            if not is_full:
                polls.keep(received.at)

    async def _fetch(self, offset: int | None) -> list[object]:
        """Fetch updates as Telegram writes them. Raises TelegramError.

        PTB's own method parses all of them before it returns any: one that it cannot parse would come again
        and again, and keep the others from ever arriving.
        """
        # The first requests are not held: an empty answer says that everything is here.
        hold = LONG_POLL if self.catching_up.has_fetched else 0
        asked = {"offset": offset, "timeout": hold, "allowed_updates": ALLOWED_UPDATES}
        answer: object = await self._bot._post(  # no public one parses later
            "getUpdates", asked, read_timeout=LONG_POLL + 10
        )
        if not isinstance(answer, list):
            raise TelegramError("it answers with something else than a list of updates")
        return answer

    async def work(self) -> None:
        """Answer the stored updates, one after the other: the chats take turns, each in its order."""
        await self._load()
        while True:
            self._context.received.clear()
            # Asked before the next update is: what is stored in between must not be missed.
            is_all_here = self.catching_up.has_fetched
            if waits := self._waiting.next():
                await self._answer_if_waiting(*waits)
                continue
            if is_all_here:
                self.catching_up.note_all_done()
            await self._context.received.wait()

    async def _load(self) -> None:
        """Let all updates wait that are on disk: the bot has started, or the database was away."""
        newest = -1
        while stored := await self._context.read(partial(inbox.waiting, after=newest)):
            self._waiting.add_all((chat_of(json.loads(each.body)), each.id) for each in stored)
            newest = stored[-1].id

    async def _answer_if_waiting(self, chat: int, update_id: int) -> None:
        stored = await self._context.read(lambda session: session.get(StoredUpdate, update_id))
        if stored is None or stored.done or await self._answer(stored):
            self.catching_up.note_answered()
        else:
            self._waiting.add(chat, update_id)

    async def _answer(self, stored: StoredUpdate) -> bool:
        """Answer an update. Return False if it failed, and is to be tried again."""
        update: Update | None = None
        try:
            update = read(stored.body, self._bot)
            if self._is_allowed(update):
                await routing.handle(update, inbox.received(stored), self._context, self._bot)
            else:
                await self._refuse(update, inbox.received(stored))
        except OperationalError:
            # The database failed, and not the update: it waits, however long that takes.
            raise
        except UnreadableUpdateError as error:
            log.warning("Update %d cannot be read and is passed over: %s.", stored.id, error)
            await self._context.write(lambda session: inbox.finish(session, stored.id))
        except Exception as error:
            # The traceback once: the next attempts have the same.
            log.error("Update %d failed.", stored.id, exc_info=None if stored.attempts else error)
            return await self._give_up_in_time(stored, update)
        return True

    async def _give_up_in_time(self, stored: StoredUpdate, update: Update | None) -> bool:
        """Let a failing update be tried again. The last time, tell its chat, and return True."""
        given_up = await self._context.write(lambda session: inbox.count_failure(session, stored.id))
        if not given_up:
            await asyncio.sleep(RETRY_PAUSE)
            return False
        await self._context.write(partial(self._apologise, stored=stored, update=update))
        self._context.due.set()
        return True

    def _apologise(self, session: Session, stored: StoredUpdate, update: Update | None) -> None:
        """Tell the chat, and the administrator."""
        if update and update.effective_chat:
            with begin_turn(session, self._context, update, inbox.received(stored)) as turn:
                turn.owe(Message(words.say(sentences.operator.FAILED, number=stored.id)))
        if admin := self._context.settings.admin_chat_id:
            key = notice_key("failed", stored.id)
            owe_notice(session, admin, key, lambda: _failed(stored.id), now())

    def _is_allowed(self, update: Update) -> bool:
        """Return True if the chat may use this bot. A group that moves is known by its old id, too."""
        allowed, chat = self._context.settings.allowed_chats, update.effective_chat
        came_from = update.message.migrate_from_chat_id if update.message else None
        return not allowed or came_from in allowed or (chat is not None and chat.id in allowed)

    async def _refuse(self, update: Update, received: Received) -> None:
        """Tell a stranger, once for each message, that this bot is not for them. Groups get silence."""

        def refuse(session: Session) -> None:
            chat = update.effective_chat
            if chat is not None and chat.type == chat.PRIVATE and update.message:
                with begin_turn(session, self._context, update, received) as turn:
                    turn.owe(Message(words.say(sentences.operator.NOT_ALLOWED, chat=chat.id)))

        await self._context.once(update.update_id, refuse)


def _failed(update_id: int) -> Message:
    return Message(words.say(sentences.operator.ADMIN_FAILED, number=update_id))


def _updates_in(answer: Sequence[object]) -> list[dict[str, Any]]:
    """Return the updates in Telegram's answer. What has no number is passed over."""
    updates = [element for element in answer if is_update(element)]
    if passed_over := len(answer) - len(updates):
        log.warning("Passed over in Telegram's answer, for want of an update_id: %d.", passed_over)
    return updates


def _longer(pause: float) -> float:
    return min(pause * 2, SLOWEST_RETRY)


def _wait(error: Exception, pause: float) -> float:
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return wait if isinstance(wait, int) else wait.total_seconds()
    return SLOWEST_RETRY if isinstance(error, InvalidToken) else pause
