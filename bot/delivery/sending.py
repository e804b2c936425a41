"""One request to Telegram: a new text, a new file, or an edit of a message that the chat shows."""

import asyncio
import logging
from contextlib import suppress
from functools import partial

from sqlmodel import Session
from telegram import Bot, InputFile, LinkPreviewOptions, ReactionTypeEmoji, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError

import logs
from bot.context import BotContext
from bot.delivery.forms import Form
from bot.message import File, Message
from bot.messages.archive import part_of
from storage import outbox
from storage.kinds import MessageKind, part_key, policy_of
from storage.outbox import Owed
from storage.tables import OutboxMessage
from storage.times import now

log = logging.getLogger(__name__)

LONGEST_AT_WORK = 30.0
"""Seconds for making a file, before the attempt to send it. Both together are shorter than a lease."""
LONGEST_TO_SAY = 5.0
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
"""On every message: a preview of a pixel's address would fetch the pixel."""


async def show(bot: Bot, owed: OutboxMessage, form: Form, file: File | None) -> int | None:
    """Send a message, or edit the one in the chat. Return the new message's id; None after an edit.

    `file` is sent where the form has one. Raises what PTB raises.
    """
    message = form.message
    if owed.telegram_id is not None and policy_of(owed.kind).is_reaction:
        await _react(bot, owed, owed.telegram_id, message)
        return None
    if owed.telegram_id is not None:
        await _edit(bot, owed, owed.telegram_id, message)
        return None
    if file and form.file:
        return await _send_file(bot, owed, form, file)
    sent = await bot.send_message(
        owed.chat_id,
        message.text,
        parse_mode=ParseMode.HTML,
        link_preview_options=NO_PREVIEW,
        disable_notification=not owed.loud,
        message_thread_id=form.thread_id,
        reply_parameters=_reply_to(form.reply_to),
        reply_markup=message.markup,
    )
    return sent.message_id


async def make_file(bot: Bot, context: BotContext, owed: OutboxMessage, form: Form) -> File | None:
    """Make the file of a message, if it has one, and owe the next one if this one does not hold all.

    Raises TimeoutError if that takes too long, and the database's errors.
    """
    attach = form.message.attach
    if attach is None or owed.telegram_id is not None:
        return None
    async with asyncio.timeout(LONGEST_AT_WORK):
        await _say_at_work(bot, owed, form)
        file = await context.make(attach)
    if file.rest:
        await context.write(partial(_owe_rest, owed=owed, payload=file.rest))
    return file


def _owe_rest(session: Session, owed: OutboxMessage, payload: str) -> None:
    number, kind = part_of(payload).number, MessageKind(owed.kind)
    rest = Owed(part_key(owed.key, number), owed.chat_id, kind, now(), payload=payload)
    outbox.owe(session.connection(), [rest._replace(thread_id=owed.thread_id, reply_to=owed.reply_to)])


async def _say_at_work(bot: Bot, owed: OutboxMessage, form: Form) -> None:
    """Show in the chat that a file is being made. If that fails, the file is sent all the same."""
    action = ChatAction.UPLOAD_PHOTO if form.file == "photo" else ChatAction.UPLOAD_DOCUMENT
    with suppress(TelegramError, TimeoutError):
        async with asyncio.timeout(LONGEST_TO_SAY):
            await bot.send_chat_action(owed.chat_id, action, form.thread_id)


async def _react(bot: Bot, owed: OutboxMessage, telegram_id: int, message: Message) -> None:
    """Put the reaction on a message, or take it off. A refusal changes nothing that anybody relies on."""
    reaction = [ReactionTypeEmoji(message.text)] if message.text else []
    try:
        await bot.set_message_reaction(owed.chat_id, telegram_id, reaction)
    except BadRequest as error:
        log.info("Message %d got no reaction: %s", telegram_id, logs.redact(str(error)))


async def _edit(bot: Bot, owed: OutboxMessage, telegram_id: int, message: Message) -> None:
    await bot.edit_message_text(
        message.text,
        owed.chat_id,
        telegram_id,
        parse_mode=ParseMode.HTML,
        link_preview_options=NO_PREVIEW,
        reply_markup=None if message.asks else message.markup,  # type: ignore[arg-type]  # not a ForceReply
    )


async def _send_file(bot: Bot, owed: OutboxMessage, form: Form, file: File) -> int:
    file.content.seek(0)
    content = InputFile(file.content, file.name, read_file_handle=False)
    send = (
        partial(bot.send_photo, photo=content)
        if form.file == "photo"
        else partial(bot.send_document, document=content)
    )
    sent = await send(
        owed.chat_id,
        caption=form.message.text,
        parse_mode=ParseMode.HTML,
        disable_notification=not owed.loud,
        message_thread_id=form.thread_id,
        reply_parameters=_reply_to(form.reply_to),
        reply_markup=form.message.markup,
    )
    return sent.message_id


def _reply_to(message_id: int | None) -> ReplyParameters | None:
    return ReplyParameters(message_id, allow_sending_without_reply=True) if message_id else None
