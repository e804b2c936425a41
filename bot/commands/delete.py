"""`/delete`: asked for with a button, and then final."""

from functools import partial

from sqlmodel import Session
from telegram import Bot, Chat, ChatMember, Update
from telegram.error import TelegramError

import words
from bot import parsing
from bot.commands.presses import Answer, Press, on_link
from bot.commands.statements import about_link
from bot.context import BotContext
from bot.message import Message, button
from bot.messages.phrases import name
from bot.replies import rewrite
from bot.updates import chat_id_of, is_private, text_of
from storage import chats, erasing, links
from storage.tables import Link
from storage.times import now
from words import sentences
from words.typed import understood


def delete(session: Session, update: Update, context: BotContext) -> Message:
    """`/delete 7` asks once, `/delete everything` twice."""
    if parsing.argument(text_of(update)).lower() not in understood().everything:
        return about_link(session, update, context, "delete", lambda _, link, *__: ask(link))
    count = links.count(session, chat_id_of(update))
    if not count:
        return Message(words.say(sentences.commands.DELETE_NOTHING))
    text = words.say(sentences.commands.DELETE_ALL_ASK, count=count)
    return Message(text, [[button(sentences.buttons.BUTTON_DELETE_ALL, "everything", 1)]])


def ask(link: Link) -> Message:
    return Message(
        words.say(sentences.commands.DELETE_ASK, name=name(link)),
        [[button(sentences.buttons.BUTTON_DELETE, "delete", link.id)]],
    )


@on_link
def pressed_delete(press: Press, link: Link) -> Answer:
    if not _may_delete(press, link.created_by):
        return sentences.toasts.TOAST_NOT_YOURS
    rewrite(press.session, press.update, Message(words.say(sentences.commands.DELETED, number=link.number)))
    shown = [str(name(link)) for _ in words.in_every_language()]
    erasing.erase_link(press.session, link, mentions=partial(_mentions, shown))
    return sentences.toasts.TOAST_DELETED


def _mentions(shown: list[str], payload: str) -> bool:
    """Whether an answer names the link; it was said in the language of its day."""
    said = parsing.unpacked(payload)
    return any(name in said for name in shown)


def pressed_everything(press: Press) -> Answer:
    """The first press asks again, the second is final."""
    if not _may_delete(press, None):
        return sentences.toasts.TOAST_ONLY_ADMINS
    if press.about == "1":
        sure = button(sentences.buttons.BUTTON_DELETE_ALL_SURE, "everything", 2)
        rewrite(press.session, press.update, Message(words.say(sentences.commands.DELETE_ALL_SURE), [[sure]]))
        return None
    rewrite(press.session, press.update, Message(words.say(sentences.commands.DELETED_ALL)))
    asked = press.update.effective_message
    chat = chats.get_or_create(press.session, press.chat_id, now())
    erasing.erase_chat(press.session, chat, but=asked.message_id if asked else 0)
    return sentences.toasts.TOAST_DELETED


def _may_delete(press: Press, created_by: int | None) -> bool:
    """In a group only who made it, or who runs the group."""
    user = press.update.effective_user
    return is_private(press.update) or press.is_admin or (user is not None and user.id == created_by)


async def is_admin(bot: Bot, chat: Chat, user_id: int) -> bool:
    """Whether somebody runs a group; False where Telegram does not say."""
    try:
        member = await bot.get_chat_member(chat.id, user_id)
    except TelegramError:
        return False
    return member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR)
