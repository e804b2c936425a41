"""Hands out and erases all that is stored about a chat: `/export` and `/delete`."""

from functools import partial

from telegram import Bot, ChatMember, ChatMemberRestricted, InlineKeyboardButton
from telegram import Chat as TelegramChat
from telegram.error import TelegramError

import words
from bot.commands.about import about_link
from bot.commands.turn import Answer, Standing, Turn
from bot.message import Message, button, unpack
from bot.messages.phrases import name
from bot.messages.place import unpacked
from storage import erasing, links
from storage.kinds import MessageKind
from storage.tables import Link
from words import Sentence, sentences
from words.typed import understood

STANDINGS = {
    ChatMember.OWNER: Standing.ADMINISTRATOR,
    ChatMember.ADMINISTRATOR: Standing.ADMINISTRATOR,
    ChatMember.MEMBER: Standing.MEMBER,
    ChatMember.LEFT: Standing.LEFT,
    ChatMember.BANNED: Standing.LEFT,
}
"""By the status that Telegram answers (Bot API, ChatMember). Of a restricted person it says more."""


def export(turn: Turn) -> Answer:
    """Answer `/export` with one ZIP file: all that is stored about the chat."""
    turn.owe_file(MessageKind.EXPORT)
    return None


def delete(turn: Turn) -> Answer:
    """Ask before erasing: once for `/delete 7`, twice for `/delete everything`."""
    if turn.argument.lower() not in understood().everything:
        return ask_delete(turn)
    count = links.count(turn.session, turn.chat.id)
    if not count:
        return Message(words.say(sentences.commands.DELETE_NOTHING))
    text = words.say(sentences.commands.DELETE_ALL_ASK, count=count)
    return Message(text, [[button(sentences.buttons.BUTTON_DELETE_ALL, "everything", 1)], [_keep()]])


@about_link
def ask_delete(_turn: Turn, link: Link) -> Answer:
    return Message(
        words.say(sentences.commands.DELETE_ASK, name=name(link), number=link.number),
        [[button(sentences.buttons.BUTTON_DELETE, "delete", link.id)], [_keep()]],
    )


def _keep() -> InlineKeyboardButton:
    return button(sentences.buttons.BUTTON_KEEP, "keep", 0)


def press_keep(turn: Turn) -> Answer:
    """Take the question back, and its buttons with it."""
    return turn.edit(Message(words.say(sentences.welcome.CANCELLED)))


@about_link
def press_delete(turn: Turn, link: Link) -> Answer:
    if not turn.is_button_shown():
        return sentences.toasts.TOAST_GONE
    if refusal := _refusal(turn, link.created_by, sentences.toasts.TOAST_NOT_YOURS):
        return refusal
    turn.edit(Message(words.say(sentences.commands.DELETED, number=link.number)))
    turn.chat.asking = ""  # the open question may name it
    names = [str(name(link)) for _ in words.in_every_language()]
    erasing.erase_link(turn.session, link, mentions=partial(_mentions, link, names))
    return sentences.toasts.TOAST_DELETED


def _mentions(link: Link, names: list[str], payload: str) -> bool:
    """Return True if an answer names the link, in whichever language, or keeps a search that finds it."""
    shown = unpack(payload)
    on_buttons = {key.callback_data for row in shown.keyboard for key in row}
    held = f"{shown.holds} {shown.question}"
    searched = unpacked(shown.place).query
    return (
        any(name in shown.text for name in names)
        or f"pick:{link.id}" in on_buttons
        or link.label in held
        or (bool(searched) and links.is_named(searched, link.label, link.recipient))
    )


def press_delete_everything(turn: Turn) -> Answer:
    """Ask again after the first button; erase everything after the second."""
    if refusal := _refusal(turn, None, sentences.toasts.TOAST_ONLY_ADMINS):
        return refusal
    if turn.id == "1":
        sure = button(sentences.buttons.BUTTON_DELETE_ALL_SURE, "everything", 2)
        turn.edit(Message(words.say(sentences.commands.DELETE_ALL_SURE), [[sure], [_keep()]]))
        return None
    if not turn.is_button_shown():
        return sentences.toasts.TOAST_GONE
    turn.edit(Message(words.say(sentences.commands.DELETED_ALL)))
    erasing.erase_chat(turn.session, turn.chat, but=turn.message_id or 0)
    return sentences.toasts.TOAST_DELETED


def _refusal(turn: Turn, created_by: int | None, not_theirs: Sentence) -> Sentence | None:
    """Return why the author may not delete; None if they may.

    In a group, its administrators may, and the person who made the link for as long as they are in the group.
    """
    if turn.is_private or turn.standing is Standing.ADMINISTRATOR:
        return None
    if turn.standing is Standing.MEMBER:
        return None if turn.author == created_by else not_theirs
    return sentences.toasts.TOAST_LEFT if turn.standing is Standing.LEFT else sentences.toasts.TOAST_NOT_KNOWN


async def standing(bot: Bot, chat: TelegramChat, user_id: int) -> Standing:
    """Ask Telegram for somebody's place in a group."""
    try:
        member = await bot.get_chat_member(chat.id, user_id)
    except TelegramError:
        return Standing.UNKNOWN
    if isinstance(member, ChatMemberRestricted):
        return Standing.MEMBER if member.is_member else Standing.LEFT
    return STANDINGS.get(member.status, Standing.UNKNOWN)
