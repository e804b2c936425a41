"""What an update says about itself: who wrote where, and what."""

from telegram import Chat, Update

from bot import parsing


def text_of(update: Update) -> str:
    message = update.effective_message
    return (message.text or "") if message else ""


def more_of(update: Update) -> str:
    """What stands behind the number behind a command: `/sent 7 at 14:05` gives `at 14:05`."""
    return parsing.number_and_more(parsing.argument(text_of(update)))[1]


def chat_id_of(update: Update) -> int:
    chat = update.effective_chat
    assert chat  # noqa: S101  # only updates with a chat are handled
    return chat.id


def is_private(update: Update) -> bool:
    return update.effective_chat is not None and update.effective_chat.type == Chat.PRIVATE


def author_of(update: Update) -> int:
    return update.effective_user.id if update.effective_user else 0


def tracker_of(update: Update) -> str:
    """The first name of who asks in a group; nobody's where an administrator hides behind the group."""
    user = update.effective_user
    return "" if is_private(update) or user is None or user.is_bot else user.first_name


def thread_of(update: Update) -> int | None:
    """The topic it was written in."""
    asked = update.effective_message
    return asked.message_thread_id if asked and asked.is_topic_message else None


def message_id_of(update: Update) -> int | None:
    asked = update.effective_message
    return asked.message_id if asked else None
