"""A group becomes a supergroup, which has another id: all that belongs to it moves along."""

from sqlmodel import Session

import words
from bot.context import BotContext
from bot.message import Message
from bot.notices import owe_notice
from storage import chats
from storage.kinds import notice_key
from words import sentences


def move(session: Session, *, context: BotContext, moved: tuple[int, int], at: float) -> None:
    """Move a group, whose old and new id are given. Tell it if the bot does not serve the new one.

    `at` is when the bot heard of it, in epoch seconds.

    ALLOWED_CHATS has the old id. Commands in the group got no answer from then on, and nobody knew why.
    """
    old, new = moved
    chats.move(session, old, new)
    allowed, admin = context.settings.allowed_chats, context.settings.admin_chat_id
    if not allowed or new in allowed:
        return
    owe_notice(session, new, notice_key("moved", new), lambda: _told(new), at)
    if admin is not None:
        owe_notice(session, admin, notice_key("moved-admin", new), lambda: _reported(old, new), at)


def _told(new: int) -> Message:
    return Message(words.say(sentences.operator.MOVED_AWAY, chat=new))


def _reported(old: int, new: int) -> Message:
    return Message(words.say(sentences.operator.ADMIN_MOVED, old=old, new=new))
