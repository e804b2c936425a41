"""Updates come in: fetched from Telegram, put on disk, confirmed, and only then worked on."""

import asyncio
import json
import logging
import time
from functools import partial
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from telegram import Bot, Update
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application

import words
from bot.context import TELEGRAM, BotContext
from bot.delivery.outcomes import describe_telegram_error
from bot.languages import language_of, speaking_to
from bot.message import Message
from bot.replies import owe_message, owe_reply
from bot.updates import chat_id_of
from storage import chats, inbox
from storage.kinds import notice_key
from storage.times import now
from words import sentences

log = logging.getLogger(__name__)

ALLOWED_UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
"""No edited messages: an edit gets no answer and changes nothing."""
LONG_POLL = 25
SHORTEST_POLL = 0.1
SLOWEST_RETRY = 30.0

App = Application[Any, Any, Any, Any, Any, Any]


class UpdateReceiver:
    def __init__(self, context: BotContext, app: App) -> None:
        self._context, self._app = context, app
        self._bot: Bot = app.bot
        self._failed: Exception | None = None
        app.add_error_handler(self._note_failure)

    async def poll(self) -> None:
        """Ask Telegram for updates for ever; an update is confirmed once it is on disk."""
        offset, pause = None, 1.0
        while True:
            asked = time.monotonic()
            try:
                updates = await self._bot.get_updates(
                    offset=offset,
                    timeout=LONG_POLL,
                    read_timeout=LONG_POLL + 10,
                    allowed_updates=ALLOWED_UPDATES,
                )
            except (TelegramError, KeyError) as error:
                # KeyError: an answer of 200 without a result, which PTB does not expect.
                self._context.set_trouble(TELEGRAM, describe_telegram_error(error))
                pause = min(pause * 2, SLOWEST_RETRY)
                await asyncio.sleep(_wait(error, pause))
                continue
            pause = 1.0
            self._context.set_trouble(TELEGRAM, "")
            if updates:
                await self._context.write(partial(_receive, updates=updates))
                offset = updates[-1].update_id + 1
                self._context.received.set()
            elif time.monotonic() - asked < SHORTEST_POLL:
                # A Bot API that does not hold the line would be asked thousands of times a second.
                await asyncio.sleep(SHORTEST_POLL)

    async def work(self) -> None:
        """Do what stored updates ask for, one after the other, in order."""
        while True:
            self._context.received.clear()
            waiting = await self._context.read(inbox.waiting)
            for stored in waiting:
                await self._do(stored.id, stored.body)
            if not waiting:
                await self._context.received.wait()

    async def _do(self, update_id: int, body: str) -> None:
        self._failed = None
        try:
            update = Update.de_json(json.loads(body), self._bot)
            if self._is_allowed(update):
                await self._app.process_update(update)
            else:
                await self._turn_away(update)
        except Exception as error:
            self._failed = error
        if self._failed is None:
            await self._context.once(update_id, lambda _session: True)
        elif isinstance(self._failed, OperationalError):
            # The database's trouble, not the update's: it is not given up, however long that lasts.
            raise self._failed
        else:
            await self._give_up_in_time(update_id, body, self._failed)

    async def _note_failure(self, _update: object, ptb: Any) -> None:
        self._failed = ptb.error

    async def _give_up_in_time(self, update_id: int, body: str, error: Exception) -> None:
        """Try a failing update again, and after the last time tell its chat, so that it stops nobody."""
        log.error("Update %d failed.", update_id, exc_info=error)
        given_up = await self._context.write(lambda session: inbox.failed(session, update_id))
        if not given_up:
            await asyncio.sleep(0.2)
            return
        update = Update.de_json(json.loads(body), self._bot)
        await self._context.write(partial(self._apologise, update=update))
        self._context.due.set()

    def _apologise(self, session: Session, update: Update) -> None:
        """Tell the chat, and who runs this host."""
        with speaking_to(session, update):
            owe_reply(
                session, update, Message(words.say(sentences.operator.FAILED, number=update.update_id)), now()
            )
        if admin := self._context.settings.admin_chat_id:
            with words.speaking(language_of(chats.get_or_create(session, admin, now()))):
                message = Message(words.say(sentences.operator.ADMIN_FAILED, number=update.update_id))
            owe_message(session, admin, notice_key("failed", update.update_id), message, now())

    def _is_allowed(self, update: Update) -> bool:
        allowed, chat = self._context.settings.allowed_chats, update.effective_chat
        return not allowed or (chat is not None and chat.id in allowed)

    async def _turn_away(self, update: Update) -> None:
        """Tell a stranger once per message that this bot is not for them; groups get silence."""
        chat = update.effective_chat
        if chat is not None and chat.type == chat.PRIVATE and update.message:
            await self._context.once(update.update_id, partial(self._refuse, update=update))

    def _refuse(self, session: Session, update: Update) -> None:
        with speaking_to(session, update):
            message = Message(words.say(sentences.operator.NOT_ALLOWED, chat=chat_id_of(update)))
            owe_reply(session, update, message, now())


def _receive(session: Session, updates: tuple[Update, ...]) -> None:
    inbox.receive(session, [update.to_dict() for update in updates], now())


def _wait(error: Exception, pause: float) -> float:
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return wait if isinstance(wait, int) else wait.total_seconds()
    return SLOWEST_RETRY if isinstance(error, InvalidToken) else pause
