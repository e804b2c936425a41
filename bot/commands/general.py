"""`/start`, `/help`, `/cancel`, and the bot's place in the chat."""

from telegram import ChatMember, ChatMemberRestricted

import words
from bot.commands.turn import Answer, Turn
from bot.message import Message, button
from bot.messages import help as help_texts
from storage import chats
from words import sentences


def start(_turn: Turn) -> Answer:
    first = button(sentences.buttons.BUTTON_FIRST, "track", 0)
    return Message(words.say(sentences.welcome.START), [[first]])


def help_(_turn: Turn) -> Answer:
    return help_texts.overview()


def press_help(turn: Turn) -> Answer:
    """Show the commands of a group instead of what the message showed before."""
    if turn.id not in help_texts.GROUPS:
        return sentences.toasts.TOAST_GONE
    return turn.edit(help_texts.group(turn.id))


def cancel(turn: Turn) -> Answer:
    asked, turn.chat.asking = turn.chat.asking, ""
    return Message(words.say(sentences.welcome.CANCELLED if asked else sentences.welcome.NOTHING_TO_CANCEL))


def membership(turn: Turn) -> Answer:
    """Hold the chat's messages if somebody blocked, removed or muted the bot, until it may write again."""
    change = turn.update.my_chat_member
    if change is not None and not _may_write(change.new_chat_member):
        chats.mark_unreachable(turn.chat, turn.now)
    return None


def _may_write(bot: ChatMember) -> bool:
    if isinstance(bot, ChatMemberRestricted):
        return bot.is_member and bot.can_send_messages
    return bot.status not in (ChatMember.BANNED, ChatMember.LEFT)
