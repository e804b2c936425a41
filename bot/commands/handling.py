"""How a command is handled: take the text apart, one storage function in one transaction, one answer."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session
from telegram import Update
from telegram.ext import ContextTypes

from bot.context import BotContext
from bot.languages import speaking_to
from bot.message import Message
from bot.replies import owe_reply
from bot.updates import chat_id_of, is_private
from storage import chats
from storage.times import now

PtbContext = ContextTypes.DEFAULT_TYPE

Act = Callable[[Session, Update, BotContext], Message | None]
"""Does what an update asks for, inside its transaction, and returns what to answer."""


def context_of(ptb: PtbContext) -> BotContext:
    context: BotContext = ptb.bot_data["context"]
    return context


def instead(act: Act) -> Act:
    """The same, typed in private instead of an answer: what was asked there is asked no more."""

    def run(session: Session, update: Update, context: BotContext) -> Message | None:
        if is_private(update):
            chats.get_or_create(session, chat_id_of(update), now()).asking = ""
        return act(session, update, context)

    return run


def handler(act: Act) -> Callable[[Update, PtbContext], Any]:
    """An act as PTB calls it: once per update, its answer owed in the same transaction."""

    async def handle(update: Update, ptb: PtbContext) -> None:
        context = context_of(ptb)

        def do(session: Session) -> None:
            with speaking_to(session, update):
                if message := act(session, update, context):
                    owe_reply(session, update, message, now())

        await context.once(update.update_id, do)

    return handle
