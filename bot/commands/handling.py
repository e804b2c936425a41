"""How a command is handled: take the text apart, one storage function in one transaction, one answer."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session
from telegram import Update
from telegram.ext import ContextTypes

from bot.desk import Desk
from bot.languages import speaking_to
from bot.message import Message
from bot.replies import owe_reply
from bot.updates import chat_id_of, is_private
from storage.chats import chat_of
from storage.times import now

Context = ContextTypes.DEFAULT_TYPE

Act = Callable[[Session, Update, Desk], Message | None]
"""Does what an update asks for, inside its transaction, and returns what to answer."""


def desk_of(context: Context) -> Desk:
    desk: Desk = context.bot_data["desk"]
    return desk


def instead(act: Act) -> Act:
    """The same, typed in private instead of an answer: what was asked there is asked no more."""

    def run(session: Session, update: Update, desk: Desk) -> Message | None:
        if is_private(update):
            chat_of(session, chat_id_of(update), now()).asking = ""
        return act(session, update, desk)

    return run


def handler(act: Act) -> Callable[[Update, Context], Any]:
    """An act as PTB calls it: once per update, its answer owed in the same transaction."""

    async def handle(update: Update, context: Context) -> None:
        desk = desk_of(context)

        def do(session: Session) -> None:
            with speaking_to(session, update):
                if message := act(session, update, desk):
                    owe_reply(session, update, message, now())

        await desk.once(update.update_id, do)

    return handle
