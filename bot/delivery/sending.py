"""One request to Telegram: a new text, a new file, or an edit of a message that the chat shows."""

import asyncio
import logging
from contextlib import suppress
from functools import partial

from telegram import Bot, InputFile, LinkPreviewOptions, ReactionTypeEmoji, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError

import logs
from bot.context import BotContext
from bot.delivery.forms import Form
from bot.message import File, Message
from storage.kinds import policy_of
from storage.tables import OutboxMessage

log = logging.getLogger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
"""On every message: a preview of a pixel's address would fetch the pixel."""


async def show(bot: Bot, context: BotContext, owed: OutboxMessage, form: Form) -> int | None:
    """Send a message, or edit the one in the chat. Return the new message's id; None after an edit.

    Raises what PTB raises, and the database's errors if the rows for a file cannot be read.
    """
    message = form.message
    if owed.telegram_id is not None and policy_of(owed.kind).is_reaction:
        await _react(bot, owed, owed.telegram_id, message)
        return None
    if owed.telegram_id is not None:
        await _edit(bot, owed, owed.telegram_id, message)
        return None
    if message.attach:
        await _say_at_work(bot, owed, form)
        make = await context.read(message.attach)
        return await _send_file(bot, owed, form, await asyncio.to_thread(make))
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


async def _say_at_work(bot: Bot, owed: OutboxMessage, form: Form) -> None:
    """Show in the chat that a file is being made. If that fails, the file is sent all the same."""
    action = ChatAction.UPLOAD_PHOTO if form.file == "photo" else ChatAction.UPLOAD_DOCUMENT
    with suppress(TelegramError):
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
    content = InputFile(file.content, file.name)
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
